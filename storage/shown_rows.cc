// SPDX-License-Identifier: MIT
#include "storage/shown_rows.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>

#include "storage/column_reader.h"

namespace dirsnap {
namespace {

// What the head of a chunk says: all rows, or how many of a list follow, or that bits follow. A
// list names the rows that are left out.
constexpr std::uint16_t kAllRows = 0;
constexpr std::uint16_t kNoRows = 0xFFFF;
constexpr std::uint16_t kBits = 0xFFFE;
constexpr std::size_t kBitBytes = kChunkRows / 8;
// Longer lists would save room, but each look at a row searches them.
constexpr std::uint16_t kMostListed = 32;

using Words = std::array<std::uint64_t, RowMask::kWords>;

std::uint16_t u16_at(const std::byte* at) {
  std::uint16_t number = 0;
  std::memcpy(&number, at, sizeof number);
  return number;
}

void put_u16(std::vector<std::byte>& out, std::uint16_t number) {
  const auto* const bytes = reinterpret_cast<const std::byte*>(&number);
  out.insert(out.end(), bytes, bytes + sizeof number);
}

std::uint32_t count_of(const Words& words) {
  std::uint32_t count = 0;
  for (const std::uint64_t word : words) count += static_cast<std::uint32_t>(std::popcount(word));
  return count;
}

Words load_bits(const std::byte* at) {
  Words words{};
  std::memcpy(words.data(), at, sizeof words);
  return words;
}

// No bit past the chunk's rows.
bool fits(const Words& words, std::uint32_t rows) {
  for (std::uint32_t row = rows; row < kChunkRows; ++row) {
    if (row % 64 == 0 && words[row / 64] == 0) {
      row += 63;
      continue;
    }
    if (((words[row / 64] >> (row % 64)) & 1) != 0) return false;
  }
  return true;
}

// A list that ascends below `rows`.
bool is_list(const std::byte* at, std::uint16_t count, std::uint32_t rows) {
  std::uint32_t least = 0;
  for (std::uint16_t i = 0; i < count; ++i) {
    const std::uint16_t row = u16_at(at + sizeof(std::uint16_t) * i);
    if (row < least || row >= rows) return false;
    least = row + 1U;
  }
  return true;
}

// What stands of one chunk.
struct Head {
  std::uint16_t number = kAllRows;
  std::uint32_t rows = 0;      // when the record was written
  std::uint32_t rows_now = 0;  // as many, or more in the chunk that was the last one

  // Bytes behind the head.
  [[nodiscard]] std::size_t size_bytes() const {
    if (number == kNoRows) return 0;
    return number == kBits ? kBitBytes : sizeof(std::uint16_t) * number;
  }
  // Rows shown; nullopt: damaged. REQUIRES: size_bytes() stand at `place`.
  [[nodiscard]] std::optional<std::uint32_t> count(const std::byte* place) const {
    if (number == kNoRows) return 0;
    if (number == kBits) {
      const Words words = load_bits(place);
      return fits(words, rows) ? std::optional(count_of(words)) : std::nullopt;
    }
    return is_list(place, number, rows) ? std::optional(rows - number) : std::nullopt;
  }
};

}  // namespace

Result<ShownRows> ShownRows::parse(Bytes record, std::uint64_t rows) {
  const auto damaged = [](std::uint64_t offset) {
    return fail(Code::kCorrupt, offset, "a list of the rows of a snapshot is damaged");
  };
  ShownRows shown;
  if (record.size() < sizeof(std::uint32_t)) return damaged(0);
  shown.rows_ = load_le<std::uint32_t>(record, 0);
  if (shown.rows_ > rows) return damaged(0);
  const std::uint64_t chunks = chunk_count(shown.rows_);
  std::size_t at = sizeof(std::uint32_t);
  // Each chunk has a head at least.
  if ((record.size() - at) / sizeof(std::uint16_t) < chunks) return damaged(at);
  // Rows that came later are not shown.
  shown.chunks_.resize(chunk_count(rows));
  for (std::uint64_t i = 0; i < chunks; ++i) {
    if (record.size() - at < sizeof(std::uint16_t)) return damaged(at);
    const Head head{.number = u16_at(record.data() + at),
                    .rows = rows_of_chunk(shown.rows_, i),
                    .rows_now = rows_of_chunk(rows, i)};
    at += sizeof(std::uint16_t);
    const std::byte* const place = record.data() + at;
    if (record.size() - at < head.size_bytes()) return damaged(at);
    const std::optional<std::uint32_t> count = head.count(place);
    if (!count) return damaged(at);
    shown.count_ += *count;
    Chunk& chunk = shown.chunks_[i];
    if (*count != 0) chunk.extent = *count == head.rows_now ? Extent::kAll : Extent::kSome;
    if (chunk.extent == Extent::kSome) {
      chunk.has_bits = head.number == kBits;
      chunk.listed = chunk.has_bits ? std::uint16_t{0} : head.number;
      chunk.place = place;
    }
    at += head.size_bytes();
  }
  if (at != record.size()) return damaged(at);
  return shown;
}

bool ShownRows::is_listed(const Chunk& chunk, std::uint32_t row) {
  std::uint32_t low = 0;
  std::uint32_t high = chunk.listed;
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    const std::uint16_t listed = u16_at(chunk.place + sizeof(std::uint16_t) * middle);
    if (listed == row) return true;
    (listed < row ? low : high) = listed < row ? middle + 1 : middle;
  }
  return false;
}

