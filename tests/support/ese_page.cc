// SPDX-License-Identifier: MIT
#include "tests/support/ese_page.h"

#include <array>
#include <bit>
#include <cassert>
#include <cstring>

#include "tests/support/bytes.h"

namespace dirsnap::support {
namespace {

constexpr std::uint32_t kXorSeed = 0x89ABCDEF;
constexpr std::size_t kTagSize = 4;
constexpr std::size_t kSmallestPrefix = 3;  // shorter ones cost more than they save

std::uint64_t load64(const char* at) {
  std::uint64_t value = 0;
  std::memcpy(&value, at, sizeof value);
  return value;
}

bool odd(std::uint64_t value) { return (std::popcount(value) & 1) != 0; }

// The parts of the parity code that come from the columns of the 16-byte rows.
std::uint32_t column_parity(std::uint64_t low, std::uint64_t high) {
  const auto c0 = static_cast<std::uint32_t>(low);
  const auto c1 = static_cast<std::uint32_t>(low >> 32);
  const auto c2 = static_cast<std::uint32_t>(high);
  const auto c3 = static_cast<std::uint32_t>(high >> 32);
  std::uint32_t p = 0;
  if (odd(c0 ^ c1)) p |= 0x00400000;
  if (odd(c2 ^ c3)) p |= 0x00000040;
  if (odd(c0 ^ c2)) p |= 0x00200000;
  if (odd(c1 ^ c3)) p |= 0x00000020;
  return p;
}

// XOR (low half) and parity code (high half) of one block. Its first `skip` bytes count as zero.
std::uint64_t block_checksum(std::string_view block, std::size_t skip, std::uint32_t page_no) {
  std::uint32_t p = 0;
  std::uint32_t index = 0xFF800000;
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  for (std::size_t at = 0; at < block.size(); at += 16, index += 0xFF800080) {
    const std::uint64_t a = at < skip ? 0 : load64(block.data() + at);
    const std::uint64_t b = load64(block.data() + at + 8);
    low ^= a;
    high ^= b;
    if (odd(a ^ b)) p ^= index;
  }
  p |= column_parity(low, high);
  const std::uint64_t folded = low ^ high;
  const auto column = static_cast<std::uint32_t>(folded ^ (folded >> 32));
  std::uint32_t r = 0;
  std::uint32_t bit_index = 0xFFFF0000;
  for (unsigned bit = 0; bit < 32; ++bit, bit_index += 0xFFFF0001) {
    if ((column >> bit & 1) != 0) r ^= bit_index;
  }
  const auto mask =
      static_cast<std::uint32_t>((static_cast<std::uint64_t>(block.size()) << 19) - 1);
  const std::uint32_t ecc = (p & 0xFFE0FFE0 & mask) | (r & 0x001F001F);
  return static_cast<std::uint64_t>(ecc) << 32 | (column ^ page_no);
}

void store_header(const Layout& layout, const PageHead& head, std::string& page) {
  const std::uint32_t of_records = layout.new_checksum ? kPageModern : kPageNewRecords;
  const std::uint32_t flags = head.flags | (layout.modern ? of_records : 0);
  store_le(page, 8, head.database_time);
  store_le(page, 16, head.previous);
  store_le(page, 20, head.next);
  store_le(page, 24, head.object_id);
  store_le(page, 36, flags);
  if (layout.large) store_le(page, 64, head.page_no);
}

// Appends one node to the payload and returns the flags its tag gets.
std::uint8_t pack_node(std::string_view prefix, const PageNode& node, std::string& payload) {
  std::size_t shared = common_prefix(prefix, node.key);
  if (shared < kSmallestPrefix) shared = 0;
  if (shared != 0) append_le(payload, static_cast<std::uint16_t>(shared));
  append_le(payload, static_cast<std::uint16_t>(node.key.size() - shared));
  payload.append(node.key.substr(shared));
  payload.append(node.data);
  return static_cast<std::uint8_t>(node.flags | (shared != 0 ? kNodeCompressed : 0));
}

// Writes tag `number`; on small pages the node's flags stand in it.
void store_tag(std::string& page,
               std::size_t number,
               std::size_t offset,
               std::size_t size,
               std::uint16_t flag_bits) {
  const std::size_t at = page.size() - kTagSize * (number + 1);
  store_le(page, at, static_cast<std::uint16_t>(size));
  store_le(page, at + 2, static_cast<std::uint16_t>(offset | flag_bits));
}

}  // namespace

std::size_t packed_size(std::string_view prefix, const PageNode& node) {
  const std::size_t shared = common_prefix(prefix, node.key);
  const std::size_t plain = kTagSize + 2 + node.key.size() + node.data.size();
  return shared < kSmallestPrefix ? plain : plain + 2 - shared;
}

std::size_t page_room(const Layout& layout) {
  return layout.page_size - layout.header_size - kTagSize;
}

std::uint32_t xor_words(std::string_view bytes) {
  assert(bytes.size() % 4 == 0);
  std::uint32_t sum = 0;
  for (std::size_t at = 0; at < bytes.size(); at += 4) {
    std::uint32_t word = 0;
    std::memcpy(&word, bytes.data() + at, sizeof word);
    sum ^= word;
  }
  return sum;
}

void seal_page(const Layout& layout, std::uint32_t page_no, std::string& page) {
  const std::string_view view(page);
  if (!layout.new_checksum) {
    store_le(page, 4, page_no);
    store_le(page, 0, kXorSeed ^ xor_words(view.substr(4)));
    return;
  }
  if (layout.large) {
    const std::size_t block = layout.page_size / 4;
    for (std::uint32_t i = 1; i < 4; ++i) {
      store_le(page, 32 + 8 * i, block_checksum(view.substr(i * block, block), 0, page_no));
    }
    store_le(page, 0, block_checksum(view.substr(0, block), 8, page_no));
    return;
  }
  store_le(page, 0, block_checksum(view, 8, page_no));
}

std::string build_page(const Layout& layout,
                       const PageHead& head,
                       std::string_view header,
                       std::string_view prefix,
                       std::span<const PageNode> nodes) {
  std::string page(layout.page_size, '\0');
  store_header(layout, head, page);
  std::string payload(header);
  payload.reserve(layout.page_size);
  store_tag(page, 0, 0, header.size(), 0);
  std::size_t number = 1;
  for (const PageNode& node : nodes) {
    const std::size_t offset = payload.size();
    const std::uint8_t flags = pack_node(prefix, node, payload);
    std::uint16_t tag_bits = 0;
    if (layout.large) {
      // The flags stand in the first u16 of the node itself.
      const auto high = static_cast<std::uint8_t>(payload[offset + 1]);
      payload[offset + 1] = static_cast<char>(high | flags << 5);
    } else {
      tag_bits = static_cast<std::uint16_t>(flags << 13);
    }
    store_tag(page, number++, offset, payload.size() - offset, tag_bits);
  }
  assert(layout.header_size + payload.size() + kTagSize * number <= page.size());
  std::memcpy(page.data() + layout.header_size, payload.data(), payload.size());
  const std::size_t free_bytes =
      page.size() - layout.header_size - payload.size() - kTagSize * number;
  const std::size_t reserved = layout.update >= 0x10E ? 0x1000 : 0;
  store_le(page, 28, static_cast<std::uint16_t>(free_bytes));
  store_le(page, 32, static_cast<std::uint16_t>(payload.size()));
  store_le(page, 34, static_cast<std::uint16_t>(number | reserved));
  seal_page(layout, head.page_no, page);
  return page;
}

}  // namespace dirsnap::support
