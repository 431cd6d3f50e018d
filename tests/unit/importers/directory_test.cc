// SPDX-License-Identifier: MIT
#include <map>
#include <string>

#include <catch2/catch.hpp>

#include "importers/directory/name_tree.h"
#include "importers/directory/override_map.h"
#include "importers/directory/prefix_map.h"
#include "importers/directory/schema.h"
#include "importers/directory/well_known.h"
#include "storage/base/text.h"

namespace dirsnap::directory {
namespace {

Bytes bytes_of(const std::string& text) { return as_bytes(text); }

TEST_CASE("attribute numbers and OIDs convert both ways through the built-in prefixes") {
  const PrefixMap map;
  const std::pair<std::uint32_t, const char*> pairs[] = {
      {0, "2.5.4.0"},
      {131146, "1.2.840.113556.1.2.74"},   // DSA-Signature, printed for Exchange 5.5
      {196630, "1.2.840.113556.1.3.22"},   // Mailbox
      {65536, "2.5.6.0"},                  // Top
      {131532, "1.2.840.113556.1.2.460"},  // a last arc of two octets
      {589826, "1.2.840.113556.1.4.2"},    // objectGUID
      {1376281, "0.9.2342.19200300.100.1.25"},
  };
  for (const auto& [number, oid] : pairs) {
    CHECK(map.oid_of(number) == oid);
    CHECK(map.number_of(oid) == number);
  }
}

TEST_CASE("numbers without an OID and OIDs without a prefix convert to nothing") {
  const PrefixMap map;
  CHECK_FALSE(map.oid_of(0x80000001U).has_value());  // msDS-IntId
  CHECK_FALSE(map.oid_of(200U << 16).has_value());
  CHECK_FALSE(map.number_of("1.3.6.1.4.1.99999.1").has_value());
  CHECK_FALSE(map.number_of("not an oid").has_value());
}

TEST_CASE("a prefixMap attribute adds prefixes, and long last arcs borrow from the prefix") {
  PrefixMap map;
  // One entry: index 42, the DER octets of 1.2.840.113556.1.4.7000.102.
  const std::string der("\x2A\x86\x48\x86\xF7\x14\x01\x04\xB6\x58\x66", 11);
  std::string blob("\x01\0\0\0\x17\0\0\0\x2A\0\x0B\0", 12);
  CHECK(map.add_blob(bytes_of(blob + der)) == 1);
  CHECK(map.oid_of((42U << 16) | 7) == "1.2.840.113556.1.4.7000.102.7");
  CHECK(map.number_of("1.2.840.113556.1.4.7000.102.7") == ((42U << 16) | 7));

  // The last arc 20000 has three octets: the first stays in the prefix, the number has bit 15.
  const std::string long_der = der + "\x81";
  std::string long_blob("\x01\0\0\0\x18\0\0\0\x2B\0\x0C\0", 12);
  CHECK(map.add_blob(bytes_of(long_blob + long_der)) == 1);
  const std::uint32_t number = (43U << 16) | (20000 - 16384 + 32768);
  CHECK(map.number_of("1.2.840.113556.1.4.7000.102.20000") == number);
  CHECK(map.oid_of(number) == "1.2.840.113556.1.4.7000.102.20000");
}

TEST_CASE("a prefixMap that ends early gives the entries before the damage") {
  PrefixMap map;
  const std::string two("\x02\0\0\0\x20\0\0\0\x2A\0\x01\0\x2A\x2B\0\xFF\0\x2A", 18);
  CHECK(map.add_blob(bytes_of(two)) == 1);
  CHECK(map.add_blob(bytes_of(two.substr(0, 5))) == 0);
}

TEST_CASE("names come from the schema row, else from the built-in table, else they are the OID") {
  Schema schema;
  SECTION("built in") {
    const Attribute& a = schema.attribute(attr::kHomeMta);
    CHECK(a.x500_name == "Home-MTA");
    CHECK(a.origin == Origin::kBuiltin);
    CHECK(a.syntax == 1);
  }
  SECTION("a schema row wins over the built-in table") {
    SchemaRow row;
    row.id = attr::kHomeMta;
    row.common_name = "Attribute 1-2-840-113556-1-2-171";
    row.admin_display_name = "Mein-MTA";
    row.ldap_display_name = "meinMTA";
    row.syntax = (8U << 16) | 12;
    schema.add_attribute_row(row);
    const Attribute& a = schema.attribute(attr::kHomeMta);
    CHECK(a.x500_name == "Mein-MTA");
    CHECK(a.ldap_name == "meinMTA");
    CHECK(a.syntax == 12);
    CHECK(a.origin == Origin::kSchema);
  }
  SECTION("a row without names leaves the built-in ones") {
    SchemaRow row;
    row.id = attr::kHomeMta;
    row.common_name = "Attribute 1-2-840-113556-1-2-171";
    schema.add_attribute_row(row);
    CHECK(schema.attribute(attr::kHomeMta).x500_name == "Home-MTA");
    CHECK(schema.attribute(attr::kHomeMta).origin == Origin::kBuiltin);
  }
  SECTION("nobody knows the number") {
    const Attribute& a = schema.attribute(131072 + 9999);
    CHECK(a.ldap_name == "1.2.840.113556.1.2.9999");
    CHECK(a.origin == Origin::kNone);
    CHECK(schema.attribute(0x80001234U).ldap_name == "-2147478988");
  }
  SECTION("an override wins over a later schema row") {
    const auto map = parse_override_map(
        R"({"attributes":[{"id":131243,"ldap_name":"x","x500_name":"X","syntax":"2.5.5.4"}],
            "classes":[{"id":196669,"x500_name":"My-Connector","parent":65536}]})");
    REQUIRE(map.has_value());
    map->apply_to(schema);
    SchemaRow row;
    row.id = attr::kHomeMta;
    row.ldap_display_name = "homeMTA";
    schema.add_attribute_row(row);
    CHECK(schema.attribute(attr::kHomeMta).ldap_name == "x");
    CHECK(schema.attribute(attr::kHomeMta).syntax == 4);
    CHECK(schema.attribute(attr::kHomeMta).origin == Origin::kOverride);
    CHECK(schema.object_class(196669).x500_name == "My-Connector");
    CHECK(schema.object_class(196669).parent == 65536U);
  }
}

TEST_CASE("no two built-in attributes have one LDAP name, whatever its case") {
  for (const Generation generation : {Generation::kExchange, Generation::kActiveDirectory}) {
    const Schema schema(generation);
    std::map<std::string, std::uint32_t> seen;
    for (const auto& [id, attribute] : schema.attributes()) {
      if (attribute.ldap_name.empty()) continue;
      const auto [place, is_new] = seen.emplace(to_lower_ascii(attribute.ldap_name), id);
      INFO(attribute.ldap_name << ": " << place->second << " and " << id);
      CHECK(is_new);
    }
  }
}

TEST_CASE("msDS-IntId is the number that the column carries, the OID stays the attribute's") {
  Schema schema;
  SchemaRow row;
  row.id = 131072 + 9000;
  row.int_id = 0x80001234U;
  row.common_name = "ms-Exch-Something";
  row.ldap_display_name = "msExchSomething";
  schema.add_attribute_row(row);
  CHECK(schema.attribute(0x80001234U).ldap_name == "msExchSomething");
  CHECK(schema.attribute(0x80001234U).oid == "1.2.840.113556.1.2.9000");
}

TEST_CASE("a link base finds its forward attribute") {
  Schema schema;
  REQUIRE(schema.link_attribute(16) != nullptr);
  CHECK(schema.link_attribute(16)->id == attr::kHomeMdb);
  CHECK(schema.link_attribute(4711) == nullptr);
}

TEST_CASE("credentials are known by number and by name") {
  Schema schema;
  CHECK(schema.attribute(589914).secret);  // unicodePwd, no schema row needed
  SchemaRow row;
  row.id = 131072 + 9100;
  row.ldap_display_name = "msLAPS-Password";
  schema.add_attribute_row(row);
  CHECK(schema.attribute(131072 + 9100).secret);
  CHECK_FALSE(schema.attribute(attr::kHomeMta).secret);
}

TEST_CASE("machine names of schema rows are told from readable ones") {
  CHECK(is_machine_name("Attribute 1-2-840-113556-1-2-20"));
  CHECK(is_machine_name("Class 2-5-5-3"));
  CHECK_FALSE(is_machine_name("Class-Schema"));
  CHECK_FALSE(is_machine_name("Attribute Schema"));
  CHECK_FALSE(is_machine_name(""));
}

TEST_CASE("a map file is refused with the place of its mistake") {
  CHECK(parse_override_map("{").error().code == Code::kUsage);
  CHECK(parse_override_map(R"({"attribute":[]})").error().what.find("\"attribute\"") !=
        std::string::npos);
  CHECK(parse_override_map(R"({"attributes":[{"ldap_name":"x"}]})").error().what.find("\"id\"") !=
        std::string::npos);
  CHECK(parse_override_map(R"({"attributes":[{"id":1,"syntax":"2.5.5.99"}]})")
            .error()
            .what.find("2.5.5.99") != std::string::npos);
  CHECK(parse_override_map(R"({"tables":{"objects":7}})").error().code == Code::kUsage);
  CHECK(parse_override_map(R"([1])").error().code == Code::kUsage);
  CHECK(parse_override_map(R"({"classes":[{"id":1,"origin":2}]})").error().code == Code::kUsage);
  CHECK(parse_override_map(R"({"attributes":[{"id":1,"mapi_id":"x"}]})").error().code ==
        Code::kUsage);
}

TEST_CASE("a map file tells MAPI numbers, and its origins are read over") {
  const auto map = parse_override_map(
      R"({"attributes":[{"id":131243,"mapi_id":32775,"single_valued":true,"origin":"schema"}],
          "classes":[{"id":196669,"ldap_name":"x","origin":"builtin"}]})");
  REQUIRE(map);
  Schema schema;
  map->apply_to(schema);
  CHECK(schema.attribute(131243).mapi_id == 32775);
  CHECK(schema.attribute(131243).ldap_name == "Home-MTA");
  CHECK(schema.attribute(131243).origin == Origin::kOverride);
  CHECK(schema.object_class(196669).ldap_name == "x");
}

