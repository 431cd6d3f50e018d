// SPDX-License-Identifier: MIT
//
// The two value compressions that Windows writes: 7-bit packing and plain LZ77 (MS-XCA).
// Units: bytes. Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace dirsnap::support {

// The shortest compressed form of `value` that the schemes offer, or an empty string if none is
// shorter than the value itself. `utf16`: the value is text of code page 1200.
std::string compress_value(std::string_view value, bool utf16);

// One scheme each; empty if it cannot express the value.
std::string pack_seven_bit(std::string_view value, bool utf16);
std::string compress_xpress(std::string_view value);

}  // namespace dirsnap::support
