// SPDX-License-Identifier: MIT
#include <algorithm>

#include <catch2/catch.hpp>

#include "importers/admindmp/reader.h"
#include "importers/csv/reader.h"
#include "tests/unit/dump/dump_text.h"

namespace dirsnap::test {
namespace {

using Texts = std::vector<std::string>;

DumpRead read_csv(std::string_view text, const dump::Wanted& is_single = {}) {
  const auto dialect = csv::detect_dialect(text);
  REQUIRE(dialect.has_value());
  MemorySource source = source_of(text);
  const CancelToken cancel;
  SilentSink silent;
  csv::Reader reader(source, dump::detect_coding(as_bytes(text)), *dialect, cancel, silent);
  reader.set_single(is_single);
  return read_all(reader);
}

TEST_CASE("csvde: quoted names, values between semicolons, octets as X'…', empty is absent") {
  const DumpRead read = read_csv(
      "DN,objectClass,cn,member,objectGUID,info\r\n"
      "\"CN=a,O=X\",top;group,a,\"CN=b\\,c,O=X;CN=d,O=X\",X'0aFF',\"say \"\"hi\"\"\"\r\n"
      "\"CN=e;f,O=X\",top,,,X'01';X'02',semi\\;colon\r\n");
  CHECK(read.records ==
        Texts{"CN=a,O=X|objectClass=top|objectClass=group|cn=a|member=CN=b\\,c,O=X|member=CN=d,O=X|"
              "objectGUID::0aff|info=say \"hi\"",
              "CN=e;f,O=X|objectClass=top|objectGUID::01|objectGUID::02|info=semi;colon"});
  CHECK(read.issues.empty());
}

TEST_CASE("csvde: what only looks like octets stays text, both backslashes stay") {
  CHECK(read_csv("DN,a,b\ncn=x,X'0',X'zz'\ncn=y,c:\\\\d,X''\n").records ==
        Texts{"cn=x|a=X'0'|b=X'zz'", "cn=y|a=c:\\\\d|b::"});
}

TEST_CASE("Administrator: labels become attributes, container and directory name the name") {
  const DumpRead read = read_csv(
      "Obj-Class, Mode, Directory Name, Obj-Container, E-mail Addresses, Hide from AB\r\n"
      "Mailbox,Modify,ann,Recipients,SMTP:a@x.example%X400:c=US;a= ;p=x;,0\r\n"
      "dl,,team,/ou=HQ/cn=Recipients/cn=Lists,,\r\n"
      "Remote,Delete,bob,Recipients/cn=Sub,,\r\n");
  CHECK(read.records ==
        Texts{"/cn=Recipients/cn=ann|Object-Class=Mailbox|Common-Name=ann|"
              "Proxy-Addresses=SMTP:a@x.example|Proxy-Addresses=X400:c=US;a= ;p=x;|"
              "Hide-From-Address-Book=0",
              "/ou=HQ/cn=Recipients/cn=Lists/cn=team|Object-Class=Distribution-List|"
              "Common-Name=team",
              "delete /cn=Recipients/cn=Sub/cn=bob|Object-Class=Remote-Address|Common-Name=bob"});
  CHECK(read.issues.empty());
}

// Counts what is read of it.
class CountedSource final : public ByteSource {
 public:
  explicit CountedSource(std::string_view text) : bytes_(source_of(text)) {}
  [[nodiscard]] std::uint64_t size_bytes() const override { return bytes_.size_bytes(); }
  [[nodiscard]] Result<std::size_t> read_at(std::uint64_t offset,
                                            std::span<std::byte> out) override {
    auto had = bytes_.read_at(offset, out);
    if (had) read_bytes += *had;
    return had;
  }
  std::uint64_t read_bytes = 0;

