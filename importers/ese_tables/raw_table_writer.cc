// SPDX-License-Identifier: MIT
#include "importers/ese_tables/raw_table_writer.h"

#include <optional>

#include "importers/ese_tables/cell_sql.h"
#include "importers/store_model/mapi_property.h"

namespace dirsnap {
namespace {

constexpr std::uint32_t kRecord = 0;
constexpr std::uint32_t kPage = 1;
constexpr std::uint32_t kFirstOwn = 2;
// Of recovered rows.
constexpr std::uint32_t kPlace = 2;
constexpr std::uint32_t kConfidence = 3;
constexpr std::uint32_t kOffset = 4;
constexpr std::uint32_t kFirstOwnRecovered = 5;

// Columns of a raw SQL table: SQLite allows 2,000, five of them are dirsnap's own.
constexpr std::size_t kShownColumns = 1995;

}  // namespace

Result<RawTableWriter> RawTableWriter::create(ImportContext& context,
                                              std::int64_t source_id,
                                              const ese::TableDef& table,
                                              RawRows rows,
                                              RawColumns columns) {
  const bool live = rows == RawRows::kLive;
  RelationDef def{
      .name = (live ? "ese/" : "ese_recovered/") + std::to_string(source_id) + "/" + table.name,
      .columns = {}};
  def.columns.push_back({"_record", ColumnType::kInteger, Access::kDense, Collation::kBinary});
  def.columns.push_back({"_page", ColumnType::kInteger, Access::kScan, Collation::kBinary});
  if (!live) {
    def.columns.push_back({"_place", ColumnType::kText, Access::kScan, Collation::kBinary});
    def.columns.push_back({"_confidence", ColumnType::kInteger, Access::kScan, Collation::kBinary});
    def.columns.push_back({"_offset", ColumnType::kInteger, Access::kScan, Collation::kBinary});
  }
  for (const ese::ColumnDef& column : table.columns) {
    def.columns.push_back({column.name, sql_type(column.type), Access::kScan, Collation::kBinary});
  }
  def.in_common = true;
  DIRSNAP_TRY(RelationWriter* const writer, context.writer().relation(def));
  RawTableWriter raw(table, source_id, *writer, rows);
  if (columns == RawColumns::kMapi) raw.take_mapi_columns(context.options().with_bodies);
  return raw;
}

RawTableWriter::RawTableWriter(const ese::TableDef& table,
                               std::int64_t source_id,
                               RelationWriter& writer,
                               RawRows rows)
    : table_(&table),
      source_id_(source_id),
      writer_(&writer),
      first_own_(rows == RawRows::kLive ? kFirstOwn : kFirstOwnRecovered),
      shown_(table.columns.size(), Shown::kValue) {}

void RawTableWriter::set_secret(std::uint32_t column_id) {
  for (std::size_t i = 0; i < table_->columns.size(); ++i) {
    if (table_->columns[i].id == column_id) shown_[i] = Shown::kSecretLength;
  }
}

void RawTableWriter::take_mapi_columns(bool with_bodies) {
  is_mapi_ = true;
  for (std::size_t i = 0; i < table_->columns.size() && !with_bodies; ++i) {
    const auto column = store_model::parse_mapi_column(table_->columns[i].name);
    if (column && store_model::is_body_property(column->property)) {
      shown_[i] = Shown::kBodyLength;
    }
  }
}

Result<void> RawTableWriter::append(const ese::RowView& row) {
  read_values(row);
  begin_row(row);
  return end_row(row, values_);
}

Result<void> RawTableWriter::append(const ese::RowView& row, std::span<const ValueView> values) {
  arena_.reset();
  begin_row(row);
  return end_row(row, values);
}

Result<void> RawTableWriter::append(const ese::RecoveredRow& row) {
  read_values(row.row);
  begin_row(row.row);
  cells_.push_back({kPlace, ValueView::text(ese::place_name(row.place))});
  cells_.push_back({kConfidence, ValueView::of(row.confidence_percent)});
  cells_.push_back({kOffset, ValueView::of(static_cast<std::int64_t>(row.offset_bytes))});
  return end_row(row.row, values_);
}

void RawTableWriter::read_values(const ese::RowView& row) {
  arena_.reset();
  values_.clear();
  for (const ese::CellView& cell : row.cells) values_.push_back(sql_value(cell, arena_));
}

void RawTableWriter::begin_row(const ese::RowView& row) {
  cells_.clear();
  ++records_;
  cells_.push_back({kRecord, ValueView::of(static_cast<std::int64_t>(records_))});
  cells_.push_back({kPage, ValueView::of(row.page_no)});
}

Result<void> RawTableWriter::end_row(const ese::RowView& row, std::span<const ValueView> values) {
  for (std::size_t at = 0; at < row.cells.size();) {
    const ese::ColumnDef* const column = row.cells[at].column;
    std::size_t end = at + 1;
    while (end < row.cells.size() && row.cells[end].column == column) ++end;
    const auto position = static_cast<std::uint32_t>(column - table_->columns.data());
    const std::size_t size = row.cells[at].bytes.size();
    ValueView value;
    switch (shown_[position]) {
      case Shown::kValue:
        value = end - at == 1 ? values[at] : sql_values(values.subspan(at, end - at), arena_);
        break;
      case Shown::kSecretLength:
        value = ValueView::text(arena_.keep(secret_text(size)));
        break;
      case Shown::kBodyLength:
        value = ValueView::text(arena_.keep(body_text(size)));
        break;
    }
    if (!value.is_null()) cells_.push_back({first_own_ + position, value});
    at = end;
  }
  DIRSNAP_CHECK(writer_->append(cells_));
  return {};
}

Result<void> RawTableWriter::finish(ImportContext& context) {
  namespace t = tables::ese_columns;
  DIRSNAP_TRY(RelationWriter* const out, context.table(t::kSpec));
  RowArena arena;
  for (std::size_t i = 0; i < table_->columns.size(); ++i) {
    const ese::ColumnDef& column = table_->columns[i];
    arena.reset();
    std::vector<Cell> row = {
        {t::kSourceId, ValueView::of(source_id_)},
        {t::kTableName, ValueView::text(table_->name)},
        {t::kColumnName, ValueView::text(column.name)},
        {t::kColumnId, ValueView::of(column.id)},
        {t::kType, ValueView::text(ese::type_name(column.type))},
        {t::kIsMultiValued, ValueView::of(column.is_multi_valued() ? 1 : 0)},
        {t::kShown, ValueView::of(i < kShownColumns ? 1 : 0)},
    };
    if (ese::is_text(column.type)) row.push_back({t::kCodepage, ValueView::of(column.codepage)});
    if (column.has_default) {
      const ese::CellView cell{.column = &column, .seq = 0, .bytes = column.default_bytes};
      row.push_back({t::kDefaultValue, sql_value(cell, arena)});
    }
    const auto property = is_mapi_ ? store_model::parse_mapi_column(column.name) : std::nullopt;
    if (property) {
      const std::string name = store_model::property_text(*property);
      row.push_back({t::kProperty, ValueView::text(arena.keep(name))});
      row.push_back({t::kPropertyId, ValueView::of(property->property)});
    }
    DIRSNAP_CHECK(out->append(row));
  }
  return {};
}

Result<void> write_ese_table(const ese::TableDef& table,
                             const RawTableCounts& counts,
                             std::int64_t source_id,
                             ImportContext& context) {
  namespace t = tables::ese_tables;
  DIRSNAP_TRY(RelationWriter* const out, context.table(t::kSpec));
  const std::string sql_name = "ese_" + table.name;
  const std::string recovered_sql_name = sql_name + "__recovered";
  std::vector<Cell> row = {
      {t::kSourceId, ValueView::of(source_id)},
      {t::kTableName, ValueView::text(table.name)},
      {t::kSqlName, ValueView::text(sql_name)},
      {t::kColumns, ValueView::of(static_cast<std::int64_t>(table.columns.size()))},
      {t::kRecords, ValueView::of(static_cast<std::int64_t>(counts.records))},
      {t::kRecoveredRecords, ValueView::of(static_cast<std::int64_t>(counts.recovered))},
      {t::kRootPage, ValueView::of(table.root_page)},
  };
  if (counts.recovered > 0)
    row.push_back({t::kRecoveredSqlName, ValueView::text(recovered_sql_name)});
  DIRSNAP_CHECK(out->append(row));
  return {};
}

Result<std::uint64_t> import_raw_table(ese::Database& database,
                                       const RawInput& input,
                                       ImportContext& context) {
  DIRSNAP_TRY(RawTableWriter raw, RawTableWriter::create(context, input.source_id, input.table,
                                                         RawRows::kLive, input.columns));
  ese::TableCursor cursor(database, input.table);
  while (true) {
    DIRSNAP_TRY(const bool more, cursor.next());
    if (!more) break;
    DIRSNAP_CHECK(raw.append(cursor.row()));
    if (raw.records() % kRowsPerCheck == 0) DIRSNAP_CHECK(context.cancel().check());
  }
  DIRSNAP_CHECK(raw.finish(context));
  return raw.records();
}

Result<std::uint64_t> import_recovered_table(ese::Database& database,
                                             const ese::RecoveryIndex& index,
                                             const RawInput& input,
                                             ImportContext& context) {
  if (index.leaves_of(input.table.objid).empty()) return 0;
  ese::RecoveredCursor cursor(database, index, input.table);
  std::optional<RawTableWriter> raw;
  while (true) {
    DIRSNAP_TRY(const bool more, cursor.next());
    if (!more) return raw ? raw->records() : 0;
    if (!raw) {
      DIRSNAP_TRY(raw, RawTableWriter::create(context, input.source_id, input.table,
                                              RawRows::kRecovered, input.columns));
    }
    DIRSNAP_CHECK(raw->append(cursor.row()));
    if (raw->records() % kRowsPerCheck == 0) DIRSNAP_CHECK(context.cancel().check());
  }
}

}  // namespace dirsnap
