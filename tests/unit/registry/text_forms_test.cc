// SPDX-License-Identifier: MIT
//
// Registry texts that regedit did not write: Wine's store, RegEdt32's and reg query's prints.
#include <string>

#include <catch2/catch.hpp>

#include "importers/reg_text/reader.h"
#include "storage/base/text.h"
#include "tests/support/fake_snapshot.h"
#include "tests/support/registry_lines.h"

namespace dirsnap::reg_text {
namespace {

struct Read {
  Document document;
  test::CollectingSink issues;
  [[nodiscard]] std::vector<std::string> lines() const { return test::canonical_lines(document); }
};

Read read(std::string_view text) {
  const Bytes bytes = as_bytes(text);
  MemorySource source({bytes.begin(), bytes.end()});
  Read result;
  const CancelToken cancel;
  auto document = read_document(source, {}, cancel, result.issues);
  REQUIRE(document);
  result.document = *std::move(document);
  return result;
}

std::string hex_of_text(std::string_view text) {
  return to_hex(as_bytes(encode_utf16le(text))) + "0000";
}

std::string wine(const std::string& body) {
  return "WINE REGISTRY Version 2\n;; All keys relative to REGISTRY\\\\Machine\n\n" + body;
}

}  // namespace

TEST_CASE("a Wine store gives paths, times, classes and values") {
  const Read r = read(wine(
      "#arch=win64\n[Software\\\\A\\[x\\]\\\\\\xD83D\\xDE00] 1795341371\n#class=\"cls\"\n"
      "@=\"a\\tb\\x41\"\n\"n\\\"1\"=str(7):\"a\\0b\\0\"\n\"e\"=str(2):\"%x%\"\n\"s\"=str:\"q\"\n"
      "\"h\"=hex:01,02,\\\n  03\n\"d\"=dword:00000001\n"));
  const std::string path = "HKEY_LOCAL_MACHINE\\Software\\A[x]\\\xF0\x9F\x98\x80";
  CHECK(r.issues.issues.empty());
  CHECK(r.lines() == std::vector<std::string>{
                         "K\t" + path + "\t134398149710000000",
                         "V\t" + path + "\t\t1\t" + hex_of_text("a\tbA"),
                         "V\t" + path + "\td\t4\t01000000",
                         "V\t" + path + "\te\t2\t" + hex_of_text("%x%"),
                         "V\t" + path + "\th\t3\t010203",
                         "V\t" + path + "\tn\"1\t7\t61000000620000000000",
                         "V\t" + path + "\ts\t1\t" + hex_of_text("q"),
                     });
  CHECK(r.document.keys[0].class_name == "cls");
}

TEST_CASE("the exact time of a Wine key wins over the seconds") {
  const Read r = read(wine("[A] 1795341371\n#time=1dd7a67b4394840\n"));
  CHECK(r.document.keys[0].filetime == 0x1dd7a67b4394840U);
}

TEST_CASE("names of a Wine store that are not UTF-8 come with a doubt") {
  for (const char* body : {"[A\xE9] 0\n", "[A] 0\n#class=\"\xE9\"\n", "[A] 0\n\"\xE9\"=\"\"\n"}) {
    const Read r = read(wine(body));
    CHECK(r.issues.count("reg-mixed-encoding") == 1);
  }
  const Read r = read(wine("[Software\\L\xE9] 0\n#class=\"c\xE9\"\n"));
  CHECK(r.document.keys[0].path == "HKEY_LOCAL_MACHINE\\Software\\L\xC3\xA9");
  CHECK(r.document.keys[0].class_name == "c\xC3\xA9");
  CHECK(read("WINE REGISTRY Version 2\n;; All keys relative to \\Machine\\\xE9\n[A] 0\n")
            .issues.count("reg-mixed-encoding") == 1);
  CHECK(read(wine("# \xE9\n[A] 0\n")).issues.issues.empty());  // no part of the registry
}

TEST_CASE("data of RegEdt32 text that is not UTF-8 comes with a doubt") {
  const Read r = read(
      "\xEF\xBB\xBFKey Name: A\r\nValue 0\r\n Name: m\r\n Type: REG_MULTI_SZ\r\n Data: \xE9\r\n"
      "  \xE8\r\n");
  CHECK(r.issues.count("reg-mixed-encoding") == 1);
  CHECK(r.lines()[1] ==
        "V\tA\tm\t7\t" + hex_of_text("\xC3\xA9") + hex_of_text("\xC3\xA8") + "0000");
}

TEST_CASE("a Wine key line without a path is the root of the store") {
  const Read r = read(wine("[] 0\n\"x\"=dword:1\n[A] 0\n"));
  CHECK(r.issues.issues.empty());
  CHECK(r.lines() == std::vector<std::string>{"K\tHKEY_LOCAL_MACHINE\t",
                                              "K\tHKEY_LOCAL_MACHINE\\A\t",
                                              "V\tHKEY_LOCAL_MACHINE\tx\t4\t01000000"});
  CHECK(read("WINE REGISTRY Version 2\n[] 0\n").issues.count("reg-unreadable-line") == 1);
}

TEST_CASE("a Wine key line without an end is a loss") {
  const Read r = read(wine("[A\\] 1\n\"x\"=dword:1\n"));
  CHECK(r.document.keys.empty());
  CHECK(r.issues.count("reg-unreadable-line") == 1);
  CHECK(r.issues.count("reg-value-without-key") == 1);
}

TEST_CASE("a Wine user store stands under HKEY_USERS") {
  const Read r =
      read("WINE REGISTRY Version 2\n;; All keys relative to REGISTRY\\\\User\\\\S-1-5\n[A] 0\n");
  CHECK(r.document.keys[0].path == "HKEY_USERS\\S-1-5\\A");
  CHECK_FALSE(r.document.keys[0].filetime);
}

TEST_CASE("RegEdt32 text is read by its labels, whatever the indentation") {
  const Read r = read(
      "Key Name:   SYSTEM\\A\r\nClass Name: Cls\r\nLast Write Time: 1/1/00 - 1:00 AM\r\n"
      "Value 0\r\nName: m\r\nType: REG_MULTI_SZ\r\nData: one\r\n  two\r\n\r\n"
      "Value 1\r\n  Name:  <NO NAME>\r\n  Type:  REG_SZ\r\n  Data:  x\r\n         y\r\n\r\n"
      "Value 2\r\n Name: b\r\n Type: REG_BINARY\r\n Data:\r\n"
      "00000000   01 02 03 04 05 06 07 08 - 09 0a 0b 0c 0d 0e 0f 10  ................\r\n"
      "00000010   aa bb                                              ..\r\n\r\n"
      "Value 3\r\n Name: d\r\n Type: REG_DWORD\r\n Data: 0x1f\r\n");
  CHECK(r.lines() == std::vector<std::string>{
                         "K\tSYSTEM\\A\t",
                         "V\tSYSTEM\\A\t\t1\t" + hex_of_text("x\r\ny"),
                         "V\tSYSTEM\\A\tb\t3\t0102030405060708090a0b0c0d0e0f10aabb",
                         "V\tSYSTEM\\A\td\t4\t1f000000",
                         "V\tSYSTEM\\A\tm\t7\t" + hex_of_text("one") + hex_of_text("two") + "0000",
                     });
  CHECK(r.document.keys[0].class_name == "Cls");
  CHECK(r.issues.count("reg-local-times") == 1);
  CHECK_FALSE(r.issues.has_loss_or_doubt());
}

TEST_CASE("RegEdt32 rows that do not follow each other and resources are losses") {
  const Read r = read(
      "Key Name:  A\r\nValue 0\r\n Name: b\r\n Type: REG_BINARY\r\n Data:\r\n"
      "00000010   01\r\n\r\nValue 1\r\n Name: r\r\n Type: REG_RESOURCE_LIST\r\n Data:\r\n"
      "Interface Type: Internal\r\n\r\n  Port: 1\r\nstray line\r\n"
      "Value 2\r\n Name: n\r\n Type: REG_WHAT\r\n Data: 1\r\n");
  CHECK(r.issues.count("reg-bad-number") == 2);
  CHECK(r.issues.count("reg-resource-text") == 1);
  REQUIRE(r.document.keys[0].values.size() == 2);
  CHECK(r.document.keys[0].values[1].data.empty());
}

TEST_CASE("reg query output gives values of every printed type") {
  const Read r = read(
      "! REG.EXE VERSION 3.0\r\n\r\nHKEY_LOCAL_MACHINE\\A\r\n    (Default)    REG_SZ    x y\r\n"
      "    a    b    REG_DWORD    0x1f\r\n    m    REG_MULTI_SZ    a\\0b\\0\\0\r\n"
      "    bin    REG_BINARY    0102\r\n\tq\tREG_QWORD\t0x10\r\n    e    REG_SZ    \r\n\r\n"
      "HKEY_LOCAL_MACHINE\\A\\B\r\n    bad    REG_DWORD    zz\r\nodd line\r\n");
  const std::string a = "V\tHKEY_LOCAL_MACHINE\\A\t";
  CHECK(r.lines() == std::vector<std::string>{
                         "K\tHKEY_LOCAL_MACHINE\\A\t",
                         "K\tHKEY_LOCAL_MACHINE\\A\\B\t",
                         a + "\t1\t" + hex_of_text("x y"),
                         a + "a    b\t4\t1f000000",
                         a + "bin\t3\t0102",
                         a + "e\t1\t0000",
                         a + "m\t7\t61000000620000000000",
                         a + "q\t11\t1000000000000000",
                     });
  CHECK(r.issues.count("reg-bad-number") == 1);
  CHECK(r.issues.count("reg-unreadable-line") == 1);
}

TEST_CASE("reg query of Windows XP gives its values, whose gaps are blanks and tabs") {
  const Read r = read(
      "\r\n! REG.EXE VERSION 3.0\r\n\r\nHKEY_LOCAL_MACHINE\\A\r\n    <NO NAME>\tREG_SZ\t\r\n"
      "    Start\tREG_DWORD\t0x2\r\n    two  words\tREG_SZ\tC:\\a  b\r\n"
      "    mixed\tREG_SZ    x\ty\r\n\r\n");
  const std::string a = "V\tHKEY_LOCAL_MACHINE\\A\t";
  CHECK(r.issues.issues.empty());
  CHECK(r.lines() == std::vector<std::string>{
                         "K\tHKEY_LOCAL_MACHINE\\A\t",
                         a + "\t1\t0000",
                         a + "Start\t4\t02000000",
                         a + "mixed\t1\t" + hex_of_text("x\ty"),
                         a + "two  words\t1\t" + hex_of_text("C:\\a  b"),
                     });
}

TEST_CASE("names in reg query output may hold gaps and types between gaps of another sort") {
  const Read r = read(
      "HKEY_USERS\\A\r\n    a\tb    REG_SZ    1\r\n    a\tREG_SZ    REG_SZ    2\r\n"
      "    a    REG_SZ\tREG_SZ\t3\r\n     a     REG_SZ    4\r\n    d    REG_SZ    "
      "5\tREG_SZ\t6\r\n");
  CHECK(r.issues.issues.empty());
  std::vector<std::string> names;
  for (const Value& value : r.document.keys[0].values) names.push_back(value.name);
  CHECK(names == std::vector<std::string>{"a\tb", "a\tREG_SZ", "a    REG_SZ", " a ", "d"});
}

TEST_CASE("reg query options that print numbers of types and searches lose no value") {
  const Read r = read(
      "HKEY_USERS\\A\r\n    (Default)    REG_SZ    (value not set)\r\n    d    REG_DWORD (4)    "
      "0x2\r\n"
      "    s\tREG_SZ (1)\tv\r\n    t    REG_SZ (x)    REG_SZ (1)    v\r\n    n    REG_NONE (0)    "
      "\r\n"
      "\r\nEnd of search: 3 match(es) found.\r\n");
  CHECK_FALSE(r.issues.has_loss_or_doubt());
  CHECK(r.issues.count("reg-value-not-set") == 1);
  const std::string a = "V\tHKEY_USERS\\A\t";
  CHECK(r.lines() == std::vector<std::string>{
                         "K\tHKEY_USERS\\A\t",
                         a + "d\t4\t02000000",
                         a + "n\t0\t",
                         a + "s\t1\t" + hex_of_text("v"),
                         a + "t    REG_SZ (x)\t1\t" + hex_of_text("v"),
                     });
}

TEST_CASE("reg query output without its head is told by its shape") {
  CHECK(read("HKEY_USERS\\A\r\n    x    REG_SZ    y\r\n").document.form == Form::kRegQuery);
}

TEST_CASE("reg query output may begin with any number of keys without values") {
  std::string keys;
  for (int i = 0; i < 4000; ++i) keys += "\r\nHKEY_USERS\\A\\k" + std::to_string(i) + "\r\n";
  const Read r = read("HKEY_USERS\\A\r\n" + keys + "    x    REG_SZ    y\r\n");
  CHECK(r.issues.issues.empty());
  CHECK(r.document.keys.size() == 4001);
  CHECK(read(keys).document.keys.size() == 4000);
  const std::string list = "HKEY_USERS\\A\\Run\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\Run\r\n";
  MemorySource source({as_bytes(list).begin(), as_bytes(list).end()});
  test::CollectingSink issues;
  const CancelToken cancel;
  CHECK_FALSE(read_document(source, {}, cancel, issues));
}

}  // namespace dirsnap::reg_text
