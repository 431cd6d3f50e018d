// SPDX-License-Identifier: MIT
#include "storage/base/dn.h"

#include <random>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace dirsnap {
namespace {

using Names = std::vector<Rdn>;

// A value of few characters, the awkward ones among them often.
std::string awkward_value(std::mt19937& random) {
  static const std::vector<std::string> kPieces = {
      "/",  "\\",   "=",  ",",    "+", "\"",   ";",        "<",
      ">",  "#",    " ",  "a",    "B", "cn=x", "\xC3\xA9", std::string("\0", 1),
      "\n", "\x7F", "0A", "ou=y/"};
  std::string out;
  const std::size_t pieces = random() % 6;
  for (std::size_t i = 0; i < pieces; ++i) out += kPieces[random() % kPieces.size()];
  return out;
}

TEST_CASE("a composed name parses back to its parts in both forms") {
  constexpr unsigned kSeed = 20240501;
  INFO("seed " << kSeed);
  std::mt19937 random(kSeed);
  for (int round = 0; round < 5000; ++round) {
    Names names;
    std::string x500;
    std::string ldap;
    const std::size_t depth = 1 + random() % 4;
    for (std::size_t i = 0; i < depth; ++i) {
      names.push_back({i == 0 ? "o" : "cn", awkward_value(random)});
      x500 = dn_append_x500(x500, names.back().type, names.back().value);
      ldap = dn_append_ldap(ldap, names.back().type, names.back().value);
    }
    INFO(x500 << "   " << ldap);
    REQUIRE(parse_dn_x500(x500) == names);
    REQUIRE(parse_dn_ldap(ldap) == names);
    REQUIRE(format_dn_x500(names) == x500);
    REQUIRE(format_dn_ldap(names) == ldap);
    REQUIRE(dn_ldap_from_x500(x500) == ldap);
    REQUIRE(dn_x500_from_ldap(ldap) == x500);
    REQUIRE(dn_equal(x500, ldap));
    REQUIRE(dn_rdn(x500) == names.back().value);
    REQUIRE(dn_rdn(ldap) == names.back().value);
    names.pop_back();
    if (names.empty()) {
      REQUIRE(!dn_parent(x500));
      REQUIRE(!dn_parent(ldap));
    } else {
      REQUIRE(dn_parent(x500) == format_dn_x500(names));
      REQUIRE(dn_parent(ldap) == format_dn_ldap(names));
    }
  }
}

TEST_CASE("escapes are those of the two forms") {
  CHECK(dn_append_x500("/o=O", "cn", "a/b\\c=d") == "/o=O/cn=a\\/b\\\\c=d");
  CHECK(dn_append_ldap("o=O", "cn", " #a,b+\"c\\;<> ") ==
        "cn=\\ #a\\,b\\+\\\"c\\\\\\;\\<\\>\\ ,o=O");
  CHECK(dn_append_ldap("", "cn", "#x") == "cn=\\#x");
  CHECK(dn_append_ldap("", "cn", "a\nDEL:b") == "cn=a\\0ADEL:b");
}

TEST_CASE("X.500 text without escapes, as Exchange wrote it, is read") {
  CHECK(parse_dn_x500("/o=O/cn=NET/PO/$SYSTEM") == Names{{"o", "O"}, {"cn", "NET/PO/$SYSTEM"}});
  CHECK(parse_dn_x500("/O=X/ OU = Y") == Names{{"O", "X"}, {"OU", " Y"}});
  CHECK(parse_dn_x500("/cn=a\\b/") == Names{{"cn", "a\\b/"}});
  CHECK(dn_parent("/o=O/cn=NET/PO/$SYSTEM") == "/o=O");
}

TEST_CASE("LDAP text in its older spellings is read") {
  CHECK(parse_dn_ldap("CN = \"a, b\" ; O=X") == Names{{"O", "X"}, {"CN", "a, b"}});
  CHECK(parse_dn_ldap("cn=a\\2Cb ,o=X") == Names{{"o", "X"}, {"cn", "a,b"}});
  CHECK(dn_parent("cn=a\\,b, o=X") == "o=X");
}

TEST_CASE("what is no name gives nothing") {
  for (const char* bad : {"/", "x", "/o", "//o=x", "/=x", "o=x"}) {
    INFO(bad);
    CHECK(!parse_dn_x500(bad));
  }
  for (const char* bad : {"x", "cn=a,", ",cn=a", "cn=a+sn=b", "cn=a\\", "cn=\"a", "=x"}) {
    INFO(bad);
    CHECK(!parse_dn_ldap(bad));
  }
  CHECK(!dn_parent("no name"));
  CHECK(!dn_parent("/no name"));
  CHECK(!dn_parent("junk,o=x"));
  CHECK(!dn_rdn(""));
  CHECK(!dn_ldap_from_x500("cn=a"));
  CHECK(!dn_x500_from_ldap("/o=a"));
  CHECK(parse_dn_x500("") == Names{});
  CHECK(parse_dn_ldap("") == Names{});
}

TEST_CASE("names are equal by folded types and trimmed, folded values") {
  CHECK(dn_equal("/o=Org/cn= \xC3\x84 ", "CN=\xC3\xA4,O=ORG"));
  CHECK(!dn_equal("/o=Org/cn=a", "/o=Org/ou=a"));
  CHECK(!dn_equal("/o=Org/cn=a", "/o=Org"));
  CHECK(!dn_equal("/o=Org", "junk"));
  CHECK(dn_equal("junk", "JUNK"));
}

}  // namespace
}  // namespace dirsnap
