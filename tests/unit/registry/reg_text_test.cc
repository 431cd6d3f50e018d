// SPDX-License-Identifier: MIT
//
// The grammar of registry texts.
#include <random>
#include <string>

#include <catch2/catch.hpp>

#include "tests/unit/registry/reg_text_read.h"

namespace dirsnap::reg_text {

using namespace test_read;

TEST_CASE("a string value is stored as UTF-16 with its NUL") {
  const Read r = read5("[HKEY_USERS\\K]\r\n\"a\"=\"xy\"\r\n");
  REQUIRE(r.lines() ==
          std::vector<std::string>{"K\tHKEY_USERS\\K\t", "V\tHKEY_USERS\\K\ta\t1\t780079000000"});
  CHECK(r.issues.issues.empty());
}

TEST_CASE("each data form gives its type and bytes") {
  const Read r = read5(
      "[HKEY_USERS\\K]\r\n"
      "\"d\"=dword:1F\r\n"
      "\"q\"=qword:0102030405060708\r\n"
      "\"b\"=hex:de,AD\r\n"
      "\"e\"=hex:\r\n"
      "\"t\"=HEX(ffff0012):01\r\n"
      "\"s\"=str(2):\"a\\b\\\"c\\\"\"\r\n"
      "@=\"default\"\r\n");
  CHECK(r.issues.issues.empty());
  CHECK(r.data("d") == "1f000000");
  CHECK(r.data("q") == "0807060504030201");
  CHECK(r.data("b") == "dead");
  CHECK(r.data("e").empty());
  CHECK(r.document->keys[0].values[4].type == 0xFFFF0012U);
  CHECK(r.data("s") == hex_of_text("a\\b\"c\""));
  CHECK(r.document->keys[0].values[5].type == kRegExpandString);
  CHECK(r.data("") == hex_of_text("default"));
}

TEST_CASE("only backslash and quotation mark are escaped in strings and names") {
  const Read r = read5("[HKEY_USERS\\K]\n\"a\\\\b\\\"c\"=\"C:\\\\x \\n \\\"q\\\"\"\n");
  CHECK(r.data("a\\b\"c") == hex_of_text("C:\\x \\n \"q\""));
}

TEST_CASE("a string may go on over lines and keeps their ends") {
  const Read r = read5("[HKEY_USERS\\K]\r\n\"a\"=\"x\r\ny\nz\"\r\n\"b\"=\"c\"\r\n");
  CHECK(r.data("a") == hex_of_text("x\r\ny\nz"));
  CHECK(r.data("b") == hex_of_text("c"));
}

TEST_CASE("a value name may go on over lines as a string may") {
  const Read r = read5(
      "[HKEY_USERS\\K]\r\n\"a \r\nb\\\"c\r\n\"=\"x\r\ny\"\r\n\"d\ne\"=hex:01,\\\r\n  "
      "02\r\n\"f\"=dword:1\r\n");
  CHECK(r.issues.issues.empty());
  CHECK(r.data("a \r\nb\"c\r\n") == hex_of_text("x\r\ny"));
  CHECK(r.data("d\ne") == "0102");
  CHECK(r.data("f") == "01000000");
  CHECK(r.document->keys[0].values[0].offset == std::string(kHead5).size() + 16);
}

TEST_CASE("a value name without an end costs its own line") {
  const Read r = read5("[HKLM\\A]\n\"x\n\"b\"=dword:1\n\"c\"=dword:2\n\"y\n[HKLM\\B]\n");
  CHECK(r.document->keys.size() == 2);
  CHECK(r.data("b") == "01000000");
  CHECK(r.data("c") == "02000000");
  CHECK(r.issues.count("reg-unreadable-line") == 2);
  CHECK(r.issues.issues.size() == 2);
}

TEST_CASE("blanks before a line end inside a string belong to it") {
  const Read r = read5(
      "[HKEY_USERS\\K]\r\n  \"a\"=\"x  \r\n y\t\r\n\" ; c \r\n@=\"t\t\r\nz\"  \r\n\"b\"=dword:1 "
      "\t\r\n"
      "\"c\"=-  \r\n\"d\"=hex:01,\\  \r\n  02  \r\n");
  CHECK(r.data("a") == hex_of_text("x  \r\n y\t\r\n"));
  CHECK(r.data("") == hex_of_text("t\t\r\nz"));
  CHECK(r.data("b") == "01000000");
  CHECK(r.data("d") == "0102");
  CHECK_FALSE(r.issues.has_loss_or_doubt());
}

TEST_CASE("a list goes on behind a backslash, over comments with a note") {
  const Read r = read5(
      "[HKEY_USERS\\K]\r\n\"a\"=hex:01,\\\r\n  02,\\\r\n; why\r\n\r\n  03 , 04,\r\n"
      "\"b\"=hex:05 ; comment\r\n");
  CHECK(r.data("a") == "01020304");
  CHECK(r.data("b") == "05");
  REQUIRE(r.issues.issues.size() == 1);
  CHECK(r.issues.count("reg-comment-in-list") == 1);
  CHECK_FALSE(r.issues.has_loss_or_doubt());
}

TEST_CASE("a list whose continuation is missing keeps what it has and reports a loss") {
  const Read r = read5("[HKEY_USERS\\K]\r\n\"a\"=hex:01,02,\\\r\n\r\n\"b\"=dword:1\r\n");
  CHECK(r.data("a") == "0102");
  CHECK(r.data("b") == "01000000");
  CHECK(r.issues.count("reg-list-ends-early") == 1);
}

TEST_CASE("numbers that are too long or not hexadecimal lose their value only") {
  const Read r = read5(
      "[HKEY_USERS\\K]\r\n\"a\"=dword:123456789\r\n\"b\"=dword:\r\n\"c\"=hex:123\r\n"
      "\"d\"=hex:0g,\\\r\n 01\r\n\"e\"=hex(:01\r\n\"f\"=dword:2\r\n");
  CHECK(r.issues.count("reg-bad-number") == 4);
  CHECK(r.issues.count("reg-unreadable-line") == 1);
  CHECK(r.document->keys[0].values.size() == 1);
  CHECK(r.data("f") == "02000000");
}

TEST_CASE("the last assignment wins and the first spelling of the name stays") {
  const Read r = read5(
      "[HKEY_USERS\\K]\r\n\"Aa\"=dword:1\r\n[HKEY_USERS\\other]\r\n[hkey_users\\k]\r\n"
      "\"aA\"=dword:2\r\n");
  REQUIRE(r.document->keys.size() == 2);
  CHECK(r.document->keys[0].path == "HKEY_USERS\\K");
  CHECK(r.data("Aa") == "02000000");
  CHECK(r.issues.count("reg-repeated-value") == 1);
}

TEST_CASE("names that Windows holds apart are two values and two keys") {
  const Read r = read5(
      "[HKU\\K]\n\"k\"=dword:1\n\"\xE2\x84\xAA\"=dword:2\n\"\xF0\x90\x90\x80\"=dword:3\n"
      "\"\xF0\x90\x90\xA8\"=dword:4\n\"stra\xC3\x9F\x65\"=dword:5\n\"STRA\xE1\xBA\x9E\x45\"=dword:"
      "6\n"
      "\"\xC3\xA9\"=dword:7\n\"\xC3\x89\"=dword:8\n[HKU\\\xE2\x84\xAA]\n[-HKU\\k]\n");
  CHECK(r.issues.count("reg-repeated-value") == 1);
  REQUIRE(r.document->keys.size() == 1);
  CHECK(r.document->keys[0].path == "HKEY_USERS\\\xE2\x84\xAA");
  const Read values = read5(
      "[HKU\\K]\n\"k\"=dword:1\n\"\xE2\x84\xAA\"=dword:2\n\"\xC3\xA9\"=dword:7\n\"\xC3\x89\"=dword:"
      "8\n");
  REQUIRE(values.document->keys[0].values.size() == 3);
  CHECK(values.data("k") == "01000000");
  CHECK(values.data("\xC3\xA9") == "08000000");
}

TEST_CASE("a deleting section removes the tree below it and voids its own lines") {
  const Read r = read5(
      "[HKEY_USERS\\K]\r\n[HKEY_USERS\\K\\Sub\\Deep]\r\n\"a\"=dword:1\r\n[HKEY_USERS\\K2]\r\n"
      "[-HKU\\k]\r\n\"b\"=dword:1\r\n[HKEY_USERS\\K\\Sub\\Deep]\r\n");
  CHECK(r.lines() ==
        std::vector<std::string>{"K\tHKEY_USERS\\K2\t", "K\tHKEY_USERS\\K\\Sub\\Deep\t"});
  CHECK(r.issues.count("reg-deleted-key") == 1);
  CHECK(r.issues.count("reg-ignored-value") == 1);
}

TEST_CASE("a deleted value is gone until it is assigned again") {
  const Read r = read5(
      "[HKEY_USERS\\K]\r\n\"a\"=dword:1\r\n\"b\"=dword:1\r\n\"A\"=-\r\n@=-\r\n\"b\"=-\r\n"
      "\"b\"=dword:3\r\n");
  CHECK(r.data("a") == "absent");
  CHECK(r.data("b") == "03000000");
  CHECK(r.issues.count("reg-deleted-value") == 3);
}

TEST_CASE("abbreviated roots are written out, other roots stay") {
  CHECK(read5("[hklm\\A]\n").document->keys[0].path == "HKEY_LOCAL_MACHINE\\A");
  CHECK(read5("[Hkcr]\n").document->keys[0].path == "HKEY_CLASSES_ROOT");
  CHECK(read5("[MOUNTED\\HKLM]\n").document->keys[0].path == "MOUNTED\\HKLM");
}

TEST_CASE("backslashes at the end of a key line name the same key") {
  const Read r = read5(
      "[HKLM\\A\\]\n\"x\"=dword:1\n[HKLM\\A]\n\"x\"=dword:2\n[HKLM\\B]\n[-HKLM\\B\\]\n[HKLM\\\\]"
      "\n");
  REQUIRE(r.document->keys.size() == 2);
  CHECK(r.document->keys[0].path == "HKEY_LOCAL_MACHINE\\A");
  CHECK(r.data("x") == "02000000");
  CHECK(r.document->keys[1].path == "HKEY_LOCAL_MACHINE");
}

TEST_CASE("a key name runs to the last bracket of its line") {
  CHECK(read5("[HKLM\\br]ack[et;key]\r\n").document->keys[0].path ==
        "HKEY_LOCAL_MACHINE\\br]ack[et;key");
}

TEST_CASE("an unreadable line is named with its number and byte offset") {
  const Read r = read(wide(std::string(kHead5) + "[HKLM\\A]\r\ngarbage line\r\n"));
  REQUIRE(r.issues.issues.size() == 1);
  const Issue& issue = r.issues.issues[0];
  CHECK(issue.severity == Severity::kLoss);
  CHECK(issue.place == "line 4");
  CHECK(issue.offset_bytes == 2 + 2 * (std::string(kHead5).size() + 10));
  CHECK(issue.size_bytes == 28);
  CHECK(issue.message == "unreadable line: garbage line");
}

TEST_CASE("the excerpt of a long line ends between characters") {
  for (const char* letter : {"\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"}) {
    std::string line = "x";
    while (line.size() < 200) line += letter;
    const Read r = read5(line + "\n");
    REQUIRE(r.issues.issues.size() == 1);
    const std::string& message = r.issues.issues[0].message;
    CHECK(message.ends_with(letter + std::string("...")));
    CHECK(message.find("\xEF\xBF\xBD") == std::string::npos);
  }
}

TEST_CASE("values under an unreadable key line are not given to the key before") {
  const Read r = read5("[HKLM\\A]\r\n[HKLM\\B\r\n\"x\"=dword:1\r\n");
  REQUIRE(r.document->keys.size() == 1);
  CHECK(r.document->keys[0].values.empty());
  CHECK(r.issues.count("reg-value-without-key") == 1);
}

TEST_CASE("an unterminated string costs itself and not the lines behind it") {
  const Read r = read5("[HKLM\\A]\r\n\"x\"=\"abc\r\n@=dword:1\r\n[HKLM\\B]\r\n");
  CHECK(r.issues.count("reg-unterminated-string") == 1);
  CHECK(r.document->keys.size() == 2);
  CHECK(r.data("") == "01000000");
}

TEST_CASE("an unterminated string ends before the next assignment") {
  const Read r =
      read5("[HKLM\\A]\r\n\"x\"=\"abc\r\n\"y\"=dword:1\r\n\"z\"=\"q\r\n\\\"y\\\"=\r\n\" ; =\r\n");
  CHECK(r.issues.count("reg-unterminated-string") == 1);
  CHECK(r.issues.issues.size() == 1);
  CHECK(r.data("x") == "absent");
  CHECK(r.data("y") == "01000000");
  CHECK(r.data("z") == hex_of_text("q\r\n\"y\"=\r\n"));
}

TEST_CASE("text behind a closing quotation mark is a loss") {
  const Read r = read5("[HKLM\\A]\r\n\"x\"=\"abc\"def\r\n");
  CHECK(r.data("x") == hex_of_text("abc"));
  CHECK(r.issues.count("reg-unreadable-line") == 1);
}

TEST_CASE("text behind a key line is a loss, a comment is none") {
  const Read r = read5("[HKLM\\A] ; comment\n[HKLM\\B]\r\"x\"=dword:1\n");
  CHECK(r.document->keys.size() == 2);
  CHECK(r.issues.count("reg-unreadable-line") == 1);
}

TEST_CASE("cut and flipped texts never crash and never gain keys unseen") {
  const std::string whole = wide(
      std::string(kHead5) +
      "[HKLM\\A]\r\n\"x\"=\"multi\r\nline\"\r\n\"y\"=hex(7):61,00,\\\r\n  00,00\r\n[-HKLM\\B]\r\n");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Read r = read(whole.substr(0, size));
    if (r.document) CHECK(r.document->keys.size() <= 1);
  }
  std::mt19937 random(20);
  for (int i = 0; i < 500; ++i) {
    std::string damaged = whole;
    damaged[random() % damaged.size()] ^= static_cast<char>(1 + random() % 255);
    const Read r = read(damaged);
    if (r.document) CHECK(r.document->keys.size() <= 2);
  }
}

}  // namespace dirsnap::reg_text
