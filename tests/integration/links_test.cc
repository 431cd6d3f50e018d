// SPDX-License-Identifier: MIT
//
// Links and replication metadata, from the source to the rows: removed and inactive values, ends
// without a row, names in dumps, who changed what.
#include <algorithm>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>

#include "tests/support/case_run.h"
#include "tests/support/exchange_directory.h"
#include "tests/support/exchange_dumps.h"
#include "tests/support/small_ntds.h"
#include "tests/support/temp_folder.h"
#include "tests/support/unxz.h"

namespace dirsnap::test {
namespace {

using Rows = std::vector<std::vector<std::string>>;
using support::NtdsLink;
using support::NtdsMetadata;
using support::NtdsObject;

// 2021-11-17T00:00:00Z and an hour later, in seconds since 1601.
constexpr std::int64_t kNoon = 13'281'580'800;
constexpr std::int64_t kLater = kNoon + 3600;
constexpr std::uint32_t kTop = 65'536;

// A source imported into a case of its own.
struct Imported {
  Imported(const std::vector<NtdsObject>& objects, const std::vector<NtdsLink>& links) {
    const auto written = support::write_small_ntds((folder / "ntds.dit").string(), objects, links);
    REQUIRE(written.has_value());
    read("ntds.dit");
  }
  explicit Imported(std::string_view ldif) {
    folder.write("dump.ldif", ldif);
    read("dump.ldif");
  }
  void read(const char* name) {
    summary = import_into(folder / "case", folder / name);
    open = std::make_unique<OpenCase>(folder / "case");
  }
  std::string issues() {
    return open->value(
        "SELECT coalesce(group_concat(severity || ' ' || code, ', '), '') FROM (SELECT * FROM "
        "import_issues ORDER BY code)");
  }
  TempFolder folder;
  ImportSummary summary;
  std::unique_ptr<OpenCase> open;
};

const std::vector<NtdsObject> kGroupAndMembers = {{.dnt = 3, .rdn = "Group"},
                                                  {.dnt = 4, .rdn = "Ada"},
                                                  {.dnt = 5, .rdn = "Bob"},
                                                  {.dnt = 6, .rdn = "Cy"}};

TEST_CASE("a removed member is a link with its time and no value of the group") {
  Imported in(kGroupAndMembers, {{.from = 3, .to = 4, .usn_changed = 77},
                                 {.from = 3, .to = 5, .deleted_at = kNoon, .usn_changed = 78},
                                 {.from = 3, .to = 6}});
  CHECK(in.open->rows("SELECT from_dn, attribute, attribute_x500, to_dn, link_base, is_deleted, "
                      "deleted_at, deactivated_at, usn_changed FROM links ORDER BY to_id") ==
        Rows{{"/cn=Group", "member", "Member", "/cn=Ada", "1", "0", "NULL", "NULL", "77"},
             {"/cn=Group", "member", "Member", "/cn=Bob", "1", "1", "2021-11-17T00:00:00Z", "NULL",
              "78"},
             {"/cn=Group", "member", "Member", "/cn=Cy", "1", "0", "NULL", "NULL", "NULL"}});
  CHECK(in.open->rows("SELECT seq, text FROM attributes WHERE attribute = 'member'") ==
        Rows{{"0", "/cn=Ada"}, {"1", "/cn=Cy"}});
  // Both ends lead to their objects.
  CHECK(in.open->value("SELECT count(*) FROM links l JOIN objects f ON f.object_id = l.from_id "
                       "JOIN objects t ON t.object_id = l.to_id WHERE f.dn = l.from_dn AND t.dn = "
                       "l.to_dn") == "3");
  CHECK(in.issues().empty());
}

TEST_CASE("a value that is inactive because an end was deleted says so") {
  Imported in(kGroupAndMembers,
              {{.from = 3, .to = 4, .deactivated_at = kLater},
               {.from = 3, .to = 5, .deleted_at = kNoon, .deactivated_at = kLater}});
  CHECK(in.open->rows("SELECT is_deleted, deleted_at, deactivated_at FROM links ORDER BY to_id") ==
        Rows{{"1", "2021-11-17T01:00:00Z", "2021-11-17T01:00:00Z"},
             {"1", "2021-11-17T00:00:00Z", "2021-11-17T01:00:00Z"}});
  CHECK(in.open->value("SELECT count(*) FROM attributes WHERE attribute = 'member'") == "0");
}

TEST_CASE("times that are none leave a removed value removed, and zero is no removal") {
  Imported in(kGroupAndMembers, {{.from = 3, .to = 4, .deleted_at = -5},
                                 {.from = 3, .to = 5, .deleted_at = 0, .deactivated_at = 0},
                                 {.from = 3, .to = 6, .deleted_at = 0x2A2A2A2A2A2A2A2A}});
  CHECK(in.open->rows("SELECT to_dn, is_deleted, deleted_at FROM links ORDER BY to_id") ==
        Rows{{"/cn=Ada", "1", "NULL"}, {"/cn=Bob", "0", "NULL"}, {"/cn=Cy", "0", "NULL"}});
}

TEST_CASE("a link whose end has no row is a doubt, and kept without that end's name") {
  Imported in(
      kGroupAndMembers,
      {{.from = 3, .to = 99}, {.from = 98, .to = 4}, {.from = 3, .to = 1}, {.from = 3, .to = 4}});
  CHECK(in.open->rows("SELECT from_dn, from_id, to_dn, to_id FROM links ORDER BY rowid") ==
        Rows{{"/cn=Group", "1", "NULL", "NULL"},
             {"/cn=Group", "1", "NULL", "NULL"},
             {"/cn=Group", "1", "/cn=Ada", "2"},
             {"NULL", "NULL", "/cn=Ada", "2"}});
  CHECK(in.issues() == "doubt link-source, doubt link-target, doubt link-target");
  // The values stay values: their row number is what the database tells.
  CHECK(in.open->rows("SELECT seq, value, text FROM attributes WHERE attribute = 'member'") ==
        Rows{{"0", "99", "NULL"}, {"1", "1", "NULL"}, {"2", "4", "/cn=Ada"}});
}

TEST_CASE("a phantom is an end like any other") {
  Imported in({{.dnt = 3, .rdn = "Group"}, {.dnt = 4, .rdn = "Elsewhere", .is_object = 0}},
              {{.from = 3, .to = 4}});
  CHECK(in.open->value("SELECT is_phantom FROM links JOIN objects ON object_id = to_id") == "1");
  CHECK(in.issues().empty());
}

TEST_CASE("a link base that no schema names is shown by its number") {
  Imported in(kGroupAndMembers, {{.from = 3, .to = 4, .base = 4711},
                                 {.from = 3, .to = 5, .base = 4711, .deleted_at = kNoon}});
  CHECK(in.open->rows("SELECT attribute, attribute_x500, link_base, to_dn, is_deleted FROM links "
                      "ORDER BY to_id") ==
        Rows{{"NULL", "NULL", "4711", "/cn=Ada", "0"}, {"NULL", "NULL", "4711", "/cn=Bob", "1"}});
  CHECK(in.issues() == "note link-base, note link-base");
}

TEST_CASE("what a link holds beside the name is its data") {
  constexpr std::uint32_t kHasInstantiatedNcs = 1001;
  const std::string sized("\x08\0\0\0\0\0\0\x0D", 8);
  Imported in(kGroupAndMembers, {{.from = 3, .to = 4, .base = kHasInstantiatedNcs, .data = sized},
                                 {.from = 3, .to = 5, .base = kHasInstantiatedNcs, .data = "odd"}});
  CHECK(in.open->rows("SELECT to_dn, data FROM links ORDER BY to_id") ==
        Rows{{"/cn=Ada", "x'0000000d'"}, {"/cn=Bob", "x'6f6464'"}});
  CHECK(in.open->value("SELECT text FROM attributes WHERE attribute = 'msDS-HasInstantiatedNCs' "
                       "AND seq = 0") == "B:8:0000000D:/cn=Ada");
}

TEST_CASE("links may lie in any order") {
  const std::vector<NtdsLink> ordered = {{.from = 3, .to = 4},
                                         {.from = 3, .to = 5},
                                         {.from = 3, .to = 6, .base = 21},
                                         {.from = 5, .to = 3, .base = 21, .deleted_at = kNoon},
                                         {.from = 6, .to = 5, .base = 21}};
  const std::vector<NtdsLink> mixed = {ordered[4], ordered[0], ordered[3], ordered[2], ordered[1]};
  Imported a(kGroupAndMembers, ordered);
  Imported b(kGroupAndMembers, mixed);
  const char* const all = "SELECT * FROM links ORDER BY rowid";
  CHECK(a.open->rows(all) == b.open->rows(all));
  CHECK(a.open->value("SELECT count(*) FROM links WHERE attribute = 'manager'") == "3");
}

// Metadata.

const std::string kOwnId("\0\1\2\3\4\5\6\7\x08\x09\x0A\x0B\x0C\x0D\x0E\x0F", 16);
const std::string kStrangeId(16, '\xEE');
const std::vector<NtdsMetadata> kThree = {
    {.attribute_id = 31,
     .version = 7,
     .changed_at = kNoon,
     .originating_id = kOwnId,
     .originating_usn = 1001,
     .local_usn = 2002},
    {.attribute_id = 13,
     .version = 1,
     .changed_at = 0,
     .originating_id = kStrangeId,
     .originating_usn = 5,
     .local_usn = 6},
    {.attribute_id = 0x80001234,
     .version = 0xFFFFFFFF,
     .changed_at = INT64_MAX,
     .originating_id = kOwnId,
     .originating_usn = -1,
     .local_usn = 0},
};

std::vector<NtdsObject> with_metadata(std::string value) {
  return {{.dnt = 3, .rdn = "NTDS Settings", .object_class = kTop, .invocation_id = kOwnId},
          {.dnt = 4, .rdn = "Ada", .replication_metadata = std::move(value)}};
}

TEST_CASE("replication metadata tells who changed which attribute, when and how often") {
  Imported in(with_metadata(support::replication_metadata(kThree)), {});
  const char* const id = "03020100-0504-0706-0809-0a0b0c0d0e0f";
  CHECK(in.open->rows("SELECT o.dn, m.attribute, attribute_x500, attribute_id, version, "
                      "m.changed_at, originating_id, originating_dn, originating_usn, local_usn "
                      "FROM replication_metadata m JOIN objects o USING (snapshot_id, object_id) "
                      "ORDER BY m.rowid") ==
        Rows{{"/cn=Ada", "member", "Member", "31", "7", "2021-11-17T00:00:00Z", id,
              "/cn=NTDS Settings", "1001", "2002"},
             {"/cn=Ada", "description", "Description", "13", "1", "NULL",
              "eeeeeeee-eeee-eeee-eeee-eeeeeeeeeeee", "NULL", "5", "6"},
             {"/cn=Ada", "-2147478988", "NULL", "-2147478988", "4294967295", "NULL", id,
              "/cn=NTDS Settings", "-1", "0"}});
  CHECK(in.issues().empty());
}

TEST_CASE("duplicate entries are kept, in the order of the value") {
  Imported in(with_metadata(support::replication_metadata({kThree[0], kThree[1], kThree[0]})), {});
  CHECK(in.open->value("SELECT group_concat(attribute_id) FROM replication_metadata") ==
        "31,13,31");
}

TEST_CASE("replication metadata cut anywhere gives its whole entries and a loss") {
  const std::string whole = support::replication_metadata(kThree);
  for (std::size_t size = 1; size < whole.size(); size += 7) {
    CAPTURE(size);
    Imported in(with_metadata(whole.substr(0, size)), {});
    const std::size_t entries = size < 16 ? 0 : (size - 16) / 48;
    CHECK(in.open->value("SELECT count(*) FROM replication_metadata") == std::to_string(entries));
    CHECK(in.issues() == "loss replication-metadata");
  }
}

TEST_CASE("replication metadata of another form is an issue, and its octets stay a value") {
  std::string version_two = support::replication_metadata(kThree);
  version_two[0] = 2;
  std::string many = support::replication_metadata(kThree);
  for (std::size_t i = 8; i < 16; ++i) many[i] = '\xFF';
  const std::string longer = support::replication_metadata(kThree) + "more";
  Imported unknown(with_metadata(version_two), {});
  CHECK(unknown.issues() == "loss replication-metadata");
  CHECK(unknown.open->value("SELECT count(*) FROM replication_metadata") == "0");
  CHECK(unknown.open->value("SELECT length(value) FROM attributes WHERE attribute = "
                            "'replPropertyMetaData'") == "160");
  Imported counted(with_metadata(many), {});
  CHECK(counted.issues() == "loss replication-metadata");
  CHECK(counted.open->value("SELECT count(*) FROM replication_metadata") == "3");
  Imported tail(with_metadata(longer), {});
  CHECK(tail.issues() == "doubt replication-metadata");
  CHECK(tail.open->value("SELECT count(*) FROM replication_metadata") == "3");
}

TEST_CASE("no value makes up more attributes than any schema has") {
  std::vector<NtdsMetadata> entries;
  for (std::uint32_t i = 0; i < 65'536 + 100; ++i) {
    entries.push_back({.attribute_id = 0x90000000 + i, .originating_id = kOwnId});
  }
  Imported in(with_metadata(support::replication_metadata(entries)), {});
  CHECK(in.open->value("SELECT count(*) FROM replication_metadata") == "65536");
  CHECK(in.issues() == "loss replication-metadata");
  CHECK(in.open->value("SELECT message LIKE '%100 entries are not kept' FROM import_issues") ==
        "1");
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      out.push_back(i + k <= bytes.size() ? kDigits[group >> (18 - 6 * k) & 63] : '=');
    }
  }
  return out;
}