// A tree: 2 root, 3 o=Org, 4 ou=Site below 3, 5 cn=Name below 4.
NameTree small_tree() {
  NameTree tree;
  tree.add(2, 0, "", "").is_root = true;
  tree.add(3, 2, "Org", "o");
  tree.add(4, 3, "Site", "ou");
  tree.add(5, 4, "A/B", "cn");
  return tree;
}

TEST_CASE("names are composed in both forms, with depth and children") {
  NameTree tree = small_tree();
  tree.link_up();
  const NameTree::Node& node = *tree.find(5);
  CHECK(tree.names(node).x500 == "/o=Org/ou=Site/cn=A\\/B");
  CHECK(tree.names(node).ldap == "cn=A/B,ou=Site,o=Org");
  CHECK(node.depth == 3);
  CHECK(tree.find(3)->children == 1);
  CHECK(tree.find(5)->children == 0);
  CHECK(node.defect == Defect::kNone);
  CHECK(tree.parent_of(*tree.find(2)) == nullptr);
}

TEST_CASE("a row whose parent is missing keeps the part of its name that is known") {
  NameTree tree = small_tree();
  tree.add(10, 99, "Lost", "cn");
  tree.add(11, 10, "Child", "cn");
  tree.link_up();
  CHECK(tree.find(10)->defect == Defect::kMissingParent);
  CHECK(tree.find(11)->defect == Defect::kMissingParent);
  CHECK(tree.names(*tree.find(11)).x500 == "/cn=Lost/cn=Child");
}

