// SPDX-License-Identifier: MIT
//
// Registry sources of other people against recorded lines of other readers. The fixtures are not
// part of the repository: without them each case says so and passes.
#include <algorithm>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "importers/reg_text/reader.h"
#include "tests/support/fake_snapshot.h"
#include "tests/support/registry_lines.h"
#include "tests/support/unxz.h"

namespace dirsnap {
namespace {

namespace fs = std::filesystem;

const fs::path kFolder = fs::path(DIRSNAP_FIXTURES) / "registry";

bool have_fixtures() {
  if (fs::exists(kFolder)) return true;
  WARN("skipped: no fixtures at " << kFolder.string());
  return false;
}

std::vector<std::byte> load(const std::string& name) {
  const fs::path path = kFolder / name;
  return path.extension() == ".xz" ? test::unxz_file(path) : test::read_file(path);
}

std::vector<std::string> expected_lines(const std::string& name) {
  const std::vector<std::byte> bytes = load(name);
  std::istringstream in{std::string(as_chars(bytes))};
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

struct TextLines {
  std::vector<std::string> lines;
  test::CollectingSink issues;
};

TextLines read_text(const std::string& name) {
  MemorySource source(load(name));
  const CancelToken cancel;
  TextLines result;
  const auto document = reg_text::read_document(source, {}, cancel, result.issues);
  REQUIRE(document);
  result.lines = test::canonical_lines(*document);
  return result;
}

// As the lines of a hive's subtree: no root in the path; key times are not in a text.
std::vector<std::string> without_root(std::vector<std::string> lines) {
  const std::string root = "HKEY_LOCAL_MACHINE\\SYSTEM\\";
  for (std::string& line : lines) {
    if (line.compare(2, root.size(), root) == 0) line.erase(2, root.size());
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

std::vector<std::string> without_times(std::vector<std::string> lines) {
  for (std::string& line : lines) {
    if (line.starts_with("K\t")) line.resize(line.rfind('\t') + 1);
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

std::size_t count_keys(const std::vector<std::string>& lines) {
  return static_cast<std::size_t>(std::count_if(
      lines.begin(), lines.end(), [](const std::string& line) { return line[0] == 'K'; }));
}

}  // namespace

TEST_CASE("the edge cases of the text grammar give the recorded lines and findings") {
  if (!have_fixtures()) return;
  const TextLines text = read_text("reg/edge-v5-utf16le.reg");
  CHECK(text.lines == expected_lines("expected/edge.tsv"));
  CHECK(text.issues.count("reg-deleted-key") == 1);
  CHECK(text.issues.count("reg-ignored-value") == 1);
  CHECK(text.issues.count("reg-deleted-value") == 1);
  CHECK(text.issues.count("reg-unreadable-line") == 1);
  CHECK(text.issues.count("reg-bad-number") == 1);
  CHECK(text.issues.count("reg-unterminated-string") == 1);
}

TEST_CASE("exports of one tree by different writers equal the tree of the hive") {
  if (!have_fixtures()) return;
  const auto expected = without_times(expected_lines("expected/synthetic-services.tsv"));
  for (const char* form : {"hex.reg", "v5-utf16le.reg", "v5-utf8.reg"}) {
    INFO(form);
    CHECK(without_root(read_text(std::string("reg/synthetic-services-") + form).lines) == expected);
  }
}

TEST_CASE("the REGEDIT4 export differs in what its code page cannot hold") {
  if (!have_fixtures()) return;
  std::vector<std::string> expected =
      without_times(expected_lines("expected/synthetic-services.tsv"));
  std::erase_if(expected, [](const std::string& line) {
    return line.find("\xD0\x96\xD1\x83\xD0\xBA") != std::string::npos ||  // the Cyrillic key
           line.find("\todd\t") != std::string::npos;
  });
  auto lines = without_root(read_text("reg/synthetic-services-regedit4-cp1252.reg").lines);
  std::erase_if(lines, [](const std::string& line) { return line.find("\todd\t") != line.npos; });
  CHECK(lines == expected);
}

TEST_CASE("the services of a Windows 7 hive exported as bytes equal the hive's") {
  if (!have_fixtures()) return;
  const TextLines text = read_text("reg/SYSTEM-win7-services-hex.reg.xz");
  CHECK(without_root(text.lines) ==
        without_times(expected_lines("expected/SYSTEM-win7.services.tsv.xz")));
}

TEST_CASE("the same services exported as strings have the same keys and value names") {
  if (!have_fixtures()) return;
  const auto names = [](std::vector<std::string> lines) {
    for (std::string& line : lines) line.resize(line.rfind('\t'));
    return lines;
  };
  const TextLines text = read_text("reg/SYSTEM-win7-services-str.reg.xz");
  CHECK(names(without_root(text.lines)) ==
        names(without_times(expected_lines("expected/SYSTEM-win7.services.tsv.xz"))));
  CHECK(text.issues.count("reg-unreadable-line") == 0);
}

TEST_CASE("exports of regedit have the counted keys and values") {
  if (!have_fixtures()) return;
  const TextLines control = read_text("regedit/control.reg.xz");
  CHECK(count_keys(control.lines) == 97);
  CHECK(control.lines.size() == 97 + 582);
  const TextLines windows_nt = read_text("regedit/windows-nt.reg.xz");
  CHECK(count_keys(windows_nt.lines) == 266);
  CHECK(windows_nt.lines.size() == 266 + 2683);
  CHECK_FALSE(windows_nt.issues.has_loss_or_doubt());
}

}  // namespace dirsnap
