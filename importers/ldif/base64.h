// SPDX-License-Identifier: MIT
//
// Base64 of RFC 4648 section 4 as dumps write it. Threads: pure functions.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace dirsnap::ldif {

// Decodes in place; returns how many bytes there are. Blanks are passed over, missing padding is
// no fault; nullopt for any other character, for data behind the padding and for a lone last digit.
std::optional<std::size_t> decode_base64(std::span<char> text);

}  // namespace dirsnap::ldif
