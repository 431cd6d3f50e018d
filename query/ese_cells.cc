// SPDX-License-Identifier: MIT
#include "query/ese_cells.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <nlohmann/json.hpp>

#include "query/sql_value.h"
#include "storage/base/text.h"
#include "storage/tables/ese_columns.h"

namespace dirsnap {
namespace {

using Json = nlohmann::json;

struct CellColumnNo {
  enum : int {
    kSnapshotId,
    kSourceId,
    kRecord,
    kPage,
    kColumnName,
    kSeq,
    kValue,
    kSqlName,
  };
};

struct CellColumn {
  const char* name;
  const char* type;
  const char* doc;
};

constexpr CellColumn kCellColumns[] = {
    {"snapshot_id", "INTEGER", "Snapshot the value belongs to (snapshots.snapshot_id)."},
    {"source_id", "INTEGER", "Source the value was read from (sources.source_id)."},
    {"record", "INTEGER", "Number of the record in its table: _record of the raw table."},
    {"page", "INTEGER", "Page of the database the record stands on."},
    {"column_name", "TEXT", "Name of the column in the catalog."},
    {"seq", "INTEGER", "Position among the values of a multi-valued column, from 0."},
    {"value", "", "The value in its native type; NULLs are left out."},
    {"sql_name", "TEXT", "The argument: a name from ese_tables.sql_name or recovered_sql_name."},
};
static_assert(std::size(kCellColumns) == CellColumnNo::kSqlName + 1);

// Columns whose equality narrows the walk, in the order of xFilter's arguments.
constexpr std::array<int, 5> kKeys = {CellColumnNo::kSqlName, CellColumnNo::kSnapshotId,
                                      CellColumnNo::kSourceId, CellColumnNo::kRecord,
                                      CellColumnNo::kColumnName};

std::optional<std::int64_t> whole_number(const ValueView& value) {
  if (value.type == ValueType::kInteger) return value.integer;
  // A value that is no integer matches nothing; -1 is no number of anything here.
  if (value.type != ValueType::kReal) return -1;
  const bool whole = std::abs(value.real) < 9e18 && std::trunc(value.real) == value.real;
  return whole ? static_cast<std::int64_t>(value.real) : -1;
}

std::string from_hex(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

bool is_blob_object(const Json& element) {
  if (!element.is_object() || element.size() != 1 || !element.contains("hex")) return false;
  const Json& hex = element.at("hex");
  if (!hex.is_string()) return false;
  const auto& digits = hex.get_ref<const std::string&>();
  return digits.size() % 2 == 0 &&
         digits.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
}

}  // namespace

void EseCellsTable::add(const RawTable& table) {
  auto& parts = tables_[to_lower_ascii(table.shape.name)];
  for (std::size_t i = 0; i < table.parts.size(); ++i) {
    const TablePart& part = table.shape.parts[i];
    parts.push_back({.snapshot_id = part.snapshot_id,
                     .source_id = part.source_id,
                     .relation = part.relation,
                     .piece = part.piece,
                     .table_name = table.parts[i].table_name});
  }
}

const std::vector<EseCellsTable::Part>* EseCellsTable::find(std::string_view sql_name) const {
  const auto found = tables_.find(to_lower_ascii(sql_name));
  return found == tables_.end() ? nullptr : &found->second;
}

TableInfo EseCellsTable::info() {
  TableInfo info{.name = "ese_cells",
                 .doc =
                     "Table-valued function ese_cells(sql_name): one row per value of a raw ESE "
                     "table, multi-values split, columns beyond SQL's limit included.",
                 .theme = "ESE databases"};
  for (const CellColumn& column : kCellColumns) {
    const auto index = static_cast<int>(&column - kCellColumns);
    info.columns.push_back({.name = column.name,
                            .type = column.type,
                            .doc = column.doc,
                            .indexed = std::find(kKeys.begin(), kKeys.end(), index) != kKeys.end(),
                            .hidden = index == CellColumnNo::kSqlName});
  }
  info.examples = {
      "SELECT c.column_name, count(*) AS n FROM ese_tables t, ese_cells(t.sql_name) c GROUP BY 1"};
  return info;
}

std::string EseCellsModule::declaration(EseCellsTable& /*table*/) {
  std::string sql = "CREATE TABLE x(";
  for (const CellColumn& column : kCellColumns) {
    if (sql.back() != '(') sql += ", ";
    sql.append(column.name).append(" ").append(column.type);
    const auto index = &column - kCellColumns;
    if (index == CellColumnNo::kSqlName) sql += " HIDDEN";
    if (index == CellColumnNo::kSqlName || index == CellColumnNo::kColumnName)
      sql += " COLLATE FOLD";
  }
  return sql + ")";
}

// True if what the term's collation takes for equal, FOLD does too: then its rows may be narrowed.
bool is_within_fold(sqlite3_index_info& info, int constraint) {
  const std::string_view collation = sqlite3_vtab_collation(&info, constraint);
  return equal_ascii_nocase(collation, "FOLD") || equal_ascii_nocase(collation, "NOCASE") ||
         equal_ascii_nocase(collation, "BINARY");
}

// The plan's text lists the keys: "sql_name(=) record(=)". Keys only narrow the walk; SQLite tests
// them again.
Result<void> EseCellsModule::best_index(EseCellsTable& table,
                                        sqlite3* /*db*/,
                                        sqlite3_index_info& info,
                                        bool& unusable) {
  std::string plan;
  int arguments = 0;
  info.estimatedCost = 1e6;
  for (const int key : kKeys) {
    if (key != CellColumnNo::kSqlName && !table.session().push_down()) break;
    for (int i = 0; i < info.nConstraint; ++i) {
      const auto& constraint = info.aConstraint[i];
      const bool serves = constraint.usable != 0 && constraint.iColumn == key &&
                          constraint.op == SQLITE_INDEX_CONSTRAINT_EQ &&
                          (key != CellColumnNo::kColumnName || is_within_fold(info, i));
      if (!serves) continue;
      info.aConstraintUsage[i].argvIndex = ++arguments;
      info.aConstraintUsage[i].omit = key == CellColumnNo::kSqlName ? 1 : 0;
      info.estimatedCost /= 10;
      plan += (plan.empty() ? "" : " ") + std::string(kCellColumns[key].name) + "(=)";
      break;
    }
  }
  unusable = !plan.starts_with("sql_name");
  info.estimatedRows = static_cast<sqlite3_int64>(info.estimatedCost);
  info.idxStr = sqlite3_mprintf("%s", plan.c_str());
  info.needToFreeIdxStr = 1;
  return {};
}

Result<void> EseCellsModule::Cursor::filter(sqlite3* /*db*/,
                                            std::string_view plan,
                                            std::span<sqlite3_value*> arguments) {
  ++table_.session().counters().filter_calls;
  snapshot_id_ = source_id_ = record_ = std::nullopt;
  column_name_.reset();
  std::size_t used = 0;
  for (const int key : kKeys) {
    const bool given = plan.find(std::string(kCellColumns[key].name) + "(=)") != plan.npos;
    if (!given || used == arguments.size()) continue;
    sqlite3_value* argument = arguments[used++];
    const ValueView value = view_of(argument);
    if (key == CellColumnNo::kSqlName) {
      sql_name_ = value.type == ValueType::kText ? std::string(value.bytes) : std::string();
    } else if (key == CellColumnNo::kColumnName) {
      if (value.type == ValueType::kText) column_name_ = std::string(value.bytes);
    } else {
      auto& slot = key == CellColumnNo::kSnapshotId ? snapshot_id_
                   : key == CellColumnNo::kSourceId ? source_id_
                                                    : record_;
      slot = whole_number(numeric_view_of(argument));
    }
  }
  parts_ = table_.find(sql_name_);
  part_ = 0;
  rowid_ = 0;
  at_end_ = parts_ == nullptr;
  relation_.reset();
  values_.clear();
  value_at_ = 0;
  return at_end_ ? Result<void>{} : next();
}

bool EseCellsModule::Cursor::wants(const EseCellsTable::Part& part) const {
  const auto fits = [](const std::optional<std::int64_t>& wanted, std::int64_t value) {
    return !wanted || *wanted == value;
  };
  return fits(snapshot_id_, static_cast<std::int64_t>(part.snapshot_id)) &&
         fits(source_id_, part.source_id);
}

// Opens the next part that has rows; false if there is none.
Result<bool> EseCellsModule::Cursor::open_part() {
  DIRSNAP_TRY(const ReadTxn* txn, table_.session().txn());
  for (; part_ < parts_->size(); ++part_) {
    const auto& part = (*parts_)[part_];
    if (!wants(part)) continue;
    DIRSNAP_TRY(relation_, txn->piece(part.snapshot_id, part.relation, part.piece));
    if (!relation_ || relation_->rows() == 0) continue;
    columns_.clear();
    const auto& columns = relation_->def().columns;
    for (auto i = static_cast<std::uint32_t>(first_own_column(part.relation)); i < columns.size();
         ++i) {
      if (!column_name_ || equal_folded(columns[i].name, *column_name_)) columns_.push_back(i);
    }
    DIRSNAP_CHECK(read_multi_valued(part));
    row_ = 0;
    column_at_ = 0;
    ++part_;
    return true;
  }
  relation_.reset();
  return false;
}

Result<void> EseCellsModule::Cursor::read_multi_valued(const EseCellsTable::Part& part) {
  namespace t = tables::ese_columns;
  multi_valued_.clear();
  DIRSNAP_TRY(const ReadTxn* txn, table_.session().txn());
  DIRSNAP_TRY(const auto list, txn->relation(part.snapshot_id, t::kSpec.name));
  if (!list) return {};
  DIRSNAP_TRY(const IndexView index, list->index(t::kTableName));
  DIRSNAP_TRY(const auto ordinal, index.find(ValueView::text(part.table_name)));
  std::vector<std::uint32_t> rows;
  if (ordinal) static_cast<void>(index.rows_of(*ordinal, rows));
  for (const std::uint32_t row : rows) {
    DIRSNAP_TRY(const ValueView source, list->value(t::kSourceId, row));
    DIRSNAP_TRY(const ValueView multi, list->value(t::kIsMultiValued, row));
    DIRSNAP_TRY(const ValueView name, list->value(t::kColumnName, row));
    if (source.integer == part.source_id && multi.integer == 1) {
      multi_valued_.emplace(name.bytes);
    }
  }
  return {};
}

Result<void> EseCellsModule::Cursor::next() {
  ++value_at_;
  ++rowid_;
  while (value_at_ >= values_.size()) {
    if (++steps_ % kStepsPerCheck == 0) DIRSNAP_CHECK(table_.session().cancel().check());
    if (!relation_ || row_ == relation_->rows()) {
      DIRSNAP_TRY(const bool some, open_part());
      if (!some) {
        at_end_ = true;
        return {};
      }
    }
    const ShownRows* const shown = column_at_ == 0 ? relation_->shown() : nullptr;
    const bool is_hidden = shown != nullptr && !shown->test(row_);
    if (column_at_ == columns_.size() || is_hidden) {
      column_at_ = 0;
      ++row_;
      values_.clear();
      continue;
    }
    DIRSNAP_CHECK(read_cell());
    ++column_at_;
  }
  ++table_.session().counters().rows_visited;
  return {};
}

Result<void> EseCellsModule::Cursor::read_cell() {
  values_.clear();
  value_at_ = 0;
  const std::uint32_t column = columns_[column_at_];
  if (record_) {
    const auto number = relation_->column("_record");
    if (number) {
      DIRSNAP_TRY(const ValueView record, relation_->value(*number, row_));
      if (record.integer != *record_) {
        column_at_ = columns_.size() - 1;  // the rest of the row is of no interest either
        return {};
      }
    }
  }
  DIRSNAP_TRY(const ValueView value, relation_->value(column, row_));
  if (value.is_null()) return {};
  const bool multi = value.type == ValueType::kText && value.bytes.starts_with('[') &&
                     multi_valued_.count(relation_->def().columns[column].name) != 0;
  if (multi) split(value.bytes);
  if (values_.empty()) values_.push_back({.view = value, .text = {}});
  return {};
}

// The elements of a JSON array of single values; nothing where the text is none.
void EseCellsModule::Cursor::split(std::string_view text) {
  const Json array = Json::parse(text, nullptr, false);
  if (!array.is_array()) return;
  for (const Json& element : array) {
    CellValue& cell = values_.emplace_back();
    cell.owned = true;
    if (element.is_string()) {
      cell.text = element.get<std::string>();
      cell.view.type = ValueType::kText;
    } else if (is_blob_object(element)) {
      cell.text = from_hex(element.at("hex").get<std::string>());
      cell.view.type = ValueType::kBlob;
    } else if (element.is_number_unsigned() &&
               element.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX)) {
      cell.view = ValueView::of_real(static_cast<double>(element.get<std::uint64_t>()));
    } else if (element.is_number_integer()) {
      cell.view = ValueView::of(element.get<std::int64_t>());
    } else if (element.is_number_float()) {
      cell.view = ValueView::of_real(element.get<double>());
    } else if (element.is_boolean()) {
      cell.view = ValueView::of(element.get<bool>() ? 1 : 0);
    } else if (!element.is_null()) {
      return values_.clear();  // not made by an importer: stays whole
    }
  }
}

Result<void> EseCellsModule::Cursor::column(sqlite3_context* context, int index) {
  const auto& part = (*parts_)[part_ - 1];
  const CellValue& cell = values_[value_at_];
  // read_cell() left column_at_ behind the present column.
  const std::uint32_t column = columns_[column_at_ - 1];
  switch (index) {
    case CellColumnNo::kSnapshotId:
      sqlite3_result_int64(context, static_cast<sqlite3_int64>(part.snapshot_id));
      break;
    case CellColumnNo::kSourceId:
      sqlite3_result_int64(context, part.source_id);
      break;
    case CellColumnNo::kRecord:
    case CellColumnNo::kPage: {
      const auto number = relation_->column(index == CellColumnNo::kRecord ? "_record" : "_page");
      if (!number) break;
      DIRSNAP_TRY(const ValueView value, relation_->value(*number, row_));
      set_result(context, value);
      break;
    }
    case CellColumnNo::kColumnName:
      set_result_text(context, relation_->def().columns[column].name);
      break;
    case CellColumnNo::kSeq:
      sqlite3_result_int64(context, static_cast<sqlite3_int64>(value_at_));
      break;
    case CellColumnNo::kValue:
      if (cell.owned && cell.view.type == ValueType::kText) {
        set_result_text(context, cell.text);
      } else if (cell.owned && cell.view.type == ValueType::kBlob) {
        set_result_blob(context, cell.text);
      } else {
        set_result(context, cell.view);
      }
      break;
    default:
      set_result_text(context, sql_name_);
      break;
  }
  return {};
}

}  // namespace dirsnap
