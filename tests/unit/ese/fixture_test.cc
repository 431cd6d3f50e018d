// SPDX-License-Identifier: MIT
//
// The databases of other people's products, read as their expected/ folders say, and the same
// databases with damage.
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <sstream>
#include <string>

#include <catch2/catch.hpp>
#include <openssl/evp.h>

#include "storage/base/text.h"
#include "tests/unit/ese/ese_test_util.h"

namespace dirsnap::test {
namespace {

namespace fs = std::filesystem;

const fs::path kEse = fs::path(DIRSNAP_FIXTURES) / "ese";
const fs::path kExchange = fs::path(DIRSNAP_FIXTURES) / "exchange";

std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> fields;
  std::stringstream in(line);
  for (std::string field; std::getline(in, field, '\t');) fields.push_back(field);
  return fields;
}

std::vector<std::vector<std::string>> read_tsv(const fs::path& path) {
  std::vector<std::vector<std::string>> rows;
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);  // head
  while (std::getline(in, line)) rows.push_back(split(line));
  return rows;
}

std::vector<fs::path> files_below(const fs::path& folder, const std::string& ending) {
  std::vector<fs::path> found;
  if (!fs::exists(folder)) {
    WARN("fixtures are absent: " << folder);
    return found;
  }
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().string().ends_with(ending)) found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

// SHA-256 of all canonical lines of a table, and their number.
std::pair<std::string, std::uint64_t> hash_table(ese::Database& database,
                                                 const ese::TableDef& table) {
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(),
                                                                   EVP_MD_CTX_free);
  EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr);
  ese::TableCursor cursor(database, table);
  std::string line;
  std::uint64_t rows = 0;
  while (cursor.next().value()) {
    line.clear();
    append_canonical_row(cursor.row().cells, line);
    line.push_back('\n');
    EVP_DigestUpdate(context.get(), line.data(), line.size());
    ++rows;
  }
  std::byte digest[32];
  EVP_DigestFinal_ex(context.get(), reinterpret_cast<unsigned char*>(digest), nullptr);
  return {to_hex(digest), rows};
}

void read_all(Opened& opened) {
  for (const auto& table : opened.database->tables()) {
    ese::TableCursor cursor(*opened.database, table);
    for (;;) {
      const auto more = cursor.next();
      REQUIRE(more);
      if (!*more) break;
    }
  }
  REQUIRE(opened.database->verify_pages());
}

// Issues after reading everything; empty if there are but notes.
std::string grave_issues(Buffer bytes) {
  Opened opened(std::move(bytes));
  if (opened.database == nullptr) return "refused: " + opened.error.what;
  read_all(opened);
  return opened.sink.grave() == 0 ? "" : opened.sink.text();
}

TEST_CASE("every table of every ESE fixture has the expected rows") {
  for (const fs::path& path : files_below(kEse / "data", ".xz")) {
    const std::string name = path.stem().string();
    INFO(name);
    Opened opened(unxz_file(path));
    REQUIRE(opened.database != nullptr);
    std::map<std::string, std::vector<std::string>> counts;
    for (auto& row : read_tsv(kEse / "expected" / name / "counts.tsv")) counts[row[0]] = row;
    CHECK(counts.size() == opened.database->tables().size());
    for (const auto& row : read_tsv(kEse / "expected" / name / "crosscheck.tsv")) {
      INFO(row[0]);
      const auto* table = opened.database->find_table(row[0]);
      REQUIRE(table != nullptr);
      const auto [hash, rows] = hash_table(*opened.database, *table);
      CHECK(hash == row[2]);
      CHECK(std::to_string(rows) == counts[row[0]][2]);
      CHECK(std::to_string(table->columns.size()) == counts[row[0]][1]);
    }
    const auto pages = opened.database->verify_pages();
    REQUIRE(pages);
    CHECK(pages->bad == 0);
    CHECK(pages->foreign == (name == "srudb-a.dat" ? 16 : 0));
    INFO(opened.sink.text());
    // Foreign blocks are a doubt each; nothing else is to be said of a sound file.
    if (!opened.database->header().is_dirty()) CHECK(opened.sink.grave() == pages->foreign);
  }
}

TEST_CASE("the Exchange and ntds databases read fully and without an issue") {
  for (const char* ending : {".edb.xz", ".dit.xz"}) {
    for (const fs::path& path : files_below(kExchange, ending)) {
      INFO(path);
      Opened opened(unxz_file(path));
      REQUIRE(opened.database != nullptr);
      read_all(opened);
      INFO(opened.sink.text());
      CHECK(opened.sink.issues.empty());
      const bool old = path.string().ends_with(".edb.xz");
      CHECK(opened.database->header().format_update == (old ? 2 : 0x14));
    }
  }
}

TEST_CASE("a changed byte anywhere in a database file is noticed") {
  auto files = files_below(kEse / "data", ".xz");
  for (const fs::path& path : files_below(kExchange / "q188632", ".edb.xz")) files.push_back(path);
  for (const fs::path& path : files) {
    const std::string name = path.stem().string();
    const Buffer sound = unxz_file(path);
    const std::string before = grave_issues(sound);
    std::mt19937 random(20260101);
    const int rounds = sound.size() > 4'000'000 ? 1 : 12;
    for (int round = 0; round < rounds; ++round) {
      const std::size_t at = random() % sound.size();
      // Sixteen blocks of this file never were pages; nothing tells whether they have changed.
      if (name == "srudb-a.dat" && at / 4096 >= 144) continue;
      Buffer damaged = sound;
      damaged[at] ^= static_cast<std::byte>(1 + random() % 255);
      INFO(name << ", byte " << at);
      const std::string after = grave_issues(std::move(damaged));
      CHECK_FALSE(after.empty());
      CHECK(after != before);
    }
  }
}

TEST_CASE("a database file cut short anywhere is noticed") {
  auto files = files_below(kEse / "data", ".xz");
  for (const fs::path& path : files_below(kExchange / "q188632", ".edb.xz")) files.push_back(path);
  for (const fs::path& path : files) {
    const Buffer sound = unxz_file(path);
    if (sound.size() > 4'000'000) continue;
    const std::string before = grave_issues(sound);
    std::mt19937 random(7);
    for (int round = 0; round < 6; ++round) {
      std::size_t size = random() % sound.size();
      if (round % 2 == 1) size = size / 4096 * 4096;
      INFO(path << ", " << size << " bytes");
      const std::string after =
          grave_issues(Buffer(sound.begin(), sound.begin() + static_cast<std::ptrdiff_t>(size)));
      CHECK_FALSE(after.empty());
      CHECK(after != before);
    }
  }
}

}  // namespace
}  // namespace dirsnap::test
