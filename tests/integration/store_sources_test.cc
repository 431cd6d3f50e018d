// SPDX-License-Identifier: MIT
//
// Stores that come without their database: folders of esedbexport, dumps of isinteg.
#include <cstdlib>
#include <filesystem>
#include <string>
#include <sys/wait.h>
#include <vector>

#include <catch2/catch.hpp>

#include "importers/isinteg/reader.h"
#include "storage/base/byte_source.h"
#include "tests/support/case_run.h"
#include "tests/support/exchange_store.h"
#include "tests/support/temp_folder.h"

namespace dirsnap::test {
namespace {

namespace fs = std::filesystem;
using Rows = std::vector<std::vector<std::string>>;

// --- esedbexport ---

// False, with a message, where the tool is not installed.
bool export_store(const TempFolder& folder, const fs::path& database) {
  constexpr int kNotFound = 127;  // of the shell
  const std::string command = "esedbexport -t '" + (folder / "priv").string() + "' '" +
                              database.string() + "' > /dev/null 2>&1";
  const int status = std::system(command.c_str());  // NOLINT(cert-env33-c,concurrency-mt-unsafe)
  if (WIFEXITED(status) && WEXITSTATUS(status) == kNotFound) {
    WARN("skipped: esedbexport is not installed");
    return false;
  }
  REQUIRE(fs::is_directory(folder / "priv.export"));
  return true;
}

TEST_CASE("a store through esedbexport gives the same mailboxes, folders and messages") {
  const TempFolder folder;
  fs::create_directory(folder / "backup");
  const support::ExchangeSite site(support::sample_spec());
  REQUIRE(support::write_private_store(support::private_store(site, 0, 17),
                                       (folder / "backup/Priv.edb").string()));
  if (!export_store(folder, folder / "backup/Priv.edb")) return;
  import_into(folder / "a.case", folder / "backup");
  import_into(folder / "b.case", folder / "priv.export");
  OpenCase database(folder / "a.case");
  OpenCase exported(folder / "b.case");
  for (const char* sql :
       {"SELECT mailbox_id, display_name, owner_dn, kind, folders, messages, size_bytes, "
        "queue_out, "
        "guid, root_folder_id FROM mailboxes ORDER BY 1",
        "SELECT folder_id, parent_id, mailbox_id, path, queue, messages, stored_messages, unread, "
        "size_bytes FROM folders ORDER BY 1",
        "SELECT message_id, folder_id, subject, received_at, size_bytes, class FROM messages "
        "ORDER BY 1",
        "SELECT table_name, column_name, property FROM ese_columns WHERE property IS NOT NULL "
        "ORDER BY 1, 2"}) {
    CAPTURE(sql);
    const Rows rows = database.rows(sql);
    CHECK(!rows.empty());
    CHECK(exported.rows(sql) == rows);
  }
  CHECK(exported.rows("SELECT role, server FROM sources WHERE role <> 'other'") ==
        Rows{{"private-store", "SRV1"}});
}

TEST_CASE("exported tables of a store are told without their catalog") {
  const TempFolder folder;
  folder.write("export/Mailbox.4",
               "Q6748\tS3001\tN661B\n"
               "257\tMe\t2F6F3D4F2F6F753D532F636E3D526563697069656E74732F636E3D4D65\n");
  folder.write("export/Folder.5", "Q6748\tQ6749\tL3602\tS3001\n257\t\t0\t\n258\t257\t3\tInbox\n");
  const ImportSummary summary = import_into(folder / "case", folder / "export");
  CHECK(summary.losses == 0);
  OpenCase open(folder / "case");
  CHECK(open.rows("SELECT display_name, owner_dn, kind, folders, messages FROM mailboxes") ==
        Rows{{"Me", "/o=O/ou=S/cn=Recipients/cn=Me", "user", "2", "3"}});
  CHECK(open.rows("SELECT path, messages FROM folders ORDER BY folder_id") ==
        Rows{{"/", "0"}, {"/Inbox", "3"}});
}

// --- isinteg ---

constexpr const char* kDump =
    "Dump of Index Age table\r\n"
    "[1] Age=5\r\n"
    "Parent FID=none of a folder\r\n"
    "\r\n"
    "Dump of Folder table\r\n"
    "[1] Folder FID=0001-000000000101\r\n"
    "  Parent FID=0000-000000000000\r\n"
    "  Root FID=0001-000000000101\r\n"
    "  Msg Count=0\r\n"
    "  Msgs Unread=0\r\n"
    "  Name=\r\n"
    "[2] Folder FID=0001-000000000102\r\n"
    "  Parent FID=0001-000000000101\r\n"
    "  Root FID=0001-000000000101\r\n"
    "  Msg Count=17\r\n"
    "  Msgs Unread=4\r\n"
    "  Name=MTS-OUT\r\n"
    "  Comment=a=b\r\n"
    "[3] Folder FID=0001-000000000140\r\n"
    "  Parent FID=0000-000000000000\r\n"
    "  Name=\r\n"
    "[4] Folder FID=0001-000000000144\r\n"
    "  Parent FID=0001-000000000140\r\n"
    "  Msg Count=2\r\n"
    "  Name=Entw\xFCrfe\r\n"
    "[5] Folder FID=nonsense\r\n"
    "  Name=Lost\r\n"
    "\r\n"
    "Dump of Mailbox table\r\n"
    "[1] RootFID=0001-000000000101\r\n"
    "  Owner DN=/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=IMC\r\n"
    "  GUID=5BC414D6 1BFED211 B9C20080 C7C0C499\r\n"
    "  Display Name=Internet Mail Connector (EX1)\r\n"
    "  Size=4711\r\n"
    "[2] RootFID=0001-000000000140\r\n"
    "  Owner DN=???\r\n"
    "  GUID=too short\r\n"
    "  Display Name=Mailbox - John Doe\r\n"
    "  Size=(ec:ecNotFound-MAPI_E_NOT_FOUND)\r\n";

TEST_CASE("a dump of isinteg gives mailboxes and folders") {
  const TempFolder folder;
  folder.write("backup/Isinteg.pri", std::string_view(kDump));
  const ImportSummary summary = import_into(folder / "case", folder / "backup");
  CHECK(summary.losses == 0);
  CHECK(summary.doubts == 2);
  OpenCase open(folder / "case");
  CHECK(open.rows("SELECT kind, role, records FROM sources") ==
        Rows{{"isinteg", "private-store", "6"}});
  CHECK(open.rows("SELECT code FROM import_issues ORDER BY 1") ==
        Rows{{"isinteg-record"}, {"text-codepage"}});
  CHECK(open.rows("SELECT display_name, owner_dn, kind, folders, messages, size_bytes, queue_out, "
                  "guid FROM mailboxes ORDER BY mailbox_id") ==
        Rows{{"Internet Mail Connector (EX1)",
              "/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=IMC", "connector", "2", "17",
              "4711", "17", "d614c45b-fe1b-11d2-b9c2-0080c7c0c499"},
             {"Mailbox - John Doe", "NULL", "unknown", "2", "NULL", "NULL", "NULL", "NULL"}});
  CHECK(open.rows("SELECT folder_id, path, queue, messages, counted_messages, unread, size_bytes "
                  "FROM folders WHERE name IS NOT NULL ORDER BY folder_id") ==
        Rows{{"281474976710914", "/MTS-OUT", "mts-out", "17", "NULL", "4", "NULL"},
             {"281474976710980", "/Entwürfe", "NULL", "2", "NULL", "NULL", "NULL"}});
}

TEST_CASE("isinteg's dump is told by its records, its ids and GUIDs by their form") {
  CHECK(isinteg::looks_like_dump("text\n  [36] Folder FID=0001-000000000144\n"));
  CHECK(isinteg::looks_like_dump("[3] RootFID=0001-000000000140"));
  for (const char* text : {"", "[3]", "[x] RootFID=0001-000000000140", "[3] RootFID=1",
                           "RootFID=0001-000000000140", "[section]\nname=value\n"}) {
    CAPTURE(text);
    CHECK_FALSE(isinteg::looks_like_dump(text));
  }
  CHECK(isinteg::parse_id("0001-000000000144") == 0x0001000000000144);
  for (const char* text : {"", "0001", "0001-00000000014", "0001-00000000014g", "00g1-000000000144",
                           "0001+000000000144", "0001-0000000001440"}) {
    CAPTURE(text);
    CHECK_FALSE(isinteg::parse_id(text));
  }
  CHECK_FALSE(isinteg::parse_guid("5BC414D6 1BFED211 B9C20080"));
  CHECK_FALSE(isinteg::parse_guid("5BC414D6 1BFED211 B9C20080 C7C0C4"));
}

TEST_CASE("a dump cut anywhere is read as far as it goes") {
  const std::string whole = kDump;
  const CancelToken cancel;
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    const auto bytes = as_bytes(whole).first(size);
    MemorySource source({bytes.begin(), bytes.end()});
    dump::LineReader lines(source, {}, cancel);
    isinteg::Reader reader(lines);
    isinteg::Record record;
    std::size_t records = 0;
    for (;; ++records) {
      const auto more = reader.next(record);
      REQUIRE(more);
      if (!*more) break;
      REQUIRE(records < 8);
    }
    if (size == whole.size()) CHECK(records == 7);
  }
}

}  // namespace
}  // namespace dirsnap::test