TEST_CASE("replication metadata in an LDIF dump is read as in the database") {
  const std::string value = base64(support::replication_metadata(kThree));
  for (const std::string& id :
       {": " + base64(kOwnId), std::string(" 03020100-0504-0706-0809-0a0b0c0d0e0f")}) {
    std::string text = "dn: cn=NTDS Settings\nobjectClass: nTDSDSA\ninvocationId:";
    text.append(id).append("\n\ndn: cn=Ada\nobjectClass: group\nreplPropertyMetaData:: ");
    text.append(value).append("\n");
    Imported in(text);
    CHECK(in.open->rows("SELECT attribute, version, changed_at, originating_dn FROM "
                        "replication_metadata ORDER BY rowid") ==
          Rows{{"member", "7", "2021-11-17T00:00:00Z", "/cn=NTDS Settings"},
               {"description", "1", "NULL", "NULL"},
               {"-2147478988", "4294967295", "NULL", "/cn=NTDS Settings"}});
    CHECK(in.issues().empty());
  }
}

TEST_CASE("an object of Exchange has one row: its version, its last writer, its numbers") {
  const support::ExchangeSite site(support::sample_spec());
  const TempFolder folder;
  REQUIRE(support::write_directory(site, (folder / "Dir.edb").string()).has_value());
  import_into(folder / "case", folder / "Dir.edb");
  folder.write("dump.ldif", support::ldif_text(support::dump_objects(site)));
  import_into(folder / "case", folder / "dump.ldif");
  OpenCase open(folder / "case");
  CHECK(open.value("SELECT count(*) FROM replication_metadata WHERE snapshot_id = 1") ==
        std::to_string(site.object_count()));
  CHECK(open.rows("SELECT DISTINCT attribute, attribute_id FROM replication_metadata") ==
        Rows{{"NULL", "NULL"}});
  CHECK(open.value("SELECT count(*) FROM replication_metadata m JOIN objects o USING (snapshot_id, "
                   "object_id) JOIN attributes v USING (snapshot_id, object_id) WHERE "
                   "v.attribute_x500 = 'Object-Version' AND (v.value <> m.version OR m.changed_at "
                   "IS NOT o.changed_at OR m.local_usn IS NOT o.usn_changed)") == "0");
  CHECK(open.rows("SELECT originating_dn FROM replication_metadata m JOIN objects USING "
                  "(snapshot_id, object_id) WHERE snapshot_id = 1 AND rdn = 'user00000'") ==
        Rows{{site.server_dn(0) + "/cn=Microsoft DSA"}});
  const auto side = [](int snapshot) {
    return "SELECT o.dn, m.version, m.changed_at, originating_id, originating_dn, originating_usn, "
           "local_usn FROM replication_metadata m JOIN objects o USING (snapshot_id, object_id) "
           "WHERE snapshot_id = " +
           std::to_string(snapshot);
  };
  CHECK(open.rows(side(1) + " EXCEPT " + side(2)) == Rows{});
  CHECK(open.rows(side(2) + " EXCEPT " + side(1)) == Rows{});
}

