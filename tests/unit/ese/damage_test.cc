// SPDX-License-Identifier: MIT
//
// A sound database with one harm each: what is lost is the damaged part and is told, the rest
// is read.
#include <algorithm>
#include <set>
#include <string>

#include <catch2/catch.hpp>

#include "importers/ese/leaf_plan.h"
#include "importers/ese/side_files.h"
#include "tests/support/ese_header.h"
#include "tests/unit/ese/ese_test_util.h"

namespace dirsnap::test {
namespace {

using support::EseOptions;
using support::Generation;
using support::Row;

constexpr int kRows = 8000;

EseOptions old_form() { return {}; }
EseOptions modern_form() {
  EseOptions options;
  options.generation = Generation::kModern;
  options.page_size = 8192;
  return options;
}

// Table "people" of kRows rows on two levels, every 500th row with a separated long value.
Buffer people(const EseOptions& options) {
  return make_database(options, [](support::EseWriter& writer) {
    support::TableSpec spec;
    spec.name = "people";
    const auto id = spec.fixed("Id", support::ColumnType::kLong);
    const auto name = spec.variable("Name", support::ColumnType::kText, support::kLatin);
    const auto photo = spec.tagged("Photo", support::ColumnType::kLongBinary);
    spec.index("primary", {{id}}, support::kIndexPrimary | support::kIndexUnique);
    const auto table = writer.add_table(spec);
    for (int i = 0; i < kRows; ++i) {
      Row row;
      row.add_number<std::int32_t>(id, i);
      row.add(name, fmt::format("person number {}", i));
      if (i % 500 == 0) {
        std::string noise;
        for (unsigned k = 0; k < 9000; ++k)
          noise.push_back(static_cast<char>((k * 31 + static_cast<unsigned>(i)) * k >> 4));
        row.add(photo, noise);
      }
      REQUIRE(writer.append(table, row));
    }
  });
}

// The sound file, its rows and its pages; made once for each form.
struct Sound {
  explicit Sound(const EseOptions& form) : options(form), file(people(form)) {
    Opened opened(file);
    rows = rows_of(opened, "people");
    CHECK(opened.sink.issues.empty());
    const auto* table = opened.database->find_table("people");
    root = table->root_page;
    long_value_root = table->long_value_root;
    REQUIRE(table->long_value_root != 0);
    const ese::TreeSpec tree{"people", table->objid, table->root_page};
    plan = *ese::plan_leaves(opened.database->store(), tree, opened.sink, nullptr);
    REQUIRE(plan.leaves.size() > 20);
    REQUIRE_FALSE(plan.internal.empty());
  }
  [[nodiscard]] std::size_t offset_of(std::uint32_t page_no) const {
    return (std::size_t{page_no} + 1) * options.page_size;
  }
  [[nodiscard]] std::size_t rows_on(std::uint32_t page_no) const {
    return static_cast<std::size_t>(std::count_if(
        rows.begin(), rows.end(), [&](const RowText& row) { return row.page_no == page_no; }));
  }
  EseOptions options;
  Buffer file;
  std::vector<RowText> rows;
  std::uint32_t root = 0, long_value_root = 0;
  ese::LeafPlan plan;
};

const Sound& sound(bool modern) {
  static const Sound kOld(old_form());
  static const Sound kModern(modern_form());
  return modern ? kModern : kOld;
}

// Spoils several bytes, so that no code corrects them and no XOR cancels out.
void spoil(Buffer& file, std::size_t at) {
  for (std::size_t i = 0; i < 8; ++i) file[at + i] ^= static_cast<std::byte>(0x5A + 7 * i);
}

std::vector<std::string> lines_without(const std::vector<RowText>& rows, std::uint32_t page_no) {
  std::vector<std::string> lines;
  for (const RowText& row : rows) {
    if (row.page_no != page_no) lines.push_back(row.line);
  }
  return lines;
}

TEST_CASE("a bad leaf page costs its own rows and is told with its offset") {
  for (const bool modern : {false, true}) {
    const Sound& s = sound(modern);
    const std::uint32_t leaf = s.plan.leaves[7].page_no;
    Buffer file = s.file;
    spoil(file, s.offset_of(leaf) + 1000);
    Opened opened(std::move(file));
    const auto rows = rows_of(opened, "people");
    CHECK(lines_of(rows) == lines_without(s.rows, leaf));
    CHECK(s.rows_on(leaf) > 0);
    REQUIRE(opened.sink.issues.size() == 1);
    const Issue& issue = opened.sink.issues[0];
    CHECK(issue.code == std::string_view("page-checksum"));
    CHECK(issue.severity == Severity::kLoss);
    CHECK(issue.offset_bytes == s.offset_of(leaf));
    CHECK(issue.size_bytes == s.options.page_size);
    CHECK(issue.place == fmt::format("page {}, table people", leaf));
  }
}

TEST_CASE("a single wrong bit costs nothing where the page has ECC, and is told") {
  const Sound& s = sound(true);
  const std::uint32_t leaf = s.plan.leaves[3].page_no;
  Buffer file = s.file;
  file[s.offset_of(leaf) + 2000] ^= std::byte{0x10};
  Opened opened(std::move(file));
  CHECK(lines_of(rows_of(opened, "people")) == lines_of(s.rows));
  CHECK(lines_of(rows_of(opened, "people")) == lines_of(s.rows));
  REQUIRE(opened.sink.count("page-corrected") == 1);
  CHECK(opened.sink.first("page-corrected")->severity == Severity::kDoubt);
  CHECK(opened.sink.issues.size() == 1);
  CHECK(opened.database->verify_pages()->corrected == 1);
}

TEST_CASE("a bad root or branch page costs no row: its leaves are found by search, in order") {
  for (const bool modern : {false, true}) {
    const Sound& s = sound(modern);
    for (const std::uint32_t branch : s.plan.internal) {
      Buffer file = s.file;
      spoil(file, s.offset_of(branch) + 600);
      Opened opened(std::move(file));
      const auto rows = rows_of(opened, "people");
      CHECK(lines_of(rows) == lines_of(s.rows));
      CHECK(std::any_of(rows.begin(), rows.end(), [](const RowText& row) { return row.by_scan; }));
      CHECK(opened.sink.count("page-checksum") == 1);
      CHECK(opened.sink.count("tree-scan") == 1);
    }
  }
}

TEST_CASE("a zeroed page in use is a loss of that page") {
  const Sound& s = sound(false);
  const std::uint32_t leaf = s.plan.leaves[5].page_no;
  Buffer file = s.file;
  std::fill_n(file.begin() + static_cast<std::ptrdiff_t>(s.offset_of(leaf)), s.options.page_size,
              std::byte{0});
  Opened opened(std::move(file));
  CHECK(lines_of(rows_of(opened, "people")) == lines_without(s.rows, leaf));
  REQUIRE(opened.sink.count("page-zero") == 1);
  CHECK(opened.sink.first("page-zero")->severity == Severity::kLoss);
}

// Overwrites the child pointer of a node of an internal page.
void set_child(Buffer& file, const Sound& s, std::uint32_t tag, std::uint32_t child) {
  edit_page(file, s.options, s.plan.internal[0], [&](std::string& page) {
    const ese::PageView view(as_bytes(page), s.plan.internal[0]);
    const auto node = view.node(tag);
    REQUIRE(node);
    support::store_le(page, static_cast<std::size_t>(node->data.data() - as_bytes(page).data()),
                      child);
  });
}

TEST_CASE("a pointer out of the file is told, and the page it meant is found by search") {
  const Sound& s = sound(false);
  Buffer file = s.file;
  set_child(file, s, 4, 0x00FFFFFF);
  Opened opened(std::move(file));
  CHECK(lines_of(rows_of(opened, "people")) == lines_of(s.rows));
  REQUIRE(opened.sink.count("tree-pointer") == 1);
  CHECK(opened.sink.first("tree-pointer")->offset_bytes == s.offset_of(s.plan.internal[0]));
}

TEST_CASE("a pointer back into the tree is told, followed once, and ends") {
  for (const bool to_root : {true, false}) {
    const Sound& s = sound(false);
    Buffer file = s.file;
    set_child(file, s, 4, to_root ? s.root : s.plan.leaves[0].page_no);
    Opened opened(std::move(file));
    const auto rows = rows_of(opened, "people");
    CHECK(lines_of(rows) == lines_of(s.rows));
    CHECK(opened.sink.count("tree-cycle") == 1);
  }
}

TEST_CASE("a page of another object is told and not read into the table") {
  const Sound& s = sound(false);
  const std::uint32_t leaf = s.plan.leaves[6].page_no;
  Buffer file = s.file;
  edit_page(file, s.options, leaf,
            [](std::string& page) { support::store_le<std::uint32_t>(page, 24, 99); });
  Opened opened(std::move(file));
  CHECK(lines_of(rows_of(opened, "people")) == lines_without(s.rows, leaf));
  REQUIRE(opened.sink.count("page-owner") == 1);
  CHECK(opened.sink.first("page-owner")->severity == Severity::kLoss);
}

TEST_CASE("wrong sibling links are told and cost no row") {
  const Sound& s = sound(true);
  const std::uint32_t leaf = s.plan.leaves[6].page_no;
  Buffer file = s.file;
  edit_page(file, s.options, leaf, [&](std::string& page) {
    support::store_le<std::uint32_t>(page, 20, s.plan.leaves[2].page_no);
  });
  Opened opened(std::move(file));
  CHECK(lines_of(rows_of(opened, "people")) == lines_of(s.rows));
  CHECK(opened.sink.count("sibling-links") == 1);
}

TEST_CASE("a right sibling that no parent knows is read and marked") {
  const Sound& s = sound(false);
  // Shift the later pointers of the branch over that of leaf 3, as before a split was finished.
  Buffer file = s.file;
  edit_page(file, s.options, s.plan.internal.back(), [&](std::string& page) {
    support::store_le<std::uint16_t>(page, 34, load_le<std::uint16_t>(as_bytes(page), 34));
  });
  edit_page(file, s.options, s.plan.internal[0], [&](std::string& page) {
    const auto state = load_le<std::uint16_t>(as_bytes(page), 34);
    const std::size_t tags = state & 0x0FFFU;
    for (std::size_t tag = 4; tag + 1 < tags; ++tag) {
      const std::size_t to = page.size() - 4 * (tag + 1);
      page.replace(to, 4, page.substr(to - 4, 4));
    }
    support::store_le<std::uint16_t>(page, 34, static_cast<std::uint16_t>(state - 1));
  });
  Opened opened(std::move(file));
  const auto rows = rows_of(opened, "people");
  CHECK(lines_of(rows) == lines_of(s.rows));
  CHECK(std::count_if(rows.begin(), rows.end(), [](const RowText& row) { return row.by_scan; }) ==
        static_cast<std::ptrdiff_t>(s.rows_on(s.plan.leaves[3].page_no)));
  CHECK(opened.sink.count("sibling-links") > 0);
}

TEST_CASE("a bad tag costs one record") {
  const Sound& s = sound(false);
  const std::uint32_t leaf = s.plan.leaves[2].page_no;
  Buffer file = s.file;
  edit_page(file, s.options, leaf, [](std::string& page) {
    support::store_le<std::uint16_t>(page, page.size() - 4 * 6, 100);       // size of tag 5
    support::store_le<std::uint16_t>(page, page.size() - 4 * 6 + 2, 4000);  // its offset
  });
  Opened opened(std::move(file));
  CHECK(rows_of(opened, "people").size() == s.rows.size() - 1);
  REQUIRE(opened.sink.count("record") == 1);
  CHECK(opened.sink.first("record")->message ==
        fmt::format("page {}: tag 5 ends 44 bytes past the page; 1 record skipped", leaf));
  CHECK(opened.sink.first("record")->offset_bytes / 4096 == leaf + 1);
}

TEST_CASE("overlapping nodes are told and read as far as they make sense") {
  const Sound& s = sound(false);
  Buffer file = s.file;
  edit_page(file, s.options, s.plan.leaves[2].page_no, [](std::string& page) {
    page.replace(page.size() - 4 * 6, 4, page.substr(page.size() - 4 * 5, 4));
  });
  Opened opened(std::move(file));
  CHECK(rows_of(opened, "people").size() == s.rows.size());
  CHECK(opened.sink.count("page-structure") == 1);
  CHECK(opened.sink.count("key-order") == 1);
}

TEST_CASE("a damaged first header gives way to the second, and both ways round") {
  for (const bool modern : {false, true}) {
    const Sound& s = sound(modern);
    for (const std::size_t copy : {0U, 1U}) {
      for (const std::size_t at : {4U, 8U, 237U, 700U, 2000U}) {
        Buffer file = s.file;
        spoil(file, copy * s.options.page_size + at);
        Opened opened(std::move(file));
        REQUIRE(opened.database != nullptr);
        CHECK(opened.database->header().second_copy_used == (copy == 0));
        CHECK(opened.sink.count("header-copy") == 1);
        CHECK(rows_of(opened, "people").size() == s.rows.size());
      }
    }
  }
}

TEST_CASE("a database without a good header is refused") {
  const Sound& s = sound(false);
  Buffer file = s.file;
  spoil(file, 300);
  spoil(file, 4096 + 300);
  Opened opened(std::move(file));
  CHECK(opened.database == nullptr);
  CHECK(opened.error.code == Code::kCorrupt);
  CHECK(opened.error.what == "neither copy of the file header verifies");
}

TEST_CASE("a Jet500 database is refused with what is known of it") {
  Buffer file(8192);
  const std::string head = std::string(4, '\0') + support::le_bytes<std::uint32_t>(0x89ABCDEF) +
                           support::le_bytes<std::uint32_t>(0x500);
  std::copy_n(as_bytes(head).begin(), head.size(), file.begin());
  Opened opened(std::move(file));
  CHECK(opened.error.code == Code::kUnsupported);
  CHECK(opened.error.what.find("Jet500") != std::string::npos);
  CHECK(opened.error.what.find("0x500") != std::string::npos);
  CHECK(opened.error.what.find("Exchange 4.0 and 5.0") != std::string::npos);
  CHECK(opened.error.what.find("upgrade a copy of the server to Exchange 5.5") !=
        std::string::npos);
}

TEST_CASE("an Access database and an empty file are told apart from a damaged database") {
  Buffer access(4096);
  const std::string_view name = "Standard Jet DB";
  std::copy_n(as_bytes(name).begin(), name.size(), access.begin() + 4);
  CHECK(Opened(std::move(access)).error.code == Code::kUnsupported);
  CHECK(Opened(Buffer()).error.what == "not an ESE database: no magic number");
}

TEST_CASE("a damaged catalog page gives way to the shadow catalog") {
  const Sound& s = sound(false);
  Opened whole(s.file);
  const ese::TreeSpec tree{"MSysObjects", 2, 4};
  const auto plan = ese::plan_leaves(whole.database->store(), tree, whole.sink, nullptr);
  REQUIRE(plan);
  std::set<std::uint32_t> pages = {4};
  for (const auto& leaf : plan->leaves) pages.insert(leaf.page_no);
  for (const std::uint32_t page : pages) {
    Buffer file = s.file;
    spoil(file, s.offset_of(page) + 500);
    Opened opened(std::move(file));
    INFO("page " << page);
    CHECK(lines_of(rows_of(opened, "people")) == lines_of(s.rows));
    CHECK(opened.sink.count("page-checksum") == 1);
  }
}

TEST_CASE("a table whose catalog row is lost in both copies is still read by its object id") {
  const Sound& s = sound(false);
  Buffer file = s.file;
  // Change the type of the table's own row, so that neither copy names it any more.
  Opened whole(s.file);
  const std::uint32_t objid = whole.database->find_table("people")->objid;
  for (const char* catalog : {"MSysObjects", "MSysObjectsShadow"}) {
    ese::TableCursor cursor(*whole.database, *whole.database->find_table(catalog));
    while (cursor.next().value()) {
      const auto cells = cursor.row().cells;
      if (load_le<std::uint32_t>(cells[0].bytes, 0) != objid ||
          load_le<std::uint16_t>(cells[1].bytes, 0) != 1)
        continue;
      const std::uint32_t page_no = cursor.row().page_no;
      const std::uint32_t tag = cursor.row().tag;
      edit_page(file, s.options, page_no, [&](std::string& page) {
        const auto node = ese::PageView(as_bytes(page), page_no).node(tag);
        const auto at = static_cast<std::size_t>(node->data.data() - as_bytes(page).data());
        support::store_le<std::uint16_t>(page, at + 8, 77);
      });
    }
  }
  Opened opened(std::move(file));
  const auto rows = rows_of(opened, fmt::format("object_{}", objid));
  CHECK(lines_of(rows) == lines_of(s.rows));
  CHECK(opened.sink.count("catalog") == 1);
}

TEST_CASE("a bad page of the long-value tree costs the values on it, not the rows") {
  for (const bool modern : {false, true}) {
    const Sound& s = sound(modern);
    Opened whole(s.file);
    const auto* table = whole.database->find_table("people");
    const ese::TreeSpec tree{"people", table->long_value_objid, table->long_value_root,
                             ese::kPageLongValue};
    const auto plan = ese::plan_leaves(whole.database->store(), tree, whole.sink, nullptr);
    REQUIRE(plan);
    REQUIRE_FALSE(plan->internal.empty());
    Buffer file = s.file;
    spoil(file, s.offset_of(plan->leaves[4].page_no) + 100);
    Opened opened(file);
    const auto rows = rows_of(opened, "people");
    CHECK(rows.size() == s.rows.size());
    std::size_t different = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) different += rows[i].line != s.rows[i].line;
    CHECK(different >= 1);
    CHECK(different <= 3);
    CHECK(opened.sink.count("long-value") == different);

    // The branch above: every value is found by search.
    file = s.file;
    spoil(file, s.offset_of(plan->internal[0]) + 100);
    Opened searched(std::move(file));
    CHECK(lines_of(rows_of(searched, "people")) == lines_of(s.rows));
    CHECK(searched.sink.count("long-value") == 0);
    CHECK(searched.sink.count("tree-scan") == 1);
  }
}

TEST_CASE("damage in pages that nothing reaches is a doubt, found by the pass over all pages") {
  const Sound& s = sound(false);
  Opened whole(s.file);
  REQUIRE(whole.database->verify_pages()->zero > 0);
  std::uint32_t unused = 0;
  for (std::uint32_t page = 1; page <= whole.database->pages() && unused == 0; ++page) {
    if (whole.database->store().state(page) == ese::PageState::kZero) unused = page;
  }
  Buffer file = s.file;
  file[s.offset_of(unused) + 77] = std::byte{1};
  Opened opened(std::move(file));
  CHECK(lines_of(rows_of(opened, "people")) == lines_of(s.rows));
  CHECK(opened.sink.issues.empty());
  CHECK(opened.database->verify_pages()->bad == 1);
  REQUIRE(opened.sink.issues.size() == 1);
  CHECK(opened.sink.issues[0].severity == Severity::kDoubt);
  CHECK(opened.sink.issues[0].offset_bytes == s.offset_of(unused));
}

TEST_CASE("a bad page of a helper tree is a doubt that names the table") {
  const Sound& s = sound(false);
  Opened whole(s.file);
  const auto* catalog = whole.database->find_table("MSysObjects");
  std::uint32_t index_root = 0;
  for (const auto& index : catalog->indexes) {
    if (!index.is_primary()) index_root = index.root_page;
  }
  REQUIRE(index_root != 0);
  Buffer file = s.file;
  spoil(file, s.offset_of(index_root) + 200);
  Opened opened(std::move(file));
  CHECK(lines_of(rows_of(opened, "people")) == lines_of(s.rows));
  CHECK(opened.sink.issues.empty());
  CHECK(opened.database->verify_pages()->bad == 1);
  REQUIRE(opened.sink.issues.size() == 1);
  CHECK(opened.sink.issues[0].severity == Severity::kDoubt);
  CHECK(opened.sink.issues[0].place == fmt::format("page {}, table MSysObjects", index_root));
}

TEST_CASE("a bad page of a table that nobody has read is found as a loss") {
  const Sound& s = sound(false);
  Buffer file = s.file;
  spoil(file, s.offset_of(s.plan.leaves[4].page_no) + 200);
  Opened opened(std::move(file));
  CHECK(opened.sink.issues.empty());
  CHECK(opened.database->verify_pages()->bad == 1);
  REQUIRE(opened.sink.issues.size() == 1);
  CHECK(opened.sink.issues[0].severity == Severity::kLoss);
  CHECK(opened.sink.issues[0].place ==
        fmt::format("page {}, table people", s.plan.leaves[4].page_no));
}

TEST_CASE("a block of foreign data is a doubt of its own code, and no bad page") {
  const Sound& s = sound(false);
  Buffer file = s.file;
  const std::string text(4096, 'x');
  Opened whole(s.file);
  std::uint32_t unused = 0;
  REQUIRE(whole.database->verify_pages());
  for (std::uint32_t page = 1; page <= whole.database->pages() && unused == 0; ++page) {
    if (whole.database->store().state(page) == ese::PageState::kZero) unused = page;
  }
  std::copy_n(as_bytes(text).begin(), 4096,
              file.begin() + static_cast<std::ptrdiff_t>(s.offset_of(unused)));
  Opened opened(std::move(file));
  const auto counts = opened.database->verify_pages();
  REQUIRE(counts);
  CHECK(counts->foreign == 1);
  CHECK(counts->bad == 0);
  REQUIRE(opened.sink.count("page-foreign") == 1);
  CHECK(opened.sink.first("page-foreign")->severity == Severity::kDoubt);
}

TEST_CASE("a file cut short tells how much is missing") {
  const Sound& s = sound(false);
  Buffer file = s.file;
  file.resize(file.size() - 10 * 4096 - 100);
  Opened opened(std::move(file));
  REQUIRE(opened.database != nullptr);
  REQUIRE(opened.sink.count("file-size") == 2);
  CHECK(opened.sink.first("file-size")->message.find("ends inside a page") != std::string::npos);
  CHECK(opened.sink.text().find("11 pages are missing") != std::string::npos);
}

TEST_CASE("a database not shut down cleanly is read with a doubt") {
  EseOptions options;
  options.dirty = true;
  Opened opened(people(options));
  REQUIRE(opened.sink.issues.size() == 1);
  CHECK(opened.sink.issues[0].code == std::string_view("dirty-state"));
  CHECK(opened.sink.issues[0].severity == Severity::kDoubt);
  CHECK(rows_of(opened, "people").size() == kRows);
}

TEST_CASE("the files beside a database are known by their names") {
  const auto kind = [](std::string_view name) -> std::string {
    const auto found = ese::side_file_of_name(name);
    return found ? ese::to_string(*found) : "";
  };
  for (const char* name : {"edb.log", "EDB0001A.LOG", "edb0000001a.jtx", "srub.log", "V01.log",
                           "J500002F.log", "edbtmp.log"}) {
    CAPTURE(name);
    CHECK(kind(name) == (std::string_view(name) == "edbtmp.log" ? "" : "transaction log"));
  }
  CHECK(kind("Res1.log") == "reserved log");
  CHECK(kind("edbres00001.jrs") == "reserved log");
  CHECK(kind("edb.chk") == "checkpoint");
  CHECK(kind("dir.pat") == "patch file");
  CHECK(kind("SRUDB.jfm") == "flush map");
  for (const char* name : {"setup-of-1998.log", "ed.log", "1234.log", "edb", "edb0001x.log", ""}) {
    CAPTURE(name);
    CHECK(kind(name).empty());
  }
}

TEST_CASE("log headers and checkpoints tell generation and series, and nothing else does") {
  const std::string log = support::build_log_header(0x1A, 7);
  const auto mark = ese::parse_log_header(as_bytes(log));
  REQUIRE(mark);
  CHECK(mark->generation == 0x1A);
  CHECK(mark->log_signature.random == 7);
  CHECK(mark->log_signature.created_at == "1999-03-01T08:15:30Z");
  CHECK_FALSE(ese::parse_log_header(as_bytes(log).first(ese::kSideHeaderBytes - 1)));
  const std::string none = support::build_log_header(0, 7);
  CHECK_FALSE(ese::parse_log_header(as_bytes(none)));
  CHECK_FALSE(ese::parse_log_header(Buffer(4096)));
  const std::string text(4096, 'x');
  CHECK_FALSE(ese::parse_log_header(as_bytes(text)));
  Buffer checkpoint(4096);
  std::copy_n(as_bytes(log).begin() + 44, 28, checkpoint.begin() + 20);
  checkpoint[16] = std::byte{0x19};
  REQUIRE(ese::parse_checkpoint(checkpoint));
  CHECK(ese::parse_checkpoint(checkpoint)->generation == 0x19);
  CHECK(ese::parse_checkpoint(checkpoint)->log_signature.random == 7);
  CHECK_FALSE(ese::parse_checkpoint(Buffer(4096)));
}

TEST_CASE("the cache keeps its bound and rows do not depend on it") {
  const Sound& s = sound(false);
  ese::OpenOptions options;
  options.cache_bytes = 1;
  Opened opened(s.file, options);
  CHECK(lines_of(rows_of(opened, "people")) == lines_of(s.rows));
}

TEST_CASE("a cancelled reader stops with an error") {
  const Sound& s = sound(false);
  CancelToken token;
  ese::OpenOptions options;
  options.cancel = &token;
  Opened opened(s.file, options);
  ese::TableCursor cursor(*opened.database, *opened.database->find_table("people"));
  REQUIRE(cursor.next());
  token.request();
  Result<bool> more = true;
  while (more && *more) more = cursor.next();
  REQUIRE_FALSE(more);
  CHECK(more.error().code == Code::kInterrupted);
}

}  // namespace
}  // namespace dirsnap::test
