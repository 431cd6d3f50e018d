// SPDX-License-Identifier: MIT
//
// Helpers of the ESE tests: a sink that remembers, databases made in place, rows as text.
#pragma once

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "importers/ese/database.h"
#include "importers/ese/table_cursor.h"
#include "storage/base/byte_source.h"
#include "tests/support/ese_canonical_row.h"
#include "tests/support/ese_deletion.h"
#include "tests/support/ese_page.h"
#include "tests/support/ese_writer.h"
#include "tests/support/unxz.h"

namespace dirsnap::test {

using Buffer = std::vector<std::byte>;

// Keeps every issue.
struct Recorder final : IssueSink {
  void report(Issue issue) override { issues.push_back(std::move(issue)); }
  [[nodiscard]] std::size_t count(std::string_view code) const {
    return static_cast<std::size_t>(std::count_if(issues.begin(), issues.end(),
                                                  [&](const Issue& i) { return i.code == code; }));
  }
  [[nodiscard]] const Issue* first(std::string_view code) const {
    for (const Issue& issue : issues) {
      if (issue.code == code) return &issue;
    }
    return nullptr;
  }
  // Issues that make an import end with exit code 3.
  [[nodiscard]] std::size_t grave() const {
    return static_cast<std::size_t>(std::count_if(issues.begin(), issues.end(), [](const Issue& i) {
      return i.severity != Severity::kNote;
    }));
  }
  [[nodiscard]] std::string text() const {
    std::string out;
    for (const Issue& issue : issues)
      out += fmt::format("{} @{}: {}\n", issue.code, issue.offset_bytes, issue.message);
    return out;
  }
  std::vector<Issue> issues;
};

// A database made by the writer, as bytes.
inline Buffer make_database(const support::EseOptions& options,
                            const std::function<void(support::EseWriter&)>& fill) {
  const auto path =
      std::filesystem::temp_directory_path() / fmt::format("dirsnap-ese-test-{}.edb", ::getpid());
  auto writer = support::EseWriter::create(path.string(), options);
  REQUIRE(writer);
  fill(*writer);
  REQUIRE(writer->finish());
  Buffer bytes = read_file(path);
  std::filesystem::remove(path);
  return bytes;
}

// An open database over bytes of its own.
struct Opened {
  explicit Opened(Buffer bytes, const ese::OpenOptions& options = {}) : source(std::move(bytes)) {
    auto result = ese::Database::open(source, options, sink);
    if (result) {
      database = *std::move(result);
    } else {
      error = std::move(result).error();
    }
  }
  MemorySource source;
  Recorder sink;
  std::unique_ptr<ese::Database> database;
  Error error;
};

// One row as a test sees it.
struct RowText {
  std::string line;
  std::uint32_t page_no = 0;
  bool by_scan = false;
};

inline std::vector<RowText> rows_of(ese::Database& database, const ese::TableDef& table) {
  ese::TableCursor cursor(database, table);
  std::vector<RowText> rows;
  for (;;) {
    const auto more = cursor.next();
    REQUIRE(more);
    if (!*more) return rows;
    RowText row;
    append_canonical_row(cursor.row().cells, row.line);
    row.page_no = cursor.row().page_no;
    row.by_scan = cursor.row().recovered_by_scan;
    rows.push_back(std::move(row));
  }
}

inline std::vector<RowText> rows_of(Opened& opened, std::string_view table) {
  REQUIRE(opened.database != nullptr);
  const ese::TableDef* def = opened.database->find_table(table);
  REQUIRE(def != nullptr);
  return rows_of(*opened.database, *def);
}

inline std::vector<std::string> lines_of(const std::vector<RowText>& rows) {
  std::vector<std::string> lines;
  for (const RowText& row : rows) lines.push_back(row.line);
  return lines;
}

using support::edit_page;

}  // namespace dirsnap::test
