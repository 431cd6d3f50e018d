// SPDX-License-Identifier: MIT
//
// ese_canonical FILE OUTDIR: every table of an ESE database in a canonical text form, to compare
// readers with. Writes counts.tsv (table, columns, records) and for each table with rows
// <table>.jsonl: one JSON object a row in primary-key order, keys in ascending column id.
// Issues go to standard error. Exit: 0 no issue but notes, 3 with losses or doubts, 4 unusable.
#include <array>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "importers/ese/database.h"
#include "tests/support/ese_canonical_row.h"

namespace {

using dirsnap::Issue;
using dirsnap::Severity;

struct StderrSink final : dirsnap::IssueSink {
  void report(Issue issue) override {
    constexpr std::array<const char*, 3> kNames = {"note", "doubt", "loss"};
    fmt::print(stderr, "{} {} at {}: {} ({})\n", kNames[static_cast<std::size_t>(issue.severity)],
               issue.code, issue.offset_bytes, issue.message, issue.place);
    if (issue.severity != Severity::kNote) bad = true;
  }
  bool bad = false;
};

std::string file_name_of(const std::string& table) {
  std::string out;
  for (const char c : table) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '{' || c == '}' ||
                       c == '-' || c == '_' || c == '.';
    if (plain) {
      out.push_back(c);
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

dirsnap::Result<std::uint64_t> write_table(dirsnap::ese::Database& database,
                                           const dirsnap::ese::TableDef& table,
                                           const std::filesystem::path& path) {
  dirsnap::ese::TableCursor cursor(database, table);
  std::ofstream out;
  std::string line;
  std::uint64_t rows = 0;
  for (;; ++rows) {
    DIRSNAP_TRY(const bool more, cursor.next());
    if (!more) return rows;
    if (rows == 0) out.open(path, std::ios::binary);
    line.clear();
    dirsnap::test::append_canonical_row(cursor.row().cells, line);
    line.push_back('\n');
    out << line;
  }
}

int run(const char* file, const std::filesystem::path& folder) {
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    fmt::print(stderr, "ese_canonical: cannot open {}\n", file);
    return 5;
  }
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  const dirsnap::Bytes bytes = dirsnap::as_bytes(text);
  dirsnap::MemorySource source(std::vector<std::byte>(bytes.begin(), bytes.end()));
  StderrSink issues;
  const auto database = dirsnap::ese::Database::open(source, {}, issues);
  if (!database) {
    fmt::print(stderr, "ese_canonical: {}: {}\n", file, database.error().what);
    return 4;
  }
  std::filesystem::create_directories(folder);
  std::ofstream counts(folder / "counts.tsv", std::ios::binary);
  counts << "table\tcolumns\trecords\n";
  for (const auto& table : (*database)->tables()) {
    const auto rows =
        write_table(**database, table, folder / (file_name_of(table.name) + ".jsonl"));
    if (!rows) {
      fmt::print(stderr, "ese_canonical: {}\n", rows.error().what);
      return 4;
    }
    counts << table.name << '\t' << table.columns.size() << '\t' << *rows << '\n';
  }
  if (const auto verified = (*database)->verify_pages(); !verified) return 4;
  return issues.bad ? 3 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    fmt::print(stderr, "usage: ese_canonical FILE OUTDIR\n");
    return 2;
  }
  try {
    return run(argv[1], argv[2]);
  } catch (const std::exception& e) {
    fmt::print(stderr, "ese_canonical: {}\n", e.what());
    return 5;
  }
}
