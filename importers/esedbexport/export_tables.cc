// SPDX-License-Identifier: MIT
#include "importers/esedbexport/export_tables.h"

#include <algorithm>
#include <optional>

#include "importers/ese_tables/row_arena.h"
#include "importers/esedbexport/field.h"
#include "storage/base/text.h"

namespace dirsnap::esedbexport {

std::string_view table_name_of(std::string_view file_name) {
  const std::size_t dot = file_name.rfind('.');
  const bool is_number =
      dot != std::string_view::npos && dot + 1 < file_name.size() &&
      file_name.find_first_not_of("0123456789", dot + 1) == std::string_view::npos;
  return is_number ? file_name.substr(0, dot) : file_name;
}

class ExportTables::Cursor final : public RowCursor {
 public:
  Cursor(std::unique_ptr<ByteSource> source,
         const ese::TableDef& table,
         File& file,
         const CancelToken& cancel,
         std::span<const std::uint32_t> column_ids)
      : source_(std::move(source)), table_(table), file_(file), lines_(*source_, {}, cancel) {
    for (const ese::ColumnDef& column : table.columns) {
      const bool is_wanted = column_ids.empty() || std::find(column_ids.begin(), column_ids.end(),
                                                             column.id) != column_ids.end();
      wanted_.push_back(is_wanted);
    }
    counts_ = column_ids.empty();
    if (counts_) file.losses = {.has_value = std::vector<bool>(table.columns.size())};
  }

  Result<bool> next() override {
    dump::Line line;
    if (!has_header_) {
      DIRSNAP_TRY(const bool has_header, lines_.next(line));
      if (!has_header) return false;
      has_header_ = true;
    }
    for (;;) {
      DIRSNAP_TRY(const bool more, lines_.next(line));
      if (!more) return false;
      split_fields(line.text, fields_);
      if (fields_.size() == file_.positions.size()) break;
      if (counts_) ++file_.losses.bad_lines;
    }
    take_fields();
    return true;
  }

  [[nodiscard]] const ese::RowView& row() const override { return row_; }

 private:
  void take_fields();
  void take_value(std::size_t position, std::string_view field, std::uint32_t seq);

  std::unique_ptr<ByteSource> source_;
  const ese::TableDef& table_;
  File& file_;
  dump::LineReader lines_;
  std::vector<bool> wanted_;  // by position
  bool counts_ = false;
  bool has_header_ = false;
  std::vector<std::string_view> fields_;
  std::vector<std::string_view> values_;
  RowArena arena_;
  std::vector<ese::CellView> cells_;
  ese::RowView row_;
};

void ExportTables::Cursor::take_value(std::size_t position,
                                      std::string_view field,
                                      std::uint32_t seq) {
  const ese::ColumnDef& column = table_.columns[position];
  const auto bytes = bytes_of_field(column, field);
  if (counts_) {
    file_.losses.has_value[position] = true;
    if (!bytes && column.type == ese::ColumnType::kSingle) {
      ++file_.losses.singles;
    } else if (!bytes) {
      ++file_.losses.bad_values;
    }
  }
  if (!bytes || (bytes->empty() && !ese::is_text(column.type))) return;
  cells_.push_back({.column = &column, .seq = seq, .bytes = as_bytes(arena_.keep(*bytes))});
}

void ExportTables::Cursor::take_fields() {
  arena_.reset();
  cells_.clear();
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    const std::size_t position = file_.positions[i];
    if (!wanted_[position] || fields_[i].empty()) continue;
    const ese::ColumnDef& column = table_.columns[position];
    split_values(column, fields_[i], values_);
    for (std::size_t k = 0; k < values_.size(); ++k) {
      take_value(position, values_[k], static_cast<std::uint32_t>(k));
    }
    if (!counts_ || !ese::is_text(column.type)) continue;
    if (values_.size() > 1) ++file_.losses.split_texts;
    if (column.is_fixed() && column.codepage == kUnicode) ++file_.losses.short_texts;
  }
  std::stable_sort(
      cells_.begin(), cells_.end(),
      [](const ese::CellView& a, const ese::CellView& b) { return a.column->id < b.column->id; });
  ++row_.ordinal;
  row_.cells = cells_;
}

Result<void> ExportTables::read_catalog() {
  if (!context_.list_folder) return {};
  for (const std::string& name : context_.list_folder()) {
    if (!equal_ascii_nocase(table_name_of(name), "MSysObjects")) continue;
    const auto source = context_.open_beside(name);
    if (!source) continue;
    dump::LineReader lines(*source, {}, context_.cancel());
    DIRSNAP_CHECK(catalog_.read(lines));
    return {};
  }
  return {};
}

Result<bool> ExportTables::add(const std::string& file_name) {
  const auto source = context_.open_beside(file_name);
  if (!source) return false;
  dump::LineReader lines(*source, {}, context_.cancel());
  dump::Line line;
  DIRSNAP_TRY(const bool has_header, lines.next(line));
  if (!has_header) return false;
  File file{.name = file_name, .positions = {}, .losses = {}};
  tables_.push_back(catalog_.table(table_name_of(file_name), line.text, file.positions));
  files_.push_back(std::move(file));
  return true;
}

const ese::TableDef* ExportTables::find_table(std::string_view name) const {
  for (const ese::TableDef& table : tables_) {
    if (equal_ascii_nocase(table.name, name)) return &table;
  }
  return nullptr;
}

Result<std::unique_ptr<RowCursor>> ExportTables::open(const ese::TableDef& table,
                                                      std::span<const std::uint32_t> column_ids) {
  File& file = files_[static_cast<std::size_t>(&table - tables_.data())];
  auto source = context_.open_beside(file.name);
  if (!source) return fail(Code::kIo, file.name + " can no longer be opened");
  return std::make_unique<Cursor>(std::move(source), table, file, context_.cancel(), column_ids);
}

const ExportTables::Losses& ExportTables::losses(const ese::TableDef& table) const {
  return files_[static_cast<std::size_t>(&table - tables_.data())].losses;
}

}  // namespace dirsnap::esedbexport
