// SPDX-License-Identifier: MIT
//
// What the catalog of an ESE database says about its tables and columns.
// Lifetime: values; cells and cursors point into them, so they live as long as the Database.
// Threads: immutable after Database::open.
// Facts: FORMAT.md section 6.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "storage/base/byte_reader.h"

namespace dirsnap::ese {

// Code page of text columns that hold UTF-16LE.
inline constexpr std::uint32_t kUtf16Codepage = 1200;

// Column types by their number in the catalog.
enum class ColumnType : std::uint8_t {
  kNil = 0,  // deleted column
  kBit = 1,
  kUnsignedByte = 2,
  kShort = 3,
  kLong = 4,
  kCurrency = 5,  // signed 64-bit integer, scale up to the application
  kSingle = 6,
  kDouble = 7,
  kDateTime = 8,  // 8 bytes: OLE date or FILETIME, up to the application
  kBinary = 9,
  kText = 10,
  kLongBinary = 11,
  kLongText = 12,
  kStream = 13,  // obsolete, content in a .stm file
  kUnsignedLong = 14,
  kLongLong = 15,
  kGuid = 16,
  kUnsignedShort = 17,
  kUnsignedLongLong = 18,
};

// "Bit", "UnsignedByte", ... "LongText"; "Unknown" for numbers not listed.
const char* type_name(ColumnType type);

// Size of a fixed-size type in bytes; 0 for binary and text types.
std::uint32_t type_size(ColumnType type);

constexpr bool is_text(ColumnType type) {
  return type == ColumnType::kText || type == ColumnType::kLongText;
}
constexpr bool is_long_value(ColumnType type) {
  return type == ColumnType::kLongBinary || type == ColumnType::kLongText;
}

// Ids tell where a value is stored.
inline constexpr std::uint32_t kFirstVariableId = 128;
inline constexpr std::uint32_t kFirstTaggedId = 256;
inline constexpr std::uint32_t kLastColumnId = 0xFEE0;

// Bits of ColumnDef::flags.
inline constexpr std::uint32_t kColumnNotNull = 0x0001;
inline constexpr std::uint32_t kColumnAutoIncrement = 0x0004;
inline constexpr std::uint32_t kColumnMultiValued = 0x0008;
inline constexpr std::uint32_t kColumnHasDefault = 0x0010;
inline constexpr std::uint32_t kColumnUserDefault = 0x0080;  // computed by a callback
inline constexpr std::uint32_t kColumnTemplate98 = 0x0100;   // stored with the derived bit
inline constexpr std::uint32_t kColumnCompressed = 0x1000;
inline constexpr std::uint32_t kColumnEncrypted = 0x2000;

// One live column.
struct ColumnDef {
  std::uint32_t id = 0;  // 1-127 fixed, 128-255 variable, from 256 on tagged
  std::string name;
  ColumnType type = ColumnType::kNil;
  std::uint32_t size = 0;           // maximum size in bytes as the catalog says, 0 = no limit
  std::uint32_t codepage = 0;       // of text columns: 1252, 1200, ...; else 0
  std::uint32_t flags = 0;          // kColumn... bits
  std::uint32_t record_offset = 0;  // of fixed columns, from the start of the record
  bool is_template = false;         // inherited from the template table
  bool has_default = false;
  std::vector<std::byte> default_bytes;  // meaningful if has_default

  [[nodiscard]] bool is_multi_valued() const { return (flags & kColumnMultiValued) != 0; }
  [[nodiscard]] bool is_fixed() const { return id < kFirstVariableId; }
  [[nodiscard]] bool is_variable() const { return id >= kFirstVariableId && id < kFirstTaggedId; }
  [[nodiscard]] bool is_tagged() const { return id >= kFirstTaggedId; }
};

// One index, the primary one included.
struct IndexDef {
  std::string name;
  std::uint32_t objid = 0;
  std::uint32_t root_page = 0;
  std::uint32_t flags = 0;  // as stored
  [[nodiscard]] bool is_primary() const { return (flags & 0x0020) != 0; }
};

// One table.
struct TableDef {
  std::string name;
  std::uint32_t objid = 0;
  std::uint32_t root_page = 0;
  std::uint32_t flags = 0;
  std::uint32_t density_percent = 0;  // space the engine fills when it splits pages
  std::uint32_t long_value_root = 0;  // root page of the long-value tree, 0 = none
  std::uint32_t long_value_objid = 0;
  std::string template_name;       // table this one is derived from, may be empty
  std::vector<ColumnDef> columns;  // ascending id, inherited ones included, no deleted ones
  std::vector<IndexDef> indexes;   // in catalog order
  std::vector<std::uint32_t> deleted_columns;  // ids of column rows of type Nil, ascending
  bool is_system = false;                      // MSys...

  [[nodiscard]] const ColumnDef* find_column(std::string_view column_name) const;
  [[nodiscard]] const ColumnDef* find_column(std::uint32_t column_id) const;
};

}  // namespace dirsnap::ese
