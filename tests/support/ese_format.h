// SPDX-License-Identifier: MIT
//
// Constants and descriptions shared by the parts of the ESE writer: the two generations of the
// file format, column types, page flags, tables, columns and indexes.
// Facts: the engine's published source; values are those found in the files of the generation.
// Lifetime, threads: plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dirsnap::support {

// The two shapes of a database that matter to a reader.
enum class Generation : std::uint8_t {
  kEse97,   // update 2: XOR checksums, linear tagged columns (Exchange 5.5)
  kModern,  // update 9 and later: tagged columns behind an array of offsets; XOR+ECC checksums
            // from update 0x0B on
};

// Column types by their number in the catalog.
enum class ColumnType : std::uint8_t {
  kNil = 0,  // a deleted column
  kBit = 1,
  kUnsignedByte = 2,
  kShort = 3,
  kLong = 4,
  kCurrency = 5,
  kSingle = 6,
  kDouble = 7,
  kDateTime = 8,
  kBinary = 9,
  kText = 10,
  kLongBinary = 11,
  kLongText = 12,
  kUnsignedLong = 14,
  kLongLong = 15,
  kGuid = 16,
  kUnsignedShort = 17,
};

// Size of a value of the type, 0 where it varies.
constexpr std::uint32_t type_size(ColumnType type) {
  switch (type) {
    case ColumnType::kBit:
    case ColumnType::kUnsignedByte:
      return 1;
    case ColumnType::kShort:
    case ColumnType::kUnsignedShort:
      return 2;
    case ColumnType::kLong:
    case ColumnType::kSingle:
    case ColumnType::kUnsignedLong:
      return 4;
    case ColumnType::kCurrency:
    case ColumnType::kDouble:
    case ColumnType::kDateTime:
    case ColumnType::kLongLong:
      return 8;
    case ColumnType::kGuid:
      return 16;
    default:
      return 0;
  }
}

constexpr bool is_long_type(ColumnType type) {
  return type == ColumnType::kLongBinary || type == ColumnType::kLongText;
}

constexpr bool is_text_type(ColumnType type) {
  return type == ColumnType::kText || type == ColumnType::kLongText;
}

// Code pages of text columns.
inline constexpr std::uint32_t kLatin = 1252;
inline constexpr std::uint32_t kUtf16 = 1200;

// Column ids: 1-127 fixed, 128-255 variable, 256 and up tagged.
using ColumnId = std::uint16_t;
inline constexpr ColumnId kFirstVariable = 128;
inline constexpr ColumnId kFirstTagged = 256;

// Column flags of the catalog.
inline constexpr std::uint32_t kColumnNotNull = 0x0001;
inline constexpr std::uint32_t kColumnAutoIncrement = 0x0004;
inline constexpr std::uint32_t kColumnMultiValued = 0x0008;
inline constexpr std::uint32_t kColumnHasDefault = 0x0010;
inline constexpr std::uint32_t kColumnCompressed = 0x1000;

// Index flags of the catalog.
inline constexpr std::uint32_t kIndexUnique = 0x0001;
inline constexpr std::uint32_t kIndexAllowNulls = 0x000E;  // all, first and some segments
inline constexpr std::uint32_t kIndexNoNulls = 0x0010;
inline constexpr std::uint32_t kIndexPrimary = 0x0020;

// Page flags.
inline constexpr std::uint32_t kPageRoot = 0x0001;
inline constexpr std::uint32_t kPageLeaf = 0x0002;
inline constexpr std::uint32_t kPageParentOfLeaf = 0x0004;
inline constexpr std::uint32_t kPageSpaceTree = 0x0020;
inline constexpr std::uint32_t kPageIndex = 0x0040;
inline constexpr std::uint32_t kPageLongValue = 0x0080;
inline constexpr std::uint32_t kPageNonUnique = 0x0400;
inline constexpr std::uint32_t kPageModern = 0xA800;      // record format, checksum, flush count 1
inline constexpr std::uint32_t kPageNewRecords = 0x0800;  // record format alone

// Node flags.
inline constexpr std::uint8_t kNodeDeleted = 2;
inline constexpr std::uint8_t kNodeCompressed = 4;

struct ColumnSpec {
  ColumnId id = 0;
  std::string name;  // at most 64 bytes of code page 1252
  ColumnType type = ColumnType::kLong;
  std::uint32_t codepage = 0;  // text: kLatin or kUtf16
  std::uint32_t flags = 0;
  std::optional<std::string> default_value;  // raw bytes, at most 255
};

struct IndexSegment {
  ColumnId column = 0;
  bool descending = false;
};

struct IndexSpec {
  std::string name;
  std::vector<IndexSegment> segments;
  std::uint32_t flags = 0;
};

// A table to be written. fixed(), variable() and tagged() give out the ids of their range in
// turn. Without an index that carries kIndexPrimary the rows are keyed by their sequence number.
struct TableSpec {
  std::string name;
  std::vector<ColumnSpec> columns;  // in the order of declaration
  std::vector<IndexSpec> indexes;
  std::uint32_t flags = 0;  // catalog flags of the table row

  ColumnId fixed(std::string column, ColumnType type, std::uint32_t column_flags = 0);
  ColumnId variable(std::string column, ColumnType type, std::uint32_t codepage = 0);
  ColumnId tagged(std::string column, ColumnType type, std::uint32_t codepage = 0);
  // The column with this id. REQUIRES: it was given out by this table.
  ColumnSpec& column(ColumnId id);
  // Sets the value that a row without the column has.
  void set_default(ColumnId id, std::string bytes);
  void index(std::string index_name, std::vector<IndexSegment> segments, std::uint32_t index_flags);
};

struct EseOptions {
  Generation generation = Generation::kEse97;
  std::uint32_t page_size = 4096;    // 4096 for kEse97; 2048 to 32768 for kModern
  std::uint32_t format_update = 0;   // 0: the usual one of the generation; >= 0x10E: tag nibble
  bool dirty = false;                // header state 2 instead of 3
  bool wide_long_value_ids = false;  // 64-bit ids, modern generation only
  bool spare_long_values = false;    // separate only what does not fit into the record
};

// What follows from the options.
struct Layout {
  explicit Layout(const EseOptions& options);

  EseOptions options;
  std::uint32_t update = 0;
  std::uint32_t page_size = 4096;
  std::uint32_t header_size = 40;  // bytes of the page header
  bool modern = false;
  bool new_checksum = false;
  bool large = false;  // the page format of 16 KiB pages and more
};

}  // namespace dirsnap::support
