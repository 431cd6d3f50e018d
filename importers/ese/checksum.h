// SPDX-License-Identifier: MIT
//
// Checksums of ESE header pages and data pages, and the correction of single-bit errors.
// Lifetime: nothing is kept. Threads: pure functions.
// Facts: FORMAT.md section 2.
#pragma once

#include <cstdint>
#include <span>

#include "storage/base/byte_reader.h"

namespace dirsnap::ese {

inline constexpr std::uint32_t kChecksumSeed = 0x89ABCDEF;

// XOR of all 32-bit words from offset 4 on, with the seed: header pages and old data pages.
// REQUIRES: size is a multiple of 4 and at least 8.
std::uint32_t header_checksum(Bytes page);

// New checksum of one block: ECC in the high half, XOR in the low half. `skip_first`: the block
// begins with its own checksum, which counts as zero. REQUIRES: size is a multiple of 16.
std::uint64_t block_checksum(Bytes block, std::uint32_t page_no, bool skip_first);

// Outcome of verify_page.
enum class Verdict : std::uint8_t { kGood, kCorrectable, kBad };

// Checks a data page by the rule its own flags select.
Verdict check_page(Bytes page, std::uint32_t page_no);

// Turns the single wrong bit of a page for which check_page said kCorrectable; false (and the
// page unchanged) if it does not verify afterwards.
bool correct_page(std::span<std::byte> page, std::uint32_t page_no);

// True if every byte is zero.
bool is_all_zero(Bytes bytes);

}  // namespace dirsnap::ese
