// SPDX-License-Identifier: MIT
//
// Text dumps of a directory, from the file to the rows.
#include <map>

#include <catch2/catch.hpp>

#include "storage/base/dn.h"
#include "tests/support/case_run.h"
#include "tests/support/temp_folder.h"
#include "tests/support/unxz.h"

namespace dirsnap::test {
namespace {

using Rows = std::vector<std::vector<std::string>>;

// A plain reading of an LDIF file without options and changes: what a user would count by hand.
struct PlainCount {
  std::map<std::string, std::size_t> attributes;
  std::map<std::string, std::size_t> classes;  // by the last objectClass, the most derived one
  std::vector<std::string> dns;
};

PlainCount count_plainly(std::string text) {
  for (std::size_t at = 0; (at = text.find("\n ", at)) != std::string::npos;) text.erase(at, 2);
  PlainCount count;
  std::string last_class;
  const auto end_entry = [&] {
    if (!last_class.empty()) ++count.classes[last_class];
    last_class.clear();
  };
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) end_entry();
    if (line.empty() || line.front() == '#') continue;
    const std::size_t colon = line.find(':');
    const std::string name = line.substr(0, colon);
    const std::string value =
        line.substr(std::min(line.find_first_not_of(": ", colon), line.size()));
    if (name == "dn") {
      count.dns.push_back(value);
      continue;
    }
    ++count.attributes[name];
    if (name == "objectClass") last_class = value;
  }
  end_entry();
  return count;
}

bool fixtures_missing() {
  if (!fixtures().empty()) return false;
  WARN("skipped: the shared fixtures are not here");
  return true;
}

std::string unpacked(const std::filesystem::path& path) {
  const auto bytes = unxz_file(path);
  return std::string(as_chars(Bytes(bytes)));
}

std::map<std::string, std::size_t> counts(OpenCase& open, const std::string& sql) {
  std::map<std::string, std::size_t> out;
  for (const auto& row : open.rows(sql)) out[row[0]] = std::stoul(row[1]);
  return out;
}

TEST_CASE("a directory of 3,480 LDIF entries: every entry an object, every value a row") {
  if (fixtures_missing()) return;
  const TempFolder folder;
  const std::string text = unpacked(fixtures() / "ldif/fabrikam.ldif.xz");
  folder.write("fabrikam.ldif", text);
  const ImportSummary summary = import_into(folder / "case", folder / "fabrikam.ldif");
  CHECK(summary.losses + summary.doubts + summary.notes == 0);
  const PlainCount plain = count_plainly(text);
  REQUIRE(plain.dns.size() == 3480);
  OpenCase open(folder / "case");
  CHECK(open.value("SELECT kind || ' ' || role FROM sources") == "ldif directory");
  CHECK(counts(open, "SELECT attribute, count(*) FROM attributes GROUP BY attribute") ==
        plain.attributes);
  CHECK(counts(open, "SELECT class, count(*) FROM objects GROUP BY class") == plain.classes);

  // Objects stand in the order of the file; types of names are written in lower case.
  const Rows names = open.rows(
      "SELECT ldap_dn, dn_ldap(dn), dn_x500(ldap_dn) = dn, defect FROM objects ORDER BY object_id");
  REQUIRE(names.size() == plain.dns.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    CAPTURE(plain.dns[i], names[i][0]);
    REQUIRE(names[i][0] == names[i][1]);
    REQUIRE(names[i][2] == "1");
    REQUIRE(names[i][3] == "NULL");
    REQUIRE(dn_equal(plain.dns[i], names[i][0]));
  }
  CHECK(open.value("SELECT count(*) FROM objects o WHERE parent_id IS NULL AND ldap_dn <> "
                   "'dc=fabrikam,dc=example'") == "0");
}

// What one side of the same directory cannot carry. The database stores no back links (they are
// computed) and its prefixMap is another attribute's text; the dump has no phantoms.
constexpr const char* kNotStored =
    "('masteredBy','memberOf','msDS-IsDomainFor','msDs-masteredBy','serverReferenceBL','prefixMap'"
    ")";