TEST_CASE("a loop of parents is flagged in all its rows and below, and names end") {
  NameTree tree = small_tree();
  tree.add(20, 21, "A", "cn");
  tree.add(21, 20, "B", "cn");
  tree.add(22, 21, "C", "cn");
  tree.add(23, 23, "Self", "cn");
  tree.link_up();
  for (const std::int32_t dnt : {20, 21, 22, 23}) {
    CHECK(tree.find(dnt)->defect == Defect::kParentLoop);
    CHECK(tree.names(*tree.find(dnt)).x500.size() < 64);
  }
  CHECK(tree.names(*tree.find(22)).x500 == "/cn=A/cn=B/cn=C");
}

TEST_CASE("a chain of parents deeper than the limit is flagged and its names stay bounded") {
  NameTree tree = small_tree();
  for (std::int32_t dnt = 100; dnt < 1100; ++dnt)
    tree.add(dnt, dnt == 100 ? 5 : dnt - 1, "x", "cn");
  tree.link_up();
  CHECK(tree.find(200)->defect == Defect::kNone);
  CHECK(tree.find(1099)->defect == Defect::kTooDeep);
  CHECK(tree.names(*tree.find(1099)).x500.size() <= NameTree::kMaxDepth * 5);
}

TEST_CASE("rows may come in any order and numbers may repeat") {
  NameTree tree;
  tree.add(5, 4, "Leaf", "cn");
  tree.add(4, 2, "Org", "o");
  tree.add(2, 0, "", "").is_root = true;
  tree.add(4, 2, "Twin", "o");
  tree.link_up();
  CHECK(tree.names(*tree.find(5)).x500 == "/o=Org/cn=Leaf");
  CHECK(tree.find(7) == nullptr);
}

}  // namespace
}  // namespace dirsnap::directory
