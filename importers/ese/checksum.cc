// SPDX-License-Identifier: MIT
#include "importers/ese/checksum.h"

#include <array>
#include <bit>
#include <cstring>
#include <vector>

#include "importers/ese/page.h"

namespace dirsnap::ese {

namespace {

// Offsets of the checksums of blocks 1, 2, 3 of a large page.
constexpr std::array<std::size_t, 4> kChecksumOffset = {0, 40, 48, 56};
constexpr std::size_t kFlagsOffset = 36;

std::uint32_t parity(std::uint64_t word) {
  return static_cast<std::uint32_t>(__builtin_parityll(word));
}

// XOR of all 32-bit words of whole 8-byte units.
std::uint32_t xor_words(Bytes bytes) {
  std::uint64_t lanes[4] = {0, 0, 0, 0};
  std::size_t at = 0;
  for (; bytes.size() - at >= 32; at += 32) {
    for (std::size_t lane = 0; lane < 4; ++lane) {
      lanes[lane] ^= load_le<std::uint64_t>(bytes, at + 8 * lane);
    }
  }
  std::uint64_t sum = lanes[0] ^ lanes[1] ^ lanes[2] ^ lanes[3];
  for (; bytes.size() - at >= 8; at += 8) sum ^= load_le<std::uint64_t>(bytes, at);
  std::uint32_t folded = static_cast<std::uint32_t>(sum) ^ static_cast<std::uint32_t>(sum >> 32);
  for (; bytes.size() - at >= 4; at += 4) folded ^= load_le<std::uint32_t>(bytes, at);
  return folded;
}

// The part of the parity code that tells the column of a wrong bit inside its 16-byte row.
std::uint32_t column_code(std::uint64_t low, std::uint64_t high, std::uint32_t row_code) {
  const std::array<std::uint32_t, 4> c = {
      static_cast<std::uint32_t>(low), static_cast<std::uint32_t>(low >> 32),
      static_cast<std::uint32_t>(high), static_cast<std::uint32_t>(high >> 32)};
  std::uint32_t code = row_code;
  if (parity(c[0] ^ c[1])) code |= 0x00400000;
  if (parity(c[2] ^ c[3])) code |= 0x00000040;
  if (parity(c[0] ^ c[2])) code |= 0x00200000;
  if (parity(c[1] ^ c[3])) code |= 0x00000020;
  return code;
}

// Number of bits in a 32-bit word, by their index and its complement.
std::uint32_t bit_code(std::uint32_t word) {
  std::uint32_t code = 0;
  std::uint32_t index = 0xFFFF0000;
  for (int bit = 0; bit < 32; ++bit) {
    if ((word >> bit) & 1) code ^= index;
    index += 0xFFFF0001;
  }
  return code;
}

// The blocks a page of the new format is cut into.
std::size_t block_size(std::size_t page_size) {
  if (page_size <= 8192) return page_size;
  return page_size <= 16384 ? 4096 : 8192;
}

bool uses_new_checksum(Bytes page) {
  return (load_le<std::uint32_t>(page, kFlagsOffset) & kPageNewChecksum) != 0;
}

struct Difference {
  std::uint64_t stored, computed;
};

Difference compare_block(Bytes page, std::uint32_t page_no, std::size_t number) {
  const std::size_t size = block_size(page.size());
  return {load_le<std::uint64_t>(page, kChecksumOffset[number]),
          block_checksum(page.subspan(number * size, size), page_no, number == 0)};
}

// Bit number inside a block of `size` bytes that explains the difference, if a single one does.
// All ones: the checksum itself has a wrong bit and the data are sound.
constexpr std::uint32_t kChecksumItself = 0xFFFFFFFF;
bool find_wrong_bit(const Difference& d, std::size_t size, std::uint32_t& bit) {
  const auto ecc = static_cast<std::uint32_t>((d.stored ^ d.computed) >> 32);
  const auto sum = static_cast<std::uint32_t>(d.stored ^ d.computed);
  if (std::popcount(ecc) + std::popcount(sum) == 1) {
    bit = kChecksumItself;
    return true;
  }
  const auto last = static_cast<std::uint32_t>(8 * size - 1);
  if ((((ecc >> 16) ^ ecc) & last) != last || std::popcount(sum) != 1) return false;
  bit = ecc & 0xFFFF;
  return bit <= last;
}

bool is_selector_bit(std::size_t block, std::uint32_t bit) {
  return block == 0 && bit / 8 == kFlagsOffset + 1 && bit % 8 == 5;
}

}  // namespace

std::uint32_t header_checksum(Bytes page) { return kChecksumSeed ^ xor_words(page.subspan(4)); }

std::uint64_t block_checksum(Bytes block, std::uint32_t page_no, bool skip_first) {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  std::uint32_t rows = 0;
  std::uint32_t index = 0xFF800000;
  for (std::size_t at = 0; at < block.size(); at += 16, index += 0xFF800080) {
    const std::uint64_t a = at == 0 && skip_first ? 0 : load_le<std::uint64_t>(block, at);
    const auto b = load_le<std::uint64_t>(block, at + 8);
    low ^= a;
    high ^= b;
    rows ^= index & (0U - parity(a ^ b));
  }
  const std::uint64_t folded = low ^ high;
  const std::uint32_t sum =
      static_cast<std::uint32_t>(folded) ^ static_cast<std::uint32_t>(folded >> 32);
  const std::uint32_t mask = (static_cast<std::uint32_t>(block.size()) << 19) - 1;
  const std::uint32_t ecc =
      (column_code(low, high, rows) & 0xFFE0FFE0 & mask) | (bit_code(sum) & 0x001F001F);
  return (std::uint64_t{ecc} << 32) | (sum ^ page_no);
}

Verdict check_page(Bytes page, std::uint32_t page_no) {
  if (!uses_new_checksum(page)) {
    const bool good = load_le<std::uint32_t>(page, 0) == header_checksum(page) &&
                      load_le<std::uint32_t>(page, 4) == page_no && page.size() <= 8192;
    return good ? Verdict::kGood : Verdict::kBad;
  }
  const std::size_t size = block_size(page.size());
  Verdict verdict = Verdict::kGood;
  for (std::size_t block = 0; block * size < page.size(); ++block) {
    const Difference difference = compare_block(page, page_no, block);
    if (difference.stored == difference.computed) continue;
    std::uint32_t bit = 0;
    // A wrong bit in a stored checksum of block 1 to 3 also shows there; block 0 decides.
    if (!find_wrong_bit(difference, size, bit)) return Verdict::kBad;
    verdict = Verdict::kCorrectable;
  }
  return verdict;
}

bool correct_page(std::span<std::byte> page, std::uint32_t page_no) {
  const std::vector<std::byte> before(page.begin(), page.end());
  const std::size_t size = block_size(page.size());
  for (std::size_t block = 0; block * size < page.size(); ++block) {
    const Difference difference = compare_block(page, page_no, block);
    if (difference.stored == difference.computed) continue;
    std::uint32_t bit = 0;
    if (!find_wrong_bit(difference, size, bit) || is_selector_bit(block, bit)) break;
    if (bit == kChecksumItself) {
      std::memcpy(page.data() + kChecksumOffset[block], &difference.computed, 8);
    } else {
      page[block * size + bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
    }
  }
  if (check_page(page, page_no) == Verdict::kGood) return true;
  std::memcpy(page.data(), before.data(), page.size());
  return false;
}

bool is_all_zero(Bytes bytes) {
  return bytes.empty() || (bytes[0] == std::byte{0} &&
                           std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

}  // namespace dirsnap::ese
