// SPDX-License-Identifier: MIT
//
// One column of up to kChunkRows consecutive rows, read in place from the case.
// Filters run here, over whole chunks, so that rows nobody wants never reach SQLite.
// Lifetime: ChunkView and every ValueView from it borrow the map of the read transaction.
// Threads: const methods are safe together.
// Robustness: parse_chunk checks every offset once; accessors rely on it.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/base/byte_reader.h"
#include "storage/chunk_layout.h"
#include "storage/relation.h"
#include "storage/value.h"

namespace dirsnap {

// A set of rows of one chunk, one bit each. What stands behind its last word costs nothing: most
// chunks of a case with many snapshots are small.
class RowMask {
 public:
  void set_all(std::uint32_t rows);  // the first `rows` bits, the rest clear
  void clear_all() {
    std::fill_n(words_.begin(), used_, std::uint64_t{0});
    used_ = 0;
  }
  [[nodiscard]] bool test(std::uint32_t row) const {
    return ((words_[row >> 6] >> (row & 63)) & 1) != 0;
  }
  void set(std::uint32_t row) {
    used_ = std::max(used_, (row >> 6) + 1);
    words_[row >> 6] |= std::uint64_t{1} << (row & 63);
  }
  void reset(std::uint32_t row) { words_[row >> 6] &= ~(std::uint64_t{1} << (row & 63)); }
  // Clears the rows before `row`.
  void reset_before(std::uint32_t row) {
    const std::uint32_t whole = std::min(row >> 6, used_);
    std::fill_n(words_.begin(), whole, std::uint64_t{0});
    if (whole < used_) words_[whole] &= ~std::uint64_t{0} << (row & 63);
  }
  // 64 rows at once: rows 64*i .. 64*i+63, lowest bit first.
  static constexpr std::uint32_t kWords = kChunkRows / 64;
  // From this word on all are 0.
  [[nodiscard]] std::uint32_t words() const { return used_; }
  [[nodiscard]] std::uint64_t word(std::uint32_t i) const { return words_[i]; }
  // REQUIRES: i < words().
  void set_word(std::uint32_t i, std::uint64_t bits) { words_[i] = bits; }
  // First set row at or after `from`, or kChunkRows.
  [[nodiscard]] std::uint32_t next(std::uint32_t from) const;
  [[nodiscard]] std::uint32_t count() const;

 private:
  std::uint32_t used_ = 0;
  std::array<std::uint64_t, kWords> words_{};
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
  ValueView value = {};                      // borrowed; for kLike and kGlob the pattern
  std::vector<ValueView> list = {};          // kIn
};

class CompiledPredicate;

class alignas(64) ChunkView {
 public:
  [[nodiscard]] std::uint32_t rows() const { return rows_; }

  // REQUIRES: row < rows().
  [[nodiscard]] ValueView value(std::uint32_t row) const {
    if (longs_ != 0) return joined_value(row);
    if (!listed_) {
      // The usual columns, without a call.
      if (shape_ == Shape::kPlain) return bytes_value(row, type_);
      if (shape_ == Shape::kDictionary) return dictionary_value(row);
      if (shape_ == Shape::kAbsent) return ValueView::null();
      if (shape_ == Shape::kFixed && !has_bitmap_) return fixed_value(row);
    }
    const std::uint32_t slot = slot_of(row);
    return slot == kNoSlot ? ValueView::null() : slot_value(slot);
  }

  // Clears the rows of `mask` that do not match. A predicate that is asked of many chunks is
  // better compiled once.
  void select(const CompiledPredicate& test, RowMask& mask) const;
  void select(const Predicate& predicate, RowMask& mask) const;

  // Implementation, private to storage/.
  // Values too long for a chunk stand in records of their own; the relation joins them in.
  // `values` ascend by row as long_row() does.
  [[nodiscard]] std::uint32_t long_count() const { return longs_; }
  [[nodiscard]] std::uint32_t long_row(std::uint32_t index) const;
  void join_long_values(std::shared_ptr<const std::vector<std::string_view>> values) {
    long_values_ = std::move(values);
  }
  // Some values are those of the same rows in the next column.
  [[nodiscard]] bool has_twins() const { return has_twins_; }
  void join_twin(ChunkView twin);
  // The view of a column whose values are given by kind; `numbers` is the chunk of the rows'
  // kinds, `values` hold those of kinds [0, kChunkRows), and so on. Fails with kCorrupt where a
  // kind is missing or past `kinds`.
  static Result<ChunkView> by_kind(const ChunkView& numbers,
                                   std::uint32_t kinds,
                                   std::shared_ptr<const std::vector<ChunkView>> values);
  // Number of the row's kind. REQUIRES: made by by_kind().
  [[nodiscard]] std::uint32_t kind(std::uint32_t row) const {
    return static_cast<std::uint32_t>(fixed_at(row));
  }

