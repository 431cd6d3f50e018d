// SPDX-License-Identifier: MIT
#include "importers/ese_importer.h"

#include <array>

#include <fmt/format.h>

#include "importers/directory/directory_import.h"
#include "importers/ese_tables/raw_table_writer.h"
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

// Which database it is, told by its tables.
const char* role_of(const ese::Database& database, bool has_directory) {
  if (has_directory) return "directory";
  const auto has = [&](std::string_view name) { return database.find_table(name) != nullptr; };
  const bool folders = has("Folder") || has("Folders");
  if (folders && has("Msg")) return has("Mailbox") ? "private-store" : "public-store";
  return "other";
}

Result<void> import_ese(ByteSource& source,
                        SourceFacts& facts,
                        ImportContext& context,
                        IssueSink& issues) {
  DIRSNAP_TRY(const dir::OverrideMap overrides, dir::overrides_of(context.options()));
  ese::OpenOptions options;
  options.cancel = &context.cancel();
  DIRSNAP_TRY(const auto database, ese::Database::open(source, options, issues));
  DatabaseTables tables(*database);
  const auto layout = dir::find_layout(tables, overrides, issues);
  facts.role = role_of(*database, layout.has_value());
  facts.state = database->header().is_dirty() ? "dirty" : "clean";
  for (const ese::TableDef& table : database->tables()) {
    if (layout && &table == layout->objects) {
      DIRSNAP_TRY(const std::uint64_t objects,
                  dir::import_directory({tables, *layout, overrides, facts, context, issues}));
      facts.records += objects;
    } else {
      DIRSNAP_TRY(const std::uint64_t records,
                  import_raw_table(*database, table, facts.source_id, context));
      facts.records += records;
    }
  }
  DIRSNAP_TRY(const ese::PageCounts pages, database->verify_pages());
  if (pages.bad > 0) facts.state = "damaged";
  facts.details = details_json(database->header(), pages);
  return {};
}

}  // namespace

const Importer kEseImporter = {.kind = "ese", .probe = probe_ese, .import = import_ese};

}  // namespace dirsnap
