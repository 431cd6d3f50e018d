// SPDX-License-Identifier: MIT
#include "importers/ese_importer.h"

#include <array>
#include <vector>

#include <fmt/format.h>

#include "importers/directory/directory_import.h"
#include "importers/directory/object_rows.h"
#include "importers/ese_logs.h"
#include "importers/ese_tables/raw_table_writer.h"
#include "importers/store_model/store_import.h"
#include "storage/base/text.h"

namespace dirsnap {
namespace {

namespace dir = directory;

bool probe_ese(Bytes head, std::uint64_t) {
  if (ese::looks_like_ese(head)) return true;
  // The first header page may be damaged; the second one stands a page further on.
  constexpr std::array<std::size_t, 5> kPageSizes = {2048, 4096, 8192, 16384, 32768};
  for (const std::size_t size : kPageSizes) {
    if (head.size() > size && ese::looks_like_ese(head.subspan(size))) return true;
  }
  return false;
}

std::string details_json(const ese::FileHeader& header, const ese::PageCounts& pages) {
  return fmt::format(
      R"({{"format_version":"0x{:x}","format_update":"0x{:x}","format_minor":{},"page_size":{},)"
      R"("state":"{}","created_on":"{}","header_copy":{},)"
      R"("pages":{{"good":{},"corrected":{},"bad":{},"zero":{},"foreign":{}}}}})",
      header.format_version, header.format_update, header.format_minor, header.page_size,
      ese::state_name(header.state),
      escape_json(repair_utf8(header.database_signature.computer).text),
      header.second_copy_used ? 2 : 1, pages.good, pages.corrected, pages.bad, pages.zero,
      pages.foreign);
}

// One database on its way into the snapshot.
struct EseSource {
  ese::Database& database;
  const dir::OverrideMap& overrides;
  SourceFacts& facts;
  ImportContext& context;
  IssueSink& issues;
  const store_model::Layout* store = nullptr;  // of an information store

  [[nodiscard]] RawInput raw_input(const ese::TableDef& table) const {
    return {.table = table,
            .source_id = facts.source_id,
            .columns = store != nullptr ? RawColumns::kMapi : RawColumns::kPlain};
  }
};

// The live rows of all tables; `counts` by number of the table.
Result<void> import_live(const EseSource& source,
                         const dir::Layout* layout,
                         dir::ReadDirectory& read,
                         std::vector<RawTableCounts>& counts) {
  const auto tables = source.database.tables();
  counts.resize(tables.size());
  store_model::RecordCounts of_store;
  if (source.store != nullptr) {
    DatabaseTables live(source.database);
    DIRSNAP_TRY(of_store, store_model::import_store(
                              {live, *source.store, source.facts, source.context, source.issues},
                              [](const ese::TableDef&) { return true; }));
  }
  for (std::size_t i = 0; i < tables.size(); ++i) {
    if (layout != nullptr && &tables[i] == layout->objects) {
      DatabaseTables live(source.database);
      DIRSNAP_TRY(const std::uint64_t objects,
                  dir::import_directory({live, *layout, source.overrides, source.facts,
                                         source.context, source.issues},
                                        read));
      counts[i].records = read.survey.object_ids.size();
      source.facts.records += objects;
    } else if (const auto had = of_store.find(&tables[i]); had != of_store.end()) {
      counts[i].records = had->second;
      source.facts.records += counts[i].records;
    } else {
      DIRSNAP_TRY(counts[i].records,
                  import_raw_table(source.database, source.raw_input(tables[i]), source.context));
      source.facts.records += counts[i].records;
    }
  }
  return {};
}

// What is left of deleted rows, and the list of the tables. After all live rows and after
// verify_pages(): no page is read again but those that hold something.
Result<void> import_recovered(const EseSource& source,
                              const dir::Layout* layout,
                              dir::ReadDirectory& read,
                              std::vector<RawTableCounts>& counts) {
  const std::int64_t source_id = source.facts.source_id;
  DIRSNAP_TRY(const auto index, ese::RecoveryIndex::build(source.database));
  const auto tables = source.database.tables();
  for (std::size_t i = 0; i < tables.size(); ++i) {
    if (layout != nullptr && &tables[i] == layout->objects) {
      DatabaseTables live(source.database);
      const dir::DirectorySource rows{live,        *layout,   read.survey,
                                      read.schema, source_id, source.issues};
      DIRSNAP_TRY(counts[i].recovered,
                  dir::write_recovered_objects(rows, source.database, index, source.context));
    } else {
      DIRSNAP_TRY(counts[i].recovered,
                  import_recovered_table(source.database, index, source.raw_input(tables[i]),
                                         source.context));
    }
    DIRSNAP_CHECK(write_ese_table(tables[i], counts[i], source_id, source.context));
  }
  return {};
}

Result<void> import_ese(ByteSource& source,
                        SourceFacts& facts,
                        ImportContext& context,
                        IssueSink& issues) {
  DIRSNAP_TRY(const dir::OverrideMap overrides, dir::overrides_of(context.options()));
  ese::OpenOptions options;
  options.cancel = &context.cancel();
  DIRSNAP_TRY(const auto database, ese::Database::open(source, options, issues));
  const auto layout = dir::find_layout(DatabaseTables(*database), overrides, issues);
  const auto store =
      layout ? std::nullopt : store_model::find_layout(DatabaseTables(*database), issues);
  facts.role = layout ? "directory" : store ? store->role() : "other";
  facts.state = database->header().is_dirty() ? "dirty" : "clean";
  report_logs(database->header(), context, issues);
  const EseSource parts{*database, overrides, facts, context, issues, store ? &*store : nullptr};
  const dir::Layout* const objects = layout ? &*layout : nullptr;
  dir::ReadDirectory directory;
  std::vector<RawTableCounts> counts;
  DIRSNAP_CHECK(import_live(parts, objects, directory, counts));
  DIRSNAP_TRY(const ese::PageCounts pages, database->verify_pages());
  DIRSNAP_CHECK(import_recovered(parts, objects, directory, counts));
  if (pages.bad > 0) facts.state = "damaged";
  facts.details = details_json(database->header(), pages);
  return {};
}

}  // namespace

const Importer kEseImporter = {.kind = "ese", .probe = probe_ese, .import = import_ese};

}  // namespace dirsnap
