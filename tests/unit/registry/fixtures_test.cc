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
#include <openssl/sha.h>

#include "importers/reg_text/reader.h"
#include "importers/regf/log.h"
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

TEST_CASE("RegEdt32 text gives the recorded lines") {
  if (!have_fixtures()) return;
  const TextLines text = read_text("reg/regedt32-handmade.txt");
  CHECK(text.lines == expected_lines("expected/regedt32-handmade.tsv"));
  CHECK_FALSE(text.issues.has_loss_or_doubt());
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

namespace {

// One line of totals.tsv.
struct Total {
  std::string name, logs, readers, keys, values, sha256;
};

std::vector<Total> totals() {
  std::vector<Total> result;
  for (const std::string& line : expected_lines("expected/totals.tsv")) {
    std::istringstream in(line);
    std::vector<std::string> fields;
    for (std::string field; std::getline(in, field, '\t');) fields.push_back(field);
    result.push_back(
        {fields.at(0), fields.at(1), fields.at(2), fields.at(3), fields.at(4), fields.at(6)});
  }
  result.erase(result.begin());  // the head
  return result;
}

struct HiveLines {
  std::vector<std::string> lines;
  test::CollectingSink issues;
};

HiveLines read_hive(const std::string& name, bool with_logs) {
  std::vector<std::byte> image = load("hives/" + name + ".xz");
  std::vector<std::vector<std::byte>> logs;
  std::vector<regf::LogFile> files;
  for (const char* suffix : {".LOG1", ".LOG2"}) {
    if (with_logs) logs.push_back(load("hives/" + name + suffix + ".xz"));
  }
  for (const auto& log : logs) files.push_back({.name = "log", .bytes = log});
  HiveLines result;
  regf::replay_logs(image, files, result.issues);
  const auto hive = regf::Hive::open(image);
  REQUIRE(hive);
  hive->check_bins(result.issues);
  auto lines = test::canonical_lines(*hive, result.issues);
  if (lines) result.lines = *std::move(lines);
  return result;
}

std::string sha256_of(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + '\n';
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  return to_hex(std::as_bytes(std::span(digest)));
}

}  // namespace

TEST_CASE("hives give the lines on which other readers agree, with and without logs") {
  if (!have_fixtures()) return;
  for (const Total& total : totals()) {
    const bool is_binding =
        total.readers == "hivex=yarp" || total.readers == "yarp=second-replayer";
    if (!is_binding) continue;
    INFO(total.name << " " << total.logs);
    CHECK(sha256_of(read_hive(total.name, total.logs != "none").lines) == total.sha256);
  }
}

TEST_CASE("where readers differ the larger set is listed, with an issue") {
  if (!have_fixtures()) return;
  for (const Total& total : totals()) {
    if (total.readers == "hivex=yarp" || total.readers == "yarp=second-replayer") continue;
    INFO(total.name << " by " << total.readers);
    const HiveLines hive = read_hive(total.name, false);
    CHECK(hive.lines.size() >= std::stoul(total.keys) + std::stoul(total.values));
  }
  for (const char* name : {"yarp-BadListHive", "yarp-WrongOrderHive", "yarp-DuplicateSubkeysHive",
                           "yarp-EffectiveSizeHive", "yarp-TruncatedHive", "ez-SAMBadHBinHeader",
                           "yarp-TruncatedNameHive", "SYSTEM-dirty-nolog"}) {
    INFO(name);
    CHECK(read_hive(name, false).issues.has_loss_or_doubt());
  }
}

TEST_CASE("hives of versions 1.1, 1.2 and 1.3 with one content give one digest") {
  if (!have_fixtures()) return;
  const std::string digest = sha256_of(read_hive("synthetic-nt-v1.3", false).lines);
  CHECK(sha256_of(read_hive("synthetic-nt-v1.1", false).lines) == digest);
  CHECK(sha256_of(read_hive("synthetic-nt-v1.2", false).lines) == digest);
}

TEST_CASE("every deleted record that another reader found is found") {
  if (!have_fixtures()) return;
  for (const auto& entry : fs::directory_iterator(kFolder / "expected")) {
    const std::string file = entry.path().filename().string();
    const std::string tail = ".deleted.tsv";
    if (!file.ends_with(tail)) continue;
    INFO(file);
    const auto image = load("hives/" + file.substr(0, file.size() - tail.size()) + ".xz");
    const auto lines = test::deleted_lines(*regf::Hive::open(image));
    auto expected = expected_lines("expected/" + file);
    std::sort(expected.begin(), expected.end());
    CHECK(std::includes(lines->begin(), lines->end(), expected.begin(), expected.end()));
  }
}

}  // namespace dirsnap
