// SPDX-License-Identifier: MIT
#include "tests/support/ese_format.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace dirsnap::support {
namespace {

// The next free id of a range of column ids.
ColumnId next_id(const std::vector<ColumnSpec>& columns, ColumnId first, ColumnId end) {
  ColumnId next = first;
  for (const ColumnSpec& column : columns) {
    if (column.id >= next && column.id < end) next = static_cast<ColumnId>(column.id + 1);
  }
  assert(next < end);
  return next;
}

}  // namespace

ColumnId TableSpec::fixed(std::string column_name, ColumnType type, std::uint32_t column_flags) {
  const ColumnId id = next_id(columns, 1, kFirstVariable);
  columns.push_back({id, std::move(column_name), type, 0, column_flags, std::nullopt});
  return id;
}

ColumnId TableSpec::variable(std::string column_name, ColumnType type, std::uint32_t codepage) {
  const ColumnId id = next_id(columns, kFirstVariable, kFirstTagged);
  columns.push_back({id, std::move(column_name), type, codepage, 0, std::nullopt});
  return id;
}

ColumnId TableSpec::tagged(std::string column_name, ColumnType type, std::uint32_t codepage) {
  // Tables of tens of thousands of tagged columns exist: the last one is nearly always the highest.
  ColumnId id = kFirstTagged;
  if (!columns.empty() && columns.back().id >= kFirstTagged) {
    id = static_cast<ColumnId>(columns.back().id + 1);
  } else {
    id = next_id(columns, kFirstTagged, 0xFEE1);
  }
  columns.push_back({id, std::move(column_name), type, codepage, 0, std::nullopt});
  return id;
}

ColumnSpec& TableSpec::column(ColumnId id) {
  const auto found = std::find_if(columns.begin(), columns.end(),
                                  [id](const ColumnSpec& c) { return c.id == id; });
  assert(found != columns.end());
  return *found;
}

void TableSpec::set_default(ColumnId id, std::string bytes) {
  ColumnSpec& spec = column(id);
  spec.flags |= kColumnHasDefault;
  spec.default_value = std::move(bytes);
}

void TableSpec::index(std::string index_name,
                      std::vector<IndexSegment> segments,
                      std::uint32_t index_flags) {
  indexes.push_back({std::move(index_name), std::move(segments), index_flags});
}

Layout::Layout(const EseOptions& from)
    : options(from),
      page_size(from.page_size),
      modern(from.generation == Generation::kModern),
      large(from.page_size > 8192) {
  update = from.format_update != 0 ? from.format_update : (modern ? 0x14U : 2U);
  new_checksum = modern && update >= 0x0B;
  header_size = large ? 80 : 40;
}

}  // namespace dirsnap::support
