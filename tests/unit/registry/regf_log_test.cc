// SPDX-License-Identifier: MIT
//
// Transaction logs and their replay.
#include <string>

#include <catch2/catch.hpp>

#include "importers/regf/log.h"
#include "importers/regf/walk.h"
#include "storage/base/text.h"
#include "tests/support/fake_snapshot.h"
#include "tests/support/hive_builder.h"
#include "tests/support/registry_lines.h"

namespace dirsnap::regf {
namespace {

using test::HiveBuilder;
using test::le;

// A hive whose only value holds `data`, with the two sequence numbers of its first block.
std::vector<std::byte> hive_with(const std::string& data,
                                 std::uint32_t first,
                                 std::uint32_t second) {
  auto file = HiveBuilder(5).build({.name = "R", .values = {{.name = "v", .data = data}}});
  test::put(file, 4, le(first) + le(second));
  test::seal_base_block(file);
  return file;
}

std::string data_in(const std::vector<std::byte>& image) {
  const auto hive = Hive::open(image);
  test::CollectingSink issues;
  const auto lines = test::canonical_lines(*hive, issues);
  return lines ? lines->back() : "unreadable";
}

std::string value_of(const std::string& data) {
  return test::value_line("", "v", 1, as_bytes(data));
}

// An entry of a new log: one page with the whole bins data of `state`.
std::string new_entry(const std::vector<std::byte>& state, std::uint32_t sequence) {
  const std::string page(as_chars(state).substr(4096));
  const auto page_bytes = static_cast<std::uint32_t>(page.size());
  const std::string references = le(std::uint32_t{0}) + le(page_bytes);
  const std::size_t size = (40 + references.size() + page.size() + 511) / 512 * 512;
  std::string head = "HvLE" + le(static_cast<std::uint32_t>(size)) + le(std::uint32_t{0}) +
                     le(sequence) + le(page_bytes) + le(std::uint32_t{1});
  std::string body = references + page;
  body.resize(size - 40);
  head += le(log_hash(as_bytes(body)));
  return head + le(log_hash(as_bytes(head))) + body;
}

std::vector<std::byte> log_of(const std::vector<std::byte>& hive,
                              FileType type,
                              std::uint32_t sequence,
                              const std::string& body) {
  std::vector<std::byte> log(hive.begin(), hive.begin() + 512);
  test::put(log, 4, le(sequence) + le(sequence));
  test::put(log, 28, le(static_cast<std::uint32_t>(type)));
  test::seal_base_block(log);
  const Bytes bytes = as_bytes(body);
  log.insert(log.end(), bytes.begin(), bytes.end());
  return log;
}

// An old log with every page of `state`.
std::vector<std::byte> old_log(const std::vector<std::byte>& state, std::uint32_t sequence) {
  std::string body = "DIRT" + std::string((state.size() - 4096) / 512 / 8, '\xFF');
  body.resize((body.size() + 511) / 512 * 512);
  body += as_chars(state).substr(4096);
  return log_of(state, FileType::kLogXp, sequence, body);
}

struct Replayed {
  Replay replay;
  test::CollectingSink issues;
  std::string data;
};

Replayed apply(std::vector<std::byte> image, const std::vector<std::vector<std::byte>>& logs) {
  Replayed result;
  std::vector<LogFile> files;
  for (std::size_t i = 0; i < logs.size(); ++i) {
    files.push_back({.name = ".LOG" + std::to_string(i + 1), .bytes = logs[i]});
  }
  result.replay = replay_logs(image, files, result.issues);
  result.data = data_in(image);
  return result;
}

}  // namespace

TEST_CASE("a clean hive is not touched by its logs") {
  const auto clean = hive_with("old data", 5, 5);
  const auto log = log_of(clean, FileType::kLogNew, 5, new_entry(hive_with("new data", 5, 5), 5));
  const Replayed result = apply(clean, {log});
  CHECK(result.data == value_of("old data"));
  CHECK_FALSE(result.replay.was_dirty);
  CHECK(result.issues.issues.empty());
}

TEST_CASE("entries of both new logs are applied in the order of their sequence") {
  const auto dirty = hive_with("old data", 6, 5);
  const auto first =
      log_of(dirty, FileType::kLogNew, 5,
             new_entry(hive_with("state 5 ", 5, 5), 5) + new_entry(hive_with("state 6 ", 5, 5), 6));
  const auto second =
      log_of(dirty, FileType::kLogNew, 7, new_entry(hive_with("state 7 ", 5, 5), 7));
  const Replayed result = apply(dirty, {second, first});
  CHECK(result.data == value_of("state 7 "));
  REQUIRE(result.replay.applied.size() == 2);
  CHECK(result.replay.applied[0].name == ".LOG2");
  CHECK(result.replay.applied[0].first_sequence == 5);
  CHECK(result.replay.applied[0].last_sequence == 6);
  CHECK(result.replay.applied[1].pages == 1);
  CHECK(result.issues.count("hive-log-applied") == 2);
  CHECK_FALSE(result.issues.has_loss_or_doubt());
}

TEST_CASE("a damaged entry of a new log costs what follows it, and that is named") {
  const auto dirty = hive_with("old data", 6, 5);
  const auto damaged = [&](std::size_t changed_entry) {
    std::vector<std::string> entries;
    for (std::uint32_t i = 5; i <= 7; ++i) {
      entries.push_back(new_entry(hive_with("state " + std::to_string(i) + " ", 5, 5), i));
    }
    entries[changed_entry][100] ^= 1;
    return apply(dirty,
                 {log_of(dirty, FileType::kLogNew, 5, entries[0] + entries[1] + entries[2])});
  };
  const Replayed middle = damaged(1);
  CHECK(middle.data == value_of("state 5 "));
  CHECK(middle.issues.count("hive-log-cut") == 1);
  const Replayed last = damaged(2);
  CHECK(last.data == value_of("state 6 "));
  CHECK(last.issues.count("hive-log-cut") == 1);
}

TEST_CASE("older entries behind the last one are remains, not a loss") {
  const auto dirty = hive_with("old data", 6, 5);
  const std::string old_entry = new_entry(hive_with("state 3 ", 5, 5), 3);
  const std::string body = new_entry(hive_with("state 5 ", 5, 5), 5);
  std::string torn = old_entry;
  torn[100] ^= 1;
  const Replayed result =
      apply(dirty, {log_of(dirty, FileType::kLogNew, 5, body + torn + old_entry)});
  CHECK(result.data == value_of("state 5 "));
  CHECK_FALSE(result.issues.has_loss_or_doubt());
}

TEST_CASE("a new log whose every sector claims a large entry is looked at once") {
  const auto dirty = hive_with("old data", 6, 5);
  std::string claim =
      "HvLE" + le(std::uint32_t{0x100000}) + le(std::uint32_t{0}) + le(std::uint32_t{9});
  claim.resize(512);
  std::string body = new_entry(hive_with("state 5 ", 5, 5), 5);
  for (int i = 0; i < 40'000; ++i) body += claim;
  CHECK(apply(dirty, {log_of(dirty, FileType::kLogNew, 5, body)}).data == value_of("state 5 "));
}

TEST_CASE("entries older than the hive and behind a gap are not applied") {
  const auto dirty = hive_with("old data", 6, 5);
  const auto log =
      log_of(dirty, FileType::kLogNew, 3,
             new_entry(hive_with("state 4 ", 5, 5), 4) + new_entry(hive_with("state 5 ", 5, 5), 5) +
                 new_entry(hive_with("state 7 ", 5, 5), 7));
  const Replayed result = apply(dirty, {log});
  CHECK(result.data == value_of("state 5 "));
  CHECK(result.replay.applied[0].first_sequence == 5);
}

TEST_CASE("an entry with a wrong hash and all behind it are not applied") {
  const auto dirty = hive_with("old data", 6, 5);
  auto log =
      log_of(dirty, FileType::kLogNew, 5,
             new_entry(hive_with("state 5 ", 5, 5), 5) + new_entry(hive_with("state 6 ", 5, 5), 6));
  log[log.size() - 600] ^= std::byte{1};
  CHECK(apply(dirty, {log}).data == value_of("state 5 "));
  log[512 + 100] ^= std::byte{1};
  const Replayed none = apply(dirty, {log});
  CHECK(none.data == value_of("old data"));
  CHECK(none.issues.count("hive-log-unusable") == 1);
  CHECK(none.issues.count("hive-dirty") == 1);
}

TEST_CASE("a log may make the hive grow") {
  const auto dirty = hive_with("old data", 6, 5);
  const auto larger = hive_with(std::string(20'000, 'x'), 5, 5);
  const auto log = log_of(dirty, FileType::kLogNew, 5, new_entry(larger, 5));
  CHECK(apply(dirty, {log}).data == value_of(std::string(20'000, 'x')));
}

TEST_CASE("an old log's pages replace the hive's") {
  const auto dirty = hive_with("old data", 6, 5);
  const Replayed result = apply(dirty, {old_log(hive_with("new data", 6, 6), 6)});
  CHECK(result.data == value_of("new data"));
  CHECK(result.replay.applied[0].pages == 8);
  CHECK_FALSE(result.replay.applied[0].is_new_format);
}

TEST_CASE("an old log of another state, with a bad checksum or half written is not applied") {
  const auto dirty = hive_with("old data", 6, 5);
  auto other = old_log(hive_with("new data", 6, 6), 6);
  test::put(other, 12, le(std::uint64_t{1}));
  test::seal_base_block(other);
  auto bad = old_log(hive_with("new data", 6, 6), 6);
  bad[48] ^= std::byte{1};
  auto half = old_log(hive_with("new data", 6, 6), 6);
  test::put(half, 4, le(std::uint32_t{9}));
  test::seal_base_block(half);
  for (const auto& log : {other, bad, half}) {
    const Replayed result = apply(dirty, {log});
    CHECK(result.data == value_of("old data"));
    CHECK(result.issues.count("hive-log-unusable") == 1);
    CHECK(result.issues.count("hive-dirty") == 1);
  }
}

TEST_CASE("a log that names another hive is refused, one that names the same is not") {
  const auto named = [](std::vector<std::byte> block, const std::string& name) {
    test::put(block, 48, encode_utf16le(name));
    test::seal_base_block(block);
    return block;
  };
  const auto dirty = hive_with("old data", 6, 5);
  const auto log = log_of(dirty, FileType::kLogNew, 5, new_entry(hive_with("new data", 5, 5), 5));
  const auto data = [&](const std::string& hive_name, const std::string& log_name) {
    return apply(named(dirty, hive_name), {named(log, log_name)}).data;
  };
  CHECK(data("\\Config\\SYSTEM", "\\Config\\SOFTWARE") == value_of("old data"));
  CHECK(data("\\Config\\SYSTEM", "SYSTEM1") == value_of("old data"));
  CHECK(data("\\Config\\SYSTEM", "system") == value_of("new data"));
  CHECK(data("\\Config\\SYSTEM", "") == value_of("new data"));
  CHECK(data("", "SYSTEM") == value_of("new data"));
  auto damaged = named(dirty, "SYSTEM");
  damaged[300] ^= std::byte{1};
  CHECK(apply(damaged, {named(log, "SOFTWARE")}).data == value_of("new data"));
  const Replayed other = apply(named(dirty, "SYSTEM"), {named(log, "SOFTWARE")});
  CHECK(other.issues.count("hive-log-unusable") == 1);
  CHECK(other.replay.stale == std::vector<std::string>{".LOG1"});
}

TEST_CASE("an old log is used where no new one applies, and each unused log is named") {
  const auto dirty = hive_with("old data", 6, 5);
  const auto stale = log_of(dirty, FileType::kLogNew, 3, new_entry(hive_with("state 4 ", 5, 5), 4));
  const Replayed result = apply(dirty, {stale, old_log(hive_with("new data", 6, 6), 6), {}});
  CHECK(result.data == value_of("new data"));
  REQUIRE(result.replay.applied.size() == 1);
  CHECK(result.replay.applied[0].name == ".LOG2");
  CHECK(result.replay.stale == std::vector<std::string>{".LOG1"});
  CHECK(result.issues.count("hive-log-unused") == 1);
  CHECK_FALSE(result.issues.has_loss_or_doubt());
}

TEST_CASE("an old log that ends early is a loss") {
  const auto dirty = hive_with("old data", 6, 5);
  auto log = old_log(hive_with("new data", 6, 6), 6);
  log.resize(log.size() - 512);
  CHECK(apply(dirty, {log}).issues.count("hive-log-cut") == 1);
}

TEST_CASE("a destroyed first block is taken from the log") {
  auto broken = hive_with("old data", 6, 5);
  for (std::size_t i = 0; i < 508; ++i) broken[i] = std::byte{0xEE};
  const Replayed newer = apply(broken, {log_of(hive_with("", 6, 6), FileType::kLogNew, 6,
                                               new_entry(hive_with("new data", 5, 5), 6))});
  CHECK(newer.data == value_of("new data"));
  CHECK(newer.issues.count("hive-base-block") == 1);
  CHECK(apply(broken, {old_log(hive_with("new data", 6, 6), 6)}).data == value_of("new data"));
}

TEST_CASE("empty logs are normal and a dirty hive without logs is a doubt") {
  const Replayed result = apply(hive_with("old data", 6, 5), {{}, {}});
  CHECK(result.issues.count("hive-log-unusable") == 0);
  CHECK(result.issues.count("hive-dirty") == 1);
  CHECK(result.replay.was_dirty);
}

TEST_CASE("forged sizes in an entry do not write outside the hive") {
  const auto dirty = hive_with("old data", 6, 5);
  std::string entry = new_entry(hive_with("new data", 5, 5), 5);
  const auto reseal = [&entry] {
    entry.replace(24, 8, le(log_hash(as_bytes(entry.substr(40)))));
    entry.replace(32, 8, le(log_hash(as_bytes(entry.substr(0, 32)))));
  };
  entry.replace(40, 4, le(std::uint32_t{0xFFFF'F000}));
  reseal();
  CHECK(apply(dirty, {log_of(dirty, FileType::kLogNew, 5, entry)}).data == value_of("old data"));
  entry.replace(20, 4, le(std::uint32_t{0xFFFF'FFFF}));
  reseal();
  CHECK(apply(dirty, {log_of(dirty, FileType::kLogNew, 5, entry)}).data == value_of("old data"));
}

}  // namespace dirsnap::regf
