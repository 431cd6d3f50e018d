// SPDX-License-Identifier: MIT
#include "importers/esedbexport/catalog.h"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <optional>

#include "importers/esedbexport/field.h"
#include "storage/base/text.h"

namespace dirsnap::esedbexport {
namespace {

constexpr std::size_t kMaxRows = 1'000'000;
constexpr std::uint32_t kGuessedId = 0x10000;  // behind every id that a catalog gives

std::int64_t number_or_zero(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// Where the fields stand that are read.
struct Header {
  std::optional<std::size_t> objid, type, id, coltyp, flags, pages, name;
};

Header header_of(const std::vector<std::string_view>& fields) {
  Header out;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i] == "ObjidTable") out.objid = i;
    if (fields[i] == "Type") out.type = i;
    if (fields[i] == "Id") out.id = i;
    if (fields[i] == "ColtypOrPgnoFDP") out.coltyp = i;
    if (fields[i] == "Flags") out.flags = i;
    if (fields[i] == "PagesOrLocale") out.pages = i;
    if (fields[i] == "Name") out.name = i;
  }
  return out;
}

}  // namespace

bool Catalog::is_header(std::string_view line) {
  std::vector<std::string_view> fields;
  split_fields(line, fields);
  const Header header = header_of(fields);
  return header.objid && header.type && header.id && header.coltyp && header.name;
}

Result<void> Catalog::read(dump::LineReader& lines) {
  constexpr std::string_view kTable = "1";
  constexpr std::string_view kColumn = "2";
  dump::Line line;
  DIRSNAP_TRY(const bool has_header, lines.next(line));
  std::vector<std::string_view> fields;
  split_fields(has_header ? line.text : std::string_view(), fields);
  const Header at = header_of(fields);
  if (!at.objid || !at.type || !at.id || !at.coltyp || !at.name) return {};
  const std::size_t count = fields.size();
  for (std::size_t rows = 0; rows < kMaxRows; ++rows) {
    DIRSNAP_TRY(const bool more, lines.next(line));
    if (!more) break;
    split_fields(line.text, fields);
    if (fields.size() != count) continue;
    Table& table = tables_[std::string(fields[*at.objid])];
    if (fields[*at.type] == kTable) table.name = fields[*at.name];
    if (fields[*at.type] != kColumn) continue;
    ese::ColumnDef column;
    column.id = static_cast<std::uint32_t>(number_or_zero(fields[*at.id]));
    column.name = fields[*at.name];
    const std::int64_t type = number_or_zero(fields[*at.coltyp]);
    if (type < 1 || type > static_cast<std::int64_t>(ese::ColumnType::kUnsignedLongLong)) continue;
    column.type = static_cast<ese::ColumnType>(type);
    if (at.flags) column.flags = static_cast<std::uint32_t>(number_or_zero(fields[*at.flags]));
    const bool is_unicode = at.pages && number_or_zero(fields[*at.pages]) == kUnicode;
    // Texts are printed as UTF-8, whatever 8-bit code page they were stored in.
    if (ese::is_text(column.type)) column.codepage = is_unicode ? kUnicode : kUtf8;
    table.columns.emplace(column.name, std::move(column));
  }
  return {};
}

bool Catalog::knows(std::string_view name) const {
  return std::any_of(tables_.begin(), tables_.end(),
                     [&](const auto& entry) { return entry.second.name == name; });
}

ese::TableDef Catalog::table(std::string_view name,
                             std::string_view header,
                             std::vector<std::size_t>& positions) const {
  const auto found = std::find_if(tables_.begin(), tables_.end(),
                                  [&](const auto& entry) { return entry.second.name == name; });
  std::vector<std::string_view> names;
  split_fields(header, names);
  std::vector<ese::ColumnDef> columns;
  for (std::size_t i = 0; i < names.size(); ++i) {
    ese::ColumnDef column;
    column.id = kGuessedId + static_cast<std::uint32_t>(i);
    column.name = repair_utf8(names[i]).text;
    column.type = guessed_type(column.name);
    if (ese::is_text(column.type)) column.codepage = kUtf8;
    if (found != tables_.end()) {
      const auto known = found->second.columns.find(column.name);
      if (known != found->second.columns.end()) column = known->second;
    }
    columns.push_back(std::move(column));
  }
  std::vector<std::size_t> order(columns.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return columns[a].id < columns[b].id; });
  ese::TableDef table;
  table.name = repair_utf8(name).text;
  positions.assign(columns.size(), 0);
  for (std::size_t i = 0; i < order.size(); ++i) {
    positions[order[i]] = i;
    table.columns.push_back(std::move(columns[order[i]]));
  }
  return table;
}

}  // namespace dirsnap::esedbexport
