// SPDX-License-Identifier: MIT
#include "tests/support/ese_record.h"

#include <algorithm>
#include <utility>

#include "tests/support/ese_compress.h"
#include "tests/support/ese_key.h"

namespace dirsnap::support {
namespace {

constexpr std::uint32_t kFixedStart = 4;  // behind the record header
constexpr char kNullFill = '\x2A';        // what stands in fixed columns that are NULL
constexpr std::size_t kLongestIntrinsic = 1023;
constexpr std::size_t kShortestCompressed = 32;
constexpr std::uint16_t kVariableNull = 0x8000;

// Flags of the linear layout, in the length of an entry.
constexpr std::uint16_t kLinearNull = 0x4000;
constexpr std::uint16_t kLinearLong = 0x8000;
constexpr std::size_t kLinearLongest = 0x0FFF;

// Flags of the array layout on small pages, in the offset of an entry.
constexpr std::uint16_t kArrayInfo = 0x4000;
constexpr std::uint16_t kArrayNull = 0x2000;

// The info byte of the array layout.
constexpr std::uint8_t kInfoLong = 0x01;
constexpr std::uint8_t kInfoCompressed = 0x02;
constexpr std::uint8_t kInfoSeparated = 0x04;
constexpr std::uint8_t kInfoMulti = 0x08;
constexpr std::uint8_t kInfoTwo = 0x10;
constexpr std::uint8_t kInfoNull = 0x20;

// The highest column of a range that has a value; first - 1 if none has.
ColumnId last_set(const Row& row, ColumnId first, ColumnId end) {
  ColumnId last = static_cast<ColumnId>(first - 1);
  for (const Row::Cell& cell : row.cells()) {
    if (!cell.is_null && cell.column >= first && cell.column < end) {
      last = std::max(last, cell.column);
    }
  }
  return last;
}

// True if the row says explicitly that the column is NULL.
bool is_set_null(const Row& row, ColumnId column) {
  return std::any_of(row.cells().begin(), row.cells().end(), [column](const Row::Cell& cell) {
    return cell.is_null && cell.column == column;
  });
}

}  // namespace

const std::vector<Row::Cell>& Row::sorted_cells() {
  const auto by_column = [](const Cell& a, const Cell& b) { return a.column < b.column; };
  if (!std::is_sorted(cells_.begin(), cells_.end(), by_column)) {
    std::stable_sort(cells_.begin(), cells_.end(), by_column);
  }
  return cells_;
}

const Row::Cell* Row::find(ColumnId column) const {
  for (const Cell& cell : cells_) {
    if (cell.column == column) return cell.is_null ? nullptr : &cell;
  }
  return nullptr;
}

std::uint32_t record_offset(const TableSpec& table, ColumnId id) {
  std::uint32_t offset = kFixedStart;
  for (const ColumnSpec& column : table.columns) {
    if (column.id < id && column.id < kFirstVariable) offset += type_size(column.type);
  }
  return offset;
}

std::size_t longest_record(const Layout& layout) {
  // Room for the tags, a root's header and the longest key with its sizes.
  return layout.page_size - layout.header_size - 8 - 16 - (4 + kLongestKey);
}

RecordEncoder::RecordEncoder(const Layout& layout, const TableSpec& table) : layout_(layout) {
  for (const ColumnSpec& column : table.columns) {
    columns_[column.id] = &column;
    if (column.id < kFirstVariable) fixed_offsets_[column.id] = record_offset(table, column.id);
  }
}

const ColumnSpec* RecordEncoder::find(ColumnId id) const {
  const auto found = columns_.find(id);
  return found == columns_.end() ? nullptr : found->second;
}

Result<std::string> RecordEncoder::encode(Row& row, const LongValueStore& store) {
  row.sorted_cells();
  std::string record(4, '\0');
  DIRSNAP_CHECK(append_fixed(row, record));
  DIRSNAP_CHECK(append_variable(row, record));
  DIRSNAP_TRY(std::vector<Field> fields, collect(row));
  if (layout_.modern) compress(fields);
  const std::size_t longest = longest_record(layout_);
  if (record.size() > longest) return fail(Code::kLimit, "a record is too long");
  DIRSNAP_CHECK(separate(fields, longest - record.size(), store));
  if (layout_.modern) {
    DIRSNAP_CHECK(append_array(fields, record));
  } else {
    DIRSNAP_CHECK(append_linear(fields, record));
  }
  return record;
}

// Fixed columns up to the last one that is set; others carry their default or are NULL.
Result<void> RecordEncoder::append_fixed(const Row& row, std::string& record) const {
  const ColumnId last = last_set(row, 1, kFirstVariable);
  std::string nulls((last + 7U) / 8U, '\0');
  for (ColumnId id = 1; id <= last; ++id) {
    const ColumnSpec* column = find(id);
    const Row::Cell* cell = row.find(id);
    if (column == nullptr) return fail(Code::kUsage, "a fixed column is not declared");
    const std::uint32_t size = type_size(column->type);
    if (cell != nullptr && cell->size != size) {
      return fail(Code::kUsage, "value of wrong size in column " + column->name);
    }
    if (cell != nullptr) {
      record.append(row.bytes(*cell));
    } else if (column->default_value && !is_set_null(row, id)) {
      record.append(*column->default_value);
    } else {
      record.append(size, kNullFill);
      const std::size_t byte = (id - 1U) / 8U;
      nulls[byte] =
          static_cast<char>(static_cast<unsigned char>(nulls[byte]) | 1U << ((id - 1U) % 8U));
    }
  }
  record.append(nulls);
  record[0] = static_cast<char>(last);
  store_le(record, 2, static_cast<std::uint16_t>(record.size()));
  return {};
}

Result<void> RecordEncoder::append_variable(const Row& row, std::string& record) const {
  const ColumnId last = last_set(row, kFirstVariable, kFirstTagged);
  std::string values;
  for (ColumnId id = kFirstVariable; id <= last; ++id) {
    const ColumnSpec* column = find(id);
    const Row::Cell* cell = row.find(id);
    if (column == nullptr) return fail(Code::kUsage, "a variable column is not declared");
    std::uint16_t flag = 0;
    if (cell != nullptr) {
      if (cell->size > 255) return fail(Code::kUsage, "value too long for column " + column->name);
      values.append(row.bytes(*cell));
    } else if (column->default_value && !is_set_null(row, id)) {
      values.append(*column->default_value);
    } else {
      flag = kVariableNull;
    }
    append_le(record, static_cast<std::uint16_t>(values.size() | flag));
  }
  record.append(values);
  record[1] = static_cast<char>(last);
  return {};
}

Result<std::vector<RecordEncoder::Field>> RecordEncoder::collect(Row& row) const {
  std::vector<Field> fields;
  for (const Row::Cell& cell : row.sorted_cells()) {
    const ColumnSpec* column = find(cell.column);
    if (column == nullptr) return fail(Code::kUsage, "a column is not declared");
    if (cell.column < kFirstTagged) continue;
    if (fields.empty() || fields.back().column != column) fields.push_back({column, false, {}});
    Field& field = fields.back();
    field.is_null = cell.is_null;
    if (!cell.is_null) field.values.push_back({row.bytes(cell), {}, false, false});
  }
  return fields;
}

// Only the first value of a column can be compressed inside the record.
void RecordEncoder::compress(std::vector<Field>& fields) const {
  for (Field& field : fields) {
    if ((field.column->flags & kColumnCompressed) == 0 || field.values.empty()) continue;
    Value& first = field.values.front();
    if (first.bytes.size() < kShortestCompressed || first.bytes.size() > kLongestIntrinsic)
      continue;
    first.owned = compress_value(first.bytes, field.column->codepage == kUtf16);
    first.is_compressed = !first.owned.empty();
  }
}

std::size_t RecordEncoder::tagged_size(const std::vector<Field>& fields) const {
  std::size_t size = 0;
  for (const Field& field : fields) {
    for (const Value& value : field.values) size += value.view().size() + 5;
    size += 5;
  }
  return size;
}

// Moves long values out: those above the usual size, then the largest until the record fits.
Result<void> RecordEncoder::separate(std::vector<Field>& fields,
                                     std::size_t room,
                                     const LongValueStore& store) {
  std::size_t limit = layout_.options.spare_long_values ? kLinearLongest - 1 : kLongestIntrinsic;
  for (;;) {
    std::size_t largest = 0;
    for (Field& field : fields) {
      if (!is_long_type(field.column->type)) continue;
      for (Value& value : field.values) {
        if (value.is_separated) continue;
        if (value.view().size() > limit) {
          DIRSNAP_TRY(value.owned, store(value.bytes, *field.column));
          value.is_separated = true;
          value.is_compressed = false;
        } else {
          largest = std::max(largest, value.view().size());
        }
      }
    }
    if (tagged_size(fields) <= room) return {};
    if (largest <= 8) return fail(Code::kLimit, "a record does not fit on a page");
    limit = largest - 1;
  }
}

Result<void> RecordEncoder::append_linear(const std::vector<Field>& fields,
                                          std::string& record) const {
  for (const Field& field : fields) {
    const bool is_long = is_long_type(field.column->type);
    if (field.is_null) {
      append_le(record, field.column->id);
      append_le(record, kLinearNull);
    }
    for (const Value& value : field.values) {
      const std::size_t size = value.view().size() + (is_long ? 1 : 0);
      if (size > kLinearLongest) return fail(Code::kLimit, "a tagged value is too long");
      append_le(record, field.column->id);
      append_le(record, static_cast<std::uint16_t>(size | (is_long ? kLinearLong : 0)));
      if (is_long) record.push_back(value.is_separated ? '\1' : '\0');
      record.append(value.view());
    }
  }
  return {};
}

// The bytes of a column in the array layout; `info` gets its info byte.
std::string RecordEncoder::field_bytes(const Field& field, std::uint8_t& info) const {
  info = is_long_type(field.column->type) ? kInfoLong : 0;
  if (field.is_null) {
    info = static_cast<std::uint8_t>(info | kInfoNull);
    return {};
  }
  const Value& first = field.values.front();
  if (first.is_compressed) info = static_cast<std::uint8_t>(info | kInfoCompressed);
  if (field.values.size() == 1) {
    if (first.is_separated) info = static_cast<std::uint8_t>(info | kInfoSeparated);
    return std::string(first.view());
  }
  info = static_cast<std::uint8_t>(info | kInfoMulti);
  std::string bytes;
  if (field.values.size() == 2 && (info & kInfoLong) == 0) {
    info = static_cast<std::uint8_t>(info | kInfoTwo);
    bytes.push_back(static_cast<char>(first.view().size()));
    return bytes.append(first.view()).append(field.values[1].view());
  }
  std::size_t offset = 2 * field.values.size();
  for (const Value& value : field.values) {
    append_le(bytes, static_cast<std::uint16_t>(offset | (value.is_separated ? 0x8000U : 0U)));
    offset += value.view().size();
  }
  for (const Value& value : field.values) bytes.append(value.view());
  return bytes;
}

Result<void> RecordEncoder::append_array(const std::vector<Field>& fields,
                                         std::string& record) const {
  std::string entries;
  std::string values;
  for (const Field& field : fields) {
    std::uint8_t info = 0;
    const std::string bytes = field_bytes(field, info);
    std::size_t offset = 4 * fields.size() + values.size();
    if (offset > (layout_.large ? 0x7FFFU : 0x1FFFU)) return fail(Code::kLimit, "too many columns");
    if (!layout_.large) {
      if (field.is_null) {
        offset |= kArrayNull;
        info = 0;
      }
      if (info != 0) offset |= kArrayInfo;
    }
    append_le(entries, field.column->id);
    append_le(entries, static_cast<std::uint16_t>(offset));
    if (layout_.large || info != 0) values.push_back(static_cast<char>(info));
    values.append(bytes);
  }
  record.append(entries).append(values);
  return {};
}

}  // namespace dirsnap::support
