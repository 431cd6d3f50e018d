// SPDX-License-Identifier: MIT
#include <algorithm>
#include <filesystem>

#include "importers/directory/directory_import.h"
#include "importers/directory/well_known.h"
#include "importers/dump/entry.h"
#include "importers/ese_tables/raw_table_writer.h"
#include "importers/esedbexport/export_tables.h"
#include "importers/esedbexport/field.h"
#include "importers/esedbexport/importers.h"
#include "importers/store_model/mapi_property.h"
#include "importers/store_model/store_import.h"
#include "storage/base/text.h"

namespace dirsnap::esedbexport {
namespace {

// The first line; empty where the head holds no whole line.
std::string_view first_line(Bytes head) {
  const std::string_view chars = as_chars(head);
  const std::size_t end = chars.find('\n');
  return end == std::string_view::npos ? std::string_view() : chars.substr(0, end);
}

// Columns of a store, ids of folders or messages among them.
bool has_store_columns(const std::vector<std::string_view>& names) {
  bool has_id = false;
  for (const std::string_view name : names) {
    const auto column = store_model::parse_mapi_column(name);
    if (!column) return false;
    has_id = has_id || column->property == 0x6748 || column->property == 0x674A;
  }
  return has_id;
}

// Tables that say themselves what they are: the catalog, a directory's objects, those of a store.
bool probe_export(Bytes head, std::uint64_t /*size_bytes*/) {
  constexpr int kEnough = 3;
  const std::string_view line = first_line(head);
  if (line.find('\t') == std::string_view::npos) return false;
  if (Catalog::is_header(line)) return true;
  std::vector<std::string_view> names;
  split_fields(line, names);
  if (has_store_columns(names)) return true;
  const auto attributes = std::count_if(names.begin(), names.end(), [](std::string_view name) {
    return directory::attribute_number(name).has_value();
  });
  return attributes >= kEnough && std::find(names.begin(), names.end(), "DNT_col") != names.end();
}

// Other tables are told by their company: names of columns between TABs.
bool probe_member(Bytes head) {
  constexpr std::size_t kLongestName = 64;
  const std::string_view line = first_line(head);
  if (line.empty()) return false;
  std::vector<std::string_view> names;
  split_fields(line, names);
  return std::all_of(names.begin(), names.end(), [](std::string_view name) {
    return !name.empty() && name.size() <= kLongestName &&
           std::all_of(name.begin(), name.end(), [](char c) {
             return static_cast<unsigned char>(c) > 0x20 && static_cast<unsigned char>(c) != 0x7F;
           });
  });
}

// One file on its way into the snapshot.
struct ExportSource {
  ExportTables& tables;
  SourceFacts& facts;
  ImportContext& context;
  IssueSink& issues;
};

void report(const ExportSource& source, Severity severity, const char* code, std::string message) {
  source.issues.report(
      {.severity = severity, .code = code, .place = {}, .message = std::move(message)});
}

void report_count(const ExportSource& source,
                  Severity severity,
                  const char* code,
                  std::uint64_t count,
                  const char* what) {
  if (count > 0) report(source, severity, code, std::to_string(count) + what);
}

// What the print of the table does not tell.
void report_losses(const ExportSource& source, const ese::TableDef& table) {
  const ExportTables::Losses& losses = source.tables.losses(table);
  report_count(source, Severity::kLoss, "export-line", losses.bad_lines,
               " lines have another number of fields than the first line; not kept");
  report_count(source, Severity::kLoss, "export-value", losses.bad_values,
               " fields are no values of their column's type; not kept");
  report_count(source, Severity::kLoss, "export-single", losses.singles,
               " values of type Single are printed as zero, whatever they were; not kept");
  report_count(source, Severity::kDoubt, "export-short-text", losses.short_texts,
               " texts of fixed Unicode columns are printed with their first character only");
  report_count(source, Severity::kDoubt, "export-split", losses.split_texts,
               " texts of multi-valued columns were split at \"; \", which they may hold");
  std::size_t empty = 0;
  bool lost_classes = false;
  for (std::size_t i = 0; i < table.columns.size() && i < losses.has_value.size(); ++i) {
    if (!table.columns[i].is_multi_valued() || losses.has_value[i]) continue;
    ++empty;
    lost_classes = lost_classes || directory::attribute_number(table.columns[i].name) ==
                                       directory::attr::kObjectClass;
  }
  if (empty == 0) return;
  // No object is without a class: where none is printed values were left out.
  report(source, lost_classes ? Severity::kLoss : Severity::kDoubt, "export-multi-values",
         std::to_string(empty) +
             " multi-valued columns hold nothing in the whole table; the tool leaves most values "
             "of such columns out" +
             (lost_classes ? ", those of Object-Class among them" : ""));
}

// The table alone, as raw rows.
Result<std::uint64_t> import_raw(const ExportSource& source,
                                 const ese::TableDef& table,
                                 RawColumns columns) {
  DIRSNAP_TRY(const auto rows, source.tables.open(table, {}));
  DIRSNAP_TRY(RawTableWriter raw, RawTableWriter::create(source.context, source.facts.source_id,
                                                         table, RawRows::kLive, columns));
  for (;;) {
    DIRSNAP_TRY(const bool more, rows->next());
    if (!more) break;
    DIRSNAP_CHECK(raw.append(rows->row()));
    if (raw.records() % kRowsPerCheck == 0) DIRSNAP_CHECK(source.context.cancel().check());
  }
  DIRSNAP_CHECK(raw.finish(source.context));
  return raw.records();
}

// A table of objects, with the tables of links and server state that lie beside it.
Result<std::uint64_t> import_objects(const ExportSource& source,
                                     const directory::OverrideMap& overrides,
                                     const directory::Layout& layout) {
  directory::ReadDirectory read;
  DIRSNAP_TRY(
      source.facts.records,
      directory::import_directory(
          {source.tables, layout, overrides, source.facts, source.context, source.issues}, read));
  source.facts.role = "directory";
  return std::uint64_t{read.survey.object_ids.size()};
}

// The tables of a store that lie beside the present one; those of single folders are many, and
// only mailboxes and folders ask for them.
Result<void> add_store_tables(ExportTables& tables,
                              const std::string& own,
                              const ImportContext& context) {
  const std::string_view own_name = table_name_of(own);
  const bool wants_all = equal_ascii_nocase(own_name, "Mailbox") ||
                         equal_ascii_nocase(own_name, "Folder") ||
                         equal_ascii_nocase(own_name, "Folders");
  for (const std::string& name : context.list_folder()) {
    const std::string_view table = table_name_of(name);
    if (name == own || table == name) continue;
    const bool is_wanted = store_model::is_store_table_name(table) ||
                           (wants_all && table.find('-') != std::string_view::npos);
    if (is_wanted) DIRSNAP_CHECK(tables.add(name));
  }
  return {};
}

// A table of a folder that is no directory: with it, mailboxes, folders and messages where it is
// the one that stands for a store.
Result<std::uint64_t> import_other(const ExportSource& source) {
  SilentSink silent;
  const auto store = store_model::find_layout(source.tables, silent);
  const ese::TableDef& table = source.tables.tables().front();
  if (!store || store->anchor() != &table) {
    return import_raw(source, table, store ? RawColumns::kMapi : RawColumns::kPlain);
  }
  const auto layout = store_model::find_layout(source.tables, source.issues);
  DIRSNAP_TRY(const store_model::RecordCounts counts,
              store_model::import_store(
                  {source.tables, *layout, source.facts, source.context, source.issues},
                  [&](const ese::TableDef& part) { return &part == &table; }));
  return counts.at(&table);
}

Result<void> import_export(ByteSource& /*source*/,
                           SourceFacts& facts,
                           ImportContext& context,
                           IssueSink& issues) {
  const std::string own = std::filesystem::path(facts.path).filename().string();
  ExportTables tables(context);
  DIRSNAP_CHECK(tables.read_catalog());
  DIRSNAP_TRY(const bool is_there, tables.add(own));
  if (!is_there) return fail(Code::kUnsupported, "no first line with the names of columns");
  const ExportSource source{tables, facts, context, issues};
  if (!tables.catalog().knows(table_name_of(own))) {
    report(source, Severity::kDoubt, "export-catalog",
           "no exported catalog (MSysObjects.0) tells the types of the columns; they are guessed");
  }
  DIRSNAP_TRY(const directory::OverrideMap overrides, directory::overrides_of(context.options()));
  SilentSink silent;
  const bool is_directory = directory::find_layout(tables, overrides, silent).has_value();
  if (is_directory) {
    for (const std::string& name : context.list_folder()) {
      if (name != own && table_name_of(name) != name) DIRSNAP_CHECK(tables.add(name));
    }
  }
  if (!is_directory) DIRSNAP_CHECK(add_store_tables(tables, own, context));
  const auto layout = is_directory ? directory::find_layout(tables, overrides, issues)
                                   : std::optional<directory::Layout>();
  const ese::TableDef& table = tables.tables().front();
  RawTableCounts counts;
  if (layout && layout->objects == &table) {
    DIRSNAP_TRY(counts.records, import_objects(source, overrides, *layout));
  } else {
    DIRSNAP_TRY(counts.records, import_other(source));
    facts.records = counts.records;
  }
  report_losses(source, table);
  return write_ese_table(table, counts, facts.source_id, context);
}

}  // namespace

const Importer kExportImporter = {.kind = "esedbexport",
                                  .probe = probe_export,
                                  .import = import_export,
                                  .probe_member = probe_member};

}  // namespace dirsnap::esedbexport