// Dumps.

TEST_CASE("a name in a dump finds its object, however it is written") {
  Imported in(
      "dn: cn=Group,o=X\nobjectClass: group\n"
      "member: CN=ada\\2C b, O=x\n"
      "member: cn=\"Ada, B\",o=X\n"
      "member: /o=X/cn=Ada, B\n"
      "member: cn=Nobody,o=X\n"
      "member: no name at all\n"
      "objectCategory: cn=Group,o=X\n"
      "msDS-HasInstantiatedNCs: B:8:0000000D:cn=Ada\\, B,o=X\n\n"
      "dn: cn=Ada\\, B,o=X\nobjectClass: user\n");
  CHECK(
      in.open->rows("SELECT attribute, to_id, to_dn, link_base, data FROM links ORDER BY rowid") ==
      Rows{{"member", "2", "/o=X/cn=Ada, B", "1", "NULL"},
           {"member", "2", "/o=X/cn=Ada, B", "1", "NULL"},
           {"member", "2", "/o=X/cn=Ada, B", "1", "NULL"},
           {"member", "NULL", "/o=X/cn=Nobody", "1", "NULL"},
           {"member", "NULL", "no name at all", "1", "NULL"},
           {"msDS-HasInstantiatedNCs", "2", "/o=X/cn=Ada, B", "1001", "x'0000000d'"}});
  CHECK(in.open->value("SELECT count(DISTINCT from_id) FROM links") == "1");
}