void ShownRows::keep_shown(std::uint64_t chunk_no, RowMask& mask) const {
  const Chunk& chunk = chunks_[chunk_no];
  if (chunk.extent == Extent::kAll) return;
  if (chunk.extent == Extent::kNone) return mask.clear_all();
  if (chunk.has_bits) {
    const Words words = load_bits(chunk.place);
    for (std::uint32_t i = 0; i < mask.words(); ++i) mask.set_word(i, mask.word(i) & words[i]);
    return;
  }
  RowMask stored;
  stored.set_all(rows_of_chunk(rows_, chunk_no));
  for (std::uint32_t i = 0; i < mask.words(); ++i) {
    mask.set_word(i, mask.word(i) & stored.word(i));
  }
  for (std::uint16_t i = 0; i < chunk.listed; ++i) {
    mask.reset(u16_at(chunk.place + sizeof(std::uint16_t) * i));
  }
}

bool ShownRowsBuilder::mark(std::uint64_t row) {
  const std::uint64_t word = row / 64;
  if (word >= words_.size()) words_.resize(std::max<std::size_t>(word + 1, 2 * words_.size()));
  const std::uint64_t bit = std::uint64_t{1} << (row % 64);
  if ((words_[word] & bit) != 0) return false;
  words_[word] |= bit;
  ++count_;
  return true;
}

std::vector<std::byte> ShownRowsBuilder::encode(std::uint64_t rows) const {
  const auto stored = static_cast<std::uint32_t>(rows);
  const auto* const head = reinterpret_cast<const std::byte*>(&stored);
  std::vector<std::byte> out(head, head + sizeof stored);
  for (std::uint64_t i = 0; i < chunk_count(rows); ++i) {
    const std::uint32_t here = rows_of_chunk(rows, i);
    Words words{};
    for (std::uint64_t w = 0; w < RowMask::kWords; ++w) {
      const std::uint64_t from = i * RowMask::kWords + w;
      words[w] = from < words_.size() ? words_[from] : 0;
    }
    const std::uint32_t shown = count_of(words);
    const std::uint32_t hidden = here - shown;
    if (shown == 0) {
      put_u16(out, kNoRows);
    } else if (hidden <= kMostListed) {  // none: kAllRows
      put_u16(out, static_cast<std::uint16_t>(hidden));
      for (std::uint32_t row = 0; row < here; ++row) {
        const bool is_shown = ((words[row / 64] >> (row % 64)) & 1) != 0;
        if (!is_shown) put_u16(out, static_cast<std::uint16_t>(row));
      }
    } else {
      put_u16(out, kBits);
      const auto* const bytes = reinterpret_cast<const std::byte*>(words.data());
      out.insert(out.end(), bytes, bytes + kBitBytes);
    }
  }
  return out;
}

}  // namespace dirsnap
