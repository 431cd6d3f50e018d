// SPDX-License-Identifier: MIT
//
// Forms of the format that no real file at hand has: other page sizes, newer headers, encrypted
// values, packings that cannot be undone, streaming files.
#include <string>

#include <catch2/catch.hpp>

#include "importers/ese/space.h"
#include "tests/support/ese_header.h"
#include "tests/unit/ese/ese_test_util.h"

namespace dirsnap::test {
namespace {

using support::EseOptions;
using support::Generation;
using support::Row;

constexpr std::string_view kMark = "a value to be found in the page";

// Two rows whose column Data begins with kMark, on pages of 16 KiB, where each tagged value has
// its info byte in front.
EseOptions large_form() {
  EseOptions options;
  options.generation = Generation::kModern;
  options.page_size = 16384;
  return options;
}

Buffer marked_rows(const EseOptions& options) {
  return make_database(options, [](support::EseWriter& writer) {
    support::TableSpec spec;
    spec.name = "rows";
    const auto id = spec.fixed("Id", support::ColumnType::kLong);
    const auto data = spec.tagged("Data", support::ColumnType::kLongBinary);
    spec.index("primary", {{id}}, support::kIndexPrimary | support::kIndexUnique);
    const auto table = writer.add_table(spec);
    for (int i = 0; i < 2; ++i) {
      Row row;
      row.add_number<std::int32_t>(id, i);
      row.add(data, std::string(kMark) + std::to_string(i));
      REQUIRE(writer.append(table, row));
    }
  });
}

// Changes the info byte and the first byte of the marked values.
void edit_values(Buffer& file, const EseOptions& options, char info, std::optional<char> first) {
  Opened opened(file);
  edit_page(file, options, rows_of(opened, "rows")[0].page_no, [&](std::string& page) {
    int found = 0;
    for (std::size_t at = page.find(kMark); at != std::string::npos;
         at = page.find(kMark, at + 1), ++found) {
      page[at - 1] = static_cast<char>(page[at - 1] | info);
      if (first) page[at] = *first;
    }
    REQUIRE(found == 2);
  });
}

TEST_CASE("encrypted values are given as they are stored, and each column is told once") {
  constexpr char kEncrypted = 0x40;
  Buffer file = marked_rows(large_form());
  edit_values(file, large_form(), kEncrypted, std::nullopt);
  Opened opened(std::move(file));
  ese::TableCursor cursor(*opened.database, *opened.database->find_table("rows"));
  int rows = 0;
  while (cursor.next().value()) {
    const auto cells = cursor.row().cells;
    REQUIRE(cells.size() == 2);
    CHECK(cells[1].encrypted);
    CHECK(as_chars(cells[1].bytes) == std::string(kMark) + std::to_string(rows++));
  }
  CHECK(rows == 2);
  REQUIRE(opened.sink.count("value-encrypted") == 1);
  CHECK(opened.sink.first("value-encrypted")->severity == Severity::kDoubt);
  CHECK(opened.sink.first("value-encrypted")->message.find("column Data") != std::string::npos);
  CHECK(opened.sink.issues.size() == 1);
}

TEST_CASE("a value packed in a way that cannot be undone is lost and names the packing") {
  constexpr char kCompressed = 0x02;
  for (const auto& [first, name] :
       {std::pair('\x28', "XPRESS9"), std::pair('\x30', "XPRESS10"), std::pair('\x20', "wiped")}) {
    Buffer file = marked_rows(large_form());
    edit_values(file, large_form(), kCompressed, first);
    Opened opened(std::move(file));
    const auto rows = rows_of(opened, "rows");
    CHECK(rows.size() == 2);  // the rest of each record is had
    REQUIRE(opened.sink.count("value") == 2);
    const Issue& issue = *opened.sink.first("value");
    CHECK(issue.severity == Severity::kLoss);
    CHECK(issue.message.find(name) != std::string::npos);
    CHECK(issue.message.find("column Data") != std::string::npos);
    CHECK(issue.offset_bytes / 16384 == rows[0].page_no + 1);
  }
}

TEST_CASE("pages of 2 KiB are read as those of 4 and 8 KiB are") {
  EseOptions options;
  options.generation = Generation::kModern;
  options.page_size = 2048;
  Opened opened(marked_rows(options));
  INFO(opened.error.what);
  REQUIRE(opened.database != nullptr);
  CHECK(opened.database->header().page_size == 2048);
  CHECK(rows_of(opened, "rows").size() == 2);
  CHECK(opened.sink.issues.empty());
}

// Changes a field of both header copies.
template <class T>
Buffer with_header_field(Buffer file, const EseOptions& options, std::size_t at, T value) {
  for (std::size_t copy = 0; copy < 2; ++copy) {
    const std::size_t begin = copy * options.page_size;
    std::string page(as_chars(Bytes(file).subspan(begin, options.page_size)));
    support::store_le(page, at, value);
    support::store_le<std::uint32_t>(
        page, 0, 0x89ABCDEF ^ support::xor_words(std::string_view(page).substr(4)));
    std::copy_n(as_bytes(page).begin(), page.size(),
                file.begin() + static_cast<std::ptrdiff_t>(begin));
  }
  return file;
}

TEST_CASE("a format newer than the newest one tested is read, with a note") {
  Opened opened(
      with_header_field<std::uint32_t>(marked_rows(large_form()), large_form(), 232, 0x140));
  REQUIRE(opened.database != nullptr);
  CHECK(rows_of(opened, "rows").size() == 2);
  REQUIRE(opened.sink.issues.size() == 1);
  CHECK(opened.sink.issues[0].code == std::string_view("format-update"));
  CHECK(opened.sink.issues[0].severity == Severity::kNote);
}

TEST_CASE("a streaming file is refused by its name") {
  Opened opened(with_header_field<std::uint32_t>(marked_rows({}), {}, 12, 1));
  CHECK(opened.database == nullptr);
  CHECK(opened.error.code == Code::kUnsupported);
  CHECK(opened.error.what.find("streaming file (.stm)") != std::string::npos);
}

TEST_CASE("the header of a tree's root has its space fields alone or behind a mask of fields") {
  const std::string space =
      support::le_bytes<std::uint32_t>(8) + support::le_bytes<std::uint32_t>(1) +
      support::le_bytes<std::uint32_t>(1) + support::le_bytes<std::uint32_t>(33);
  const std::string counter = support::le_bytes<std::uint64_t>(77);
  const support::Layout layout(large_form());
  const auto read = [&](const std::string& header) {
    const support::PageHead head{.page_no = 32,
                                 .object_id = 6,
                                 .flags = support::kPageRoot | support::kPageLeaf,
                                 .database_time = 1};
    const std::string page = support::build_page(layout, head, header, {}, {});
    return ese::space_header(ese::PageView(as_bytes(page), 32));
  };
  for (const std::string& header :
       {space, std::string(1, '\x01') + space, std::string(1, '\x03') + space + counter}) {
    const auto found = read(header);
    REQUIRE(found);
    CHECK(found->primary_pages == 8);
    CHECK(found->parent_root == 1);
    CHECK(found->owned_root == 33);
    CHECK(found->available_root() == 34);
  }
  CHECK_FALSE(read(std::string(1, '\x02') + counter + space.substr(0, 8)));
  CHECK_FALSE(read(space.substr(0, 15)));
}

}  // namespace
}  // namespace dirsnap::test
