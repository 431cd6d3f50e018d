// SPDX-License-Identifier: MIT
#include "importers/ese/catalog.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "importers/ese/cell_value.h"
#include "importers/ese/leaf_plan.h"
#include "importers/ese/row_decoder.h"
#include "importers/ese/table_cursor.h"
#include "storage/base/text.h"

namespace dirsnap::ese {

namespace {

constexpr std::uint32_t kCatalogObject = 2, kCatalogRoot = 4;
constexpr std::uint32_t kShadowObject = 3, kShadowRoot = 24;
constexpr std::uint32_t kSystemTable = 0x80000000;
// Derived tables may share one large template; hostile ones without end.
constexpr std::size_t kInheritedMax = 500'000;
constexpr int kTemplateDepthMax = 4;

// Ids of the catalog's own columns that are read.
enum Id : std::uint32_t {
  kObjidTable = 1,
  kType = 2,
  kObjectId = 3,
  kTypeOrRoot = 4,
  kSpaceUsage = 5,
  kFlags = 6,
  kPagesOrLocale = 7,
  kRecordOffset = 9,
  kName = 128,
  kTemplateTable = 130,
  kDefaultValue = 131,
};

struct CatalogColumn {
  std::uint32_t id;
  const char* name;
  ColumnType type;
  std::uint32_t offset;  // of fixed columns in the record
};

// The catalog's columns; its own rows give offsets that are not true.
constexpr std::array<CatalogColumn, 29> kColumns = {{
    {1, "ObjidTable", ColumnType::kLong, 4},
    {2, "Type", ColumnType::kShort, 8},
    {3, "Id", ColumnType::kLong, 10},
    {4, "ColtypOrPgnoFDP", ColumnType::kLong, 14},
    {5, "SpaceUsage", ColumnType::kLong, 18},
    {6, "Flags", ColumnType::kLong, 22},
    {7, "PagesOrLocale", ColumnType::kLong, 26},
    {8, "RootFlag", ColumnType::kBit, 30},
    {9, "RecordOffset", ColumnType::kShort, 31},
    {10, "LCMapFlags", ColumnType::kLong, 33},
    {11, "KeyMost", ColumnType::kUnsignedShort, 37},
    {12, "LVChunkMax", ColumnType::kLong, 39},
    {13, "PgnoFDPLastSetTime", ColumnType::kDateTime, 43},
    {128, "Name", ColumnType::kText, 0},
    {129, "Stats", ColumnType::kBinary, 0},
    {130, "TemplateTable", ColumnType::kText, 0},
    {131, "DefaultValue", ColumnType::kBinary, 0},
    {132, "KeyFldIDs", ColumnType::kBinary, 0},
    {133, "VarSegMac", ColumnType::kBinary, 0},
    {134, "ConditionalColumns", ColumnType::kBinary, 0},
    {135, "TupleLimits", ColumnType::kBinary, 0},
    {136, "Version", ColumnType::kBinary, 0},
    {137, "SortID", ColumnType::kBinary, 0},
    {256, "CallbackData", ColumnType::kLongBinary, 0},
    {257, "CallbackDependencies", ColumnType::kLongBinary, 0},
    {258, "SeparateLV", ColumnType::kLongBinary, 0},
    {259, "SpaceHints", ColumnType::kLongBinary, 0},
    {260, "SpaceDeferredLVHints", ColumnType::kLongBinary, 0},
    {261, "LocaleName", ColumnType::kLongBinary, 0},
}};

constexpr std::array<std::uint32_t, 11> kWanted = {
    kObjidTable,    kType,         kObjectId, kTypeOrRoot,    kSpaceUsage,  kFlags,
    kPagesOrLocale, kRecordOffset, kName,     kTemplateTable, kDefaultValue};

std::string catalog_text(const CellView& cell) {
  auto decoded = text_value(*cell.column, cell.bytes);
  return decoded ? std::move(decoded->text) : std::string(as_chars(cell.bytes));
}

CatalogRow decode_row(std::span<const CellView> cells) {
  CatalogRow row;
  for (const CellView& cell : cells) {
    const std::int64_t number = integer_value(*cell.column, cell.bytes).value_or(0);
    switch (cell.column->id) {
      case kObjidTable:
        row.objid = number;
        break;
      case kType:
        row.type = number;
        break;
      case kObjectId:
        row.id = number;
        break;
      case kTypeOrRoot:
        row.type_or_root = number;
        break;
      case kSpaceUsage:
        row.space_usage = number;
        break;
      case kFlags:
        row.flags = number;
        break;
      case kPagesOrLocale:
        row.pages_or_locale = number;
        break;
      case kRecordOffset:
        row.record_offset = number;
        break;
      case kName:
        row.name = catalog_text(cell);
        break;
      case kTemplateTable:
        row.template_name = catalog_text(cell);
        break;
      case kDefaultValue:
        row.has_default = true;
        row.default_bytes.assign(cell.bytes.begin(), cell.bytes.end());
        break;
      default:
        break;
    }
  }
  return row;
}

std::uint32_t to_u32(std::int64_t value) { return static_cast<std::uint32_t>(value); }

// Collects rows into tables.
class Builder {
 public:
  explicit Builder(IssueSink& issues) : issues_(issues) {}