TEST_CASE(
    "the same directory as ntds.dit and as LDIF differs in nothing but what one cannot hold") {
  if (fixtures_missing()) return;
  const TempFolder folder;
  folder.write("fabrikam.ldif", unpacked(fixtures() / "ldif/fabrikam.ldif.xz"));
  folder.write("ntds.dit", unpacked(fixtures() / "exchange/fabrikam-ntds/ntds.dit.xz"));
  import_into(folder / "case", folder / "fabrikam.ldif");
  import_into(folder / "case", folder / "ntds.dit");
  OpenCase open(folder / "case");
  const auto side = [](int snapshot) {
    return "SELECT o.dn, a.attribute, a.text FROM objects o JOIN attributes a USING (snapshot_id, "
           "object_id) WHERE o.is_phantom = 0 AND a.attribute NOT IN " +
           std::string(kNotStored) + " AND snapshot_id = " + std::to_string(snapshot);
  };
  CHECK(open.rows(side(1) + " EXCEPT " + side(2)).empty());
  CHECK(open.rows(side(2) + " EXCEPT " + side(1)).empty());
  const std::string all = "SELECT count(*) FROM (" + side(1) + ")";
  CHECK(open.value(all) == "87759");
  // Names, numbers and native values agree as well, but for names, which a dump has no numbers for.
  const auto native = [](int snapshot) {
    return "SELECT o.dn, a.attribute, a.attribute_x500, a.attribute_id, a.oid, a.syntax, "
           "a.name_origin, a.value FROM objects o JOIN attributes a USING (snapshot_id, object_id) "
           "WHERE o.is_phantom = 0 AND a.syntax NOT IN ('2.5.5.1', '2.5.5.7') AND a.attribute NOT "
           "IN ('prefixMap', 'msDS-OptionalFeatureGUID') AND snapshot_id = " +
           std::to_string(snapshot);
  };
  CHECK(open.rows(native(1) + " EXCEPT " + native(2)).empty());
  CHECK(open.rows(native(2) + " EXCEPT " + native(1)).empty());
  const auto objects = [](int snapshot) {
    return "SELECT dn, ldap_dn, class, class_x500, rdn, rdn_type, depth, is_deleted, created_at, "
           "changed_at, usn_created, usn_changed, guid, defect FROM objects WHERE is_phantom = 0 "
           "AND snapshot_id = " +
           std::to_string(snapshot);
  };
  CHECK(open.rows(objects(1) + " EXCEPT " + objects(2)).empty());
  CHECK(open.rows(objects(2) + " EXCEPT " + objects(1)).empty());
}

// Imports one text and opens the case.
struct Imported {
  explicit Imported(std::string_view text, const ImportOptions& options = {}) {
    folder.write("dump.txt", text);
    summary = import_into(folder / "case", folder / "dump.txt", options);
    open = std::make_unique<OpenCase>(folder / "case");
  }
  // "dn|attribute=text|…" of every object, attributes in the order of their rows.
  std::vector<std::string> objects() {
    std::vector<std::string> out;
    for (const auto& row :
         open->rows("SELECT object_id, dn, is_deleted FROM objects ORDER BY object_id")) {
      std::string line = row[1] + (row[2] == "1" ? " deleted" : "");
      for (const auto& value :
           open->rows("SELECT attribute, text FROM attributes WHERE object_id = " + row[0] +
                      " ORDER BY rowid")) {
        line += "|" + value[0] + "=" + value[1];
      }
      out.push_back(line);
    }
    return out;
  }
  std::string issues() {
    std::string out;
    for (const auto& row : open->rows("SELECT severity || ' ' || code FROM import_issues")) {
      out += (out.empty() ? "" : ", ") + row[0];
    }
    return out;
  }
  TempFolder folder;
  ImportSummary summary;
  std::unique_ptr<OpenCase> open;
};

using Texts = std::vector<std::string>;

