// SPDX-License-Identifier: MIT
//
// How the bytes of a registry text become lines: headers, encodings, line ends.
#include <string>

#include <catch2/catch.hpp>

#include "importers/reg_text/line_reader.h"
#include "tests/unit/registry/reg_text_read.h"

namespace dirsnap::reg_text {

using namespace test_read;

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

}  // namespace dirsnap::reg_text
