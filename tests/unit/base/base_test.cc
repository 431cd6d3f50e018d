// SPDX-License-Identifier: MIT
#include <array>
#include <cmath>
#include <random>
#include <unordered_map>

#include <catch2/catch.hpp>

#include "storage/base/byte_reader.h"
#include "storage/base/byte_source.h"
#include "storage/base/cancel.h"
#include "storage/base/identifiers.h"
#include "storage/base/result.h"
#include "storage/base/text.h"
#include "storage/base/time.h"
#include "storage/base/wtf8.h"

using namespace dirsnap;
using namespace std::string_literals;

namespace {

Bytes bytes_of(const std::string& text) { return as_bytes(text); }

Result<int> half(int number) {
  if (number % 2 != 0) return fail(Code::kUsage, 7, "odd");
  return number / 2;
}

Result<int> quarter(int number) {
  DIRSNAP_TRY(const int once, half(number));
  DIRSNAP_TRY(const int twice, half(once));
  return twice;
}

Result<void> must_be_even(int number) {
  DIRSNAP_CHECK(half(number));
  return {};
}

// Text of random bytes, mostly letters, some of it no UTF-8.
std::string random_text(std::mt19937& random) {
  constexpr std::array<const char*, 12> kParts = {"a",        "B",        "c",        "Z",
                                                  "/o=Org",   "\xC3\x84", "1",        "\xC3\xA4",
                                                  "\xCE\xA3", " ",        "\xFF\xC3", "\xE2\x84"};
  std::string text;
  for (auto i = random() % 12; i > 0; --i) text += kParts[random() % kParts.size()];
  return text;
}

int sign(int number) { return (number > 0) - (number < 0); }

}  // namespace

TEST_CASE("DIRSNAP_TRY hands a failure on with its code, offset and text") {
  REQUIRE(quarter(12) == 3);
  const auto failed = quarter(6);
  REQUIRE_FALSE(failed);
  CHECK(failed.error().code == Code::kUsage);
  CHECK(failed.error().offset == 7);
  CHECK(failed.error().what == "odd");
  CHECK(must_be_even(2));
  CHECK_FALSE(must_be_even(3));
}

TEST_CASE("loads are little- or big-endian and end at the span's end") {
  const std::string raw = "\x01\x02\x03\x04\x05\x06\x07\x08"s;
  const Bytes bytes = bytes_of(raw);
  CHECK(u8(bytes, 7) == 8);
  CHECK(u16(bytes, 1) == 0x0302);
  CHECK(u32(bytes, 4) == 0x08070605U);
  CHECK(u64(bytes, 0) == 0x0807060504030201U);
  CHECK(load_be<std::uint32_t>(bytes, 1) == 0x02030405U);
  CHECK(load_be<std::uint64_t>(bytes, 0) == 0x0102030405060708U);
  const auto past = u32(bytes, 5);
  REQUIRE_FALSE(past);
  CHECK(past.error().code == Code::kTruncated);
  CHECK(past.error().offset == 5);
}

TEST_CASE("a range check does not overflow for offsets and sizes near 2^64") {
  const std::string raw(8, 'x');
  const Bytes bytes = bytes_of(raw);
  CHECK(has(bytes, 8, 0));
  CHECK(has(bytes, 3, 5));
  CHECK_FALSE(has(bytes, 3, 6));
  CHECK_FALSE(has(bytes, 9, 0));
  CHECK_FALSE(has(bytes, UINT64_MAX, 2));
  CHECK_FALSE(has(bytes, 1, UINT64_MAX));
  CHECK_FALSE(subspan(bytes, UINT64_MAX - 3, 8));
  CHECK(subspan(bytes, 2, 6)->size() == 6);
}

TEST_CASE("a memory source gives what it has and nothing past its end") {
  MemorySource source({std::byte{1}, std::byte{2}, std::byte{3}});
  std::array<std::byte, 4> out{};
  CHECK(source.read_at(1, out) == 2U);
  CHECK(out[1] == std::byte{3});
  CHECK(source.read_at(3, out) == 0U);
  CHECK(source.read_at(UINT64_MAX, out) == 0U);
}