TEST_CASE("change records leave the state that they lead to, under the last name") {
  Imported in(
      "dn: o=X\nobjectClass: organization\no: X\n\n"
      "dn: cn=a,o=X\nobjectClass: top\ncn: a\nsn: one\nsn: two\nl: here\n\n"
      "dn: cn=b,o=X\nobjectClass: top\ncn: b\n\n"
      "dn: cn=a,o=X\nchangetype: modify\ndelete: sn\nsn: ONE\n-\nadd: sn\nsn: three\n-\nreplace: "
      "l\nl: there\n-\n\n"
      "dn: cn=a,o=X\nchangetype: modrdn\nnewrdn: cn=c\ndeleteoldrdn: 0\nnewsuperior: cn=b,o=X\n\n"
      "dn: cn=c,cn=b,o=X\nchangetype: modify\nadd: sn\nsn: four\n-\n\n"
      "dn: cn=b,o=X\nchangetype: delete\n");
  CHECK(in.objects() == Texts{"/o=X|objectClass=organization|o=X",
                              "/o=X/cn=b/cn=c|objectClass=top|cn=a|sn=two|sn=three|l=there|sn=four",
                              "/o=X/cn=b deleted"});
  CHECK(in.issues().empty());
  CHECK(in.open->value("SELECT parent_id FROM objects WHERE rdn = 'c'") == "3");
}

TEST_CASE("changes to an object that the dump does not hold are an object, and a note says so") {
  Imported in("dn: cn=a,o=X\nchangetype: modify\nadd: sn\nsn: x\n-\n");
  CHECK(in.objects() == Texts{"/o=X/cn=a|sn=x"});
  CHECK(in.issues() == "note dump-changes-only");
  CHECK(in.open->value("SELECT defect FROM objects") == "no-class");
}

TEST_CASE("values that a change takes and the object does not hold are a doubt with their count") {
  const char* const kIssue =
      "SELECT severity, message FROM import_issues WHERE code = "
      "'dump-remove-unmatched'";
  const std::string object = "dn: cn=a,o=X\nobjectClass: person\nsn: one\nsn: two\n\n";
  const std::string head = "dn: cn=a,o=X\nchangetype: modify\ndelete: sn\n";
  Imported in(object + head + "sn: two\nsn: three\nsn: two\n-\n");
  const Rows found = in.open->rows(kIssue);
  REQUIRE(found.size() == 1);
  CHECK(found[0][0] == "doubt");
  CHECK(found[0][1].starts_with("2 values"));
  CHECK(in.open->value("SELECT group_concat(value) FROM attributes WHERE attribute = 'sn'") ==
        "one");
  // All that is removed was there; nothing is known of what was there.
  CHECK(Imported(object + head + "sn: TWO\n-\n").open->rows(kIssue).empty());
  CHECK(Imported(head + "sn: two\n-\n").open->rows(kIssue).empty());
}

TEST_CASE("pieces of a long value list are joined; a missing piece is a loss") {
  Imported whole(
      "dn: cn=g\nobjectClass: group\nmember;range=0-1: cn=a\n\n"
      "dn: cn=g\nmember;range=2-*: cn=b\n");
  CHECK(whole.objects() == Texts{"/cn=g|objectClass=group|member=/cn=a|member=/cn=b"});
  CHECK(whole.issues().empty());
  CHECK(whole.open->value("SELECT group_concat(seq) FROM attributes WHERE attribute = 'member'") ==
        "0,1");
  Imported part("dn: cn=g\nobjectClass: group\nmember;range=0-1: cn=a\n");
  CHECK(part.issues() == "loss dump-range");
}

TEST_CASE("pieces are looked at once an attribute, however many values they have") {
  constexpr int kValues = 300'000;
  std::string text = "dn: cn=g,o=X\nobjectClass: group\n";
  for (int i = 0; i < kValues; ++i) text += "member;range=0-9: cn=" + std::to_string(i) + "\n";
  Imported whole(text + "member;range=10-*: cn=last\nowner;range=0-*: cn=o\n");
  CHECK(whole.issues().empty());
  CHECK(whole.open->value("SELECT count(*) FROM attributes WHERE attribute = 'member'") ==
        std::to_string(kValues + 1));
  Imported piece(text + "owner;range=0-*: cn=o\n");
  CHECK(piece.issues() == "loss dump-range");
  CHECK(piece.open->value("SELECT message FROM import_issues").starts_with("member: "));
}

