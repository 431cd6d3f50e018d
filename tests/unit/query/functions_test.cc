// SPDX-License-Identifier: MIT
#include "query/functions/functions.h"

#include <random>

#include <catch2/catch.hpp>

#include "query/row_filter.h"
#include "query/scan_plan.h"
#include "query/sql_text.h"
#include "storage/base/text.h"
#include "storage/tables.h"
#include "tests/unit/query/query_case.h"

namespace dirsnap::test {
namespace {

const TestCase& empty_case() {
  static const TestCase kCase({SnapshotRows{.name = "empty"}});
  return kCase;
}

std::string value_of(const std::string& expression) {
  static const auto kEngine = empty_case().open();
  return show(rows_of(*kEngine, "SELECT " + expression).at(0));
}

TEST_CASE("addresses that are the same have the same key") {
  CHECK(value_of("address_key('SMTP:Anna@Org.example ')") == "t:smtp:anna@org.example");
  CHECK(value_of("address_key('smtp: anna@org.example')") == "t:smtp:anna@org.example");
  CHECK(value_of("address_key('X400:c=NO;a= ;p=Org;s=Roe;g=Ann;')") ==
        "t:x400:c=no;g=ann;p=org;s=roe;");
  CHECK(value_of("address_key('x400:G=Ann; S=Roe;P=ORG;A=;C=no') = "
                 "address_key('X400:c=NO;a= ;p=Org;s=Roe;g=Ann;')") == "i:1");
  CHECK(value_of("address_key('MS:A/B/C') = address_key('MS:A/B/D')") == "i:0");
  CHECK(value_of("address_key('X400:c;C=;=x; ;a = b ')") == "t:x400:=x;a=b;c;");
  CHECK(value_of("address_key('no type')") == "NULL");
  CHECK(value_of("address_key(NULL)") == "NULL");
  CHECK(value_of("address_type('Smtp:anna@org.example')") == "t:Smtp");
  CHECK(value_of("address_type('MS:A/B:C')") == "t:MS");
  CHECK(value_of("address_type(':nothing')") == "t:");
  CHECK(value_of("address_type('no type')") == "NULL");
  CHECK(value_of("address_type(5)") == "NULL");
  CHECK(value_of("address_type(NULL)") == "NULL");
}

TEST_CASE("shared_values lists the ids of values that several ids have") {
  const auto engine = empty_case().open();
  const std::string listed =
      "FROM (SELECT shared_values(v, id) AS list FROM (SELECT column1 AS v, column2 AS id FROM "
      "(VALUES ('a', 3), ('b', 1), ('a', 1), ('a', 3), ('A', 9), (NULL, 1), (NULL, 2), ('c', 'x'), "
      "('c', 5)))), json_each(list) j";
  const auto ask = [&](const std::string& columns) {
    return show(rows_of(*engine, "SELECT " + columns + " " + listed).at(0));
  };
  CHECK(ask("count(*)") == "i:1");
  CHECK(ask("j.value ->> 0 = value_hash('a')") == "i:1");
  CHECK(ask("j.value ->> 1") == "i:2");
  CHECK(ask("j.value ->> 2") == "t:[1,3]");
  CHECK(value_of("shared_values(1, 2)") == "t:[]");
  const std::string none = "SELECT shared_values(x, y) FROM (SELECT 1 AS x, 2 AS y) WHERE x = 2";
  CHECK(show(rows_of(*engine, none).at(0)) == "t:[]");
  CHECK(value_of("value_hash(NULL)") == "NULL");
  // Of many ids the first fifty.
  const auto many =
      rows_of(*engine,
              "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300) "
              "SELECT j.value ->> 1, json_array_length(j.value, '$[2]'), j.value ->> '$[2][49]' "
              "FROM json_each((SELECT shared_values('v', i) FROM n)) j");
  CHECK(show(many.at(0)) == "i:300 | i:50 | i:50");
}

TEST_CASE("shared_values takes SQLite's memory and stops at its limit") {
  const auto engine = empty_case().open();
  const std::string sql =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400000) "
      "SELECT shared_values(i, i) FROM n";
  const sqlite3_int64 before = sqlite3_hard_heap_limit64(-1);
  sqlite3_hard_heap_limit64(sqlite3_memory_used() + (sqlite3_int64{6} << 20));
  const auto run = [&]() -> Result<void> {
    DIRSNAP_TRY(auto statement, engine->prepare(sql));
    DIRSNAP_CHECK(statement.step());
    return {};
  };
  const auto limited = run();
  sqlite3_hard_heap_limit64(before);
  REQUIRE(!limited);
  CHECK(limited.error().code == Code::kLimit);
  CHECK(run());
}

TEST_CASE("shared_values gives no longer text than any value may be") {
  const auto engine = empty_case().open({.snapshots = {}, .untrusted = true});
  const auto run = [&](const std::string& count) -> Result<void> {
    DIRSNAP_TRY(auto statement,
                engine->prepare("WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n "
                                "WHERE i < " +
                                count + ") SELECT shared_values(i / 2, i) FROM n"));
    DIRSNAP_CHECK(statement.step());
    return {};
  };
  CHECK(run("1000"));
  const auto refused = run("100000");
  REQUIRE(!refused);
  CHECK(refused.error().code == Code::kLimit);
}

TEST_CASE("functions on names take both forms") {
  CHECK(value_of("dn_parent('/o=Org/ou=Site/cn=a')") == "t:/o=Org/ou=Site");
  CHECK(value_of("dn_parent('cn=a\\,b,ou=Site')") == "t:ou=Site");
  CHECK(value_of("dn_parent('/o=Org')") == "NULL");
  CHECK(value_of("dn_rdn('/o=Org/cn=a\\/b')") == "t:a/b");
  CHECK(value_of("dn_ldap('/o=Org/cn=a, b')") == "t:cn=a\\, b,o=Org");
  CHECK(value_of("dn_x500('cn=a/b,o=Org')") == "t:/o=Org/cn=a\\/b");
  CHECK(value_of("dn_equal('/O=ORG/CN= A', 'cn=a,o=org')") == "i:1");
  CHECK(value_of("dn_equal('/o=Org/cn=a', '/o=Org/cn=b')") == "i:0");
  CHECK(value_of("dn_equal(NULL, 'x')") == "NULL");
  CHECK(value_of("dn_parent(5)") == "NULL");
}

TEST_CASE("times, SIDs, GUIDs and flags become text, and what is none NULL") {
  CHECK(value_of("filetime(125691519000000000)") == "t:1999-04-21T07:05:00Z");
  CHECK(value_of("filetime(x'0000000000000000')") == "t:1601-01-01T00:00:00Z");
  CHECK(value_of("filetime(-1)") == "NULL");
  CHECK(value_of("filetime('x')") == "NULL");
  CHECK(value_of("sid_text(x'01020000000000052000000020020000')") == "t:S-1-5-32-544");
  CHECK(value_of("sid_text(x'0105')") == "NULL");
  CHECK(value_of("guid_text(x'00112233445566778899AABBCCDDEEFF')") ==
        "t:33221100-5544-7766-8899-aabbccddeeff");
  CHECK(value_of("guid_text('text')") == "NULL");
  CHECK(value_of("uac_flags(514)") == "t:ACCOUNTDISABLE|NORMAL_ACCOUNT");
  CHECK(value_of("uac_flags(-2147483646)") == "t:ACCOUNTDISABLE|0x80000000");
  CHECK(value_of("uac_flags(0)") == "t:");
  CHECK(value_of("fold('ÄSS')") == "t:äss");
}

TEST_CASE("regexp is RE2 and its errors are errors") {
  CHECK(value_of("'Straße' REGEXP 'a.e$'") == "i:1");
  CHECK(value_of("regexp('(?i)^STR', 'straße')") == "i:1");
  CHECK(value_of("regexp('x', NULL)") == "NULL");
  CHECK(value_of("12 REGEXP '^1'") == "i:1");
  const auto engine = empty_case().open();
  CHECK(!engine->prepare("SELECT 'a' REGEXP '('")->step());
}

// Owner BA, group SY, one allowing ACE for everyone, one object ACE; a SACL without entries.
constexpr const char* kDescriptor =
    "x'0100148c"
    "14000000"
    "24000000"
    "30000000"
    "38000000"
    "01020000000000052000000020020000"
    "010100000000000512000000"
    "0200080000000000"
    "0200540002000000"
    "00031400ff010f00"
    "010100000000000100000000"
    "0500380000010000"
    "03000000"
    "00112233445566778899aabbccddeeff"
    "ffeeddccbbaa99887766554433221100"
    "01010000000000050b000000"
    "'";

TEST_CASE("sddl decodes owner, group and access lists") {
  CHECK(value_of(std::string("sddl(") + kDescriptor + ")") ==
        "t:O:BAG:SYD:AI(A;OICI;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;WD)"
        "(OA;;CR;33221100-5544-7766-8899-aabbccddeeff;ccddeeff-aabb-8899-7766-554433221100;AU)"
        "S:AI");
  CHECK(value_of("sddl(x'01000480000000000000000000000000"
                 "00000000')") == "t:D:NO_ACCESS_CONTROL");
  CHECK(value_of("sddl(x'010000800000000000000000000000000"
                 "0000000')") == "t:");
  CHECK(value_of("sddl('text')") == "NULL");
}

TEST_CASE("a security descriptor cut or changed anywhere is NULL or text, never more") {
  const std::string hex(kDescriptor);
  const std::string digits = hex.substr(2, hex.size() - 3);
  for (std::size_t size = 0; size < digits.size(); size += 2) {
    CHECK(value_of("sddl(x'" + digits.substr(0, size) + "')") == "NULL");
  }
  for (std::size_t i = 0; i < digits.size(); ++i) {
    std::string changed = digits;
    changed[i] = 'f';
    value_of("sddl(x'" + changed + "')");
  }
}

TEST_CASE("the bounded twins give what SQLite's own functions give") {
  const NativeTables native;
  const auto engine = empty_case().open();
  std::vector<std::string> expressions = {
      "printf('%d|%5d|%-5d|%05d|%+d|% d|%,d', 1, 2, 3, 4, 5, 6, 1234567)",
      "printf('%x %X %o %#x %u', 255, 255, 8, 255, -1)",
      "printf('%f %.2f %10.3e %g %!.20g %G', 1.5, 2.345, 12345.678, 0.0001, 0.1, 1e100)",
      "printf('%s|%10s|%-10s|%.2s|%z', 'abc', 'abc', 'abc', 'abc', 'z')",
      "printf('%q %Q %w %Q', 'it''s', 'it''s', 'a\"b', NULL)",
      "printf('%c|%5c|%.3c', 'xyz', 'é', '*')",
      "printf('%*d|%-*d|%.*f', 5, 1, 5, 2, 2, 3.14159)",
      "printf('%*d', -5, 1)",
      "printf('100%% %d')",
      "printf('%s %s', 'one')",
      "printf('abc %k def')",
      "printf('%lld', 5)",
      "printf('trailing %')",
      "printf(NULL, 1)",
      "printf('')",
      "printf()",
      "format('%d', '12abc')",
      "printf('%s', 1.5)",
      "printf('%d', 1e30)",
      "printf('%.0f', 2.5)",
      "printf('%i %p', 1, 255)"};
  std::mt19937 random(7);
  const std::vector<std::string> pieces = {
      "'a'",         "'b'",  "'ab'",  "''",      "'aab'",          "'é'",
      "'éa'",        "NULL", "12",    "x'61'",   "x'c3'",          "x'a9'",
      "'abcabcabc'", "1.5",  "' a '", "char(0)", "'a' || char(0)", "char(97, 0, 98)"};
  const auto any = [&] { return pieces[random() % pieces.size()]; };
  for (int i = 0; i < 300; ++i) {
    expressions.push_back("instr(" + any() + " || " + any() + ", " + any() + ")");
    expressions.push_back("instr(" + any() + ", " + any() + ")");
    expressions.push_back("replace(" + any() + " || " + any() + ", " + any() + ", " + any() + ")");
    expressions.push_back("trim(" + any() + " || " + any() + ", " + any() + ")");
    expressions.push_back("ltrim(" + any() + ", " + any() + ") || rtrim(" + any() + ")");
    expressions.push_back("rtrim(" + any() + ", " + any() + ")");
  }
  for (const std::string& expression : expressions) {
    const std::string sql =
        "SELECT " + expression + " AS x, hex(" + expression + "), typeof(" + expression + ")";
    INFO(sql);
    CHECK(show(rows_of(*engine, sql)[0]) == show(native.rows_of(sql)[0]));
  }
}

TEST_CASE("a plan's text parses back to the plan") {
  TableShape shape = fixed_shape(tables::objects::kSpec, {});
  shape.columns.push_back({.name = "odd \"name\" (x) FILTER y(=)"});
  shape.columns.push_back({.name = "LIMIT"});
  std::mt19937 random(11);
  const auto term = [&](int column) {
    return Term{.column = column,
                .op = static_cast<TermOp>(random() % 13),
                .collation = static_cast<TermCollation>(random() % 4)};
  };
  const auto any_column = [&] { return static_cast<int>(random() % shape.columns.size()); };
  for (int i = 0; i < 2000; ++i) {
    ScanPlan plan;
    for (std::size_t n = random() % 3; n > 0; --n) plan.parts.push_back(term(any_column()));
    plan.none = random() % 10 == 0;
    if (!plan.none && random() % 2 == 0) {
      plan.access = static_cast<Access>(1 + random() % 3);
      plan.access_column = any_column();
      for (std::size_t n = random() % 3; n > 0; --n) plan.seeks.push_back(term(plan.access_column));
    }
    for (std::size_t n = random() % 3; n > 0; --n) plan.filters.push_back(term(any_column()));
    plan.order = static_cast<ScanOrder>(random() % 5);
    plan.distinct = random() % 2 == 0;
    plan.limit = random() % 2 == 0;
    plan.offset = random() % 2 == 0;
    const std::string text = format_plan(plan, shape);
    INFO(text);
    const auto parsed = parse_plan(text, shape);
    REQUIRE(parsed);
    REQUIRE(*parsed == plan);
  }
  for (const char* bad : {"", "SCAM", "SCAN junk", "INDEX class", "INDEX class(=", "x(=) SCAN",
                          "class(~) SCAN", "SCAN FILTER \"class(=)", "INDEX class(=<)",
                          "SCAN ORDER ROWS class", "SCAN ORDER ROWS x()"}) {
    INFO(bad);
    CHECK(!parse_plan(bad, shape));
  }
}

TEST_CASE("the successor of a prefix follows all that starts with it, and little else") {
  for (const auto collation : {Collation::kBinary, Collation::kFold}) {
    for (const std::string prefix : {"a", "Zz", "@", "é", "ab\x7F", "\xED\x9F\xBF", "日本"}) {
      const auto successor = prefix_successor(prefix, collation);
      REQUIRE(successor);
      const auto before = [&](const std::string& text) {
        return collation == Collation::kFold ? compare_folded(text, *successor) < 0
                                             : text < *successor;
      };
      CHECK(before(prefix));
      CHECK(before(prefix + "\xF4\x8F\xBF\xBFz"));
      CHECK(!before(*successor));
    }
  }
  CHECK(!prefix_successor("\xF4\x8F\xBF\xBF", Collation::kFold));
  CHECK(prefix_successor("a\xF4\x8F\xBF\xBF", Collation::kFold) == "b");
  CHECK(literal_prefix(TermOp::kLike, "ab%c") == "ab");
  CHECK(literal_prefix(TermOp::kGlob, "ab[c]") == "ab");
  CHECK(!literal_prefix(TermOp::kLike, "%a"));
  CHECK(!literal_prefix(TermOp::kLike, "\xFFz%"));
}

TEST_CASE("words and comments of a statement are told apart") {
  CHECK(sql_words("SELECT \"a b\", 'no', [c] /* x */ FROM t -- y\nWHERE `d` = 1") ==
        std::vector<std::string>{"SELECT", "a b", "c", "FROM", "t", "WHERE", "d", "1"});
  CHECK(skip_blanks_and_comments(" ; -- a\n/* b */ x") == 16);
  CHECK(skip_blanks_and_comments("/* open") == 7);
}

}  // namespace
}  // namespace dirsnap::test