 private:
  MemorySource bytes_;
};

TEST_CASE("quotes that are never closed are not looked for beyond a bound, a second time alike") {
  constexpr std::size_t kRows = 16'000;
  std::string text = "DN,objectClass,cn,description\n\"cn=a,o=Org\",person,a,b\n";
  for (std::size_t i = 0; i < kRows; ++i) text += ",\"a\",\"\n";
  CountedSource source(text);
  const auto dialect = csv::detect_dialect(text);
  REQUIRE(dialect.has_value());
  const CancelToken cancel;
  SilentSink silent;
  csv::Reader reader(source, dump::detect_coding(as_bytes(text)), *dialect, cancel, silent);
  const DumpRead first = read_all(reader);
  CHECK(first.records.size() == kRows + 1);
  CHECK(std::count(first.issues.begin(), first.issues.end(), "csv-quote") == kRows);
  CHECK(std::count(first.issues.begin(), first.issues.end(), "csv-quote-limit") == 1);
  CHECK(source.read_bytes < std::uint64_t{64} << 20);
  reader.seek({});
  const DumpRead second = read_all(reader);
  CHECK(second.records == first.records);
  CHECK(second.issues == first.issues);
}

TEST_CASE("a quote that is never closed leaves the rows of several lines behind it whole") {
  std::string text = "DN,info\ncn=a,\"open\n";
  for (int i = 0; i < 3; ++i) text += "cn=b,\"two\nlines\"\n";
  text += "cn=c,\"\n" + std::string(100, 'x') + "\n";
  const DumpRead read = read_csv(text);
  CHECK(std::count(read.issues.begin(), read.issues.end(), "csv-quote-limit") == 0);
  CHECK(std::count(read.records.begin(), read.records.end(), "cn=b|info=two\nlines") >= 2);
}

TEST_CASE("Administrator: separators and quotes are told by the header and the address lists") {
  const auto dialect =
      csv::detect_dialect("'Obj-Class'\t'Common-Name'\nMailbox\tSMTP:a$X400:b\nx\tMS:c$SMTP:d\n");
  REQUIRE(dialect.has_value());
  CHECK(dialect->separator == '\t');
  CHECK(dialect->quote == '\'');
  CHECK(dialect->multi == '$');
  CHECK(csv::detect_dialect("Obj-Class;Common-Name\n")->separator == ';');
  CHECK(csv::detect_dialect("Obj-Class,Common-Name\n")->multi == '%');
  CHECK(csv::detect_dialect("DN,cn\n")->form == csv::Form::kCsvde);
  CHECK_FALSE(csv::detect_dialect("DN\n").has_value());
  CHECK_FALSE(csv::detect_dialect("DNS,cn\n").has_value());
  CHECK_FALSE(csv::detect_dialect("Name,Obj-Class\n").has_value());
  CHECK_FALSE(csv::detect_dialect("dn: cn=a\nobjectClass: top\n").has_value());
  CHECK_FALSE(csv::detect_dialect("Object-Class:  values: 2\n").has_value());
  CHECK_FALSE(csv::detect_dialect("").has_value());
}

TEST_CASE("Administrator: 5.x quotes the field whole and escapes, 4.0 quotes each value") {
  const DumpRead read = read_csv(
      "Obj-Class,Common-Name,Proxy-Addresses,Comment\n"
      "Mailbox,a,\"v\\%1%v,2%v,3\",back\\\\slash\n"
      "Mailbox,b,\"v,1\"%\"v,2\"%v3,\"two\nlines, \"\"quoted\"\"\"\n"
      "Mailbox,c,DOMAIN\\user,\" \"\n");
  CHECK(read.records ==
        Texts{"/cn=a|Object-Class=Mailbox|Common-Name=a|Proxy-Addresses=v%1|Proxy-Addresses=v,2|"
              "Proxy-Addresses=v,3|Comment=back\\slash",
              "/cn=b|Object-Class=Mailbox|Common-Name=b|Proxy-Addresses=v,1|Proxy-Addresses=v,2|"
              "Proxy-Addresses=v3|Comment=two\nlines, \"quoted\"",
              "/cn=c|Object-Class=Mailbox|Common-Name=c|Proxy-Addresses=DOMAIN\\user|Comment= "});
  CHECK(read.issues.empty());
}

TEST_CASE("values of single-valued attributes are not split") {
  const auto is_single = [](std::string_view name) { return name == "Comment"; };
  CHECK(read_csv("Obj-Class,Common-Name,Comment\nMailbox,a,100% sure\n", is_single).records ==
        Texts{"/cn=a|Object-Class=Mailbox|Common-Name=a|Comment=100% sure"});
}

TEST_CASE("a column of full names wins; rows without a directory name are named as they can be") {
  const DumpRead read = read_csv(
      "Obj-Class,Obj-Dist-Name,Common-Name,Alias Name\n"
      "Organization,/o=Org,Org,\nContainer,,,nick\nContainer,,,\nOrganization,,Other,\n");
  CHECK(read.records ==
        Texts{"/o=Org|Object-Class=Organization|Obj-Dist-Name=/o=Org|Common-Name=Org",
              "/cn=nick|Object-Class=Container|Mail-nickname=nick", "/|Object-Class=Container",
              "/o=Other|Object-Class=Organization|Common-Name=Other"});
  CHECK(read.issues == Texts{"csv-name"});
}

TEST_CASE("rows that do not fit the header, and quotes that never close, are issues") {
  const DumpRead fit = read_csv("DN,a,b\ncn=x,1\ncn=y,1,2,3\n");
  CHECK(fit.records == Texts{"cn=x|a=1", "cn=y|a=1|b=2"});
  CHECK(fit.issues == Texts{"csv-columns", "csv-columns"});
  const DumpRead open = read_csv("DN,a,b\ncn=x,\"1,2\ncn=y,3,4\n");
  CHECK(open.records == Texts{"cn=x|a=1,2", "cn=y|a=3|b=4"});
  CHECK(open.issues == Texts{"csv-quote", "csv-columns"});
}

TEST_CASE("CSV rows are found again at their places, in UTF-16 as well") {
  const std::string text = "DN,a\r\n\r\ncn=x,\"1\r\n2\"\r\ncn=y,\u00E9\r\n";
  for (const std::string& bytes : {text, "\xFF\xFE" + encode_utf16le(text)}) {
    MemorySource source = source_of(bytes);
    const CancelToken cancel;
    SilentSink silent;
    const dump::TextCoding coding = dump::detect_coding(as_bytes(bytes));
    csv::Reader reader(source, coding, *csv::detect_dialect(text), cancel, silent);
    const DumpRead all = read_all(reader);
    CHECK(all.records == Texts{"cn=x|a=1\r\n2", "cn=y|a=\u00E9"});
    REQUIRE(all.places.size() == 2);
    CHECK(all.places[1].line == 5);
    reader.seek(all.places[1]);
    CHECK(read_all(reader).records == Texts{all.records[1]});
    reader.seek({});
    CHECK(read_all(reader).records == all.records);
  }
}

DumpRead read_admindmp(std::string_view text) {
  MemorySource source = source_of(text);
  const CancelToken cancel;
  SilentSink silent;
  admindmp::Reader reader(source, dump::detect_coding(as_bytes(text)), cancel, silent);
  return read_all(reader);
}

TEST_CASE("Admindmp.txt: objects one after the other, lists, wrapped lines") {
  constexpr std::string_view kDump =
      "Object dump of /o=Org/ou=HQ/cn=A  7 Feb 1997 19:46\r\n\r\n"
      "Object-Class:          values: 2\r\n  [1] '2A864886F714010320'\r\n  [2] '550600'\r\n"
      "Common-Name:           'A'\r\nInvocation-Id:  '0011223344556677\r\n      "
      "8899AABBCCDDEEFF'\r\n"
      "\r\n8 Feb 1997 20:00\r\nObj-Dist-Name:  '/o=Org/cn=B'\r\nEmpty: ''\r\nIs it: 'it''s'\r\n";
  CHECK(admindmp::looks_like_dump(kDump));
  const DumpRead read = read_admindmp(kDump);
  CHECK(read.records ==
        Texts{"/o=Org/ou=HQ/cn=A|Object-Class=2A864886F714010320|"
              "Object-Class=550600|Common-Name=A|Invocation-Id=00112233445566778899AABBCCDDEEFF",
              "/o=Org/cn=B|Obj-Dist-Name=/o=Org/cn=B|Empty=|Is it=it''s"});
  CHECK(read.issues.empty());
}

TEST_CASE("Admindmp.txt: long lines are wrapped, short ones hold the line break themselves") {
  const std::string words(80, 'x');
  CHECK(read_admindmp("/o=A\nCommon-Name: '" + words +
                      "\n   more'\nAddress: 'Street 1\r\n\r\n Town'\n")
            .records == Texts{"/o=A|Common-Name=" + words + "more|Address=Street 1\r\n\r\n Town"});
}

TEST_CASE(
    "Admindmp.txt: octets are joined until a line of a value is none; many lines cost no more") {
  CHECK(read_admindmp("/o=A\nA: 'AB\n CD\n xy\n EF'\nB: 'x\n CD'\nC: 'AB\n CD'\n").records ==
        Texts{"/o=A|A=ABCDxy\n EF|B=x\n CD|C=ABCD"});
  // To look at all of the value again with each of its lines would take minutes.
  constexpr std::size_t kLines = 1'000'000;
  std::string text = "/o=A\nA: 'AB";
  for (std::size_t i = 0; i < kLines; ++i) text += "\nCD";
  const DumpRead read = read_admindmp(text + "'\n");
  REQUIRE(read.records.size() == 1);
  CHECK(read.records[0].size() == std::string_view("/o=A|A=AB").size() + 2 * kLines);
  CHECK(read.issues.empty());
}

TEST_CASE("Admindmp.txt: the full name in the dump wins over its head; damage is an issue") {
  const DumpRead read = read_admindmp(
      "/o=Org/cn=A at noon\nObj-Dist-Name: '/o=Org/cn=A'\nstray words\nOpen: 'no end\nCommon-Name: "
      "'A'\n");
  CHECK(read.records == Texts{"/o=Org/cn=A|Obj-Dist-Name=/o=Org/cn=A|Open=no end|Common-Name=A"});
  CHECK(read.issues == Texts{"admindmp-line", "admindmp-value"});
  CHECK(read_admindmp("/o=A\nCommon-Name: 'x\n\n/o=B  7 Feb\nCommon-Name: 'y'\n").records ==
        Texts{"/o=A|Common-Name=x\n", "/o=B|Common-Name=y"});
  CHECK(read_admindmp("7 Feb\nCommon-Name: 'B'\n").issues == Texts{"admindmp-name"});
  CHECK_FALSE(admindmp::looks_like_dump("Name: 'x'\nOther: 'y'\nThird: 'z'\n"));
  CHECK_FALSE(admindmp::looks_like_dump("dn: cn=a\nobjectClass: top\ncn: a\n"));
}

}  // namespace
}  // namespace dirsnap::test
