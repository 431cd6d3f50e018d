// SPDX-License-Identifier: MIT
//
// The packed forms of values: 7-bit text, XPRESS (plain LZ77) and LZ4, told by the first byte.
// Lifetime: nothing is kept. Threads: pure functions.
// Errors: kCorrupt (the stream contradicts itself), kLimit (more than the caller allows),
// kUnsupported (a scheme that cannot be unpacked; Error::what names it).
// Facts: FORMAT.md section 9.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "storage/base/byte_reader.h"
#include "storage/base/result.h"

namespace dirsnap::ese {

// Compression schemes (first byte >> 3).
enum class Scheme : std::uint8_t {
  k7BitAscii = 1,
  k7BitUnicode = 2,
  kXpress = 3,
  kScrubbed = 4,  // the value was wiped
  kXpress9 = 5,
  kXpress10 = 6,
  kLz4 = 7,
};

// Appends the unpacked value to `out`, at most `size_max` bytes of it.
Result<void> decompress(Bytes packed, std::size_t size_max, std::vector<std::byte>& out);

}  // namespace dirsnap::ese
