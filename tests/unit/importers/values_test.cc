// SPDX-License-Identifier: MIT
#include <bit>
#include <cstring>

#include <catch2/catch.hpp>

#include "importers/directory/attribute_value.h"
#include "importers/directory/layout.h"
#include "importers/directory/survey.h"
#include "importers/directory/syntax.h"
#include "importers/directory/well_known.h"
#include "importers/ese_tables/cell_sql.h"

namespace dirsnap {
namespace {

using namespace directory;

// A cell of a column made up on the spot.
struct TestCell {
  TestCell(ese::ColumnType type, std::string content, std::uint32_t codepage = 1252)
      : bytes(std::move(content)) {
    column.name = "c";
    column.id = 256;
    column.type = type;
    column.codepage = ese::is_text(type) ? codepage : 0;
    cell.column = &column;
    cell.bytes = as_bytes(bytes);
  }
  template <class T>
  static TestCell number(ese::ColumnType type, T value) {
    std::string content(sizeof value, '\0');
    std::memcpy(content.data(), &value, sizeof value);
    return TestCell(type, content);
  }
  TestCell(const TestCell& other)
      : TestCell(other.column.type, other.bytes, other.column.codepage) {}

  ese::ColumnDef column;
  std::string bytes;
  ese::CellView cell;
};

TEST_CASE("attribute columns are known by the number in their name, whatever the letter") {
  char letter = 0;
  CHECK(attribute_number("ATTm589825", &letter) == 589825U);
  CHECK(letter == 'm');
  CHECK(attribute_number("atte3") == 3U);
  CHECK(attribute_number("ATTb-2147483633") == 0x8000000FU);
  CHECK_FALSE(attribute_number("ATT").has_value());
  CHECK_FALSE(attribute_number("ATTm").has_value());
  CHECK_FALSE(attribute_number("ATTm12x").has_value());
  CHECK_FALSE(attribute_number("ATT512").has_value());
  CHECK_FALSE(attribute_number("Attachment7").has_value());
  CHECK_FALSE(attribute_number("ATTm99999999999").has_value());
}

TEST_CASE("a DateTime is a FILETIME or an OLE date, told by its bits") {
  CHECK(datetime_text(std::bit_cast<std::uint64_t>(36000.5)) == "1998-07-24T12:00:00Z");
  CHECK(datetime_text(128'166'372'000'000'000) == "2007-02-22T17:00:00Z");
  CHECK(datetime_text(0) == "1899-12-30T00:00:00Z");
  CHECK_FALSE(datetime_text(std::bit_cast<std::uint64_t>(1e300)).has_value());
}

TEST_CASE("cells become SQL values of their column's type") {
  RowArena arena;
  using T = ese::ColumnType;
  CHECK(sql_value(TestCell(T::kBit, "\xFF").cell, arena).integer == 1);
  CHECK(sql_value(TestCell::number<std::int32_t>(T::kLong, -5).cell, arena).integer == -5);
  CHECK(sql_value(TestCell::number<double>(T::kDouble, 2.5).cell, arena).real == 2.5);
  CHECK(sql_value(TestCell(T::kText, "abc").cell, arena).bytes == "abc");
  CHECK(sql_value(TestCell(T::kLongText, "M\xFCller").cell, arena).bytes == "Müller");
  CHECK(sql_value(TestCell(T::kLongText, std::string("a\0b\0", 4), 1200).cell, arena).bytes ==
        "ab");
  const TestCell odd_size(T::kLongText, "abc", 1200);
  const auto odd = sql_value(odd_size.cell, arena);
  CHECK(odd.type == ValueType::kBlob);
  CHECK(odd.bytes == "abc");
  CHECK(sql_value(TestCell(T::kLongBinary, "\x01\x02").cell, arena).type == ValueType::kBlob);
  const std::string guid("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0A\x0B\x0C\x0D\x0E\x0F\x10", 16);
  CHECK(sql_value(TestCell(T::kGuid, guid).cell, arena).bytes ==
        "04030201-0605-0807-090a-0b0c0d0e0f10");
  const auto short_long = sql_value(TestCell(T::kLong, "\x01").cell, arena);
  CHECK(short_long.type == ValueType::kBlob);
  TestCell lost(T::kLongText, "");
  lost.cell.lost = true;
  CHECK(sql_value(lost.cell, arena).is_null());
}

TEST_CASE("several values of a column become a JSON array, octets as hex objects") {
  RowArena arena;
  const TestCell a(ese::ColumnType::kLongText, "say \"hi\"");
  const TestCell b(ese::ColumnType::kLongText, "");
  const ValueView texts[] = {sql_value(a.cell, arena), sql_value(b.cell, arena)};
  CHECK(sql_values(texts, arena).bytes == R"(["say \"hi\"",""])");
  const TestCell x(ese::ColumnType::kLongBinary, "\x01\xFF");
  const ValueView blobs[] = {sql_value(x.cell, arena), sql_value(x.cell, arena)};
  CHECK(sql_values(blobs, arena).bytes == R"([{"hex":"01ff"},{"hex":"01ff"}])");
  const TestCell n = TestCell::number<std::int64_t>(ese::ColumnType::kLongLong, 7);
  const ValueView numbers[] = {sql_value(n.cell, arena), sql_value(n.cell, arena)};
  CHECK(sql_values(numbers, arena).bytes == "[7,7]");
}

struct ValueTest {
  RowArena arena;
  Schema schema;
  ValueContext context{schema,
                       [](std::int32_t dnt) -> std::optional<std::string_view> {
                         if (dnt == 5) return "/o=Org";
                         return std::nullopt;
                       },
                       arena};
  AttributeValue of(std::uint32_t id, const TestCell& cell) {
    return attribute_value(schema.attribute(id), cell.cell, sql_value(cell.cell, arena), context);
  }
};

TEST_CASE_METHOD(ValueTest, "attribute values keep the native value and add a readable text") {
  using T = ese::ColumnType;
  SECTION("a DN is a row number with its name as text") {
    const auto dn = of(attr::kHomeMta, TestCell::number<std::int32_t>(T::kLong, 5));
    CHECK(dn.value.integer == 5);
    CHECK(dn.text.bytes == "/o=Org");
    CHECK(of(attr::kHomeMta, TestCell::number<std::int32_t>(T::kLong, 6)).text.is_null());
  }
  SECTION("Object-Class reads as the class's name, from a number or from OID octets") {
    CHECK(of(attr::kObjectClass, TestCell::number<std::int32_t>(T::kLong, 196669)).text.bytes ==
          "mailConnector");
    const std::string der("\x2A\x86\x48\x86\xF7\x14\x01\x03\x3D", 9);
    CHECK(of(attr::kObjectClass, TestCell(T::kLongBinary, der)).text.bytes == "mailConnector");
  }
  SECTION("other OIDs read dotted") {
    CHECK(of(attr::kAttributeSyntax, TestCell::number<std::int32_t>(T::kLong, (8 << 16) | 12))
              .text.bytes == "2.5.5.12");
  }
  SECTION("times") {
    CHECK(of(attr::kWhenCreated, TestCell::number<std::int64_t>(T::kCurrency, 12'533'299'208))
              .text.bytes == "1998-03-02T08:00:08Z");
    CHECK(
        of(attr::kWhenCreated, TestCell::number<std::int32_t>(T::kLong, 888'825'608)).text.bytes ==
        "1998-03-02T08:00:08Z");
    CHECK(of(attr::kWhenCreated, TestCell(T::kText, "980302080008Z")).text.bytes ==
          "1998-03-02T08:00:08Z");
  }
  SECTION("a credential shows its length and never its value") {
    const auto secret = of(589914, TestCell(T::kLongBinary, "0123456789abcdef"));
    CHECK(secret.value.is_null());
    CHECK(secret.text.bytes == "(secret, 16 bytes)");
  }
  SECTION("an OR-name reads as its address and its name, whichever it has") {
    constexpr std::uint32_t kAuthOrig = 131201;
    using namespace std::string_literals;
    const std::string address = "c=US;a= ;p=Contoso;s=Fischer;";
    const auto with_size = [](const std::string& data) {
      return static_cast<char>(data.size() + 4) + "\0\0\0"s + data;
    };
    const auto text = [&](const std::string& octets) {
      const TestCell cell(T::kLongBinary, octets);
      const auto value = of(kAuthOrig, cell);
      CHECK(value.value.bytes == octets);
      return value.text.is_null() ? "NULL" : std::string(value.text.bytes);
    };
    CHECK(text("\x05\0\0\0"s + with_size(address)) == "X400:" + address + "#/o=Org");
    CHECK(text("\x05\0\0\0"s + with_size("")) == "B:0::/o=Org");
    CHECK(text("\0\0\0\0"s + with_size(address)) == "X400:" + address);
    CHECK(text(address) == "X400:" + address);
    CHECK(text("\x06\0\0\0"s + with_size("\x01\x02")) == "NULL");
    CHECK(of(kAuthOrig, TestCell::number<std::int32_t>(T::kLong, 5)).text.bytes == "/o=Org");
  }
  SECTION("a presentation address is a text after its size") {
    constexpr std::uint32_t kPresentationAddress = 29;  // 2.5.4.29
    schema.attribute(kPresentationAddress).syntax = syntax::kPresentationAddress;
    const std::string octets("\x0B\0\0\0NS+4700", 11);
    const TestCell cell(T::kLongBinary, octets);
    const auto value = of(kPresentationAddress, cell);
    CHECK(value.value.bytes == octets);
    CHECK(value.text.bytes == "NS+4700");
  }
  SECTION("plain octets have no text, plain text is its own") {
    CHECK(of(131072 + 9999, TestCell(T::kLongBinary, "\x01")).text.is_null());
    CHECK(of(attr::kRoutingList, TestCell(T::kLongText, "SMTP:*;;1")).text.bytes == "SMTP:*;;1");
  }
}

TEST_CASE("objects are named by X.500 types, whatever the schema calls them over LDAP") {
  Schema schema;
  CHECK(rdn_type_name(3, schema) == "cn");
  CHECK(rdn_type_name(11, schema) == "ou");
  CHECK(rdn_type_name(10, schema) == "o");
  CHECK(rdn_type_name(1376281, schema) == "dc");
  CHECK(rdn_type_name(131092, schema) == "computerName");
}

}  // namespace
}  // namespace dirsnap