TEST_CASE("a cancelled or overdue token fails its checks") {
  CancelToken token;
  CHECK(token.check());
  token.set_deadline(std::chrono::steady_clock::now() - std::chrono::seconds(1));
  CHECK(token.check().error().code == Code::kLimit);
  token.request();
  CHECK(token.check().error().code == Code::kInterrupted);
  token.clear();
  CHECK_FALSE(token.requested());
}

TEST_CASE("UTF-16 becomes UTF-8; lone surrogates and odd bytes become U+FFFD and are told") {
  CHECK(decode_utf16le(bytes_of("A\0\xE4\0"s)).text == "A\xC3\xA4");
  CHECK(decode_utf16be(bytes_of("\0A\0\xE4"s)).text == "A\xC3\xA4");
  const Decoded pair = decode_utf16le(bytes_of("\x3D\xD8\x00\xDE"s));
  CHECK(pair.text == "\xF0\x9F\x98\x80");
  CHECK(pair.lossless);
  for (const std::string& bad : {"\x3D\xD8"s, "\x00\xDE"s, "\x3D\xD8\x41\x00"s, "\x41"s}) {
    const Decoded decoded = decode_utf16le(bytes_of(bad));
    CHECK_FALSE(decoded.lossless);
    CHECK(decoded.text.find("\xEF\xBF\xBD") != std::string::npos);
  }
  CHECK(decode_utf16le(bytes_of("\x3D\xD8\x41\x00"s)).text ==
        "\xEF\xBF\xBD"
        "A");
  CHECK(decode_utf16le(bytes_of("a\0\0\0b\0"s)).text == "a\0b"s);
}

TEST_CASE("UTF-8 to UTF-16 and back loses nothing") {
  const std::string text = "a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\0z"s;
  CHECK(decode_utf16le(bytes_of(encode_utf16le(text))).text == text);
}

