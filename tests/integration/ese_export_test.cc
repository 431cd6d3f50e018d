// SPDX-License-Identifier: MIT
//
// Files of the ESE writer seen by somebody else's reader: esedbexport of libesedb, where the
// machine has it. Its release of 2018 misreads what follows the first tagged column of update 2,
// empty values among several, and most separated long values; the tables here avoid these.
#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <sys/wait.h>
#include <vector>

#include <catch2/catch.hpp>

#include "storage/base/text.h"
#include "tests/support/ese_writer.h"
#include "tests/support/exchange_directory.h"
#include "tests/support/temp_folder.h"

namespace dirsnap::test {
namespace {

using support::EseOptions;
using support::Generation;

constexpr int kRows = 700;
constexpr int kNotFound = 127;  // of the shell

// Exit status of a command, -1 if it was killed.
int run(const std::string& command) {
  const int status = std::system(command.c_str());  // NOLINT(cert-env33-c,concurrency-mt-unsafe)
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// Exports a database; nullopt (with a message) where the tool is not installed.
std::optional<std::filesystem::path> export_file(const TempFolder& folder,
                                                 const std::filesystem::path& file) {
  const std::filesystem::path target = folder / "export";
  std::error_code error;
  std::filesystem::remove_all(target.string() + ".export", error);
  const int status = run("esedbexport -t '" + target.string() + "' '" + file.string() + "' > '" +
                         (folder / "log").string() + "' 2>&1");
  if (status == kNotFound) {
    WARN("skipped: esedbexport (libesedb-utils) is not installed");
    return std::nullopt;
  }
  CHECK(status == 0);
  return target.string() + ".export";
}

// A table as esedbexport writes it: column names, then rows by column name.
using Table = std::vector<std::map<std::string, std::string>>;

std::vector<std::string> split_tabs(const std::string& line) {
  std::vector<std::string> cells(1);
  for (const char c : line) {
    if (c == '\t') {
      cells.emplace_back();
    } else {
      cells.back().push_back(c);
    }
  }
  return cells;
}

// The exported file is called after the table and its number in the catalog.
Table read_table(const std::filesystem::path& folder, const std::string& name) {
  Table table;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().stem() != name) continue;
    std::ifstream in(entry.path());
    std::string line;
    std::getline(in, line);
    const std::vector<std::string> head = split_tabs(line);
    while (std::getline(in, line)) {
      const std::vector<std::string> cells = split_tabs(line);
      std::map<std::string, std::string> row;
      for (std::size_t i = 0; i < head.size() && i < cells.size(); ++i) row[head[i]] = cells[i];
      table.push_back(std::move(row));
    }
  }
  return table;
}

// A table with fixed, variable and one tagged column; the latter for the modern generation only.
struct NotesTable {
  support::TableSpec spec;
  support::ColumnId id, age, name, title, note;

  NotesTable() {
    using support::ColumnType;
    spec.name = "notes";
    id = spec.fixed("id", ColumnType::kLong, support::kColumnNotNull);
    age = spec.fixed("age", ColumnType::kShort);
    name = spec.variable("name", ColumnType::kText, support::kLatin);
    title = spec.variable("title", ColumnType::kText, support::kUtf16);
    note = spec.tagged("note", ColumnType::kLongText, support::kUtf16);
    spec.column(note).flags = support::kColumnCompressed;
    spec.index("by_id", {{id}}, support::kIndexPrimary | support::kIndexUnique);
  }
};

std::string note_of(int i) {
  return "note " + std::to_string(i) + " says again and again and again";
}

bool is_deleted(int i) { return i % 17 == 3; }

Result<void> write_notes(const std::filesystem::path& path, const EseOptions& options) {
  DIRSNAP_TRY(support::EseWriter writer, support::EseWriter::create(path.string(), options));
  const NotesTable notes;
  const support::TableId table = writer.add_table(notes.spec);
  support::Row row;
  for (int i = 0; i < kRows; ++i) {
    row.clear();
    row.add_number(notes.id, i - 100);
    row.add_number(notes.age, static_cast<std::int16_t>(i - 1000));
    row.add(notes.name, "Name " + std::to_string(i % 97));
    if (i % 3 == 1) row.add(notes.title, encode_utf16le("Dr\u00E5 " + std::to_string(i)));
    if (options.generation == Generation::kModern) row.add(notes.note, encode_utf16le(note_of(i)));
    DIRSNAP_CHECK(is_deleted(i) ? writer.append_deleted(table, row) : writer.append(table, row));
  }
  return writer.finish();
}

void check_export(const std::filesystem::path& folder, bool modern) {
  const Table notes = read_table(folder, "notes");
  std::size_t at = 0;
  for (int i = 0; i < kRows; ++i) {
    if (is_deleted(i)) continue;
    REQUIRE(at < notes.size());
    const auto& row = notes[at++];
    REQUIRE(row.at("id") == std::to_string(i - 100));
    REQUIRE(row.at("age") == std::to_string(i - 1000));
    REQUIRE(row.at("name") == "Name " + std::to_string(i % 97));
    REQUIRE(row.at("title") == (i % 3 == 1 ? "Dr\u00E5 " + std::to_string(i) : std::string()));
    REQUIRE(row.at("note") == (modern ? note_of(i) : std::string()));
  }
  CHECK(at == notes.size());
}

TEST_CASE("esedbexport reads files of every format") {
  const TempFolder folder;
  const auto path = folder / "notes.edb";
  EseOptions options;
  SECTION("ESE97") {}
  for (const std::uint32_t size : {4096U, 8192U, 16384U, 32768U}) {
    SECTION("modern " + std::to_string(size)) {
      options.generation = Generation::kModern;
      options.page_size = size;
    }
  }
  REQUIRE(write_notes(path, options));
  if (const auto out = export_file(folder, path)) {
    check_export(*out, options.generation == Generation::kModern);
  }
}

TEST_CASE("esedbexport reads a directory of three levels") {
  const TempFolder folder;
  const auto path = folder / "Dir.edb";
  const support::ExchangeSite site(support::large_spec(4000));
  REQUIRE(support::write_directory(site, path.string()));
  const auto out = export_file(folder, path);
  if (!out) return;
  const Table rows = read_table(*out, "datatable");
  REQUIRE(rows.size() == site.object_count() + 2);
  CHECK(rows[0].at("RDN_col") == "$NOT_AN_OBJECT1$");
  CHECK(rows[1].at("RDN_col") == "$ROOT_OBJECT$");
  const std::vector<support::SiteObject> objects = site.objects();
  for (std::size_t i = 0; i < objects.size(); ++i) {
    REQUIRE(rows[i + 2].at("DNT_col") == std::to_string(objects[i].dnt));
    REQUIRE(rows[i + 2].at("PDNT_col") == std::to_string(objects[i].parent));
    REQUIRE(rows[i + 2].at("RDN_col") == objects[i].rdn);
  }
}

}  // namespace
}  // namespace dirsnap::test
