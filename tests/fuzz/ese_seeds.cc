// SPDX-License-Identifier: MIT
//
// ese_seeds FOLDER: writes the seed corpora of the ESE fuzz targets: small databases of each
// form into FOLDER/database, their pages into FOLDER/page, records into FOLDER/record, packed
// values into FOLDER/decompress.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "importers/ese/page.h"
#include "tests/support/ese_compress.h"
#include "tests/support/ese_writer.h"

namespace {

namespace fs = std::filesystem;
namespace ese = dirsnap::ese;
using namespace dirsnap::support;
using dirsnap::Result;

Result<void> write_database(const fs::path& path, const EseOptions& options) {
  DIRSNAP_TRY(EseWriter writer, EseWriter::create(path.string(), options));
  TableSpec spec;
  spec.name = "seed";
  const ColumnId id = spec.fixed("Id", ColumnType::kLong);
  const ColumnId name = spec.variable("Name", ColumnType::kText, kLatin);
  const ColumnId note = spec.tagged("Note", ColumnType::kLongText, kUtf16);
  const ColumnId blob = spec.tagged("Blob", ColumnType::kLongBinary);
  spec.column(note).flags |= kColumnCompressed;
  spec.column(blob).flags |= kColumnMultiValued;
  spec.set_default(name, "none");
  spec.index("primary", {{id}}, kIndexPrimary | kIndexUnique);
  const TableId table = writer.add_table(spec);
  for (int i = 0; i < 300; ++i) {
    Row row;
    row.add_number<std::int32_t>(id, i);
    if (i % 3 != 0) row.add(name, fmt::format("name {}", i));
    if (i % 5 == 0) row.add(note, std::string(60, static_cast<char>('a' + i % 20)));
    if (i % 50 == 0) row.add(blob, std::string(5000, static_cast<char>(i)));
    if (i % 50 == 0) row.add(blob, "second");
    DIRSNAP_CHECK(i % 40 == 7 ? writer.append_deleted(table, row) : writer.append(table, row));
  }
  return writer.finish();
}

void put_file(const fs::path& path, std::uint8_t selector, std::string_view bytes) {
  std::ofstream(path, std::ios::binary) << static_cast<char>(selector) << bytes;
}

// One page of each kind that a database has, and some records of its last leaf.
void write_parts(const fs::path& folder, const std::string& name, const EseOptions& options) {
  std::ifstream in(folder / "database" / name, std::ios::binary);
  const std::string file((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  std::uint8_t size_number = 0;
  while ((2048U << size_number) != options.page_size) ++size_number;
  std::set<std::uint32_t> kinds;
  for (std::size_t at = 2 * std::size_t{options.page_size}; at < file.size();
       at += options.page_size) {
    const std::string_view bytes = std::string_view(file).substr(at, options.page_size);
    const auto page_no = static_cast<std::uint32_t>(at / options.page_size - 1);
    const ese::PageView page(dirsnap::as_bytes(bytes), page_no);
    if (page.flags() == 0 || !kinds.insert(page.flags()).second) continue;
    put_file(folder / "page" / fmt::format("{}-{}", name, page_no), size_number, bytes);
    if (!page.is_leaf() || page.has(ese::kPageSpaceTree | ese::kPageIndex)) continue;
    for (std::uint32_t i = page.first_node(); i < page.tag_count(); i += 7) {
      const auto node = page.node(i);
      if (!node) continue;
      const bool large = page.is_large();
      const bool array = page.has(ese::kPageNewRecord);
      put_file(folder / "record" / fmt::format("{}-{}-{}", name, page_no, i),
               static_cast<std::uint8_t>((large ? 1 : 0) | (array ? 2 : 0)),
               dirsnap::as_chars(node->data));
    }
  }
}

Result<void> write_seeds(const fs::path& folder) {
  fs::create_directories(folder / "database");
  fs::create_directories(folder / "page");
  fs::create_directories(folder / "record");
  fs::create_directories(folder / "decompress");
  DIRSNAP_CHECK(write_database(folder / "database" / "ese97", {}));
  write_parts(folder, "ese97", {});
  for (const std::uint32_t size : {2048U, 4096U, 8192U, 16384U, 32768U}) {
    EseOptions options;
    options.generation = Generation::kModern;
    options.page_size = size;
    options.wide_long_value_ids = size == 16384;
    options.dirty = size == 8192;
    const std::string name = fmt::format("modern-{}", size);
    DIRSNAP_CHECK(write_database(folder / "database" / name, options));
    write_parts(folder, name, options);
  }
  std::string text;
  for (int i = 0; i < 200; ++i) text += fmt::format("item {} ", i % 13);
  const auto put = [&](const char* name, const std::string& bytes) {
    std::ofstream(folder / "decompress" / name, std::ios::binary) << bytes;
  };
  put("ascii", pack_seven_bit(text, false));
  put("unicode", pack_seven_bit(std::string("w\0i\0d\0e\0", 8), true));
  put("xpress", compress_xpress(text));
  put("lz4", std::string("\x38\x0D\x00\x26"
                         "ab\x02\x00\x10z",
                         10));
  put("xpress-run", compress_xpress(std::string(40000, 'r')));
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const auto done = write_seeds(argv[1]);
  if (!done) std::fprintf(stderr, "ese_seeds: %s\n", done.error().what.c_str());
  return done ? 0 : 1;
}
