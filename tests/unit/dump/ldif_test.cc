// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "importers/ldif/base64.h"
#include "importers/ldif/reader.h"
#include "tests/unit/dump/dump_text.h"

namespace dirsnap::test {
namespace {

using Texts = std::vector<std::string>;

DumpRead read_ldif(std::string_view text, const dump::Wanted& wanted = {}) {
  MemorySource source = source_of(text);
  const CancelToken cancel;
  SilentSink silent;
  ldif::Reader reader(source, dump::detect_coding(as_bytes(text)), cancel, silent);
  reader.set_wanted(wanted);
  return read_all(reader);
}

std::string with_line_ends(std::string_view text, std::string_view line_end) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += line_end;
    } else {
      out.push_back(c);
    }
  }
  return out;
}

constexpr std::string_view kPlain =
    "version: 1\n\n# a comment\n  folded\ndn: CN=A,O=X\nobjectClass: top\ncn: A\n"
    "description: a long\n  line  \njpegPhoto:: AQID\n BA==\n\ndn:: Q049Qg==\ncn: B\n";
const Texts kPlainRecords = {
    "CN=A,O=X|objectClass=top|cn=A|description=a long line  |jpegPhoto::01020304", "CN=B|cn=B"};

TEST_CASE("content records are read with any line end and in any encoding") {
  for (const char* line_end : {"\n", "\r\n", "\r", "\r\r\n"}) {
    const std::string text = with_line_ends(kPlain, line_end);
    CAPTURE(to_hex(as_bytes(std::string_view(line_end))));
    CHECK(read_ldif(text).records == kPlainRecords);
    CHECK(read_ldif(text).issues.empty());
    CHECK(read_ldif("\xEF\xBB\xBF" + text).records == kPlainRecords);
    CHECK(read_ldif("\xFF\xFE" + encode_utf16le(text)).records == kPlainRecords);
    CHECK(read_ldif(encode_utf16le(text)).records == kPlainRecords);
  }
}

TEST_CASE("a record knows its place, and reading goes on from there") {
  MemorySource source = source_of(kPlain);
  const CancelToken cancel;
  SilentSink silent;
  ldif::Reader reader(source, {}, cancel, silent);
  const DumpRead all = read_all(reader);
  REQUIRE(all.places.size() == 2);
  CHECK(all.places[0].line == 5);
  CHECK(kPlain.substr(all.places[1].offset).starts_with("dn:: Q049Qg=="));
  reader.seek(all.places[1]);
  CHECK(read_all(reader).records == Texts{kPlainRecords[1]});
  reader.seek({});
  CHECK(read_all(reader).records == kPlainRecords);
}

TEST_CASE("folds join names, base64 and comments; a TAB fold is joined and noted") {
  const DumpRead read =
      read_ldif("dn: cn=a\ndescr\n iption: x\n#c\n omment\nphoto:: AQ\n ID\ninfo: a\n\tb\n");
  CHECK(read.records == Texts{"cn=a|description=x|photo::010203|info=ab"});
  CHECK(read.issues == Texts{"ldif-tab-fold"});
}

TEST_CASE("options stay with their name; empty values and trailing blanks are data") {
  CHECK(read_ldif("dn: cn=a\nmember;range=0-1: x\ncert;binary:: AA==\ncn;lang-de: \nsn: b \n")
            .records == Texts{"cn=a|member;range=0-1=x|cert;binary::00|cn;lang-de=|sn=b "});
}

TEST_CASE("a value given as a URL is named and never opened") {
  const DumpRead read = read_ldif("dn: cn=a\njpegPhoto:< file:///etc/passwd\ncn: a\n");
  CHECK(read.records == Texts{"cn=a|jpegPhoto:<file:///etc/passwd|cn=a"});
  CHECK(read.issues == Texts{"ldif-url"});
}

TEST_CASE("change records: add is content, delete, modify and rename keep their meaning") {
  const DumpRead read = read_ldif(
      "dn: cn=a\ncontrol: 1.2.3 true\nchangetype: add\ncn: a\n\n"
      "dn: cn=b\nchangetype: delete\n\n"
      "dn: cn=c\nchangetype: modify\nadd: member;range=0-1\nmember: x\n-\ndelete: mail\n-\n"
      "replace: sn\nsn: y\n-\ndelete: l\nl: z\n-\n\n"
      "dn: cn=d\nchangetype: modrdn\nnewrdn: cn=e\ndeleteoldrdn: 1\nnewsuperior: o=X\n\n"
      "dn: cn=f\nchangetype: moddn\nnewrdn: cn=g\n");
  CHECK(read.records == Texts{"cn=a|cn=a", "delete cn=b",
                              "modify cn=c|member=x|--mail|--sn|sn=y|-l=z",
                              "rename cn=d to cn=e below o=X", "rename cn=f to cn=g"});
  CHECK(read.issues.empty());
}

TEST_CASE("a modify record whose blocks lack their end is read all the same") {
  const DumpRead read =
      read_ldif("dn: cn=c\nchangetype: modify\ndelete: mail\nadd: sn\nsn: y\nl: z\n");
  CHECK(read.records == Texts{"modify cn=c|--mail|sn=y"});
  CHECK(read.issues == Texts{"ldif-modify"});
}

TEST_CASE("attributes of content records may be called control and changetype") {
  CHECK(read_ldif("dn: cn=a\ncontrol: full\ncn: a\n").records == Texts{"cn=a|control=full|cn=a"});
  CHECK(read_ldif("dn: cn=a\ncn: a\nchangetype: add\n").records ==
        Texts{"cn=a|cn=a|changetype=add"});
}