TEST_CASE("code pages decode by number, to their last character") {
  CHECK(decode_codepage(bytes_of("\xE4\x80"), 1252)->text == "\xC3\xA4\xE2\x82\xAC");
  CHECK(decode_codepage(bytes_of("\x82\xA0"), 932)->text == "\xE3\x81\x82");
  CHECK(decode_codepage(bytes_of("\xE0"), 1255)->text == "\xD7\x90");
  CHECK(decode_codepage(bytes_of("\xB1"), 28592)->text == "\xC4\x85");
  CHECK(decode_codepage(bytes_of("\x84"), 437)->text == "\xC3\xA4");
  CHECK(decode_codepage(bytes_of("A\0"s), 1200)->text == "A");
  CHECK_FALSE(decode_codepage(bytes_of("A"), 4711));
  const auto cut = decode_codepage(bytes_of("A\x82"), 932);
  CHECK(cut->text == "A\xEF\xBF\xBD");
  CHECK_FALSE(cut->lossless);
  const std::string big(10'000, '\xE4');
  CHECK(decode_codepage(bytes_of(big), 1252)->text.size() == 20'000);
}

TEST_CASE("UTF-8 with overlong forms, surrogates or cut sequences is not valid, and is repaired") {
  CHECK(is_valid_utf8("a\xC3\xA4\xF4\x8F\xBF\xBF"));
  for (const char* bad : {"\xC0\x80", "\xE0\x80\x80", "\xF0\x80\x80\x80", "\xED\xA0\x80", "\x80",
                          "\xF4\x90\x80\x80", "\xC3", "\xFF", "\xE2\x82"}) {
    CHECK_FALSE(is_valid_utf8(bad));
    const Decoded repaired = repair_utf8(bad);
    CHECK_FALSE(repaired.lossless);
    CHECK(is_valid_utf8(repaired.text));
  }
  CHECK(line_not_utf8("") == std::nullopt);
  CHECK(line_not_utf8("a\n\xC3\xA4\n") == std::nullopt);
  CHECK(line_not_utf8("\xFF") == 1);
  CHECK(line_not_utf8("a\r\n\n\xC3\n\xA4") == 3);
  CHECK(line_not_utf8("a\n\xE4") == 2);
  CHECK(repair_utf8("a\xFFz").text == "a\xEF\xBF\xBDz");
}

TEST_CASE("folding joins all forms of a letter and leaves the Turkish i alone") {
  CHECK(fold_case("/O=ORG/Cn=\xC3\x84") == "/o=org/cn=\xC3\xA4");
  CHECK(equal_folded("\xCE\xA3", "\xCF\x82"));  // capital and final sigma
  CHECK(equal_folded("\xC5\xBF", "S"));         // long s
  CHECK(equal_folded("\xE2\x84\xAA", "k"));     // Kelvin sign
  CHECK_FALSE(equal_folded("\xC4\xB1", "i"));   // dotless i
  CHECK_FALSE(equal_folded("@", "`"));
  CHECK_FALSE(equal_folded("[", "{"));
  CHECK(fold_case("\xFFZ") == "\xFFz");
}

TEST_CASE("folding twice is folding once, for every code point") {
  std::string text;
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    text.clear();
    append_utf8(text, c);
    const std::string once = fold_case(text);
    if (fold_case(once) != once) FAIL("code point " << static_cast<unsigned>(c));
  }
}

TEST_CASE("folded comparison is the byte order of the folded texts, hashes agree with it") {
  std::mt19937 random(20260101);
  for (int i = 0; i < 20'000; ++i) {
    const std::string a = random_text(random);
    const std::string b = random_text(random);
    INFO(to_hex(bytes_of(a)) << " and " << to_hex(bytes_of(b)));
    REQUIRE(sign(compare_folded(a, b)) == sign(fold_case(a).compare(fold_case(b))));
    if (equal_folded(a, b)) REQUIRE(hash_folded(a, 7) == hash_folded(b, 7));
  }
  CHECK(hash_folded("abc", 7) != hash_folded("abd", 7));
}

TEST_CASE("texts that have one hash under a seed have others under another seed") {
  constexpr std::uint64_t kSeed = 7;
  constexpr std::uint64_t kOther = 0x123456789ABCDEF0U;
  // Of 32 bits, so that some are found by trying: the work for all bits is that of an attacker.
  const auto part = [](const std::string& text, std::uint64_t seed) {
    return static_cast<std::uint32_t>(hash_folded(text, seed) >> 32);
  };
  std::unordered_map<std::uint32_t, std::string> seen;
  int pairs = 0;
  int alike = 0;
  std::mt19937 random(20260101);
  for (int i = 0; i < 300'000; ++i) {
    const std::string text = std::to_string(random()) + std::to_string(random());
    const auto [at, is_new] = seen.emplace(part(text, kSeed), text);
    if (is_new) continue;
    ++pairs;
    if (part(text, kOther) == part(at->second, kOther)) ++alike;
  }
  CHECK(pairs > 0);
  CHECK(alike == 0);
}

TEST_CASE("ASCII helpers touch ASCII letters only") {
  CHECK(equal_ascii_nocase("SeLect", "sELECT"));
  CHECK_FALSE(equal_ascii_nocase("@", "`"));
  CHECK_FALSE(equal_ascii_nocase("ab", "a"));
  CHECK(to_lower_ascii("AZ[\xC3\x84") == "az[\xC3\x84");
  CHECK(trim_blanks(" \t a b\r\n") == "a b");
  CHECK(trim_blanks("   ").empty());
  CHECK(to_hex(bytes_of("\x00\xAF"s)) == "00af");
}

TEST_CASE("JSON text cannot leave its literal or its script element") {
  CHECK(escape_json("\"\\\n\t\r\x01\x7F") == "\\\"\\\\\\n\\t\\r\\u0001\\u007f");
  CHECK(escape_json("</script>") == "<\\/script>");
  CHECK(escape_json("a/b") == "a/b");
  CHECK(escape_json("\xE2\x80\xA8\xE2\x80\xA9") == "\\u2028\\u2029");
  CHECK(escape_json("\xE2\x80\xA6") == "\xE2\x80\xA6");
}

TEST_CASE("the clocks give ISO 8601 UTC, with a fraction only where there is one") {
  CHECK(iso_from_filetime(0) == "1601-01-01T00:00:00Z");
  CHECK(iso_from_filetime(125'691'519'000'000'000) == "1999-04-21T07:05:00Z");
  CHECK(iso_from_filetime(125'691'519'000'000'010) == "1999-04-21T07:05:00.000001Z");
  CHECK(iso_from_filetime(125'691'519'001'000'000) == "1999-04-21T07:05:00.1Z");
  CHECK_FALSE(iso_from_filetime(UINT64_MAX));
  CHECK(iso_from_seconds_1601(kSecondsFrom1601To1970) == "1970-01-01T00:00:00Z");
  CHECK_FALSE(iso_from_seconds_1601(-1));
  CHECK_FALSE(iso_from_seconds_1601(INT64_MAX));
  CHECK(iso_from_unix_us(-1) == "1969-12-31T23:59:59.999999Z");
  CHECK(iso_from_unix_us(253'402'300'799'000'000) == "9999-12-31T23:59:59Z");
  CHECK_FALSE(iso_from_unix_us(253'402'300'800'000'000));
  CHECK_FALSE(iso_from_unix_us(INT64_MIN));
}

TEST_CASE("OLE dates count their fraction forward even before 1899-12-30") {
  CHECK(iso_from_ole_date(0) == "1899-12-30T00:00:00Z");
  CHECK(iso_from_ole_date(-1.25) == "1899-12-29T06:00:00Z");
  CHECK(iso_from_ole_date(36'271.5) == "1999-04-21T12:00:00Z");
  CHECK_FALSE(iso_from_ole_date(std::nan("")));
  CHECK_FALSE(iso_from_ole_date(1e300));
  CHECK_FALSE(iso_from_ole_date(-657'000));
}

TEST_CASE("ASN.1 times take both year widths and refuse what is no time") {
  CHECK(iso_from_asn1_time("990421070500Z") == "1999-04-21T07:05:00Z");
  CHECK(iso_from_asn1_time("490421070500Z") == "2049-04-21T07:05:00Z");
  CHECK(iso_from_asn1_time("9904210705Z") == "1999-04-21T07:05:00Z");
  CHECK(iso_from_asn1_time("20010203040506.0Z") == "2001-02-03T04:05:06Z");
  CHECK(iso_from_asn1_time("20010203040506.25Z") == "2001-02-03T04:05:06.25Z");
  for (const char* bad : {"", "Z", "990421070500", "990431070500Z", "991321070500Z",
                          "990421240500Z", "990421076000Z", "20010203040506.Z", "2001020304Z ",
                          "20010203040506.5", "20010203040506,5Z", "99042107050xZ"}) {
    INFO(bad);
    CHECK_FALSE(iso_from_asn1_time(bad));
  }
}

TEST_CASE("ISO texts become microseconds and come back") {
  for (const char* text : {"1601-01-01T00:00:00Z", "1999-04-21T07:05:00Z", "2000-02-29T23:59:59.5Z",
                           "1969-12-31T23:59:59.999999Z", "9999-12-31T23:59:59Z"}) {
    CHECK(iso_from_unix_us(unix_us_from_iso(text).value()) == text);
  }
  CHECK(unix_us_from_iso("1970-01-02") == 86'400'000'000);
  CHECK(unix_us_from_iso("1970-01-01 00:01") == 60'000'000);
  for (const char* bad : {"", "1970", "1970-13-01", "1970-02-30", "1970-01-01T", "1970-01-01T24:00",
                          "1970-01-01T00:00:60", "1970-01-01T00:00:00.Z", "1970-01-01T00:00:00+02",
                          "1600-12-31", "1970/01/01"}) {
    INFO(bad);
    CHECK_FALSE(unix_us_from_iso(bad));
  }
  CHECK(unix_us_from_iso(iso_now()));
}

TEST_CASE("GUIDs swap their first three fields") {
  const std::string raw = "\x78\x56\x34\x12\x34\x12\x78\x56\x12\x34\x56\x78\x9A\xBC\xDE\xF0";
  CHECK(guid_text(bytes_of(raw)) == "12345678-1234-5678-1234-56789abcdef0");
  CHECK_FALSE(guid_text(bytes_of(raw).first(15)));
}

TEST_CASE("SIDs show authority and sub-authorities, the last one big-endian on demand") {
  const std::string raw = "\x01\x02\0\0\0\0\0\x05\x20\0\0\0\x20\x02\0\0"s;
  CHECK(sid_text(bytes_of(raw)) == "S-1-5-32-544");
  CHECK(sid_text(bytes_of(raw), true) == "S-1-5-32-537001984");
  CHECK(sid_text(bytes_of("\x01\0\x01\x02\x03\x04\x05\x06"s)) == "S-1-0x010203040506");
  CHECK_FALSE(sid_text(bytes_of(raw).first(15)));
  CHECK_FALSE(sid_text(bytes_of("\x02\0\0\0\0\0\0\x05"s)));
  CHECK_FALSE(sid_text(bytes_of("\x01"s)));
}

TEST_CASE("one byte above ASCII is seen wherever it stands") {
  for (std::size_t size = 0; size < 40; ++size) {
    std::string text(size, 'a');
    CAPTURE(size);
    CHECK(is_ascii(text));
    for (std::size_t at = 0; at < size; ++at) {
      text[at] = static_cast<char>(0x80);
      CAPTURE(at);
      CHECK_FALSE(is_ascii(text));
      text[at] = 0x7F;
      CHECK(is_ascii(text));
    }
  }
}

TEST_CASE("object identifiers go to DER and back") {
  for (const char* text : {"2.5.4.3", "1.2.840.113556.1.4.656", "0.0", "1.39", "2.999",
                           "2.18446744073709551535", "1.2.18446744073709551615"}) {
    INFO(text);
    const auto der = oid_to_der(text);
    REQUIRE(der);
    CHECK(oid_from_der(std::as_bytes(std::span(*der))) == text);
  }
  CHECK(oid_to_der("2.5.4.3") == std::vector<std::uint8_t>{0x55, 4, 3});
  for (const char* bad : {"", "1", "1.", ".1", "3.1", "1.40", "1..2", "1.2x", "1.-2",
                          "2.18446744073709551615", "1.2.18446744073709551616"}) {
    INFO(bad);
    CHECK_FALSE(oid_to_der(bad));
  }
  CHECK_FALSE(oid_from_der(Bytes()));
  CHECK_FALSE(oid_from_der(bytes_of("\x55\x84")));
  CHECK_FALSE(oid_from_der(bytes_of("\x55\x80\x01")));
  CHECK_FALSE(oid_from_der(bytes_of("\x55\x82" + std::string(9, '\xFF') + "\x7F")));
}

TEST_CASE("registry names meet by upper case of single UTF-16 units") {
  const auto same = [](std::string_view a, std::string_view b) {
    return registry_fold(a) == registry_fold(b);
  };
  CHECK(same("aZ{", "Az{"));
  CHECK(same("\xC3\xA9", "\xC3\x89"));          // e with acute
  CHECK(same("\xC3\xBF", "\xC5\xB8"));          // y with diaeresis, whose capital is U+0178
  CHECK(same("\xD0\xB6", "\xD0\x96"));          // Cyrillic zhe
  CHECK(same("\xCF\x82", "\xCF\x83"));          // final sigma
  CHECK(same("\xEF\xBD\x81", "\xEF\xBC\xA1"));  // full-width a
}

TEST_CASE("registry names that Windows holds apart stay apart") {
  const auto same = [](std::string_view a, std::string_view b) {
    return registry_fold(a) == registry_fold(b);
  };
  CHECK_FALSE(same("\xE2\x84\xAA", "k"));                     // Kelvin sign
  CHECK_FALSE(same("\xC3\x9F", "\xE1\xBA\x9E"));              // sharp s and its capital
  CHECK_FALSE(same("\xC4\xB1", "I"));                         // dotless i
  CHECK_FALSE(same("\xC5\xBF", "s"));                         // long s
  CHECK_FALSE(same("\xC2\xB5", "\xCE\xBC"));                  // micro sign and mu
  CHECK_FALSE(same("\xC7\x85", "\xC7\x86"));                  // title-case Dz
  CHECK_FALSE(same("\xF0\x90\x90\x80", "\xF0\x90\x90\xA8"));  // Deseret
  CHECK_FALSE(same("\xED\xA0\x80", "\xED\xA0\x81"));          // lone surrogates
  CHECK(registry_fold("a\xED\xA0\x80\xFF\xC3"s) == "A\xED\xA0\x80\xFF\xC3");  // kept as they are
}
