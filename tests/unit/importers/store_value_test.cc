// SPDX-License-Identifier: MIT
//
// Names and values of store columns.
#include "importers/store_model/store_value.h"

#include <catch2/catch.hpp>

#include "importers/store_model/mailbox_kind.h"
#include "importers/store_model/mapi_property.h"
#include "storage/base/text.h"

namespace dirsnap::test {
namespace {

using ese::ColumnType;
using store_model::parse_mapi_column;

std::string text_of_name(std::string_view name) {
  const auto column = parse_mapi_column(name);
  return column ? store_model::property_text(*column) : std::string();
}

TEST_CASE("names of store columns are a type letter and a property number") {
  const auto plain = parse_mapi_column("S3001");
  REQUIRE(plain);
  CHECK(plain->letter == 'S');
  CHECK(plain->property == 0x3001);
  CHECK_FALSE(plain->is_multi);
  const auto multi = parse_mapi_column("MN6787");
  REQUIRE(multi);
  CHECK(multi->letter == 'N');
  CHECK(multi->is_multi);
  CHECK(multi->property == 0x6787);
  for (const char* name : {"", "S", "S300", "S30011", "S30g1", "s3001", "S300a", "3001", "DNT_col",
                           "ATTm3", "MSS3001", "XN6787", "M3001x"}) {
    CAPTURE(name);
    CHECK_FALSE(parse_mapi_column(name));
  }
}

TEST_CASE("properties have their published name, by number and type") {
  CHECK(text_of_name("S3001") == "PR_DISPLAY_NAME");
  CHECK(text_of_name("L0E08") == "PR_MESSAGE_SIZE");
  CHECK(text_of_name("Q0E08") == "PR_MESSAGE_SIZE_EXTENDED");
  CHECK(text_of_name("Q6748") == "PidTagFolderId");
  CHECK(text_of_name("N661B") == "PR_MAILBOX_OWNER_ENTRYID");
  // A number that is published for another type only, and one that is not published.
  CHECK(text_of_name("S6709") == "0x6709");
  CHECK(text_of_name("Q674F") == "0x674F");
}

TEST_CASE("the published properties are in order, each number and letter once") {
  const auto all = store_model::published_properties();
  REQUIRE(all.size() > 500);
  for (std::size_t i = 1; i < all.size(); ++i) {
    CAPTURE(all[i].name);
    CHECK(all[i - 1].id <= all[i].id);
    if (all[i - 1].id != all[i].id) continue;
    CHECK(std::string_view(all[i].letters).find_first_of(all[i - 1].letters) ==
          std::string_view::npos);
  }
}

// A cell of a column of that type.
struct TestCell {
  TestCell(ColumnType type, std::string bytes_, std::uint32_t codepage = 0)
      : bytes(std::move(bytes_)) {
    column.type = type;
    column.codepage = codepage;
  }
  [[nodiscard]] ese::CellView view() const {
    return {.column = &column, .seq = 0, .bytes = as_bytes(bytes)};
  }
  ese::ColumnDef column;
  std::string bytes;
};

std::string bytes_of(std::initializer_list<int> values) {
  std::string out;
  for (const int value : values) out.push_back(static_cast<char>(value));
  return out;
}

TEST_CASE("ids are native in integer columns and big-endian in binary ones") {
  const std::string bytes = bytes_of({1, 0, 0, 0, 0, 0, 1, 0x44});
  CHECK(store_model::number_of(TestCell(ColumnType::kBinary, bytes).view()) == 0x0100000000000144);
  CHECK(store_model::number_of(TestCell(ColumnType::kCurrency, bytes).view()) ==
        0x4401000000000001);
  CHECK_FALSE(store_model::number_of(TestCell(ColumnType::kBinary, "abc").view()));
  CHECK_FALSE(store_model::number_of(TestCell(ColumnType::kText, "12345678").view()));
}

TEST_CASE("times are FILETIME in any column of eight bytes") {
  const std::string bytes = bytes_of({0x00, 0x80, 0xC4, 0x0A, 0xEC, 0x44, 0xBD, 0x01});
  for (const ColumnType type :
       {ColumnType::kCurrency, ColumnType::kBinary, ColumnType::kDateTime}) {
    const auto time = store_model::time_of(TestCell(type, bytes).view());
    REQUIRE(time);
    CHECK(time->starts_with("1998-"));
  }
  CHECK_FALSE(store_model::time_of(TestCell(ColumnType::kCurrency, std::string(8, '\0')).view()));
  CHECK_FALSE(store_model::time_of(TestCell(ColumnType::kBinary, "abcd").view()));
  CHECK_FALSE(store_model::time_of(TestCell(ColumnType::kCurrency, std::string(8, '\xFF')).view()));
}

std::string decoded(const TestCell& cell,
                    std::optional<unsigned> codepage = {},
                    std::uint64_t guesses = 0) {
  RowArena arena;
  store_model::TextDecoder decoder(codepage);
  const auto text = decoder.text_of(cell.view(), arena);
  CHECK(decoder.guessed() == guesses);
  return text ? std::string(*text) : "NULL";
}

TEST_CASE("texts are told as 8 bit or UTF-16 by their bytes, whatever the column says") {
  const std::string wide = encode_utf16le("Grüße");
  CHECK(decoded({ColumnType::kText,
                 "Gr\xFC\xDF"
                 "e",
                 1252}) == "Grüße");
  CHECK(decoded({ColumnType::kText, wide, 1252}) == "Grüße");
  CHECK(decoded({ColumnType::kLongText, wide, 1200}) == "Grüße");
  CHECK(decoded({ColumnType::kLongBinary, wide}) == "Grüße");
  CHECK(decoded({ColumnType::kText, "plain text", 1200}) == "plain text");
  CHECK(decoded({ColumnType::kText, "odd", 1200}) == "odd");
  CHECK(decoded({ColumnType::kText, std::string("ends in zero\0", 13), 1252}) == "ends in zero");
  CHECK(decoded({ColumnType::kText, encode_utf16le("日本"), 1200}) == "日本");
  CHECK(decoded({ColumnType::kText, "", 1252}).empty());
  CHECK(decoded({ColumnType::kLong, "1234"}) == "NULL");
}

TEST_CASE("8-bit text without a code page is that of --codepage, or a guess that is counted") {
  const TestCell cell(ColumnType::kLongBinary,
                      "Gr\xFC\xDF"
                      "e");
  CHECK(decoded(cell, {}, 1) == "Grüße");
  CHECK(decoded(cell, 437) == "Gr\u207F\u2580e");
  CHECK(decoded({ColumnType::kLongBinary, "plain"}) == "plain");
}

std::string owner(const std::string& bytes, ColumnType type = ColumnType::kLongBinary) {
  const TestCell cell(type, bytes, 1252);
  store_model::TextDecoder decoder({});
  return store_model::owner_dn_of(cell.view(), decoder).value_or("NULL");
}

TEST_CASE("the owner's name stands in an entry id of the address book") {
  std::string entry(4, '\0');
  entry += bytes_of({0xDC, 0xA7, 0x40, 0xC8, 0xC0, 0x42, 0x10, 0x1A, 0xB4, 0xB9, 0x08, 0x00, 0x2B,
                     0x2F, 0xE1, 0x82});
  entry += bytes_of({1, 0, 0, 0, 0, 0, 0, 0});
  const std::string dn = "/O=ORG/OU=SITE/CN=RECIPIENTS/CN=ME";
  CHECK(owner(entry + dn + std::string(1, '\0')) == dn);
  CHECK(owner(entry + dn) == dn);
  CHECK(owner(dn) == dn);
  CHECK(owner(dn, ColumnType::kText) == dn);
  CHECK(owner(entry) == "NULL");
  CHECK(owner(entry + "no name") == "NULL");
  std::string foreign = entry + dn;
  foreign[5] = 'x';  // the identifier of another provider
  CHECK(owner(foreign) == "NULL");
  CHECK(owner("") == "NULL");
}

TEST_CASE("the kind of a mailbox follows from its queue, its owner, its name") {
  const auto kind = [](const char* dn, const char* name, bool queue) {
    const auto found = store_model::kind_of_mailbox(
        dn == nullptr ? std::nullopt : std::optional<std::string>(dn),
        name == nullptr ? std::nullopt : std::optional<std::string>(name), queue);
    return std::string(found.kind) + " " + found.rule;
  };
  CHECK(kind("/o=O/ou=S/cn=Recipients/cn=X", "X", false) == "user dn");
  CHECK(kind("/o=O/ou=S/cn=Recipients/cn=X", "X", true) == "connector queue");
  CHECK(kind("/o=O/ou=S/cn=Configuration/cn=Connections/cn=X", "X", false) == "connector dn");
  CHECK(kind("/o=O/ou=S/cn=Configuration/cn=Servers/cn=E/cn=Microsoft DSA", "X", false) ==
        "system dn");
  CHECK(kind("/o=O/ou=S/cn=Recipients/cn=Configuration", "X", false) == "user dn");
  CHECK(kind("/o=O/ou=S/cn=Recipients/cn=MSExchangeMCA", "X", false) == "system dn");
  CHECK(kind("/O=O/OU=S/CN=RECIPIENTS/CN=ADMINSCH", "X", false) == "system dn");
  CHECK(kind(nullptr, "SystemMailbox{0A1B}", false) == "system name");
  CHECK(kind(nullptr, "Private Folders", false) == "unknown none");
  CHECK(kind(nullptr, nullptr, true) == "connector queue");
}

}  // namespace
}  // namespace dirsnap::test