  // A row known already is left out; returns whether it is new.
  bool add(CatalogRow row);
  Result<std::vector<TableDef>> finish();

 private:
  void add_column(TableDef& table, CatalogRow& row);
  TableDef& table_of(std::uint32_t objid);
  void inherit(TableDef& table, int depth);
  static void tidy(TableDef& table);
  void add_bootstrap();
  void report(Severity severity, std::string message) {
    issues_.report({severity, "catalog", 0, 0, "catalog", std::move(message)});
  }

  IssueSink& issues_;
  std::vector<TableDef> tables_;
  std::unordered_map<std::uint32_t, std::size_t> by_objid_;
  std::set<std::tuple<std::int64_t, std::int64_t, std::int64_t>> seen_;
  std::unordered_map<std::string, std::size_t> by_name_;  // lower case, of finish()
  std::set<std::uint32_t> inherited_done_;
  std::size_t inherited_ = 0;
};

TableDef& Builder::table_of(std::uint32_t objid) {
  const auto [at, is_new] = by_objid_.try_emplace(objid, tables_.size());
  if (is_new) {
    tables_.emplace_back();
    tables_.back().objid = objid;
  }
  return tables_[at->second];
}

void Builder::add_column(TableDef& table, CatalogRow& row) {
  const std::uint32_t id = to_u32(row.id);
  if (row.type_or_root == 0) {
    table.deleted_columns.push_back(id);
    return;
  }
  ColumnDef column;
  column.id = id;
  column.name = std::move(row.name);
  column.type = row.type_or_root > 0 && row.type_or_root <= 0xFF
                    ? static_cast<ColumnType>(row.type_or_root)
                    : ColumnType::kLongBinary;
  column.flags = to_u32(row.flags) & 0xFFFF;
  column.size = to_u32(row.space_usage);
  if (column.is_fixed() && type_size(column.type) != 0) column.size = type_size(column.type);
  if (is_text(column.type)) column.codepage = to_u32(row.pages_or_locale) & 0xFFFF;
  column.record_offset = to_u32(row.record_offset) & 0xFFFF;
  if (table.objid == kCatalogObject || table.objid == kShadowObject) {
    const auto known = std::find_if(kColumns.begin(), kColumns.end(),
                                    [&](const CatalogColumn& c) { return c.id == id; });
    if (known != kColumns.end()) column.record_offset = known->offset;
  }
  column.has_default = row.has_default && (column.flags & kColumnHasDefault) != 0;
  if (column.has_default) column.default_bytes = std::move(row.default_bytes);
  table.columns.push_back(std::move(column));
}

bool Builder::add(CatalogRow row) {
  if (!seen_.emplace(row.objid, row.type, row.id).second) return false;
  TableDef& table = table_of(to_u32(row.objid));
  switch (row.type) {
    case CatalogRow::kTable:
      table.name = std::move(row.name);
      table.root_page = to_u32(row.type_or_root);
      table.density_percent = to_u32(row.space_usage);
      table.flags = to_u32(row.flags);
      table.template_name = std::move(row.template_name);
      break;
    case CatalogRow::kColumn:
      add_column(table, row);
      break;
    case CatalogRow::kIndex:
      table.indexes.push_back(
          {std::move(row.name), to_u32(row.id), to_u32(row.type_or_root), to_u32(row.flags)});
      break;
    case CatalogRow::kLongValueTree:
      table.long_value_objid = to_u32(row.id);
      table.long_value_root = to_u32(row.type_or_root);
      break;
    default:
      break;  // callbacks and the trees of streaming files hold no rows
  }
  return true;
}

// Ascending ids, each once.
void Builder::tidy(TableDef& table) {
  std::stable_sort(table.columns.begin(), table.columns.end(),
                   [](const ColumnDef& a, const ColumnDef& b) { return a.id < b.id; });
  table.columns.erase(
      std::unique(table.columns.begin(), table.columns.end(),
                  [](const ColumnDef& a, const ColumnDef& b) { return a.id == b.id; }),
      table.columns.end());
  std::sort(table.deleted_columns.begin(), table.deleted_columns.end());
}

// Copies the columns of the template, and of its own template, into the table.
void Builder::inherit(TableDef& table, int depth) {
  if (table.template_name.empty() || !inherited_done_.insert(table.objid).second) return;
  const auto named = by_name_.find(to_lower_ascii(table.template_name));
  const auto found = named == by_name_.end()
                         ? tables_.end()
                         : tables_.begin() + static_cast<std::ptrdiff_t>(named->second);
  if (found == tables_.end() || &*found == &table || depth > kTemplateDepthMax) {
    report(Severity::kLoss,
           fmt::format("table {} is derived from table {}, which does not exist; the columns it "
                       "would inherit are unknown",
                       table.name, table.template_name));
    return;
  }
  inherit(*found, depth + 1);
  if (found->columns.size() > kInheritedMax - inherited_) {
    report(Severity::kLoss,
           fmt::format("table {}: more than {} inherited columns in the database; those of this "
                       "table are left out",
                       table.name, kInheritedMax));
    return;
  }
  inherited_ += found->columns.size();
  for (const ColumnDef& column : found->columns) {
    table.columns.push_back(column);
    table.columns.back().is_template = true;
  }
  table.deleted_columns.insert(table.deleted_columns.end(), found->deleted_columns.begin(),
                               found->deleted_columns.end());
  tidy(table);
}

// The catalog tables are known even if their own rows are lost.
void Builder::add_bootstrap() {
  for (const bool shadow : {false, true}) {
    TableDef known = catalog_table(shadow);
    TableDef& table = table_of(known.objid);
    if (table.root_page == 0) {
      table.name = known.name;
      table.root_page = known.root_page;
      table.flags = kSystemTable;
    }
    if (table.columns.empty()) table.columns = std::move(known.columns);
  }
}

Result<std::vector<TableDef>> Builder::finish() {
  if (tables_.empty()) return fail(Code::kCorrupt, "the catalog holds no table");
  add_bootstrap();
  for (TableDef& table : tables_) {
    tidy(table);
    by_name_.try_emplace(to_lower_ascii(table.name),
                         static_cast<std::size_t>(&table - tables_.data()));
  }
  for (TableDef& table : tables_) inherit(table, 0);
  std::vector<TableDef> usable;
  for (TableDef& table : tables_) {
    if (table.root_page == 0) {
      report(Severity::kLoss,
             fmt::format("object {}: its columns are known, but the row that names the table is "
                         "lost; the table is read by searching its pages",
                         table.objid));
      table.name = fmt::format("object_{}", table.objid);
    }
    table.is_system = (table.flags & kSystemTable) != 0 || table.name.starts_with("MSys");
    usable.push_back(std::move(table));
  }
  return usable;
}

// Adds the rows of one copy of the catalog.
Result<void> read_copy(Database& database, bool shadow, Builder& builder) {
  const TableDef catalog = catalog_table(shadow);
  TableCursor cursor(database, catalog, {kWanted});
  for (;;) {
    DIRSNAP_TRY(const bool more, cursor.next());
    if (!more) return {};
    builder.add(decode_row(cursor.row().cells));
  }
}

// Adds what can be read of the catalog's leaves whose checksum is wrong: where both copies of a row
// are lost, a definition that may be wrong is better than a table that nobody can read.
Result<void> read_bad_pages(Database& database, Builder& builder) {
  SilentSink silent;
  PageStore& store = database.store();
  const TableDef catalog = catalog_table(false);
  RowDecoder decoder(store, catalog, kWanted, silent, database.options());
  for (std::uint32_t page_no = 1; page_no <= store.pages(); ++page_no) {
    if (page_no % kCancelSteps == 0) DIRSNAP_CHECK(check_cancel(database.options().cancel));
    (void)store.get(page_no, {{}, Severity::kDoubt, true});
    if (store.state(page_no) != PageState::kBad) continue;
    const auto page = store.get_unverified(page_no);
    if (!page || !(*page)->is_leaf() || (*page)->has(kTreeKindFlags)) continue;
    if ((*page)->objid() != kCatalogObject && (*page)->objid() != kShadowObject) continue;
    std::uint32_t taken = 0;
    for (std::uint32_t i = (*page)->first_node(); i < (*page)->tag_count(); ++i) {
      const auto node = (*page)->node(i);
      if (!node || node->is_deleted()) continue;
      bool sound = true;
      const RecordForm form{(*page)->is_large(), (*page)->has(kPageNewRecord)};
      DIRSNAP_CHECK(
          decoder.decode(node->data, form, [&sound](const RecordFault&) { sound = false; }));
      if (!sound || decoder.unknown_column() != 0) continue;
      CatalogRow row = decode_row(decoder.cells());
      if (row.objid <= 0 || row.name.empty()) continue;
      taken += builder.add(std::move(row)) ? 1 : 0;
    }
    if (taken == 0) continue;
    database.issues().report(
        {Severity::kDoubt, "catalog", store.offset_of(page_no), store.page_size(),
         page_place(page_no, catalog.name),
         fmt::format("{} rows of the catalog are had from page {} alone, whose checksum is wrong; "
                     "what they define may be wrong too",
                     taken, page_no)});
  }
  return {};
}

}  // namespace

TableDef catalog_table(bool shadow) {
  TableDef table;
  table.name = shadow ? "MSysObjectsShadow" : "MSysObjects";
  table.objid = shadow ? kShadowObject : kCatalogObject;
  table.root_page = shadow ? kShadowRoot : kCatalogRoot;
  table.is_system = true;
  for (const CatalogColumn& known : kColumns) {
    ColumnDef column;
    column.id = known.id;
    column.name = known.name;
    column.type = known.type;
    column.size = column.is_fixed() ? type_size(known.type) : 0;
    column.codepage = is_text(known.type) ? 1252 : 0;
    column.record_offset = known.offset;
    table.columns.push_back(std::move(column));
  }
  return table;
}

Result<std::vector<TableDef>> tables_from_rows(std::vector<CatalogRow> rows, IssueSink& issues) {
  Builder builder(issues);
  for (CatalogRow& row : rows) builder.add(std::move(row));
  return builder.finish();
}

Result<std::vector<TableDef>> read_catalog(Database& database) {
  Builder builder(database.issues());
  const std::uint64_t losses = database.losses();
  DIRSNAP_CHECK(read_copy(database, false, builder));
  if (database.losses() != losses) {
    DIRSNAP_CHECK(read_copy(database, true, builder));
    DIRSNAP_CHECK(read_bad_pages(database, builder));
  }
  return builder.finish();
}

}  // namespace dirsnap::ese