TEST_CASE("a back link tells of a link where the dump lacks the object that carries it") {
  Imported in(
      "dn: cn=Ada\nobjectClass: user\nmemberOf: cn=Here\nmemberOf: cn=Elsewhere,o=X\n\n"
      "dn: cn=Here\nobjectClass: group\nmember: cn=Ada\n");
  CHECK(in.open->rows("SELECT from_id, from_dn, attribute, to_id, to_dn FROM links ORDER BY "
                      "from_dn") == Rows{{"2", "/cn=Here", "member", "1", "/cn=Ada"},
                                         {"NULL", "/o=X/cn=Elsewhere", "member", "1", "/cn=Ada"}});
}

TEST_CASE("changes to a list leave the links that they lead to") {
  Imported in(
      "dn: cn=g\nobjectClass: group\nmember: cn=a\nmember: cn=b\n\n"
      "dn: cn=a\nobjectClass: user\n\ndn: cn=c\nobjectClass: user\n\n"
      "dn: cn=g\nchangetype: modify\ndelete: member\nmember: cn=a\n-\nadd: member\nmember: cn=c\n-"
      "\n");
  CHECK(in.open->rows("SELECT to_dn, to_id, is_deleted FROM links ORDER BY to_dn") ==
        Rows{{"/cn=b", "NULL", "0"}, {"/cn=c", "3", "0"}});
}

