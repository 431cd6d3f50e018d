// SPDX-License-Identifier: MIT
//
// Checksums, pages and compression, each on bytes made for the test.
#include <random>
#include <string>

#include <catch2/catch.hpp>

#include "importers/ese/checksum.h"
#include "importers/ese/compression.h"
#include "importers/ese/page.h"
#include "storage/base/text.h"
#include "tests/support/ese_compress.h"
#include "tests/support/ese_page.h"

namespace dirsnap {
namespace {

using ese::NodeView;
using ese::PageView;
using ese::Verdict;

// A leaf page of five nodes with a common prefix.
std::string leaf_page(std::uint32_t page_size, std::uint32_t page_no = 7) {
  support::EseOptions options;
  options.generation =
      page_size == 4096 ? support::Generation::kEse97 : support::Generation::kModern;
  options.page_size = page_size;
  const support::Layout layout(options);
  std::vector<support::PageNode> nodes = {{"prefix-a", "first data"},
                                          {"prefix-b", "second data"},
                                          {"prefix-c", "third", 2},
                                          {"prefix-d", "4"},
                                          {"prefix-e", "fifth data"}};
  support::PageHead head;
  head.page_no = page_no;
  head.object_id = 12;
  head.flags = support::kPageLeaf;
  head.previous = 6;
  head.next = 8;
  std::string page = support::build_page(layout, head, "prefix-", "prefix-", nodes);
  support::seal_page(layout, page_no, page);
  return page;
}

std::string key_text(const NodeView& node) {
  return std::string(as_chars(node.prefix)) + std::string(as_chars(node.suffix));
}

std::span<std::byte> writable(std::string& text) {
  return {reinterpret_cast<std::byte*>(text.data()), text.size()};
}

std::string unpacked(std::string_view packed, std::size_t size_max = 1 << 20) {
  std::vector<std::byte> out;
  const auto done = ese::decompress(as_bytes(packed), size_max, out);
  REQUIRE(done);
  return std::string(as_chars(out));
}

Error refused(std::string_view packed, std::size_t size_max = 1 << 20) {
  std::vector<std::byte> out;
  const auto done = ese::decompress(as_bytes(packed), size_max, out);
  REQUIRE_FALSE(done);
  CHECK(out.size() <= size_max);
  return done.error();
}

TEST_CASE("a page of each size verifies under its own number and no other") {
  for (const std::uint32_t size : {4096U, 8192U, 16384U, 32768U}) {
    const std::string page = leaf_page(size);
    CHECK(ese::check_page(as_bytes(page), 7) == Verdict::kGood);
    CHECK(ese::check_page(as_bytes(page), 8) != Verdict::kGood);
  }
}

TEST_CASE("each wrong bit of a page with ECC is found and turned back") {
  for (const std::uint32_t size : {8192U, 16384U, 32768U}) {
    const std::string sound = leaf_page(size);
    std::mt19937 random(4711);
    for (int i = 0; i < 200; ++i) {
      std::string page = sound;
      const auto bit = static_cast<std::uint32_t>(random() % (size * 8));
      if (bit / 8 == 37) continue;  // the selector of the checksum itself
      page[bit / 8] = static_cast<char>(page[bit / 8] ^ (1 << (bit % 8)));
      INFO("page size " << size << ", bit " << bit);
      CHECK(ese::check_page(as_bytes(page), 7) == Verdict::kCorrectable);
      CHECK(ese::correct_page(writable(page), 7));
      CHECK(page == sound);
    }
  }
}

TEST_CASE("two wrong bits are never corrected into something else") {
  const std::string sound = leaf_page(8192);
  std::mt19937 random(99);
  for (int i = 0; i < 200; ++i) {
    std::string page = sound;
    const auto first = static_cast<std::uint32_t>(random() % (8192 * 8));
    const auto second = static_cast<std::uint32_t>((first + 1 + random() % 60000) % (8192 * 8));
    for (const std::uint32_t bit : {first, second})
      page[bit / 8] = static_cast<char>(page[bit / 8] ^ (1 << (bit % 8)));
    const std::string damaged = page;
    CHECK(ese::check_page(as_bytes(page), 7) != Verdict::kGood);
    if (!ese::correct_page(writable(page), 7)) CHECK(page == damaged);
  }
}

TEST_CASE("the old checksum notices any changed byte") {
  const std::string sound = leaf_page(4096);
  for (std::size_t at = 0; at < sound.size(); at += 7) {
    std::string page = sound;
    page[at] = static_cast<char>(page[at] ^ 0x20);
    CHECK(ese::check_page(as_bytes(page), 7) != Verdict::kGood);
  }
}

TEST_CASE("nodes give key, data and flags on small and large pages") {
  for (const std::uint32_t size : {4096U, 8192U, 16384U, 32768U}) {
    const std::string bytes = leaf_page(size);
    const PageView page(as_bytes(bytes), 7);
    CHECK(page.objid() == 12);
    CHECK(page.previous() == 6);
    CHECK(page.next() == 8);
    CHECK(page.is_leaf());
    CHECK_FALSE(page.is_root());
    REQUIRE(page.tag_count() == 6);
    CHECK_FALSE(page.structural_fault());
    const auto second = page.node(2);
    REQUIRE(second);
    CHECK(key_text(*second) == "prefix-b");
    CHECK(as_chars(second->data) == "second data");
    CHECK_FALSE(second->is_deleted());
    const auto third = page.node(3);
    REQUIRE(third);
    CHECK(third->is_deleted());
    CHECK(as_chars(third->data) == "third");
  }
}

TEST_CASE("keys compare as unsigned bytes, a prefix before what it begins") {
  const std::string bytes = leaf_page(8192);
  const PageView page(as_bytes(bytes), 7);
  const auto node = page.node(2);
  REQUIRE(node);
  CHECK(ese::compare_key(*node, as_bytes("prefix-b")) == 0);
  CHECK(ese::compare_key(*node, as_bytes("prefix-")) > 0);
  CHECK(ese::compare_key(*node, as_bytes("prefix-ba")) < 0);
  CHECK(ese::compare_key(*node, as_bytes("pre")) > 0);
  CHECK(ese::compare_key(*node, as_bytes("prefix-a")) > 0);
  CHECK(ese::compare_key(*node, as_bytes("prefix-\xF0")) < 0);
  CHECK(ese::compare_key(*node, as_bytes("q")) < 0);
}

TEST_CASE("a tag past the page, into the tags or over another node is told") {
  const std::string sound = leaf_page(4096);
  const auto set_tag = [](std::string& page, std::size_t tag, unsigned size, unsigned offset) {
    const std::size_t at = page.size() - 4 * (tag + 1);
    const std::uint16_t words[2] = {static_cast<std::uint16_t>(size),
                                    static_cast<std::uint16_t>(offset)};
    std::memcpy(page.data() + at, words, 4);
  };
  std::string past = sound;
  set_tag(past, 2, 100, 4000);
  const auto node = PageView(as_bytes(past), 7).node(2);
  REQUIRE_FALSE(node);
  CHECK(node.error().what == "tag 2 ends 44 bytes past the page");

  std::string into = sound;
  set_tag(into, 2, 40, 4000);
  const auto second = PageView(as_bytes(into), 7).node(2);
  REQUIRE_FALSE(second);
  CHECK(second.error().what == "tag 2 reaches 8 bytes into the tags");

  std::string over = sound;
  const auto first = PageView(as_bytes(over), 7).tag(1);
  REQUIRE(first);
  set_tag(over, 2, 12, first->offset - 40 + 1);
  const auto fault = PageView(as_bytes(over), 7).structural_fault();
  REQUIRE(fault);
  CHECK(fault->find("nodes overlap") == 0);
}

TEST_CASE("a tag count beyond the page is told and not followed") {
  std::string page = leaf_page(4096);
  page[34] = '\xFF';
  page[35] = '\x0F';
  const PageView view(as_bytes(page), 7);
  CHECK(view.tag_count() <= 1014);
  REQUIRE(view.structural_fault());
  CHECK(*view.structural_fault() == "4095 tags do not fit on the page");
}

TEST_CASE("reserved tags are no nodes") {
  std::string page = leaf_page(16384);
  page[35] = static_cast<char>(page[35] | 0x20);
  const PageView view(as_bytes(page), 7);
  CHECK(view.tag_count() == 6);
  CHECK(view.first_node() == 2);
}

TEST_CASE("7-bit text of every length unpacks to itself") {
  std::string text;
  for (int length = 1; length < 200; ++length) {
    text.push_back(static_cast<char>('A' + length % 50));
    CHECK(unpacked(support::pack_seven_bit(text, false)) == text);
    const std::string wide = encode_utf16le(text);
    CHECK(unpacked(support::pack_seven_bit(wide, true)) == wide);
  }
}

TEST_CASE("XPRESS streams unpack to themselves, long matches included") {
  std::string text;
  for (int i = 0; i < 400; ++i) text += "row " + std::to_string(i * i % 17) + ", ";
  CHECK(unpacked(support::compress_xpress(text)) == text);
  const std::string run(60000, 'z');
  CHECK(unpacked(support::compress_xpress(run)) == run);
  std::mt19937 random(5);
  for (int round = 0; round < 50; ++round) {
    std::string mixed;
    while (mixed.size() < 3000) {
      mixed.append(random() % 300, static_cast<char>('a' + random() % 4));
      mixed.push_back(static_cast<char>(random()));
    }
    CHECK(unpacked(support::compress_xpress(mixed)) == mixed);
  }
}

TEST_CASE("hostile XPRESS streams are refused, never followed") {
  using namespace std::string_literals;
  CHECK(refused("\x18"s).what == "XPRESS header is cut off");
  CHECK(refused("\x18\x05\x00\x00\x00"s).what == "XPRESS stream ends inside its flags");
  CHECK(refused("\x18\x05\x00\x00\x00\x00\x00"s).what == "XPRESS stream ends inside a literal");
  // A match before anything has been written.
  CHECK(refused("\x18\x05\x00\x00\x00\x00\x80\x00\x00"s).what ==
        "XPRESS match reaches before the start of the value");
  // One literal, then a match longer than the value.
  CHECK(refused("\x18\x02\x00\x00\x00\x00\x40x\x02\x00"s).what ==
        "XPRESS match runs past the end of the value");
  // A 16-bit length below what its form can mean.
  CHECK(refused("\x18\xFF\x00\x00\x00\x00\x40x\x07\x00\x0F\xFF\x05\x00"s).what ==
        "XPRESS match length is too short for its form");
  CHECK(refused(support::compress_xpress(std::string(5000, 'z')), 4999).code == Code::kLimit);
}

TEST_CASE("every cut of a packed value is refused or shorter, never a crash") {
  std::string text;
  for (int i = 0; i < 300; ++i) text += "value " + std::to_string(i % 23);
  const std::string packed = support::compress_xpress(text);
  for (std::size_t size = 0; size < packed.size(); ++size) {
    std::vector<std::byte> out;
    CHECK_FALSE(ese::decompress(as_bytes(packed).first(size), 1 << 16, out));
    CHECK(out.empty());
  }
}

TEST_CASE("LZ4 blocks unpack: literals, overlapping matches, long lengths") {
  using namespace std::string_literals;
  CHECK(unpacked("\x38\x03\x00\x30"s + "abc") == "abc");
  // "ab", then 10 bytes from distance 2, then "z".
  CHECK(unpacked("\x38\x0D\x00\x26"s + "ab\x02\x00\x10z"s) == "ababababababz");
  // 20 literals, then a match of 4 + 15 + 255 + 1 bytes from distance 1.
  const std::string literals(20, 'q');
  CHECK(unpacked("\x38\x27\x01\xFF\x05"s + literals + "\x01\x00\xFF\x01"s) ==
        std::string(295, 'q'));
}

TEST_CASE("hostile LZ4 blocks are refused") {
  using namespace std::string_literals;
  CHECK(refused("\x38\x01"s).what == "LZ4 header is cut off");
  CHECK(refused("\x38\x05\x00"s).what == "LZ4 block ends before the value does");
  CHECK(refused("\x38\x05\x00\x50"s + "ab").what == "LZ4 literals run past the end");
  CHECK(refused("\x38\x01\x00\x20"s + "ab").what == "LZ4 literals run past the end");
  CHECK(refused("\x38\x50\x00\xF0"s).what == "LZ4 block ends inside a length");
  CHECK(refused("\x38\x09\x00\x10"s + "a\x02"s).what == "LZ4 block ends inside a match");
  CHECK(refused("\x38\x09\x00\x10"s + "a\x00\x00"s).what ==
        "LZ4 match reaches before the start of the value");
  CHECK(refused("\x38\x09\x00\x10"s + "a\x02\x00"s).what ==
        "LZ4 match reaches before the start of the value");
  CHECK(refused("\x38\x03\x00\x10"s + "a\x01\x00"s).what ==
        "LZ4 match runs past the end of the value");
  CHECK(refused("\x38\x09\x00\x10"s + "a\x01\x00"s, 8).code == Code::kLimit);
}

TEST_CASE("schemes that cannot be unpacked are named") {
  CHECK(refused("\x20zzzz").what.find("wiped") != std::string::npos);
  CHECK(refused("\x28zzzz").what.find("XPRESS9") != std::string::npos);
  CHECK(refused("\x30zzzz").what.find("XPRESS10") != std::string::npos);
  CHECK(refused("\x48zzzz").code == Code::kCorrupt);
  CHECK(refused("").code == Code::kCorrupt);
  CHECK(refused(support::pack_seven_bit("hello world", false), 10).code == Code::kLimit);
}

}  // namespace
}  // namespace dirsnap
