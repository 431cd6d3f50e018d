// SPDX-License-Identifier: MIT
//
// An ESE ("JET Blue") database file, opened for reading only: its header, its tables, its pages.
// Units: page numbers start at 1 and do not count the two header pages; offsets of issues count
// bytes from the start of the source.
// Lifetime: a Database borrows the source and the sink; both must outlive it. Cursors and cells
// borrow the Database.
// Threads: one thread at a time, cursors included.
// Errors: open() fails if nothing can be read at all; everything else is an issue.
// Facts: FORMAT.md.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "importers/ese/file_header.h"
#include "importers/ese/page_store.h"
#include "importers/ese/table_def.h"
#include "storage/base/byte_source.h"
#include "storage/base/cancel.h"
#include "storage/base/issue.h"
#include "storage/base/result.h"

namespace dirsnap::ese {

// Budgets and the user's wishes.
struct OpenOptions {
  std::size_t cache_bytes = std::size_t{16} << 20;    // page cache
  std::size_t row_bytes_max = std::size_t{64} << 20;  // unpacked and long values of one row
  const CancelToken* cancel = nullptr;                // asked between pages; may be null
};

// What a pass over all pages found.
struct PageCounts {
  std::uint32_t good = 0;       // checksum verified
  std::uint32_t corrected = 0;  // verified after turning one bit
  std::uint32_t bad = 0;        // checksum wrong
  std::uint32_t zero = 0;       // never written
  std::uint32_t foreign = 0;    // bad, but never was a page of this database
};

class Database {
 public:
  // Reads header and catalog. Issues: "header-copy", "dirty-state", "file-size", "catalog", and
  // those of pages (page_store.h) and trees (leaf_plan.h).
  static Result<std::unique_ptr<Database>> open(ByteSource& source,
                                                const OpenOptions& options,
                                                IssueSink& issues);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  [[nodiscard]] const FileHeader& header() const { return header_; }
  // Number of pages the file has, the two header pages not counted.
  [[nodiscard]] std::uint32_t pages() const { return store_->pages(); }
  // All tables in the order of the catalog, system tables included.
  [[nodiscard]] std::span<const TableDef> tables() const { return tables_; }
  // The table of that name (ASCII case ignored), or null.
  [[nodiscard]] const TableDef* find_table(std::string_view name) const;

  // Verifies every page that no cursor has read so far, so that damage in unused parts of the
  // file is known as well. Cheapest after all tables have been read. Bad pages are losses if a
  // tree of data reaches them, doubts if only an index or nothing does; a block that looks like
  // foreign data and no page is told apart by its code ("page-foreign").
  Result<PageCounts> verify_pages();

  // For cursors.
  [[nodiscard]] PageStore& store() { return *store_; }
  [[nodiscard]] IssueSink& issues() { return issues_; }
  [[nodiscard]] const OpenOptions& options() const { return options_; }
  // Issues of severity loss reported so far.
  [[nodiscard]] std::uint64_t losses() const { return issues_.losses; }

 private:
  // Passes issues on and counts the losses among them.
  struct CountingSink final : IssueSink {
    explicit CountingSink(IssueSink& sink) : to(sink) {}
    void report(Issue issue) override {
      if (issue.severity == Severity::kLoss) ++losses;
      to.report(std::move(issue));
    }
    IssueSink& to;
    std::uint64_t losses = 0;
  };

  Database(const OpenOptions& options, IssueSink& issues) : options_(options), issues_(issues) {}
  void report_state();
  void report_size(const ByteSource& source);
  bool report_foreign(std::uint32_t page_no);

  OpenOptions options_;
  CountingSink issues_;
  FileHeader header_;
  std::unique_ptr<PageStore> store_;
  std::vector<TableDef> tables_;
};

}  // namespace dirsnap::ese