// Fixtures and generated organisations.

std::string side(const char* columns, int snapshot, const char* where = "1") {
  return std::string("SELECT ") + columns + " FROM links WHERE " + where +
         " AND snapshot_id = " + std::to_string(snapshot);
}

TEST_CASE("a database and every dump of it have the same members and homes") {
  const support::ExchangeSite site(support::sample_spec());
  const auto objects = support::dump_objects(site);
  const TempFolder folder;
  REQUIRE(support::write_directory(site, (folder / "Dir.edb").string()).has_value());
  folder.write("a.ldif", support::ldif_text(objects));
  folder.write("b.csv", support::directory_csv_text(objects));
  folder.write("c.txt", support::admindmp_text(objects));
  for (const char* name : {"Dir.edb", "a.ldif", "b.csv", "c.txt"}) {
    import_into(folder / "case", folder / name);
  }
  std::size_t values = 0;
  for (const support::SiteObject& object : site.objects()) {
    for (const std::uint32_t id : {support::attr::kMember, support::attr::kHomeMDB}) {
      const support::SiteAttribute* const attribute = object.find(id);
      if (attribute != nullptr) values += attribute->values.size();
    }
  }
  OpenCase open(folder / "case");
  // A database keeps in its link table what its own schema links; other links of the dumps are
  // values in columns there.
  const char* const both = "attribute_x500 IN ('Member', 'Home-MDB')";
  const char* const columns =
      "from_dn, attribute_x500, to_dn, link_base, is_deleted, from_id IS NULL, to_id IS NULL";
  CHECK(open.value(side("count(*)", 1)) == std::to_string(values));
  for (int dump = 2; dump <= 4; ++dump) {
    CAPTURE(dump);
    CHECK(open.value(side("count(*)", dump, both)) == std::to_string(values));
    CHECK(open.rows(side(columns, 1, both) + " EXCEPT " + side(columns, dump, both)) == Rows{});
    CHECK(open.rows(side(columns, dump, both) + " EXCEPT " + side(columns, 1, both)) == Rows{});
  }
}