 private:
  friend Result<ChunkView> parse_chunk(Bytes bytes, std::uint32_t rows);
  friend class ChunkParser;
  friend class ChunkSelector;

  // How the rows that have a value map to slots of the payload.
  enum class Shape : std::uint8_t { kAbsent, kFixed, kPlain, kDictionary, kMixed, kByKind };
  static constexpr std::uint32_t kNoSlot = UINT32_MAX;

  [[nodiscard]] std::uint32_t slot_of(std::uint32_t row) const;
  [[nodiscard]] std::uint32_t listed_row(std::uint32_t slot) const;
  [[nodiscard]] std::uint32_t code_at(std::uint32_t slot) const {
    return static_cast<std::uint32_t>(chunk_layout::load_width(payload_, slot, width_));
  }
  [[nodiscard]] std::uint64_t fixed_at(std::uint32_t slot) const {
    return static_cast<std::uint64_t>(min_) + chunk_layout::load_width(payload_, slot, width_);
  }
  [[nodiscard]] ValueView fixed_value(std::uint32_t slot) const {
    const std::uint64_t bits = fixed_at(slot);
    if (type_ == ValueType::kReal) return ValueView::of_real(std::bit_cast<double>(bits));
    return ValueView::of(static_cast<std::int64_t>(bits));
  }
  [[nodiscard]] ValueView dictionary_value(std::uint32_t slot) const {
    const std::uint32_t code = code_at(slot);
    return code == distinct_ ? ValueView::null() : bytes_value(code, type_);
  }
  [[nodiscard]] ValueView slot_value(std::uint32_t slot) const;
  [[nodiscard]] ValueView twin_value(std::uint32_t slot) const;
  [[nodiscard]] ValueView joined_value(std::uint32_t row) const;
  [[nodiscard]] ValueView bytes_value(std::uint32_t index, ValueType type) const {
    const std::uint32_t begin = offset_at(index);
    const std::uint32_t end = offset_at(index + 1);
    if (begin == end) return ValueView::null();
    ValueView value{.type = type, .is_c_string = c_strings_ && type == ValueType::kText};
    value.bytes = {reinterpret_cast<const char*>(text_ + begin), end - begin - 1};
    return value;
  }
  [[nodiscard]] std::uint32_t offset_at(std::uint32_t index) const {
    return static_cast<std::uint32_t>(chunk_layout::load_width(offsets_, index, offset_width_));
  }
  [[nodiscard]] ValueView long_value(std::uint32_t index) const;

