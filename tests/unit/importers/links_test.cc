// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "importers/directory/link_rows.h"
#include "importers/directory/replication.h"
#include "importers/directory/syntax.h"
#include "importers/dump_model/name_finder.h"
#include "importers/dump_model/name_index.h"
#include "tests/support/bytes.h"

namespace dirsnap {
namespace {

using namespace directory;

// `count` entries as the head says, `entries` of 48 octets as there are.
std::string metadata(std::uint64_t version, std::uint64_t count, std::size_t entries) {
  std::string out = support::le_bytes(version) + support::le_bytes(count);
  for (std::size_t i = 0; i < entries; ++i) {
    out += support::le_bytes(static_cast<std::uint32_t>(100 + i));
    out += support::le_bytes(std::uint32_t{3});
    out += support::le_bytes(std::int64_t{13'000'000'000});
    out += std::string(16, static_cast<char>('a' + i));
    out += support::le_bytes(std::int64_t{-7});
    out += support::le_bytes(std::int64_t{8});
  }
  return out;
}

TEST_CASE("replPropertyMetaData is a head and entries of 48 octets") {
  const std::string value = metadata(1, 2, 2);
  const MetadataValue found = survey_metadata(as_bytes(value));
  CHECK(found.entries == 2);
  CHECK(found.defect.empty());
  const MetadataEntry second = metadata_entry(as_bytes(value), 1);
  CHECK(second.attribute_id == 101);
  CHECK(second.version == 3);
  CHECK(second.changed_at == 13'000'000'000);
  CHECK(second.originating_id.front() == std::byte{'b'});
  CHECK(second.originating_usn == -7);
  CHECK(second.local_usn == 8);
}

TEST_CASE("no head, no known version or too few entries is a loss, octets behind them a doubt") {
  struct Case {
    std::string value;
    std::size_t entries;
    bool is_loss;
  };
  const Case cases[] = {
      {"", 0, true},
      {metadata(1, 0, 0).substr(0, 15), 0, true},
      {metadata(2, 1, 1), 0, true},
      {metadata(1, 3, 2), 2, true},
      {metadata(1, UINT64_MAX, 2), 2, true},
      {metadata(1, 2, 2).substr(0, 16 + 95), 1, true},
      {metadata(1, 1, 2), 1, false},
  };
  for (const Case& one : cases) {
    CAPTURE(one.value.size());
    const MetadataValue found = survey_metadata(as_bytes(one.value));
    CHECK(found.entries == one.entries);
    CHECK_FALSE(found.defect.empty());
    CHECK(found.is_loss == one.is_loss);
  }
  CHECK(survey_metadata(as_bytes(metadata(1, 0, 0))).defect.empty());
}

TEST_CASE("an invocation id leads to the first object that has it") {
  const std::string a(16, 'a');
  const std::string b(16, 'b');
  InvocationIndex index;
  index.add(as_bytes(b), 9);
  index.add(as_bytes(a), 7);
  index.add(as_bytes(b), 4);
  index.add(as_bytes("short"), 1);
  index.finish();
  const auto find = [&](char c) {
    Guid id;
    id.fill(static_cast<std::byte>(c));
    return index.find(id);
  };
  CHECK(find('a') == 7U);
  CHECK(find('b') == 4U);
  CHECK_FALSE(find('c').has_value());
}

TEST_CASE("a name with data is taken apart only where its size fits") {
  const auto octets = split_data_name("B:8:0000000D:cn=a,o=b");
  REQUIRE(octets.has_value());
  CHECK(octets->kind == 'B');
  CHECK(octets->data == "0000000D");
  CHECK(octets->dn == "cn=a,o=b");
  const auto text = split_data_name("S:5:a:b:c:cn=a");
  REQUIRE(text.has_value());
  CHECK(text->data == "a:b:c");
  CHECK(text->dn == "cn=a");
  for (const char* wrong : {"", "cn=a", "B:", "B:8", "B:8:", "B:8:00", "B:9:0000000D:cn=a",
                            "B:99999999999999999999:00:cn=a", "B:-1:00:cn=a", "S:2:ab"}) {
    CAPTURE(wrong);
    CHECK_FALSE(split_data_name(wrong).has_value());
  }
}

TEST_CASE("data of a link loses the size before it, where that is its size") {
  Attribute name_with_string;
  name_with_string.syntax = syntax::kDnString;
  std::string text;
  const std::string sized("\x08\0\0\0h\0i\0", 8);
  CHECK(link_data_of_bytes(nullptr, as_bytes(sized), text).bytes == std::string_view("h\0i\0", 4));
  const ValueView string = link_data_of_bytes(&name_with_string, as_bytes(sized), text);
  CHECK(string.type == ValueType::kText);
  CHECK(string.bytes == "hi");
  CHECK(link_data_of_bytes(nullptr, as_bytes("abc"), text).bytes == "abc");
  CHECK(link_data_of_bytes(nullptr, as_bytes("abcde"), text).bytes == "abcde");
  CHECK(link_data_of_bytes(nullptr, {}, text).is_null());
}

TEST_CASE("names in values find their nodes, whatever form and case they have") {
  dump_model::NameIndex index;
  REQUIRE(index.node_of("cn=Ada,ou=Staff,o=X").has_value());
  REQUIRE(index.node_of("cn=a+sn=b,o=X").has_value());
  for (int i = 0; i < 3000; ++i) {
    REQUIRE(index.node_of("cn=u" + std::to_string(i) + ",ou=Staff,o=X").has_value());
  }
  NameTree tree;
  index.move_into(tree);
  dump_model::NameFinder finder(tree);
  const auto found = [&](std::string_view dn) {
    const NameTree::Node* const node = finder.find(dn);
    return node == nullptr ? std::string("none") : tree.names(*node).x500;
  };
  for (int round = 0; round < 2; ++round) {  // the second time by the parents kept
    CHECK(found("cn=Ada,ou=Staff,o=X") == "/o=X/ou=Staff/cn=Ada");
    CHECK(found("CN=ADA, OU=staff, O=x") == "/o=X/ou=Staff/cn=Ada");
    CHECK(found("/o=x/ou=STAFF/cn=ada") == "/o=X/ou=Staff/cn=Ada");
    CHECK(found("ou=Staff,o=X") == "/o=X/ou=Staff");
    CHECK(found("o=X") == "/o=X");
    CHECK(found("cn=a+sn=b,o=X") == "/o=X/cn=a+sn=b");
    CHECK(found("cn=u2999,ou=Staff,o=X") == "/o=X/ou=Staff/cn=u2999");
    for (const char* missing : {"", "cn=Ada,o=X", "cn=Eve,ou=Staff,o=X", "sn=Ada,ou=Staff,o=X",
                                "/o=X/ou=Staff/cn=Eve", "not a name"}) {
      CAPTURE(missing);
      CHECK(found(missing) == "none");
    }
  }
}

}  // namespace
}  // namespace dirsnap