// Number of values of linked attributes in an LDIF text, counted by hand.
std::size_t count_values(std::string text, const std::vector<std::string>& attributes) {
  std::istringstream lines(std::move(text));
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line);) {
    const std::string name = line.substr(0, line.find(':'));
    if (std::find(attributes.begin(), attributes.end(), name) != attributes.end()) ++count;
  }
  return count;
}

TEST_CASE("ntds.dit and LDIF of one domain have the same links, as many as the LDIF has values",
          "[fixtures]") {
  if (fixtures().empty()) {
    WARN("skipped: the shared fixtures are not here");
    return;
  }
  const TempFolder folder;
  const auto dit = unxz_file(fixtures() / "exchange/fabrikam-ntds/ntds.dit.xz");
  const auto ldif = unxz_file(fixtures() / "ldif/fabrikam.ldif.xz");
  const std::string text(as_chars(Bytes(ldif)));
  folder.write("ntds.dit", as_chars(Bytes(dit)));
  folder.write("fabrikam.ldif", text);
  import_into(folder / "case", folder / "ntds.dit");
  import_into(folder / "case", folder / "fabrikam.ldif");
  OpenCase open(folder / "case");
  const std::size_t values =
      count_values(text, {"hasMasterNCs", "member", "msDS-HasDomainNCs", "msDS-HasInstantiatedNCs",
                          "msDS-hasMasterNCs", "serverReference", "siteList"});
  CHECK(values == 35);  // as the fixture's expected.json says
  for (int snapshot = 1; snapshot <= 2; ++snapshot) {
    CHECK(open.value(side("count(*)", snapshot)) == std::to_string(values));
    CHECK(open.value(side("count(*)", snapshot, "to_id IS NULL OR from_id IS NULL")) == "0");
  }
  const char* const columns = "from_dn, attribute, to_dn, link_base, is_deleted, data";
  CHECK(open.rows(side(columns, 1) + " EXCEPT " + side(columns, 2)) == Rows{});
  CHECK(open.rows(side(columns, 2) + " EXCEPT " + side(columns, 1)) == Rows{});
  // The back links that the dump shows are the links of the database, seen from their targets.
  CHECK(open.rows("SELECT o.dn, a.text FROM attributes a JOIN objects o USING (snapshot_id, "
                  "object_id) WHERE a.attribute = 'memberOf' EXCEPT SELECT to_dn, from_dn FROM "
                  "links WHERE snapshot_id = 1 AND attribute = 'member'") == Rows{});
  CHECK(open.value("SELECT count(*) FROM attributes WHERE attribute = 'memberOf' AND snapshot_id = "
                   "1") == "0");
}

TEST_CASE("the scenario's link table is the links, each with both ends", "[fixtures]") {
  if (fixtures().empty()) {
    WARN("skipped: the shared fixtures are not here");
    return;
  }
  for (const char* scenario : {"healthy", "q188632", "q188632-nt4-hive"}) {
    CAPTURE(scenario);
    const TempFolder folder;
    const auto edb = unxz_file(fixtures() / "exchange" / scenario / "Dir.edb.xz");
    folder.write("Dir.edb", as_chars(Bytes(edb)));
    import_into(folder / "case", folder / "Dir.edb");
    OpenCase open(folder / "case");
    CHECK(open.value("SELECT count(*) = (SELECT count(*) FROM ese_link_table) AND count(*) > 50 "
                     "FROM links WHERE from_id > 0 AND to_id > 0") == "1");
    CHECK(open.rows("SELECT DISTINCT attribute_x500 FROM links ORDER BY 1") ==
          Rows{{"Home-MDB"}, {"Member"}});
    CHECK(
        open.value("SELECT count(*) FROM attributes a JOIN links l USING (snapshot_id) WHERE "
                   "l.from_id = a.object_id AND l.attribute = a.attribute AND l.to_dn = a.text") ==
        open.value("SELECT count(*) FROM links"));
  }
}

}  // namespace
}  // namespace dirsnap::test
