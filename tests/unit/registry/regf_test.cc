// SPDX-License-Identifier: MIT
//
// Hives: versions, records, damage, deleted records.
#include <random>
#include <string>

#include <catch2/catch.hpp>

#include "importers/regf/deleted.h"
#include "importers/regf/root.h"
#include "importers/regf/walk.h"
#include "tests/support/fake_snapshot.h"
#include "tests/support/hive_builder.h"
#include "tests/support/registry_lines.h"

namespace dirsnap::regf {
namespace {

using test::HiveBuilder;
using test::le;
using test::TestKey;
using test::TestValue;

struct Walked {
  Result<std::vector<std::string>> lines = fail(Code::kCorrupt, "");
  test::CollectingSink issues;
};

Walked walk_file(const std::vector<std::byte>& file) {
  Walked result;
  const auto hive = Hive::open(file);
  if (!hive) {
    result.lines = tl::unexpected<Error>(hive.error());
    return result;
  }
  hive->check_bins(result.issues);
  result.lines = test::canonical_lines(*hive, result.issues);
  return result;
}

TestKey sample_tree() {
  return {.name = "ROOT",
          .values = {{.name = "", .type = 1, .data = std::string("a\0\0\0", 4)},
                     {.name = "three", .type = 3, .data = "abc"},
                     {.name = "five", .type = 3, .data = "abcde"},
                     {.name = "none", .type = 0xFFFF'0012, .data = ""}},
          .subkeys = {{.name = "Alpha",
                       .values = {{.name = "Gr\xC3\xBC\xC3\x9F"
                                           "e",
                                   .type = 4,
                                   .data = "1234"}},
                       .subkeys = {{.name = "Deep"}},
                       .class_name = "Class"},
                      {.name = "\xD0\x96\xD1\x83\xD0\xBA"}}};
}

const std::vector<std::string> kSampleLines = {
    "K\t\t125911584000000000",
    "K\tAlpha\t125911584000000000",
    "K\tAlpha\\Deep\t125911584000000000",
    "K\t\xD0\x96\xD1\x83\xD0\xBA\t125911584000000000",
    "V\t\t\t1\t61000000",
    "V\t\tfive\t3\t6162636465",
    "V\t\tnone\t4294901778\t",
    "V\t\tthree\t3\t616263",
    "V\tAlpha\tGr\xC3\xBC\xC3\x9F"
    "e\t4\t31323334",
};

// Offset in the file of the first place that holds `bytes`.
std::size_t place_of(const std::vector<std::byte>& file, std::string_view bytes) {
  return as_chars(file).find(bytes);
}

}  // namespace

TEST_CASE("one tree in every version gives the same lines") {
  for (std::uint32_t minor = 1; minor <= 6; ++minor) {
    INFO("version 1." << minor);
    const Walked walked = walk_file(HiveBuilder(minor).build(sample_tree()));
    REQUIRE(walked.lines);
    CHECK(*walked.lines == kSampleLines);
    CHECK(walked.issues.issues.empty());
  }
}

TEST_CASE("the walk tells numbers, parents, class names and counts") {
  const auto file = HiveBuilder(5).build(sample_tree());
  const auto hive = Hive::open(file);
  REQUIRE(hive);
  std::vector<std::string> seen;
  test::CollectingSink issues;
  const CancelToken cancel;
  REQUIRE(walk(*hive, cancel, issues, [&seen](const WalkKey& key) -> Result<void> {
    const bool is_root = key.parent == kNoKey;
    seen.push_back(std::to_string(key.number) +
                   (is_root ? " -" : " " + std::to_string(key.parent)) + " " +
                   std::to_string(key.subkeys) + " " + key.class_name.value_or("none"));
    return {};
  }));
  CHECK(seen == std::vector<std::string>{"0 - 2 none", "1 0 1 Class", "2 1 0 none", "3 0 0 none"});
  CHECK(root_subkey_names(*hive) == std::vector<std::string>{"Alpha", "\xD0\x96\xD1\x83\xD0\xBA"});
}

TEST_CASE("large values come back whole, in one cell or in segments") {
  for (const std::uint32_t minor : {3U, 5U}) {
    for (const std::size_t size : {16'344U, 16'345U, 32'688U, 40'000U}) {
      std::string data(size, 'x');
      for (std::size_t i = 0; i < size; ++i) data[i] = static_cast<char>(i % 251);
      const Walked walked = walk_file(
          HiveBuilder(minor).build({.name = "R", .values = {{.name = "v", .data = data}}}));
      REQUIRE(walked.lines);
      CHECK(walked.lines->back() == test::value_line("", "v", 1, as_bytes(data)));
      CHECK(walked.issues.issues.empty());
    }
  }
}

TEST_CASE("plain data that begins like segmented data stays plain") {
  const std::string data = "db" + std::string(20'000, 'y');
  const Walked walked =
      walk_file(HiveBuilder(3).build({.name = "R", .values = {{.name = "v", .data = data}}}));
  CHECK(walked.lines->back() == test::value_line("", "v", 1, as_bytes(data)));
}

TEST_CASE("names keep lone surrogates, NUL and backslash") {
  const std::string name = std::string("a\0b\\", 4) + "\xED\xA0\x80";
  const Walked walked = walk_file(HiveBuilder(3).build({.name = "R", .subkeys = {{.name = name}}}));
  CHECK(walked.lines->at(1) == "K\ta%00b%5C%uD800\t125911584000000000");
}

TEST_CASE("what is no hive is refused, a log is named") {
  CHECK(Hive::open({}).error().code == Code::kUnsupported);
  std::vector<std::byte> file(4096);
  CHECK(Hive::open(file).error().code == Code::kUnsupported);
  auto log = HiveBuilder(3).build({.name = "R"});
  test::put(log, 28, le(std::uint32_t{6}));
  test::put(log, 512, "HvLE");
  CHECK_FALSE(is_hive(log));
  CHECK(is_log(log));
  CHECK(Hive::open(log).error().what.find("log") != std::string::npos);
}

TEST_CASE("a hive without its signature is read by its bins") {
  auto file = HiveBuilder(3).build(sample_tree());
  test::put(file, 0, "xxxx");
  CHECK(*walk_file(file).lines == kSampleLines);
}

TEST_CASE("a hive whose first block is zeroed or damaged is read by what its cells tell") {
  for (std::uint32_t minor = 1; minor <= 5; ++minor) {
    INFO("version 1." << minor);
    const auto sound = HiveBuilder(minor).build(sample_tree());
    auto zeroed = sound;
    test::put(zeroed, 0, std::string(4096, '\0'));
    auto other_version = sound;
    test::put(other_version, 24, le(minor == 1 ? std::uint32_t{3} : std::uint32_t{1}));
    auto foreign_version = sound;
    test::put(foreign_version, 24, le(std::uint32_t{0x8000'0000}));
    test::seal_base_block(foreign_version);
    for (const auto& file : {zeroed, other_version, foreign_version}) {
      const Walked walked = walk_file(file);
      REQUIRE(walked.lines);
      CHECK(*walked.lines == kSampleLines);
      CHECK(walked.issues.count("hive-truncated") == 0);
    }
  }
}

TEST_CASE("a size that no hive can have is none where the first block is damaged") {
  auto file = HiveBuilder(3).build(sample_tree());
  test::put(file, 40, le(std::uint32_t{0xFFFF'FFFF}));
  CHECK(walk_file(file).issues.count("hive-truncated") == 0);
  test::seal_base_block(file);
  CHECK(walk_file(file).issues.count("hive-truncated") == 1);
}

TEST_CASE("a root offset that is wrong falls back to the key flagged as root") {
  auto file = HiveBuilder(3).build(sample_tree());
  test::put(file, 36, le(std::uint32_t{0x1000}));
  const Walked walked = walk_file(file);
  CHECK(*walked.lines == kSampleLines);
  CHECK(walked.issues.count("hive-root-moved") == 1);
}

TEST_CASE("a root offset that names another key falls back to the flagged root") {
  HiveBuilder builder(3);
  const std::uint32_t root = builder.add_key({.name = "R", .subkeys = {{.name = "a"}}}, kNoOffset);
  const auto sound = HiveBuilder(builder).finish(root);
  const auto moved = static_cast<std::uint32_t>(place_of(sound, "a") - 76 - 4 - 4096);
  const Walked walked = walk_file(HiveBuilder(builder).finish(moved));
  CHECK(*walked.lines == *walk_file(sound).lines);
  CHECK(walked.issues.count("hive-root-moved") == 1);
  builder.patch(root, 2, le(std::uint16_t{0x20}));
  const Walked unflagged = walk_file(builder.finish(root));
  CHECK(unflagged.lines->size() == 2);
  CHECK(unflagged.issues.issues.empty());
}

TEST_CASE("the root's subkeys are named from all its lists, wherever the root was found") {
  HiveBuilder builder(3);
  const std::uint32_t root = builder.add_key({.name = "R"}, kNoOffset);
  std::string lists;
  for (const char* name : {"a", "b"}) {
    const std::uint32_t child = builder.add_key({.name = name}, root);
    lists += le(builder.add_cell("li" + le(std::uint16_t{1}) + le(child)));
  }
  builder.patch(root, 20, le(std::uint32_t{2}));
  builder.patch(root, 28, le(builder.add_cell("ri" + le(std::uint16_t{2}) + lists)));
  for (const std::uint32_t stated : {root, root + 8}) {
    const auto file = HiveBuilder(builder).finish(stated);
    CHECK(root_subkey_names(*Hive::open(file)) == std::vector<std::string>{"a", "b"});
  }
}

TEST_CASE("lists of names that share one list end at what the hive can hold") {
  HiveBuilder builder(3);
  const std::uint32_t root = builder.add_key({.name = "R"}, kNoOffset);
  const std::uint32_t child = builder.add_key({.name = "a"}, root);
  std::string keys, lists;
  for (int i = 0; i < 2000; ++i) keys += le(child);
  const std::uint32_t list = builder.add_cell("li" + le(std::uint16_t{2000}) + keys);
  for (int i = 0; i < 2000; ++i) lists += le(list);
  builder.patch(root, 20, le(std::uint32_t{1}));
  builder.patch(root, 28, le(builder.add_cell("ri" + le(std::uint16_t{2000}) + lists)));
  const auto file = builder.finish(root);
  CHECK(root_subkey_names(*Hive::open(file)).size() <= file.size() / 4);
}

TEST_CASE("a hive without any root key fails") {
  auto file = HiveBuilder(3).build({.name = "R"});
  test::put(file, 4096 + 32 + 4, "xx");
  CHECK(walk_file(file).lines.error().code == Code::kCorrupt);
}

TEST_CASE("a damaged bin header is a doubt and costs nothing") {
  auto file = HiveBuilder(3).build(sample_tree());
  test::put(file, 4096, "xbin");
  const Walked walked = walk_file(file);
  CHECK(*walked.lines == kSampleLines);
  CHECK(walked.issues.count("hive-bin-header") == 1);
}

TEST_CASE("a cell size that does not fit its bin is a doubt") {
  auto file = HiveBuilder(3).build(sample_tree());
  const std::size_t at = place_of(file, "vk") - 4;
  test::put(file, at, le(std::int32_t{-4095}));
  CHECK(walk_file(file).issues.count("hive-cell-chain") == 1);
}

TEST_CASE("a truncated hive is a loss") {
  auto file = HiveBuilder(3).build(sample_tree());
  file.resize(file.size() - 100);
  CHECK(walk_file(file).issues.count("hive-truncated") == 1);
}

TEST_CASE("a lost key or value costs itself and is named") {
  const auto file = HiveBuilder(3).build(sample_tree());
  auto no_key = file;
  test::put(no_key, place_of(file, "Alpha") - 76, "xx");
  const Walked key = walk_file(no_key);
  CHECK(key.lines->size() == kSampleLines.size() - 3);
  CHECK(key.issues.count("hive-key-lost") == 1);
  auto no_value = file;
  test::put(no_value, place_of(file, "five") - 20, "xx");
  const Walked value = walk_file(no_value);
  CHECK(value.lines->size() == kSampleLines.size() - 1);
  CHECK(value.issues.count("hive-value-lost") == 1);
}

TEST_CASE("what lives in a cell marked as free is shown with a doubt") {
  for (const std::size_t size : {100U, 20'000U}) {
    const TestKey tree = {.name = "R",
                          .values = {{.name = "v", .type = 3, .data = std::string(size, 'x')}},
                          .subkeys = {{.name = "k"}}};
    const auto sound = HiveBuilder(5).build(tree);
    const auto lines = *walk_file(sound).lines;
    std::size_t cells = 0;
    for (std::size_t at = 4096 + 32; at + 4 <= sound.size();) {
      const auto stored = load_le<std::int32_t>(Bytes(sound), at);
      if (stored < 0) {
        auto file = sound;
        test::put(file, at, le(-stored));
        const Walked walked = walk_file(file);
        CHECK(*walked.lines == lines);
        CHECK(walked.issues.count("hive-cell-free") == 1);
        ++cells;
      }
      at += cell_size(stored);
    }
    CHECK(cells == (size == 100 ? 6 : 9));
  }
}

TEST_CASE("no cell begins inside the first bin's header") {
  HiveBuilder builder(3);
  const std::uint32_t root = builder.add_key({.name = "R"}, kNoOffset);
  const std::uint32_t value = builder.add_value({.name = "v", .data = "12345"});
  builder.patch(value, 8, le(std::uint32_t{8}));
  builder.patch(root, 36, le(std::uint32_t{1}));
  builder.patch(root, 40, le(builder.add_cell(le(value))));
  const Walked walked = walk_file(builder.finish(root));
  CHECK(walked.issues.count("hive-value-data") == 1);
  CHECK(walked.lines->back() == test::value_line("", "v", 1, {}));
}

TEST_CASE("a class name that cannot be read is a loss, one that is cut a doubt") {
  HiveBuilder builder(3);
  const std::uint32_t root = builder.add_key({.name = "R", .class_name = "Boot"}, kNoOffset);
  const auto class_of = [](const std::vector<std::byte>& file, test::CollectingSink& issues) {
    std::string found;
    const auto hive = Hive::open(file);
    REQUIRE(walk(*hive, CancelToken(), issues, [&found](const WalkKey& key) -> Result<void> {
      found = key.class_name.value_or("none");
      return {};
    }));
    return found;
  };
  test::CollectingSink sound;
  CHECK(class_of(HiveBuilder(builder).finish(root), sound) == "Boot");
  CHECK(sound.issues.empty());
  HiveBuilder cut(builder);
  cut.patch(root, 74, le(std::uint16_t{4000}));
  test::CollectingSink doubts;
  CHECK(class_of(cut.finish(root), doubts).starts_with("Boot"));
  CHECK(doubts.count("hive-class-lost") == 1);
  CHECK(doubts.issues.back().severity == Severity::kDoubt);
  builder.patch(root, 48, le(std::uint32_t{0x00FF'FF00}));
  test::CollectingSink losses;
  CHECK(class_of(builder.finish(root), losses) == "none");
  CHECK(losses.count("hive-class-lost") == 1);
  CHECK(losses.issues.back().severity == Severity::kLoss);
}

TEST_CASE("a name that goes past its cell is a loss that names it") {
  auto file = HiveBuilder(3).build(sample_tree());
  test::put(file, place_of(file, "Deep") - 4, le(std::uint16_t{200}));
  const Walked walked = walk_file(file);
  REQUIRE(walked.issues.count("hive-key-lost") == 1);
  CHECK(walked.issues.issues[0].message.find("Deep") != std::string::npos);
}

TEST_CASE("counts that promise more than there is are clamped and reported") {
  const auto file = HiveBuilder(3).build(sample_tree());
  auto values = file;
  test::put(values, 4096 + 32 + 4 + 36, le(std::uint32_t{1'000'000}));
  CHECK(walk_file(values).issues.count("hive-value-list") == 1);
  auto subkeys = file;
  test::put(subkeys, 4096 + 32 + 4 + 20, le(std::uint32_t{9}));
  const Walked walked = walk_file(subkeys);
  CHECK(*walked.lines == kSampleLines);
  CHECK(walked.issues.count("hive-subkey-count") == 1);
}

TEST_CASE("a predefined handle has no values") {
  auto file = HiveBuilder(3).build(sample_tree());
  test::put(file, 4096 + 32 + 4 + 2, le(std::uint16_t{0x64}));
  CHECK(walk_file(file).lines->size() == kSampleLines.size() - 4);
}

TEST_CASE("data that is not all there gives what is there and a loss") {
  auto file = HiveBuilder(3).build(sample_tree());
  test::put(file, place_of(file, "five") - 16, le(std::uint32_t{500}));
  const Walked longer = walk_file(file);
  CHECK(longer.lines->size() == kSampleLines.size());
  CHECK(longer.issues.count("hive-value-data") == 1);
  test::put(file, place_of(file, "five") - 16, le(std::uint32_t{0x8000'0005}));
  CHECK(walk_file(file).issues.count("hive-value-data") == 1);
  test::put(file, place_of(file, "five") - 16,
            le(std::uint32_t{5}) + le(std::uint32_t{0x7FFF'0000}));
  CHECK(walk_file(file).issues.count("hive-value-data") == 1);
}

TEST_CASE("subkeys out of order or with one name twice are all listed, with a doubt") {
  const Walked order =
      walk_file(HiveBuilder(3).build({.name = "R", .subkeys = {{.name = "b"}, {.name = "A"}}}));
  CHECK(order.lines->size() == 3);
  CHECK(order.issues.count("hive-subkey-order") == 1);
  const Walked twice =
      walk_file(HiveBuilder(3).build({.name = "R", .subkeys = {{.name = "a"}, {.name = "A"}}}));
  CHECK(twice.lines->size() == 3);
  CHECK(twice.issues.count("hive-subkey-order") == 1);
  const Walked fine = walk_file(HiveBuilder(3).build(
      {.name = "R", .subkeys = {{.name = "A", .subkeys = {{.name = "x"}}}, {.name = "b"}}}));
  CHECK(fine.issues.issues.empty());
}

TEST_CASE("a key below itself is not followed") {
  HiveBuilder builder(3);
  const std::uint32_t root = builder.add_key({.name = "R"}, kNoOffset);
  const std::uint32_t list = builder.add_cell("li" + le(std::uint16_t{1}) + le(root));
  builder.patch(root, 20, le(std::uint32_t{1}));
  builder.patch(root, 28, le(list));
  const Walked walked = walk_file(builder.finish(root));
  CHECK(walked.lines->size() == 1);
  CHECK(walked.issues.count("hive-key-shared") == 1);
}

TEST_CASE("keys that share a list are all shown, with doubts") {
  HiveBuilder builder(3);
  const TestKey tree = {.name = "R",
                        .subkeys = {{.name = "Aaaa", .subkeys = {{.name = "x"}}},
                                    {.name = "Bbbb", .subkeys = {{.name = "x"}}}}};
  const std::uint32_t root = builder.add_key(tree, kNoOffset);
  auto file = builder.finish(root);
  const std::size_t a = place_of(file, "Aaaa") - 76;
  const std::size_t b = place_of(file, "Bbbb") - 76;
  std::copy_n(file.begin() + static_cast<std::ptrdiff_t>(a + 28), 4,
              file.begin() + static_cast<std::ptrdiff_t>(b + 28));
  const Walked walked = walk_file(file);
  CHECK(walked.lines->size() == 5);
  CHECK(walked.issues.count("hive-list-shared") == 1);
  CHECK(walked.issues.count("hive-key-shared") == 1);
}

TEST_CASE("a list of lists inside a list of lists is not followed") {
  HiveBuilder builder(3);
  const std::uint32_t root = builder.add_key({.name = "R"}, kNoOffset);
  const std::uint32_t child = builder.add_key({.name = "c"}, root);
  const std::uint32_t leaf = builder.add_cell("li" + le(std::uint16_t{1}) + le(child));
  const std::uint32_t index = builder.add_cell("ri" + le(std::uint16_t{1}) + le(leaf));
  const std::uint32_t outer = builder.add_cell("ri" + le(std::uint16_t{1}) + le(index));
  builder.patch(root, 20, le(std::uint32_t{1}));
  builder.patch(root, 28, le(index));
  CHECK(walk_file(HiveBuilder(builder).finish(root)).lines->size() == 2);
  builder.patch(root, 28, le(outer));
  const Walked walked = walk_file(builder.finish(root));
  CHECK(walked.lines->size() == 1);
  CHECK(walked.issues.count("hive-subkey-list") == 1);
}

TEST_CASE("keys deeper than Windows allows are a loss, not a crash") {
  HiveBuilder builder(3);
  const std::uint32_t root = builder.add_key({.name = "R"}, kNoOffset);
  std::uint32_t parent = root;
  for (int depth = 0; depth < 600; ++depth) {
    const std::uint32_t child = builder.add_key({.name = "k"}, parent);
    builder.patch(parent, 20, le(std::uint32_t{1}));
    builder.patch(parent, 28, le(builder.add_cell("li" + le(std::uint16_t{1}) + le(child))));
    parent = child;
  }
  const Walked walked = walk_file(builder.finish(root));
  CHECK(walked.lines->size() == kMaxDepth);
  CHECK(walked.issues.count("hive-too-deep") == 1);
}

TEST_CASE("a hive forged to list its keys without end stops at what its size can hold") {
  HiveBuilder builder(3);
  const std::uint32_t root = builder.add_key({.name = "R"}, kNoOffset);
  std::uint32_t below = builder.add_key({.name = "leaf"}, root);
  for (int level = 0; level < 40; ++level) {  // each level doubles the number of paths
    const std::uint32_t list =
        builder.add_cell("li" + le(std::uint16_t{2}) + le(below) + le(below));
    below = builder.add_key({.name = "k"}, root);
    builder.patch(below, 20, le(std::uint32_t{2}));
    builder.patch(below, 28, le(list));
  }
  builder.patch(root, 20, le(std::uint32_t{1}));
  builder.patch(root, 28, le(builder.add_cell("li" + le(std::uint16_t{1}) + le(below))));
  const Walked walked = walk_file(builder.finish(root));
  REQUIRE(walked.lines);
  CHECK(walked.lines->size() < 400);
  CHECK(walked.issues.has_loss_or_doubt());
}

TEST_CASE("values that share one large cell stop at a multiple of the hive's size") {
  HiveBuilder builder(3);
  const std::uint32_t root = builder.add_key({.name = "R"}, kNoOffset);
  const std::uint32_t value = builder.add_value({.name = "v", .data = std::string(100'000, 'x')});
  std::string list;
  for (int i = 0; i < 20'000; ++i) list += le(value);
  builder.patch(root, 36, le(std::uint32_t{20'000}));
  builder.patch(root, 40, le(builder.add_cell(list)));
  const auto file = builder.finish(root);
  const auto hive = Hive::open(file);
  std::uint64_t bytes = 0;
  test::CollectingSink issues;
  const CancelToken cancel;
  REQUIRE(walk(*hive, cancel, issues, [&bytes](const WalkKey& key) -> Result<void> {
    for (const WalkValue& v : key.values) bytes += v.data.size();
    return {};
  }));
  CHECK(bytes <= 5 * file.size());
  CHECK(issues.count("hive-data-shared") > 0);
}

TEST_CASE("a segment that one value lists again and again is not put together without end") {
  HiveBuilder builder(5);
  const std::uint32_t root = builder.add_key({.name = "R"}, kNoOffset);
  const std::uint32_t segment = builder.add_cell(std::string(16'344, 's'));
  std::string segments;
  for (int i = 0; i < 4'000; ++i) segments += le(segment);
  const std::uint32_t big = builder.add_cell("db" + le(std::uint16_t{4'000}) +
                                             le(builder.add_cell(segments)) + std::string(4, '\0'));
  const std::uint32_t value = builder.add_value({.name = "v", .data = "0123456789"});
  builder.patch(value, 4, le(std::uint32_t{4'000 * 16'344}) + le(big));
  builder.patch(root, 36, le(std::uint32_t{1}));
  builder.patch(root, 40, le(builder.add_cell(le(value))));
  const auto file = builder.finish(root);
  const auto hive = Hive::open(file);
  REQUIRE(hive);
  const auto node = parse_value_node(*hive, hive->cell(value)->record, value);
  REQUIRE(node);
  std::vector<std::byte> storage;
  CHECK(read_value_data(*hive, *node, storage, 100'000).bytes.size() < 100'000 + 2 * 16'344);
  CHECK(walk_file(file).issues.count("hive-data-shared") == 1);
}

TEST_CASE("paths that long names multiply stop at a multiple of the hive's size") {
  HiveBuilder builder(5);
  std::vector<std::uint32_t> leaves;
  for (int i = 0; i < 500; ++i)
    leaves.push_back(builder.add_key({.name = std::to_string(i)}, kNoOffset));
  std::string list = "li" + le(static_cast<std::uint16_t>(leaves.size()));
  for (const std::uint32_t leaf : leaves) list += le(leaf);
  std::uint32_t below = builder.add_key({.name = std::string(20'000, 'n')}, kNoOffset);
  builder.patch(below, 20, le(static_cast<std::uint32_t>(leaves.size())));
  builder.patch(below, 28, le(builder.add_cell(list)));
  for (int level = 0; level < 10; ++level) {
    const std::uint32_t child = below;
    below = builder.add_key({.name = std::string(20'000, 'n')}, kNoOffset);
    builder.patch(below, 20, le(std::uint32_t{1}));
    builder.patch(below, 28, le(builder.add_cell("li" + le(std::uint16_t{1}) + le(child))));
  }
  const auto file = builder.finish(below);
  const Walked walked = walk_file(file);
  CHECK(walked.issues.count("hive-paths-limited") == 1);
}

TEST_CASE("deleted keys and values are found with path, owner and place") {
  HiveBuilder builder(3);
  const std::uint32_t root = builder.add_key({.name = "R"}, kNoOffset);
  const std::uint32_t dead = builder.add_key(
      {.name = "dead", .values = {{.name = "v", .data = "gone data"}, {.name = "i", .data = "1"}}},
      root);
  builder.add_key({.name = "child"}, dead);
  builder.add_key({.name = "orphan"}, 0x40);
  builder.add_value({.name = "lost", .data = "2"});
  auto file = builder.finish(root);
  test::put(file, file_offset(dead), le(std::int32_t{88}));  // freed
  const auto hive = Hive::open(file);
  UseMap used(hive->bins().size());
  test::CollectingSink issues;
  const CancelToken cancel;
  REQUIRE(walk(
      *hive, cancel, issues, [](const WalkKey&) { return Result<void>{}; }, &used));
  const auto deleted = find_deleted(*hive, used, cancel);
  REQUIRE(deleted);
  REQUIRE(deleted->keys.size() == 3);
  CHECK(deleted->keys[0].path == std::vector<std::string>{"R", "dead"});
  CHECK(deleted->keys[0].place == Place::kFreeCell);
  CHECK_FALSE(deleted->keys[0].path_is_partial);
  CHECK(deleted->keys[0].offset == dead);
  CHECK(deleted->keys[1].path == std::vector<std::string>{"R", "dead", "child"});
  CHECK(deleted->keys[1].place == Place::kUnreferencedCell);
  CHECK(deleted->keys[2].path == std::vector<std::string>{"orphan"});
  CHECK(deleted->keys[2].path_is_partial);
  REQUIRE(deleted->values.size() == 3);
  CHECK(as_chars(deleted->values[0].data) == "gone data");
  CHECK(deleted->values[0].data_state == DataState::kIntact);
  CHECK(deleted->values[0].key == 0);
  CHECK(as_chars(deleted->values[1].data) == "1");
  CHECK_FALSE(deleted->values[2].key);
}

TEST_CASE("deleted data that living records use now is marked as reused") {
  HiveBuilder builder(3);
  const std::uint32_t root =
      builder.add_key({.name = "R", .values = {{.name = "v", .data = "living data"}}}, kNoOffset);
  const std::uint32_t dead = builder.add_value({.name = "dead", .data = "12345"});
  auto file = builder.finish(root);
  const auto cell = static_cast<std::uint32_t>(place_of(file, "living data") - 4 - 4096);
  test::put(file, file_offset(dead) + 4 + 8, le(cell));
  CHECK(test::deleted_lines(*Hive::open(file))->at(0) == "DV\tdead\t1\t6c6976696e");
  const auto hive = Hive::open(file);
  UseMap used(hive->bins().size());
  test::CollectingSink issues;
  const CancelToken cancel;
  REQUIRE(walk(
      *hive, cancel, issues, [](const WalkKey&) { return Result<void>{}; }, &used));
  CHECK(find_deleted(*hive, used, cancel)->values[0].data_state == DataState::kReused);
}

TEST_CASE("records inside living data are not taken for deleted ones") {
  HiveBuilder inner(3);
  const auto nested = inner.build(sample_tree());
  const Walked walked = walk_file(HiveBuilder(5).build(
      {.name = "R", .values = {{.name = "v", .data = std::string(as_chars(nested))}}}));
  CHECK(walked.issues.issues.empty());
  const auto file = HiveBuilder(5).build(
      {.name = "R", .values = {{.name = "v", .data = std::string(as_chars(nested))}}});
  CHECK(test::deleted_lines(*Hive::open(file))->empty());
}

TEST_CASE("lists of a key that states neither subkeys nor values are a loss") {
  const auto file = [](std::size_t field, std::string_view bytes) {
    HiveBuilder builder(5);
    const std::uint32_t root = builder.add_key(
        {.name = "R", .values = {{.name = "v", .data = "12345"}}, .subkeys = {{.name = "k"}}},
        kNoOffset);
    builder.patch(root, field, bytes);
    return walk_file(builder.finish(root));
  };
  const Walked no_subkeys = file(20, le(std::uint32_t{0}));
  CHECK(no_subkeys.issues.count("hive-subkey-list") == 1);
  CHECK(no_subkeys.lines->size() == 2);
  const Walked no_values = file(36, le(std::uint32_t{0}));
  CHECK(no_values.issues.count("hive-value-list") == 1);
  CHECK(no_values.lines->size() == 2);
  CHECK(file(2, le(std::uint16_t{0x64})).issues.count("hive-value-list") == 1);
  CHECK(file(2, le(std::uint16_t{0x24})).issues.issues.empty());
}

TEST_CASE("the next used byte is found over words and not beyond the limit") {
  UseMap map(4096);
  map.cover(1000, 8);
  map.cover(2048, 600);
  CHECK_FALSE(map.is_covered(999));
  CHECK(map.is_covered(1000));
  CHECK(map.is_covered(1007));
  CHECK_FALSE(map.is_covered(1008));
  CHECK(map.is_covered(2647));
  CHECK_FALSE(map.is_covered(2648));
  CHECK_FALSE(map.is_covered(1'000'000));
  CHECK(map.next_covered(0, 4096) == 1000);
  CHECK(map.next_covered(0, 500) == 500);
  CHECK(map.next_covered(1004, 4096) == 1004);
  CHECK(map.next_covered(1008, 4096) == 2048);
  CHECK(map.next_covered(2648, 4096) == 4096);
  CHECK(map.next_covered(5000, 9000) == 9000);
  CHECK(map.next_uncovered(0, 4096) == 0);
  CHECK(map.next_uncovered(1004, 4096) == 1008);
  CHECK(map.next_uncovered(2048, 4096) == 2648);
  CHECK(map.next_uncovered(2048, 2100) == 2100);
}

TEST_CASE("dead records that share data, parents and lists stop at a multiple of the hive") {
  HiveBuilder builder(3);
  const std::uint32_t root = builder.add_key({.name = "R"}, kNoOffset);
  const std::uint32_t data = builder.add_cell(std::string(60'000, 'x'), false);
  std::string list;
  for (int i = 0; i < 2'000; ++i) list += le(builder.add_value({.name = "", .data = "12345"}));
  for (int i = 0; i < 2'000; ++i) {
    const std::uint32_t value = builder.add_value({.name = "", .data = "12345"});
    builder.patch(value, 4, le(std::uint32_t{60'000}) + le(data));
  }
  const std::uint32_t values = builder.add_cell(list, false);
  for (int i = 0; i < 1'000; ++i) {
    const std::uint32_t key = builder.add_key({.name = "k"}, root);
    builder.patch(key, 36, le(std::uint32_t{2'000}) + le(values));
  }
  const auto file = builder.finish(root);
  const auto hive = Hive::open(file);
  UseMap used(hive->bins().size());
  const CancelToken cancel;
  test::CollectingSink issues;
  REQUIRE(walk(
      *hive, cancel, issues, [](const WalkKey&) { return Result<void>{}; }, &used));
  const auto deleted = find_deleted(*hive, used, cancel);
  REQUIRE(deleted);
  CHECK(deleted->is_limited);
  std::uint64_t bytes = 0;
  for (const DeletedValue& value : deleted->values) bytes += value.data.size();
  CHECK(bytes > 60'000);
  CHECK(bytes <= 4 * hive->bins().size() + 65'536);
  CHECK(deleted->keys.size() == 1'000);
}

TEST_CASE("a hive with any byte changed or cut anywhere is read without a crash") {
  const auto whole = HiveBuilder(5).build(sample_tree());
  std::mt19937 random(4);
  for (int i = 0; i < 3000; ++i) {
    auto damaged = whole;
    const std::size_t at = i % 2 == 0 ? 4096 + random() % 1200 : random() % damaged.size();
    damaged[at] ^= static_cast<std::byte>(1 + random() % 255);
    const Walked walked = walk_file(damaged);
    if (const auto hive = Hive::open(damaged)) (void)test::deleted_lines(*hive);
    // A record that is gone is reported; other bytes may change what the records say.
    if (walked.lines && walked.lines->size() < kSampleLines.size()) {
      CHECK(walked.issues.has_loss_or_doubt());
    }
  }
  for (std::size_t size = 0; size < whole.size(); size += 7) {
    const Walked walked =
        walk_file({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)});
    if (walked.lines) CHECK(walked.issues.count("hive-truncated") == 1);
  }
}

}  // namespace dirsnap::regf
