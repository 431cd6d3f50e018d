// SPDX-License-Identifier: MIT
//
// The grammar of registry texts.
#include <random>
#include <string>

#include <catch2/catch.hpp>

#include "importers/reg_text/detect.h"
#include "importers/reg_text/reader.h"
#include "storage/base/text.h"
#include "tests/support/fake_snapshot.h"
#include "tests/support/registry_lines.h"
#include "tests/support/unxz.h"

namespace dirsnap::reg_text {
namespace {

constexpr const char* kHead5 = "Windows Registry Editor Version 5.00\r\n\r\n";
constexpr const char* kHead4 = "REGEDIT4\r\n\r\n";

struct Read {
  Result<Document> document = fail(Code::kCorrupt, "");
  test::CollectingSink issues;

  [[nodiscard]] std::vector<std::string> lines() const { return test::canonical_lines(*document); }
  // Data of the only key's value in hex, or "absent".
  [[nodiscard]] std::string data(std::string_view name) const {
    for (const Key& key : document->keys) {
      for (const Value& value : key.values) {
        if (value.name == name) return to_hex(as_bytes(value.data));
      }
    }
    return "absent";
  }
};

Read read(std::string_view text, std::optional<unsigned> codepage = std::nullopt) {
  const Bytes bytes = as_bytes(text);
  MemorySource source({bytes.begin(), bytes.end()});
  Read result;
  const CancelToken cancel;
  result.document = read_document(source, {.codepage = codepage}, cancel, result.issues);
  return result;
}

Read read5(std::string_view body) { return read(kHead5 + std::string(body)); }

std::string wide(std::string_view text) { return "\xFF\xFE" + encode_utf16le(text); }

std::string hex_of_text(std::string_view text) {
  return to_hex(as_bytes(encode_utf16le(text))) + "0000";
}

}  // namespace

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

TEST_CASE("all encodings of version 5.00 give the same lines") {
  const std::string text = std::string(kHead5) +
                           "[HKLM\\Gr\xC3\xBC\xC3\x9F"
                           "e]\r\n\"\xD0\x96\"=\"\xC3\xB6\"\r\n";
  const Read utf8 = read(text);
  std::string big = encode_utf16le(text);
  for (std::size_t i = 0; i < big.size(); i += 2) std::swap(big[i], big[i + 1]);
  CHECK(utf8.issues.issues.empty());
  CHECK(read("\xEF\xBB\xBF" + text).lines() == utf8.lines());
  CHECK(read(wide(text)).lines() == utf8.lines());
  CHECK(read(wide(text).substr(2)).lines() == utf8.lines());
  CHECK(read("\xFE\xFF" + big).lines() == utf8.lines());
  CHECK(read(big).lines() == utf8.lines());
}

TEST_CASE("UTF-8 and Latin-1 strings in one file are both read, with a doubt") {
  const Read r = read5("[HKLM\\\xC3\xBC]\n\"\xFC\"=dword:1\n");
  CHECK(r.document->keys[0].path == "HKEY_LOCAL_MACHINE\\\xC3\xBC");
  CHECK(r.data("\xC3\xBC") == "01000000");
  CHECK(r.issues.count("reg-mixed-encoding") == 1);
}

TEST_CASE("version 5.00 without a mark is in the code page of the caller") {
  const std::string head = kHead5;
  const Read umlaut = read(head + "[HKLM\\A]\n\"p\"=\"\xC3\xA4\"\n", 1252);
  CHECK(umlaut.issues.issues.empty());
  CHECK(umlaut.data("p") == hex_of_text("\xC3\x83\xC2\xA4"));  // though it looks like UTF-8
  CHECK(umlaut.document->encoding == Encoding::kCodepage);
  const std::string body = "[HKLM\\\x95\x5C]\n\"\x94\x5C\"=\"\x95\x5C\"\n";
  const Read japanese = read(head + body, 932);
  CHECK(japanese.issues.issues.empty());
  CHECK(japanese.document->keys[0].path == "HKEY_LOCAL_MACHINE\\\xE8\xA1\xA8");
  CHECK(japanese.data("\xE8\x83\xBD") == hex_of_text("\xE8\xA1\xA8"));
  const Read marked = read("\xEF\xBB\xBF" + head + "[HKLM\\A]\n\"p\"=\"\xC3\xA4\"\n", 1252);
  CHECK(marked.data("p") == hex_of_text("\xC3\xA4"));
}

TEST_CASE("a string of version 5.00 that is not UTF-8 is in 1252, with a doubt") {
  const Read r = read5("[HKLM\\A]\n\"p\"=\"\x80 \x96 \xE4\"\n\"h\"=hex(2):e4,00\n");
  CHECK(r.data("p") == hex_of_text("\xE2\x82\xAC \xE2\x80\x93 \xC3\xA4"));
  CHECK(r.data("h") == "e400");
  CHECK(r.issues.count("reg-mixed-encoding") == 1);
  CHECK(r.issues.issues.size() == 1);
  CHECK(read5("[HKLM\\A]\n\"p\"=\"\x81\"\n").issues.count("reg-undecodable-text") == 1);
}

TEST_CASE("lone surrogates of UTF-16 text come back as they were") {
  std::string text = wide(std::string(kHead5) + "[HKLM\\A]\r\n\"x\"=\"_\"\r\n");
  const std::size_t at = text.find('_');
  text[at] = '\x01';
  text[at + 1] = '\xD8';
  CHECK(read(text).data("x") == "01d80000");
}

TEST_CASE("REGEDIT4 strings and byte lists are converted from the code page") {
  const std::string body = "[HKLM\\A]\r\n\"\x82\xA0\"=\"\x95\x5C\"\r\n\"l\"=hex(7):82,a0,00,00\r\n";
  const Read japanese = read(kHead4 + body, 932);
  CHECK(japanese.issues.issues.empty());
  CHECK(japanese.data("\xE3\x81\x82") == hex_of_text("\xE8\xA1\xA8"));  // trail byte is 0x5C
  CHECK(japanese.data("l") == "423000000000");
  CHECK(japanese.document->codepage == 932);
}

TEST_CASE("a guessed code page is a doubt only where it matters") {
  CHECK(read(kHead4 + std::string("[HKLM\\A]\r\n\"x\"=\"y\"\r\n")).issues.issues.empty());
  const Read text = read(kHead4 + std::string("[HKLM\\A]\r\n\"x\"=\"\x80\"\r\n"));
  CHECK(text.data("x") == "ac200000");
  CHECK(text.issues.count("reg-guessed-codepage") == 1);
  const Read list = read(kHead4 + std::string("[HKLM\\A]\r\n\"x\"=hex(2):80,00\r\n"));
  CHECK(list.data("x") == "ac200000");
  CHECK(list.issues.count("reg-guessed-codepage") == 1);
}

TEST_CASE("a byte without a character in the code page is a doubt") {
  const Read r = read(kHead4 + std::string("[HKLM\\A]\r\n\"x\"=\"\x81\"\r\n"), 1252);
  CHECK(r.data("x") == "fdff0000");
  CHECK(r.issues.count("reg-undecodable-text") == 1);
}

TEST_CASE("an unknown code page is refused") {
  const Read r = read(kHead4, 77777);
  REQUIRE_FALSE(r.document);
  CHECK(r.document.error().code == Code::kUsage);
}

TEST_CASE("texts whose lines end in CR alone are read like those that end in CR LF") {
  const std::string body = "\r\r[HKLM\\A]\r\"x\"=hex:01,\\\r  02\r; c\r\"y\"=\"a\rb\"\r";
  const std::string head5 = "Windows Registry Editor Version 5.00";
  for (const std::string& text : {head5 + body, wide(head5 + body), "REGEDIT4" + body}) {
    const Read r = read(text);
    REQUIRE(r.document);
    CHECK(r.issues.issues.empty());
    CHECK(r.data("x") == "0102");
    CHECK(r.data("y") == hex_of_text("a\rb"));
  }
}

TEST_CASE("a text that ends between CR and LF loses nothing") {
  const Read r = read5("[HKLM\\A]\r\n\"x\"=dword:1\r\n\"y\"=\"z\"\r");
  CHECK(r.issues.issues.empty());
  CHECK(r.data("y") == hex_of_text("z"));
}

TEST_CASE("a key line glued to the header is read, other text behind the header is a loss") {
  for (const char* head : {"Windows Registry Editor Version 5.00", "REGEDIT4",
                           "Windows Registry Editor Version 5.00\r", "REGEDIT4 "}) {
    const Read r = read(head + std::string("[HKLM\\A]\n\"x\"=dword:1\n"));
    REQUIRE(r.document);
    CHECK(r.issues.issues.empty());
    CHECK(r.data("x") == "01000000");
  }
  const Read r = read("Windows Registry Editor Version 5.00 \"x\"=dword:1\n[HKLM\\A]\n");
  CHECK(r.document->keys.size() == 1);
  CHECK(r.issues.count("reg-unreadable-line") == 1);
  CHECK(read("REGEDIT4; by hand\n[HKLM\\A]\n").issues.issues.empty());
}

TEST_CASE("comments before the header do not hide it") {
  const Read five = read("; by hand\r\n\r\n# too\r\n" + std::string(kHead5) +
                         "[HKLM\\A]\r\n\"x\"=hex(2):43,00,00,00\r\n");
  CHECK(five.document->form == Form::kRegedit5);
  CHECK(five.data("x") == "43000000");
  CHECK(five.issues.issues.empty());
  const Read four = read("; REGEDIT4 follows\r\n" + std::string(kHead4) + "[HKLM\\A]\r\n");
  CHECK(four.document->form == Form::kRegedit4);
  CHECK(four.issues.issues.empty());
}

TEST_CASE("joined exports are read to their end") {
  const std::string five = std::string(kHead5) + "[HKLM\\A]\r\n\"x\"=hex(2):41,00,00,00\r\n";
  const std::string four = std::string(kHead4) + "[HKLM\\B]\r\n\"y\"=hex(2):41,00\r\n";
  const Read wides = read(wide(five) + "\r" + std::string(1, '\0') + "\n" + std::string(1, '\0') +
                          wide(std::string(kHead5) + "[HKLM\\B]\r\n"));
  CHECK(wides.document->keys.size() == 2);
  CHECK(wides.issues.count("reg-joined-texts") == 1);
  CHECK_FALSE(wides.issues.has_loss_or_doubt());
  const Read mixed = read(five + four + "\x1A");
  CHECK(mixed.data("x") == "41000000");
  CHECK(mixed.data("y") == "41000000");
  CHECK_FALSE(mixed.issues.has_loss_or_doubt());
}

TEST_CASE("values behind a header inside the text belong to no key before it") {
  const Read r = read5("[HKLM\\A]\r\n" + std::string(kHead5) + "\"x\"=dword:1\r\n");
  CHECK(r.document->keys[0].values.empty());
  CHECK(r.issues.count("reg-value-without-key") == 1);
}

TEST_CASE("text behind a key line is a loss, a comment is none") {
  const Read r = read5("[HKLM\\A] ; comment\n[HKLM\\B]\r\"x\"=dword:1\n");
  CHECK(r.document->keys.size() == 2);
  CHECK(r.issues.count("reg-unreadable-line") == 1);
}

TEST_CASE("a damaged header is a loss and the body is read") {
  const Read r = read("WindAws Registry\r\n[HKEY_USERS\\A]\r\n\"x\"=dword:1\r\n");
  REQUIRE(r.document);
  CHECK(r.data("x") == "01000000");
  CHECK(r.issues.count("reg-no-header") == 1);
}

TEST_CASE("files of Windows 3.x and other texts are refused") {
  for (const char* text :
       {"REGEDIT\r\nHKEY_CLASSES_ROOT\\x = y\r\n", "[section]\r\nkey=value\r\n", "", "hello"}) {
    const Read r = read(text);
    REQUIRE_FALSE(r.document);
    CHECK(r.document.error().code == Code::kUnsupported);
  }
}

TEST_CASE("UTF-16 text that ends in half a character is a loss") {
  const Read r = read(wide(std::string(kHead5) + "[HKLM\\A]\r\n") + "x");
  CHECK(r.document->keys.size() == 1);
  CHECK(r.issues.count("reg-odd-byte") == 1);
}

TEST_CASE("lines over the limit are passed over and named") {
  const std::string tail = "\r\n\"ok\"=dword:1\r\n";
  const Read r = read(std::string(kHead5) + "[HKLM\\A]\r\n\"x\"=\"" +
                      std::string(kMaxLineBytes + 600'000, 'y') + "\"" + tail);
  CHECK(r.issues.count("reg-line-too-long") == 1);
  REQUIRE(r.issues.issues.size() == 1);
  CHECK(r.issues.issues[0].size_bytes == kMaxLineBytes + 600'000 + 8);
  CHECK(r.data("ok") == "01000000");
}

TEST_CASE("a cancelled read stops") {
  std::string text = kHead5;
  for (int i = 0; i < 5000; ++i) text += "; line\r\n";
  const Bytes bytes = as_bytes(text);
  MemorySource source({bytes.begin(), bytes.end()});
  CancelToken cancel;
  cancel.request();
  test::CollectingSink issues;
  const auto document = read_document(source, {}, cancel, issues);
  REQUIRE_FALSE(document);
  CHECK(document.error().code == Code::kInterrupted);
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
