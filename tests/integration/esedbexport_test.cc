// SPDX-License-Identifier: MIT
//
// Folders that esedbexport wrote: raw tables with the types of the exported catalog, and the
// directory in them.
#include <cstdlib>

#include <catch2/catch.hpp>

#include "importers/esedbexport/field.h"
#include "storage/base/text.h"
#include "tests/support/case_run.h"
#include "tests/support/temp_folder.h"
#include "tests/support/unxz.h"

namespace dirsnap::test {
namespace {

using Rows = std::vector<std::vector<std::string>>;
using Texts = std::vector<std::string>;

std::string hex_of_field(ese::ColumnType type, std::string_view field, std::uint32_t id = 300) {
  ese::ColumnDef column;
  column.type = type;
  column.id = id;
  const auto bytes = esedbexport::bytes_of_field(column, field);
  return bytes ? to_hex(as_bytes(*bytes)) : "no";
}

TEST_CASE("exported fields become the bytes that the database held") {
  using T = ese::ColumnType;
  CHECK(hex_of_field(T::kBit, "true") == "ff");
  CHECK(hex_of_field(T::kBit, "false") == "00");
  CHECK(hex_of_field(T::kBit, "1") == "no");
  CHECK(hex_of_field(T::kLong, "-2") == "feffffff");
  CHECK(hex_of_field(T::kUnsignedByte, "200") == "c8");
  CHECK(hex_of_field(T::kCurrency, "18446744073709551615") == "ffffffffffffffff");
  CHECK(hex_of_field(T::kCurrency, "12x") == "no");
  CHECK(hex_of_field(T::kDouble, "1.500000") == "000000000000f83f");
  CHECK(hex_of_field(T::kSingle, "0.000000") == "no");
  CHECK(hex_of_field(T::kLongBinary, "00aF") == "00af");
  CHECK(hex_of_field(T::kLongBinary, "00a") == "no");
  CHECK(hex_of_field(T::kGuid, "00112233445566778899aabbccddeeff") ==
        "00112233445566778899aabbccddeeff");
  CHECK(hex_of_field(T::kLongText, "a\\tb\\n\\\\\\0\\x") ==
        to_hex(as_bytes(std::string_view("a\tb\n\\\0\\x", 8))));
  // 2021-11-17T03:02:59.2312312Z, and an OLE date in two halves.
  CHECK(hex_of_field(T::kDateTime, "Nov 17, 2021 03:02:59.231231200") == "f83b87a05fdbd701");
  CHECK(hex_of_field(T::kDateTime, "(0x40e1af80 0x00000000)") == "0000000080afe140");
  CHECK(hex_of_field(T::kDateTime, "Nov 17, 2021") == "no");
  // The fill of fixed columns that were never set.
  CHECK(hex_of_field(T::kLong, "707406378", 3) == "");
  CHECK(hex_of_field(T::kLong, "707406378", 300) == "2a2a2a2a");
}

// A folder as the tool writes it: catalog, objects, links, and a table of another kind.
void write_folder(const TempFolder& folder) {
  const std::string head =
      "ObjidTable\tType\tId\tColtypOrPgnoFDP\tSpaceUsage\tFlags\tPagesOrLocale\tName\n";
  const auto column = [](const char* table, int id, int type, int flags, int codepage,
                         const char* name) {
    return std::string(table) + "\t2\t" + std::to_string(id) + '\t' + std::to_string(type) +
           "\t4\t" + std::to_string(flags) + '\t' + std::to_string(codepage) + '\t' + name + '\n';
  };
  folder.write(
      "x.export/MSysObjects.0",
      head + "2\t1\t2\t4\t80\t0\t20\tMSysObjects\n" + "9\t1\t9\t30\t80\t0\t20\tdatatable\n" +
          column("9", 1, 4, 0, 0, "DNT_col") + column("9", 2, 4, 0, 0, "PDNT_col") +
          column("9", 3, 4, 0, 0, "RDNtyp_col") + column("9", 256, 12, 0, 1200, "ATTm589825") +
          column("9", 257, 4, 8, 0, "ATTc0") + column("9", 258, 4, 0, 0, "ATTc131094") +
          column("9", 259, 4, 0, 0, "ATTb590606") + column("9", 260, 12, 8, 1200, "ATTm13") +
          column("9", 261, 12, 0, 1200, "ATTm131532") + column("9", 262, 11, 0, 0, "ATTk589914") +
          "8\t1\t8\t31\t80\t0\t20\tlink_table\n" + column("8", 1, 4, 0, 0, "link_DNT") +
          column("8", 2, 4, 0, 0, "backlink_DNT") + column("8", 3, 4, 0, 0, "link_base") +
          column("8", 4, 5, 0, 0, "link_deltime") + "7\t1\t7\t32\t80\t0\t20\todd\n" +
          column("7", 1, 6, 0, 0, "single") + column("7", 2, 10, 0, 1252, "text"));
  folder.write("x.export/datatable.1",
               "DNT_col\tPDNT_col\tRDNtyp_col\tATTm589825\tATTc0\tATTc131094\tATTb590606\tATTm13\t"
               "ATTm131532\tATTk589914\n"
               "1\t0\t3\t$NOT_AN_OBJECT1$\t\t\t\t\t\t\n"
               "2\t0\t3\t$ROOT_OBJECT$\t\t\t\t\t\t\n"
               "3\t2\t1376281\texample\t\t\t4\t\t\t\n"
               "4\t3\t3\tGroup\t\t655368\t4\t\tgroup\t\n"
               "5\t3\t3\tStaff\t\t\t4\tone; two\t\t00112233\n"
               "6\t3\t3\tAda \u00C5\\n\t\t\t4\tone\t\t\n"
               "7\tcut\n");
  folder.write("x.export/link_table.2",
               "link_DNT\tbacklink_DNT\tlink_base\tlink_deltime\n"
               "5\t6\t1\t3038287259199220266\n5\t4\t1\t13439814926\n");
  folder.write("x.export/odd.3", "single\ttext\n0.000000\tf\u00F6\\t\n");
}

TEST_CASE("an exported folder is read with its catalog: objects, links, classes, raw tables") {
  const TempFolder folder;
  write_folder(folder);
  const ImportSummary summary = import_into(folder / "case", folder / "x.export");
  OpenCase open(folder / "case");
  CHECK(open.rows("SELECT path LIKE '%/datatable.1', kind, role FROM sources ORDER BY 1") ==
        Rows{{"0", "esedbexport", "other"},
             {"0", "esedbexport", "other"},
             {"0", "esedbexport", "other"},
             {"1", "esedbexport", "directory"}});
  CHECK(open.rows("SELECT dn, class, dnt FROM objects ORDER BY dnt") ==
        Rows{{"/dc=example", "group", "3"},
             {"/dc=example/cn=Group", "group", "4"},
             {"/dc=example/cn=Staff", "group", "5"},
             {"/dc=example/cn=Ada \u00C5\n", "group", "6"}});
  CHECK(
      open.rows("SELECT attribute, seq, text FROM attributes JOIN objects USING (object_id) WHERE "
                "rdn = 'Staff' AND attribute <> 'RDN' ORDER BY 1, 2") ==
      Rows{{"description", "0", "one"},
           {"description", "1", "two"},
           {"member", "0", "/dc=example/cn=Ada \u00C5\n"},
           {"objectCategory", "0", "/dc=example/cn=Group"},
           {"unicodePwd", "0", "(secret, 4 bytes)"}});
  CHECK(open.rows("SELECT single, text FROM ese_odd") == Rows{{"NULL", "f\u00F6\t"}});
  CHECK(open.value("SELECT ATTk589914 FROM ese_datatable WHERE DNT_col = 5") ==
        "(secret, 4 bytes)");
  CHECK(open.value("SELECT count(*) FROM ese_link_table") == "2");
  CHECK(open.rows("SELECT from_dn, attribute, to_dn, is_deleted, deleted_at FROM links ORDER BY "
                  "to_dn") ==
        Rows{{"/dc=example/cn=Staff", "member", "/dc=example/cn=Ada \u00C5\n", "0", "NULL"},
             {"/dc=example/cn=Staff", "member", "/dc=example/cn=Group", "1",
              "2026-11-22T09:55:26Z"}});
  CHECK(open.value("SELECT group_concat(severity || ' ' || code, ', ') FROM (SELECT * FROM "
                   "import_issues ORDER BY code)") ==
        "doubt class-from-category, loss export-line, loss export-multi-values, loss "
        "export-single, doubt export-split");
  CHECK(summary.losses == 3);
}

TEST_CASE("an exported table of objects is a directory without its catalog, too") {
  const TempFolder folder;
  write_folder(folder);
  std::filesystem::remove(folder / "x.export/MSysObjects.0");
  std::filesystem::remove(folder / "x.export/odd.3");
  import_into(folder / "case", folder / "x.export");
  OpenCase open(folder / "case");
  CHECK(open.value("SELECT group_concat(class || ' ' || rdn, ', ') FROM (SELECT * FROM objects "
                   "WHERE dnt < 6 ORDER BY dnt)") == "group example, group Group, group Staff");
  CHECK(open.value("SELECT count(*) FROM import_issues WHERE code = 'export-catalog'") == "2");
}

TEST_CASE("the same directory through esedbexport gives the same objects, names and tree") {
  if (fixtures().empty()) {
    WARN("skipped: the shared fixtures are not here");
    return;
  }
  const TempFolder folder;
  const auto bytes = unxz_file(fixtures() / "exchange/fabrikam-ntds/ntds.dit.xz");
  folder.write("ntds.dit", as_chars(Bytes(bytes)));
  const std::string command = "esedbexport -t '" + (folder / "ntds").string() + "' '" +
                              (folder / "ntds.dit").string() + "' >/dev/null 2>&1";
  if (std::system(command.c_str()) != 0) {  // NOLINT(cert-env33-c): a tool of the test's own
    WARN("skipped: esedbexport is not installed");
    return;
  }
  import_into(folder / "case", folder / "ntds.dit");
  import_into(folder / "case", folder / "ntds.export");
  OpenCase open(folder / "case");
  const auto only = [&](const std::string& columns, const std::string& from, int side) {
    const auto part = [&](int snapshot) {
      return "SELECT " + columns + " FROM " + from + " snapshot_id = " + std::to_string(snapshot);
    };
    return open.rows(part(side) + " EXCEPT " + part(3 - side));
  };
  const char* const names =
      "dn, ldap_dn, rdn, rdn_type, depth, dnt, is_deleted, is_phantom, "
      "created_at, changed_at, guid, defect";
  CHECK(only(names, "objects WHERE", 1) == Rows{});
  CHECK(only(names, "objects WHERE", 2) == Rows{});
  CHECK(only("dn, rdn, level, scope, children", "containers WHERE", 1) == Rows{});
  CHECK(only("dn, rdn, level, scope, children", "containers WHERE", 2) == Rows{});
  const char* const links = "from_dn, attribute, to_dn, link_base, is_deleted, data";
  CHECK(only(links, "links WHERE", 1) == Rows{});
  CHECK(only(links, "links WHERE", 2) == Rows{});
  // Users have the category of persons; every other class is told by its category.
  CHECK(open.rows("SELECT a.class, b.class, count(*) FROM objects a JOIN objects b ON b.dn = a.dn "
                  "AND b.snapshot_id = 2 WHERE a.snapshot_id = 1 AND a.class IS NOT b.class GROUP "
                  "BY 1, 2") == Rows{{"user", "person", "124"}});
  // Nothing is made up; what is left out are multi-values and seven separated long values.
  const char* const values = "objects o JOIN attributes a USING (snapshot_id, object_id) WHERE";
  CHECK(only("o.dn, a.attribute, a.text", values, 2) == Rows{});
  CHECK(open.value("SELECT count(*) FROM import_issues WHERE snapshot_id = 2 AND code = "
                   "'export-multi-values' AND severity = 'loss'") == "1");
  const Rows missing = only("o.dn, a.attribute, a.text", values, 1);
  CHECK(std::count_if(missing.begin(), missing.end(),
                      [](const auto& row) { return row[1] == "defaultSecurityDescriptor"; }) == 7);
}

}  // namespace
}  // namespace dirsnap::test
