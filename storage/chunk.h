// SPDX-License-Identifier: MIT
//
// One column of up to kChunkRows consecutive rows, read in place from the case.
// Filters run here, over whole chunks, so that rows nobody wants never reach SQLite.
// Lifetime: ChunkView and every ValueView from it borrow the map of the read transaction.
// Threads: const methods are safe together.
// Robustness: parse_chunk checks every offset once; accessors rely on it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/base/byte_reader.h"
#include "storage/relation.h"
#include "storage/value.h"

namespace dirsnap {

// A set of rows of one chunk, one bit each.
class RowMask {
 public:
  void set_all(std::uint32_t rows);  // the first `rows` bits, the rest clear
  void clear_all() { words_.fill(0); }
  [[nodiscard]] bool test(std::uint32_t row) const {
    return ((words_[row >> 6] >> (row & 63)) & 1) != 0;
  }
  void set(std::uint32_t row) { words_[row >> 6] |= std::uint64_t{1} << (row & 63); }
  void reset(std::uint32_t row) { words_[row >> 6] &= ~(std::uint64_t{1} << (row & 63)); }
  // First set row at or after `from`, or kChunkRows.
  [[nodiscard]] std::uint32_t next(std::uint32_t from) const;
  [[nodiscard]] std::uint32_t count() const;

 private:
  std::array<std::uint64_t, kChunkRows / 64> words_{};
};

enum class Op : std::uint8_t {
  kEq,
  kNe,
  kLt,
  kLe,
  kGt,
  kGe,
  kIsNull,
  kIsNotNull,
  kLike,  // SQLite's default LIKE: ASCII case folding, % and _, no ESCAPE
  kGlob,
  kIn,  // any of `list`
};

// column OP value, with SQLite's meaning: NULL never matches a comparison, types order
// number < text < blob, no affinity is applied (the caller converts `value` first).
struct Predicate {
  Op op = Op::kEq;
  Collation collation = Collation::kBinary;  // of text comparison
  bool ascii_nocase = false;                 // text comparison by SQLite's NOCASE instead
  ValueView value;                           // borrowed; for kLike and kGlob the pattern
  std::vector<ValueView> list;               // kIn
};

class ChunkView {
 public:
  [[nodiscard]] std::uint32_t rows() const { return rows_; }

  // REQUIRES: row < rows().
  [[nodiscard]] ValueView value(std::uint32_t row) const;

  // Clears the rows of `mask` that do not match.
  void select(const Predicate& predicate, RowMask& mask) const;

  // Smallest and largest integer of the chunk; nullopt if it holds anything but integers and NULL.
  struct IntegerRange {
    std::int64_t min = 0;
    std::int64_t max = 0;
  };
  [[nodiscard]] std::optional<IntegerRange> integer_range() const;

 private:
  friend Result<ChunkView> parse_chunk(Bytes bytes, std::uint32_t rows);
  Bytes bytes_;
  std::uint32_t rows_ = 0;
  // Encoding-specific members are added by the implementation.
};

// Checks the whole structure of an encoded chunk. Fails with kCorrupt; offset counts from the
// chunk's first byte. A column without any value in the chunk has no bytes: an all-NULL chunk.
Result<ChunkView> parse_chunk(Bytes bytes, std::uint32_t rows);

// Collects one column's values and encodes them in the smallest of the encodings of FORMAT.md.
class ChunkBuilder {
 public:
  // Rows between the last appended row and `row` are NULL. REQUIRES: rows ascend.
  void append(std::uint32_t row, const ValueView& value);
  // Empty result: all rows are NULL and nothing needs to be stored. Resets the builder.
  std::vector<std::byte> finish(std::uint32_t rows);
};

}  // namespace dirsnap