TEST_CASE("names come from the dump's own schema objects, numbers from their OIDs") {
  Imported in(
      "dn: cn=Shoe-Size,cn=Schema\nobjectClass: top\nobjectClass: attributeSchema\ncn: Shoe-Size\n"
      "attributeID: 1.2.840.113556.1.2.9999\nattributeSyntax: 2.5.5.9\nisSingleValued: TRUE\n"
      "lDAPDisplayName: shoeSize\n\n"
      "dn: cn=Wearer,cn=Schema\nobjectClass: top\nobjectClass: classSchema\ncn: Wearer\n"
      "governsID: 1.3.6.1.4.1.99999.7\nlDAPDisplayName: wearer\nsubClassOf: top\n\n"
      "dn: cn=a\nobjectClass: top\nobjectClass: wearer\nshoeSize: 44\n1.2.840.113556.1.2.9999: "
      "45\nhatSize: 7\n");
  CHECK(in.open->rows(
            "SELECT attribute, attribute_x500, attribute_id, seq, typeof(value), name_origin FROM "
            "attributes WHERE object_id = 3 AND attribute <> 'objectClass'") ==
        Rows{{"shoeSize", "Shoe-Size", "141071", "0", "integer", "schema"},
             {"shoeSize", "Shoe-Size", "141071", "1", "integer", "schema"},
             {"hatSize", "NULL", "NULL", "0", "text", "none"}});
  CHECK(in.open->value("SELECT class FROM objects WHERE rdn = 'a'") == "wearer");
  CHECK(in.open->rows(
            "SELECT id, oid, parent, objects FROM schema_classes WHERE ldap_name = 'wearer'") ==
        Rows{{"NULL", "1.3.6.1.4.1.99999.7", "top", "1"}});
}

TEST_CASE("OR-names and presentation addresses of a dump are readable, their octets are kept") {
  // 30 0C 30 0A 61 04 13 02 "US" 83 02 "HQ"
  Imported in(
      "dn: cn=a\nobjectClass: top\nauthOrig: B:28:300C300A610413025553830248 51:cn=x\n"
      "authOrig: B:28:300C300A6104130255538302 4851:cn=x\n"
      "authOrig: B:28:300C300A61041302555383024851:cn=x,o=Org\n"
      "authOrig: B:4:01aB:cn=x,o=Org\nauthOrig:: MAwwCmEEEwJVU4MCSFE=\n"
      "presentationAddress: NS+4700\npresentationAddress:: MA+gAwQBUKMIMQYEBEcABYA=\n");
  CHECK(in.open->rows(
            "SELECT typeof(value), text FROM attributes WHERE attribute = 'Auth-Orig' ORDER "
            "BY seq LIMIT 3 OFFSET 2") == Rows{{"text", "X400:c=US;o=HQ;#/o=Org/cn=x"},
                                               {"text", "B:4:01aB:/o=Org/cn=x"},
                                               {"blob", "X400:c=US;o=HQ;"}});
  CHECK(in.open->rows("SELECT typeof(value), text FROM attributes WHERE attribute = "
                      "'presentationAddress'") ==
        Rows{{"blob", "NS+4700"}, {"blob", "\"P\"/\"\"/\"\"/NS+47000580"}});
}

TEST_CASE("an object tells the byte of the dump at which its entry begins") {
  const std::string text =
      "version: 1\n\n# of the first\ndn: cn=a\nobjectClass: top\n\n"
      "dn: cn=b\nobjectClass: top\nsn: caf\xC3\xA9\n\n\ndn: cn=c\nobjectClass: top\n";
  Imported in(text);
  for (const auto& row : in.open->rows("SELECT rdn, offset_bytes FROM objects")) {
    CHECK(row[1] == std::to_string(text.find("dn: cn=" + row[0])));
  }
}

TEST_CASE("classes tell which attributes their objects hold, and how many values at most") {
  Imported in(
      "dn: cn=a\nobjectClass: top\nobjectClass: person\nmail: 1\nsn: x\nmail: 2\n\n"
      "dn: cn=b\nobjectClass: top\nobjectClass: person\nsn: y\n\n"
      "dn: cn=c\nobjectClass: top\nmail: 3\nmail: 4\nmail: 5\n\ndn: cn=d\nsn: z\n");
  CHECK(in.open->rows("SELECT class, attribute, objects, value_count, max_values FROM "
                      "class_attributes WHERE attribute <> 'objectClass' ORDER BY 1, 2") ==
        Rows{{"person", "mail", "1", "2", "2"},
             {"person", "sn", "2", "2", "1"},
             {"top", "mail", "1", "3", "3"}});
  CHECK(in.open->value("SELECT max_values FROM schema_attributes WHERE ldap_name = 'mail'") == "3");
  CHECK(in.open->rows("SELECT mail, sn FROM class_person ORDER BY dn") ==
        Rows{{"[\"1\",\"2\"]", "x"}, {"NULL", "y"}});
  CHECK(in.open->value("SELECT sql_name FROM schema_classes WHERE ldap_name = 'person'") ==
        "class_person");
}