  // What a look at one value needs comes first, in one line of the processor's cache: values of
  // rows all over a table are one such look each.
  std::uint32_t rows_ = 0;
  Shape shape_ = Shape::kAbsent;
  ValueType type_ = ValueType::kNull;  // of every value; kNull where each slot has its own
  bool listed_ = false;                // slots belong to the rows of a sorted list
  bool has_bitmap_ = false;            // kFixed: slots are rows, a bit says which are present
  bool c_strings_ = false;             // no text holds a NUL of its own
  std::uint8_t width_ = 0;             // bytes of a fixed value or of a dictionary code
  std::uint8_t offset_width_ = 0;      // bytes of an offset, 2 or 4
  bool has_twins_ = false;
  std::uint16_t longs_ = 0;
  std::uint16_t present_ = 0;            // rows with a value, long ones not counted
  std::uint16_t slots_ = 0;              // entries of the payload
  std::uint16_t distinct_ = 0;           // entries of the dictionary
  std::int64_t min_ = 0;                 // kFixed integers: smallest value, base of the codes
  const std::byte* presence_ = nullptr;  // bitmap or row list
  const std::byte* payload_ = nullptr;   // fixed values, codes or type bytes
  const std::byte* offsets_ = nullptr;   // of texts and blobs, one more than there are
  const std::byte* text_ = nullptr;      // what the offsets count from
  // The rest.
  std::int64_t max_ = 0;
  const std::byte* long_rows_ = nullptr;   // u16 rows
  const std::byte* long_types_ = nullptr;  // u8 value types
  std::shared_ptr<const std::vector<std::string_view>> long_values_;
  std::shared_ptr<const std::vector<ChunkView>> others_;  // the twin, or the kinds' values
};

// Checks the whole structure of an encoded chunk. Fails with kCorrupt; offset counts from the
// chunk's first byte. A column without any value in the chunk has no bytes: an all-NULL chunk.
Result<ChunkView> parse_chunk(Bytes bytes, std::uint32_t rows);

// Collects one column's values and encodes them in the smallest of the encodings of FORMAT.md; for
// a few chunks after one that was better off without a dictionary, in the smallest other one.
class ChunkBuilder {
 public:
  // NULL, or NaN, which SQL shows as NULL and the store keeps as such.
  [[nodiscard]] static bool is_absent(const ValueView& value) {
    return value.is_null() || (value.type == ValueType::kReal && std::isnan(value.real));
  }
  // Rows between the last appended row and `row` are NULL. REQUIRES: rows ascend.
  void append(std::uint32_t row, const ValueView& value) {
    if (is_absent(value)) return;
    if (value.type == ValueType::kInteger) {
      append_number(row, value.type, static_cast<std::uint64_t>(value.integer));
    } else if (value.type == ValueType::kReal) {
      append_number(row, value.type, std::bit_cast<std::uint64_t>(value.real));
    } else {
      append_bytes(row, value.type, value.bytes);
    }
  }
  // The bits of an integer or real. REQUIRES: rows ascend, not NaN.
  void append_number(std::uint32_t row, ValueType type, std::uint64_t bits) {
    entries_.push_back({.row = static_cast<std::uint16_t>(row), .type = type, .payload = bits});
  }
  // REQUIRES: rows ascend; `type` is kText or kBlob.
  void append_bytes(std::uint32_t row, ValueType type, std::string_view bytes) {
    entries_.push_back({.row = static_cast<std::uint16_t>(row),
                        .type = type,
                        .size = static_cast<std::uint32_t>(bytes.size()),
                        .payload = bytes_.size()});
    bytes_.append(bytes);
    bytes_.push_back('\0');
  }
  // The row's value is that of the next column. REQUIRES: rows ascend.
  void append_twin(std::uint32_t row);
  // True if a text or blob is better kept in a record of its own: it is long, or it would make the
  // chunk too large for memory. The answer depends on the rows so far alone.
  [[nodiscard]] bool wants_apart(std::string_view bytes) const {
    if (bytes.size() > kLongValueBytes) return true;
    return bytes_.size() > kChunkBytes && bytes.size() > kShortValueBytes;
  }
  // Notes that the value of `row` stands in a record of its own. REQUIRES: rows ascend.
  void append_apart(std::uint32_t row, ValueType type);
  // True if no value has come since the last finish().
  [[nodiscard]] bool empty() const { return entries_.empty() && aparts_.empty(); }
  // About what finish() will return.
  [[nodiscard]] std::size_t size_bytes() const { return bytes_.size() + 8 * entries_.size(); }
  // Empty result: all rows are NULL and nothing needs to be stored. Resets the builder.
  std::vector<std::byte> finish(std::uint32_t rows);

 private:
  struct Entry {
    std::uint16_t row = 0;
    ValueType type = ValueType::kNull;
    std::uint32_t size = 0;     // kText, kBlob
    std::uint64_t payload = 0;  // the number's bits, or where the text starts in bytes_
  };
  // Longer values get a record of their own.
  static constexpr std::size_t kLongValueBytes = 8192;
  // A column's open chunk grows no further than about this; then shorter values go apart, too.
  static constexpr std::size_t kChunkBytes = std::size_t{8} << 20;
  static constexpr std::size_t kShortValueBytes = 256;

  struct Apart {
    std::uint16_t row = 0;
    ValueType type = ValueType::kNull;
  };
  friend class ChunkEncoder;

  std::vector<Entry> entries_;  // rows with a value, ascending
  std::string bytes_;           // texts and blobs as a chunk has them, each with its NUL
  std::vector<Apart> aparts_;
  unsigned plain_chunks_ = 0;  // still to be made without looking for a dictionary
};

}  // namespace dirsnap
