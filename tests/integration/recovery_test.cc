// SPDX-License-Identifier: MIT
//
// Recall: of records deleted on purpose, how many the SQL tables of recovered rows show, for each
// way a record can be deleted. And precision: nothing live among them, none of them among the live.
#include <set>
#include <string>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "importers/ese/database.h"
#include "tests/support/case_run.h"
#include "tests/support/ese_deletion.h"
#include "tests/support/ese_writer.h"
#include "tests/support/exchange_directory.h"
#include "tests/support/temp_folder.h"
#include "tests/support/unxz.h"

namespace dirsnap::test {
namespace {

using support::EseOptions;
using support::Row;

using Buffer = std::vector<std::byte>;
using Lines = std::multiset<std::string>;

constexpr int kRows = 6000;

bool is_deleted(int i) { return i % 7 == 3; }

std::string name_of(int i) { return fmt::format("person number {}", i); }

void write_people(const std::string& path, const EseOptions& options) {
  auto writer = support::EseWriter::create(path, options);
  REQUIRE(writer);
  support::TableSpec spec;
  spec.name = "people";
  const auto id = spec.fixed("Id", support::ColumnType::kLong);
  const auto name = spec.variable("Name", support::ColumnType::kText, support::kLatin);
  const auto note = spec.tagged("Note", support::ColumnType::kLongText, support::kLatin);
  spec.index("primary", {{id}}, support::kIndexPrimary | support::kIndexUnique);
  const auto table = writer->add_table(spec);
  for (int i = 0; i < kRows; ++i) {
    Row row;
    row.add_number<std::int32_t>(id, i);
    row.add(name, name_of(i));
    if (i % 2 == 0) row.add(note, fmt::format("note of {}", i));
    const auto added =
        is_deleted(i) ? writer->append_deleted(table, row) : writer->append(table, row);
    REQUIRE(added);
  }
  REQUIRE(writer->finish());
}

// A row as SELECT Id, Name, Note gives it.
std::string line_of(int i) {
  return fmt::format("{}|{}|{}", i, name_of(i), i % 2 == 0 ? fmt::format("note of {}", i) : "NULL");
}

Lines deleted_lines() {
  Lines lines;
  for (int i = 0; i < kRows; ++i) {
    if (is_deleted(i)) lines.insert(line_of(i));
  }
  return lines;
}

Lines lines(OpenCase& open, const std::string& from) {
  Lines all;
  for (const auto& row : open.rows("SELECT Id, Name, Note FROM " + from))
    all.insert(row[0] + "|" + row[1] + "|" + row[2]);
  return all;
}

std::uint32_t objid_of(const Buffer& file, const char* table) {
  struct Silent final : IssueSink {
    void report(Issue) override {}
  } silent;
  MemorySource source(file);
  const auto database = ese::Database::open(source, {}, silent);
  REQUIRE(database);
  return (*database)->find_table(table)->objid;
}

struct Recall {
  std::size_t expected = 0, right = 0, wrong = 0;
  [[nodiscard]] double share() const {
    return static_cast<double>(right) / static_cast<double>(expected);
  }
};

Recall measure(Lines expected, const Lines& found) {
  Recall recall{.expected = expected.size()};
  for (const std::string& line : found) {
    const auto at = expected.find(line);
    ++(at == expected.end() ? recall.wrong : recall.right);
    if (at != expected.end()) expected.erase(at);
  }
  return recall;
}

struct Form {
  const char* name;
  EseOptions options;
};

std::vector<Form> forms() {
  EseOptions modern;
  modern.generation = support::Generation::kModern;
  modern.page_size = 8192;
  EseOptions large = modern;
  large.page_size = 32768;
  return {{"Exchange 5.5", {}}, {"8 KiB pages", modern}, {"32 KiB pages", large}};
}

// The database "people" of a form, its deleted rows flagged.
struct People {
  explicit People(const Form& form) : options(form.options) {
    path = folder / "people.edb";
    write_people(path.string(), options);
    file = read_file(path);
    objid = objid_of(file, "people");
  }
  // Imports what `file` is now.
  OpenCase import(const std::string& name) {
    folder.write("people.edb", file);
    const ImportSummary summary = import_into(folder / name, path);
    CHECK(summary.losses == 0);
    return OpenCase(folder / name);
  }
  TempFolder folder;
  std::filesystem::path path;
  EseOptions options;
  Buffer file;
  std::uint32_t objid = 0;
};

// What every import must keep to, whatever was deleted and how.
void check_apart(OpenCase& open) {
  CHECK(open.value("SELECT count(*) FROM ese_people l JOIN ese_people__recovered r USING (Id)") ==
        "0");
  const auto counts = open.rows(
      "SELECT recovered_sql_name, recovered_records, (SELECT count(*) FROM ese_people__recovered) "
      "FROM ese_tables WHERE table_name = 'people'");
  REQUIRE(counts.size() == 1);
  CHECK(counts[0][0] == "ese_people__recovered");
  CHECK(counts[0][1] == counts[0][2]);
  CHECK(open.value("SELECT count(*) FROM ese_people__recovered WHERE _offset / "
                   "(SELECT json_extract(details, '$.page_size') FROM sources) <> _page + 1") ==
        "0");
}

TEST_CASE("recall of flag-deleted records is 100 %, and nothing else is found") {
  for (const Form& form : forms()) {
    CAPTURE(form.name);
    People people(form);
    OpenCase open = people.import("case");
    const Recall recall = measure(
        deleted_lines(),
        lines(open, "ese_people__recovered WHERE _place = 'deleted node' AND _confidence = 95"));
    CHECK(recall.share() == 1.0);
    CHECK(recall.wrong == 0);
    CHECK(open.value("SELECT count(*) FROM ese_people__recovered") ==
          std::to_string(recall.expected));
    check_apart(open);
  }
}

TEST_CASE("recall of records in the slack of leaf pages is at least 99 %") {
  for (const Form& form : forms()) {
    CAPTURE(form.name);
    People people(form);
    CHECK(support::forget_deleted_nodes(people.file, people.options, people.objid) ==
          deleted_lines().size());
    OpenCase open = people.import("case");
    const Recall recall =
        measure(deleted_lines(), lines(open, "ese_people__recovered WHERE _place = 'slack'"));
    INFO(fmt::format("{} of {}, {} wrong", recall.right, recall.expected, recall.wrong));
    CHECK(recall.share() >= 0.99);
    CHECK(recall.wrong <= recall.expected / 100);
    check_apart(open);
  }
}

TEST_CASE("recall of records on pages that no tree reaches is 100 %") {
  for (const Form& form : forms()) {
    CAPTURE(form.name);
    People people(form);
    OpenCase before = people.import("before");
    const auto pages = support::unlink_leaves(people.file, people.options, people.objid, 3);
    REQUIRE_FALSE(pages.empty());
    std::string list;
    for (const std::uint32_t page : pages) list += (list.empty() ? "" : ",") + std::to_string(page);
    const std::string there = "_page IN (" + list + ")";
    Lines expected = lines(before, "ese_people WHERE " + there);
    REQUIRE(expected.size() > 100);
    expected.merge(lines(before, "ese_people__recovered WHERE " + there));
    OpenCase open = people.import("case");
    const Recall recall =
        measure(expected, lines(open, "ese_people__recovered WHERE _place = 'unreferenced page'"));
    CHECK(recall.share() == 1.0);
    CHECK(recall.wrong == 0);
    check_apart(open);
  }
}

TEST_CASE("records of a page with a wrong checksum are shown as recovered, with low confidence") {
  for (const Form& form : forms()) {
    CAPTURE(form.name);
    People people(form);
    OpenCase before = people.import("before");
    const std::string page =
        before.value("SELECT _page FROM ese_people WHERE Id = " + std::to_string(kRows / 2));
    const Lines expected = lines(before, "ese_people WHERE _page = " + page);
    const std::size_t begin = (std::stoul(page) + 1) * std::size_t{people.options.page_size};
    for (std::size_t i = 0; i < 8; ++i)
      people.file[begin + 2000 + i] ^= static_cast<std::byte>(0x11 * (i + 1));
    people.folder.write("people.edb", people.file);
    CHECK(import_into(people.folder / "case", people.path).losses == 1);
    OpenCase open(people.folder / "case");
    const Recall recall = measure(
        expected,
        lines(open, "ese_people__recovered WHERE _place = 'bad page' AND _confidence <= 40"));
    CHECK(recall.right + 2 >= recall.expected);
    CHECK(open.value("SELECT count(*) FROM ese_people WHERE _page = " + page) == "0");
  }
}

support::SiteSpec site_spec() {
  support::SiteSpec spec;
  spec.mailboxes = 300;
  spec.purged_mailboxes = 200;
  return spec;
}

struct Directory {
  Directory() {
    path = folder / "Dir.edb";
    REQUIRE(support::write_directory(site, path.string()));
  }
  OpenCase import() {
    CHECK(import_into(folder / "case", path).losses == 0);
    return OpenCase(folder / "case");
  }
  support::ExchangeSite site{site_spec()};
  TempFolder folder;
  std::filesystem::path path;
};

std::set<std::string> column(OpenCase& open, const std::string& sql) {
  std::set<std::string> values;
  for (const auto& row : open.rows(sql)) values.insert(row[0]);
  return values;
}

TEST_CASE("deleted directory objects come back with DN, class, parent and attributes") {
  Directory directory;
  SECTION("flag-deleted") {}
  SECTION("in slack") {
    Buffer file = read_file(directory.path);
    CHECK(support::forget_deleted_nodes(file, EseOptions{}, objid_of(file, "datatable")) == 200);
    directory.folder.write("Dir.edb", file);
  }
  OpenCase open = directory.import();
  std::set<std::string> expected;
  for (const auto& object : directory.site.purged()) expected.insert(object.dn);
  const std::size_t all = expected.size();
  std::size_t found = 0;
  for (const std::string& dn : column(open, "SELECT dn FROM recovered_objects"))
    found += expected.count(dn);
  INFO(found << " of " << all);
  CHECK(found * 100 >= all * 99);
  CHECK(open.value("SELECT count(*) FROM recovered_objects") == std::to_string(found));
  CHECK(open.value("SELECT count(*) FROM ese_datatable__recovered") == std::to_string(found));
  CHECK(open.value("SELECT count(*) FROM objects JOIN recovered_objects USING (dnt)") == "0");
  CHECK(column(open, "SELECT DISTINCT class_x500 FROM recovered_objects") ==
        std::set<std::string>{"Mailbox"});
  // Parents are live: their names and numbers are those of `objects`.
  CHECK(open.value("SELECT count(*) FROM recovered_objects r JOIN objects p ON p.object_id = "
                   "r.parent_id WHERE p.rdn = 'Recipients' AND r.dn = p.dn || '/cn=' || r.rdn") ==
        std::to_string(found));
  CHECK(open.value("SELECT count(*) FROM recovered_objects WHERE place IS NULL OR confidence NOT "
                   "BETWEEN 50 AND 100") == "0");
  CHECK(open.value("SELECT count(DISTINCT object_id) FROM recovered_attributes WHERE "
                   "attribute_x500 = 'Common-Name' AND confidence > 50") == std::to_string(found));
  CHECK(open.value("SELECT count(*) FROM recovered_attributes a JOIN recovered_objects o USING "
                   "(object_id) WHERE a.attribute_x500 = 'Common-Name' AND a.text = o.rdn") ==
        std::to_string(found));
}

TEST_CASE("recovered objects leave counts and names of the live directory as they are") {
  support::SiteSpec plain = site_spec();
  plain.purged_mailboxes = 0;
  TempFolder folder;
  const auto path = folder / "Dir.edb";
  REQUIRE(support::write_directory(support::ExchangeSite(plain), path.string()));
  import_into(folder / "case", path);
  OpenCase without(folder / "case");
  Directory directory;
  OpenCase with = directory.import();
  for (const char* const sql :
       {"SELECT count(*), max(object_id) FROM objects", "SELECT count(*) FROM attributes",
        "SELECT * FROM schema_classes ORDER BY id", "SELECT * FROM schema_attributes ORDER BY id",
        "SELECT * FROM connectors", "SELECT * FROM containers"}) {
    CAPTURE(sql);
    CHECK(without.rows(sql) == with.rows(sql));
  }
  CHECK(without.value("SELECT count(*) FROM recovered_objects") == "0");
  CHECK(without.value("SELECT count(recovered_sql_name) FROM ese_tables") == "0");
  CHECK(without.value("SELECT sum(recovered_records) FROM ese_tables") == "0");
}

TEST_CASE("a real database gives back rows of a user table and of tables that were dropped") {
  if (fixtures().empty()) {
    WARN("skipped: the shared fixtures are not here");
    return;
  }
  TempFolder folder;
  const auto packed = fixtures() / "ese/data/ual-current-a.mdb.xz";
  import_into(folder / "case", folder.write("Current.mdb", unxz_file(packed)));
  OpenCase open(folder / "case");
  CHECK(open.rows("SELECT TotalAccesses FROM ese_CLIENTS__recovered ORDER BY 1") ==
        std::vector<std::vector<std::string>>{{"24"}, {"508"}, {"2520"}});
  // Columns of tables that the catalog has no row of any more.
  const std::string dropped =
      "FROM ese_MSysObjects__recovered WHERE ObjidTable NOT IN (SELECT ObjidTable FROM "
      "ese_MSysObjects)";
  CHECK(std::stoi(open.value("SELECT count(*) " + dropped)) > 1000);
  CHECK(open.value("SELECT count(*) " + dropped + " AND Name GLOB 'Day[1-9]*' AND Type <> 2") ==
        "0");
}

TEST_CASE("ese_cells reaches the cells of recovered rows by their twin's name") {
  People people(forms().front());
  OpenCase open = people.import("case");
  CHECK(open.value("SELECT count(*) FROM ese_cells('ese_people__recovered') WHERE column_name = "
                   "'Name'") == std::to_string(deleted_lines().size()));
  CHECK(column(open, "SELECT DISTINCT column_name FROM ese_cells('ese_people__recovered')") ==
        std::set<std::string>{"Id", "Name", "Note"});
}

}  // namespace
}  // namespace dirsnap::test