TEST_CASE("what the tools print around the records is no record and no loss") {
  const DumpRead read = read_ldif(
      "# extended LDIF\n#\n\ndn: cn=a\ncn: a\n\n# search result\nsearch: 2\nresult: 0 Success\n\n"
      "ref: ldap://x/\n\n# numEntries: 1\n");
  CHECK(read.records == Texts{"cn=a|cn=a"});
  CHECK(read.issues.empty());
}

TEST_CASE("damaged lines and records are issues; the rest is read") {
  const auto check = [](std::string_view text, const Texts& records, const Texts& issues) {
    CAPTURE(std::string(text));
    const DumpRead read = read_ldif(text);
    CHECK(read.records == records);
    CHECK(read.issues == issues);
  };
  check("dn: cn=a\nno colon here\ncn: a\n", {"cn=a|cn=a"}, {"ldif-line"});
  check("dn: cn=a\nphoto:: A*==\ncn: a\n", {"cn=a|photo!|cn=a"}, {"ldif-base64"});
  check("cn: a\nsn: b\n\ndn: cn=c\n", {"cn=c"}, {"ldif-no-name"});
  check("dn:: *\ncn: a\n\ndn: cn=c\n", {"cn=c"}, {"ldif-base64", "ldif-no-name"});
  check(" fold of nothing\ndn: cn=c\n", {"cn=c"}, {"ldif-line"});
  check("dn: cn=a\ncn: a\ndn: cn=b\ncn: b\n", {"cn=a|cn=a", "cn=b|cn=b"}, {"ldif-no-blank-line"});
  check("dn: cn=a\nchangetype: twist\ncn: a\n", {"cn=a|cn=a"}, {"ldif-changetype"});
  check("dn: cn=a\nchangetype: modify\nincrement: n\nn: 1\n-\n", {"modify cn=a"}, {"ldif-modify"});
}

TEST_CASE("every prefix of a dump reads to records, and only the last one can differ") {
  for (std::size_t size = 0; size < kPlain.size(); ++size) {
    const Texts records = read_ldif(kPlain.substr(0, size)).records;
    CAPTURE(size);
    REQUIRE(records.size() <= 2);
    if (records.size() == 2) CHECK(records[0] == kPlainRecords[0]);
  }
}

TEST_CASE(
    "unwanted attributes are left out, folded ones whole, changes keep their steering lines") {
  const auto only_cn = [](std::string_view name) { return name == "cn"; };
  CHECK(read_ldif("dn: cn=a\nphoto:: *\n AA\ncn: a\n b\n", only_cn).records == Texts{"cn=a|cn=ab"});
  CHECK(read_ldif("dn: cn=a\nphoto:: *\n", only_cn).issues.empty());
  CHECK(read_ldif("dn: cn=a\nchangetype: modify\nreplace: sn\nsn: x\n-\nreplace: cn\ncn: b\n-\n",
                  only_cn)
            .records == Texts{"modify cn=a|--cn|cn=b"});
}

TEST_CASE("base64 takes blanks and missing padding, nothing else") {
  const auto decode = [](std::string text) -> std::string {
    const auto size = ldif::decode_base64(text);
    return size ? to_hex(as_bytes(text.substr(0, *size))) : "no";
  };
  CHECK(decode("") == "");
  CHECK(decode("AQIDBA==") == "01020304");
  CHECK(decode("AQ ID\tBA") == "01020304");
  CHECK(decode("AQI") == "0102");
  CHECK(decode("//+/") == "ffffbf");
  CHECK(decode("A") == "no");
  CHECK(decode("AQ==AQ==") == "no");
  CHECK(decode("A_ID") == "no");
}

TEST_CASE("LDIF is told by its first line that is no comment") {
  CHECK(ldif::looks_like_ldif("# c\n folded\n\nversion: 1\n\ndn: cn=a\n"));
  CHECK(ldif::looks_like_ldif("dn:: Y249YQ==\r\n"));
  CHECK(ldif::looks_like_ldif("DN: cn=a"));
  CHECK_FALSE(ldif::looks_like_ldif("version: one\ndn: cn=a"));
  CHECK_FALSE(ldif::looks_like_ldif("DN,objectClass\n"));
  CHECK_FALSE(ldif::looks_like_ldif("# only a comment\n"));
  CHECK_FALSE(ldif::looks_like_ldif("REGEDIT4\n\n[dn: x]\n"));
}

TEST_CASE("lines longer than a block are read whole") {
  const std::string text(1'000'000, 'x');
  const DumpRead read = read_ldif("dn: cn=a\ninfo: " + text + "\ncn: a\n");
  CHECK(read.records == Texts{"cn=a|info=" + text + "|cn=a"});
}

TEST_CASE("a record of more values than memory is there for is cut, which is a loss told once") {
  constexpr std::size_t kKept = 1'000'000;
  std::string text = "dn: cn=a\n";
  for (std::size_t i = 0; i < kKept + 10; ++i) text += "cn:b\n";
  text += "\ndn: cn=b\ncn: c\n";
  const DumpRead read = read_ldif(text);
  CHECK(read.issues == Texts{"ldif-record-size"});
  REQUIRE(read.records.size() == 2);
  CHECK(read.records[0].size() ==
        std::string_view("cn=a").size() + kKept * std::string_view("|cn=b").size());
  CHECK(read.records[1] == "cn=b|cn=c");
}

}  // namespace
}  // namespace dirsnap::test