// Exchange calls Obj-Dist-Name so as well: no sign of Active Directory.
TEST_CASE("distinguishedName in a dump of Exchange leaves its times and names those of Exchange") {
  Imported in(
      "dn: cn=anna,cn=Recipients,ou=Harbour,o=Org\nobjectClass: organizationalPerson\n"
      "distinguishedName: cn=anna,cn=Recipients,ou=Harbour,o=Org\n"
      "createTimestamp: 19980304110000.0Z\nmodifyTimestamp: 19980305110000.0Z\n");
  CHECK(in.open->rows("SELECT class_x500, created_at, changed_at FROM objects") ==
        Rows{{"Mailbox", "1998-03-04T11:00:00Z", "1998-03-05T11:00:00Z"}});
}

TEST_CASE("LDAP and X.500 names of one attribute are one attribute") {
  Imported in("dn: cn=a\nobjectClass: mailConnector\nhomeMTA: cn=x\nHome-MTA: cn=y\n");
  CHECK(in.open->value("SELECT group_concat(attribute_id || '.' || seq) FROM attributes WHERE "
                       "attribute_x500 = 'Home-MTA'") == "131243.0,131243.1");
}

TEST_CASE("credentials are shown by presence and length only, under any of their names") {
  for (const char* name : {"unicodePwd", "userPassword", "Unicode-Pwd", "Authorized-Password",
                           "msLAPS-EncryptedPassword", "unicodePwd;binary"}) {
    CAPTURE(name);
    Imported in("dn: cn=a\nobjectClass: top\n" + std::string(name) + ":: c2VjcmV0\n");
    CHECK(in.open->rows("SELECT value, text FROM attributes WHERE attribute <> 'objectClass'") ==
          Rows{{"NULL", "(secret, 6 bytes)"}});
  }
}

TEST_CASE("a value that lies elsewhere is a row without a value, its place is kept") {
  Imported in("dn: cn=a\nobjectClass: top\njpegPhoto:< file:///etc/passwd\n");
  CHECK(in.open->rows("SELECT value, text FROM attributes WHERE attribute = 'jpegPhoto'") ==
        Rows{{"NULL", "file:///etc/passwd"}});
  CHECK(in.issues() == "loss ldif-url");
}

TEST_CASE("ANSI text is read by the code page and named as a guess") {
  Imported guess("dn: cn=a\nobjectClass: top\nsn: caf\xE9\n");
  CHECK(guess.open->value("SELECT text FROM attributes WHERE attribute = 'sn'") == "caf\u00E9");
  CHECK(guess.issues() == "doubt dump-codepage");
  ImportOptions options;
  options.codepage = 1251;
  Imported told("dn: cn=\xE9\nobjectClass: top\nsn: caf\xE9\n", options);
  CHECK(told.open->value("SELECT text FROM attributes WHERE attribute = 'sn'") == "caf\u0439");
  CHECK(told.open->value("SELECT rdn FROM objects") == "\u0439");
}

TEST_CASE("records whose name is none, and two records of one name, are issues") {
  Imported in(
      "dn: no name at all\nobjectClass: top\n\ndn: cn=a\nobjectClass: top\nsn: x\n\n"
      "dn: CN=A\nsn: x\n\ndn:\nsupportedLDAPVersion: 3\n");
  CHECK(in.objects() == Texts{"/cn=a|objectClass=top|sn=x|sn=x", "NULL|supportedLDAPVersion=3"});
  CHECK(in.issues() == "loss dump-name, doubt dump-same-name, note dump-duplicate-value");
}

}  // namespace
}  // namespace dirsnap::test
