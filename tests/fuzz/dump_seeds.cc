// SPDX-License-Identifier: MIT
//
// dump_seeds FOLDER: writes small inputs for ldif_fuzz (FOLDER/ldif), csv_fuzz (FOLDER/csv) and
// tsv_fuzz (FOLDER/tsv), one of each form.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "storage/base/text.h"

namespace {

namespace fs = std::filesystem;
using namespace dirsnap;

void write(const fs::path& path, const std::string& bytes) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

void write_ldif(const fs::path& folder) {
  const std::string content =
      "version: 1\n\n# comment\n folded\ndn: cn=a,o=X\nobjectClass: top\ncn;lang-de: a\n"
      "photo:: AQID\n BA==\nurl:< file:///x\nmember;range=0-1: cn=b\n\ndn:: Y249Yg==\ncn: b\n";
  const std::string changes =
      "dn: cn=a\ncontrol: 1.2 true\nchangetype: modify\nadd: sn\nsn: x\n-\nreplace: l\n-\n"
      "delete: m\nm: y\n-\n\ndn: cn=a\nchangetype: modrdn\nnewrdn: cn=b\ndeleteoldrdn: 1\n"
      "newsuperior: o=X\n\ndn: cn=b\nchangetype: delete\n";
  write(folder / "content", content);
  write(folder / "changes", changes);
  write(folder / "utf16", "\xFF\xFE" + encode_utf16le(content));
}

void write_csv(const fs::path& folder) {
  write(folder / "csvde",
        "DN,objectClass,cn,guid\r\n\"cn=a,o=X\",top;group,\"a \"\"b\"\"\",X'0aff'\r\n");
  write(
      folder / "exchange",
      "Obj-Class,Mode,Directory Name,Obj-Container,E-mail Addresses\r\n"
      "Mailbox,Modify,a,Recipients,\"SMTP:a%X400:c=US;a= ,\\%b\"\r\ndl,,b,,\"v,1\"%\"v\r\n2\"\r\n");
  write(folder / "isinteg",
        "[1] Folder FID=0001-000000000140\r\n    Parent FID=0001-000000000001\r\n    Name=Inbox\r\n"
        "    Msg Count=5\r\n[1] RootFID=0001-000000000140\r\n    Owner DN=/o=Org/ou=Site/cn=A\r\n"
        "    GUID=5BC414D6 1BFED211 B9C20080 C7C0C499\r\n    Size=(error)\r\n");
  write(
      folder / "admindmp",
      "/o=Org/cn=A   7 Feb 1997\r\n\r\nObject-Class:   values: 2\r\n  [1] '2A864886F714010320'\r\n"
      "  [2] '550600'\r\nCommon-Name:  'A'\r\nAddress: 'a\r\nb'\r\n\r\n8 Feb\r\nCommon-Name: "
      "'B'\r\n");
}

void write_tsv(const fs::path& folder) {
  write(folder / "table",
        "ObjidTable\tType\tId\tColtypOrPgnoFDP\tFlags\tPagesOrLocale\tName\n9\t1\t9\t3\t0\t0\t"
        "datatable\n9\t2\t1\t4\t0\t0\tDNT_col\n9\t2\t2\t8\t0\t0\ttime\n9\t2\t256\t12\t8\t1200\t"
        "ATTm13\n9\t2\t257\t11\t0\t0\tATTk9\n9\t2\t258\t1\t0\t0\tbit\n9\t2\t259\t7\t0\t0\treal\n=\n"
        "DNT_col\ttime\tATTm13\tATTk9\tbit\treal\textra\n"
        "3\tNov 17, 2021 03:02:59.231231200\ta\\t; b\t00ff\ttrue\t1.500000\tx\n"
        "707406378\t(0x40e1af80 0x00000000)\t\t\tfalse\t\t\n");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: dump_seeds FOLDER\n");
    return 2;
  }
  const fs::path folder = argv[1];
  write_ldif(folder / "ldif");
  write_csv(folder / "csv");
  write_tsv(folder / "tsv");
  return 0;
}
