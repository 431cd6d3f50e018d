// SPDX-License-Identifier: MIT
#include "importers/ese/database.h"

#include <algorithm>

#include <fmt/format.h>

#include "importers/ese/catalog.h"
#include "importers/ese/space.h"
#include "storage/base/text.h"

namespace dirsnap::ese {

namespace {

constexpr std::uint64_t kStateOffset = 52;

}  // namespace

Database::~Database() = default;

Result<std::unique_ptr<Database>> Database::open(ByteSource& source,
                                                 const OpenOptions& options,
                                                 IssueSink& issues) {
  std::unique_ptr<Database> database(new Database(options, issues));
  DIRSNAP_TRY(database->header_, read_file_header(source, database->issues_));
  database->store_ = std::make_unique<PageStore>(source, database->header_, options.cache_bytes,
                                                 database->issues_);
  database->report_state();
  database->report_size(source);
  DIRSNAP_TRY(database->tables_, read_catalog(*database));
  return database;
}

void Database::report_state() {
  if (!header_.is_dirty()) return;
  issues_.report({Severity::kDoubt, "dirty-state", kStateOffset, 4, "file header",
                  fmt::format("the database was not shut down cleanly (state {}: {}): late changes "
                              "may be missing and unfinished ones present",
                              header_.state_number, state_name(header_.state))});
}

void Database::report_size(const ByteSource& source) {
  const std::uint64_t size = source.size_bytes();
  const std::uint64_t rest = size % header_.page_size;
  if (rest != 0) {
    issues_.report({Severity::kLoss, "file-size", size - rest, rest, "end of file",
                    fmt::format("the file ends inside a page: {} of {} bytes of page {}", rest,
                                header_.page_size, pages() + 1)});
  }
  const DatabaseExtent extent = database_extent(*store_, options_.cancel);
  if (extent.last_page <= pages()) return;
  const std::uint32_t missing = extent.last_page - pages();
  const bool all_free = extent.free_past_file >= missing;
  issues_.report(
      {all_free ? Severity::kDoubt : Severity::kLoss, "file-size", size,
       std::uint64_t{missing} * header_.page_size, "end of file",
       fmt::format("the file ends after page {}, but the database has {} pages: {} "
                   "pages are missing{}",
                   pages(), extent.last_page, missing, all_free ? ", all of them free" : "")});
}

const TableDef* Database::find_table(std::string_view name) const {
  const auto found = std::find_if(tables_.begin(), tables_.end(), [&](const TableDef& table) {
    return equal_ascii_nocase(table.name, name);
  });
  return found == tables_.end() ? nullptr : &*found;
}

}  // namespace dirsnap::ese
