// SPDX-License-Identifier: MIT
//
// The synthetic backup: the same bytes on every machine, and a directory that holds exactly the
// objects of the structures it was made from.
#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "importers/ese/cell_value.h"
#include "importers/ese/database.h"
#include "importers/ese/table_cursor.h"
#include "storage/base/time.h"
#include "tests/support/exchange_directory.h"
#include "tests/support/exchange_registry.h"
#include "tests/support/sample_backup.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/support/file_bytes.h"

namespace dirsnap::test {
namespace {

using support::DirectoryLayout;
using support::ExchangeSite;
using support::SiteAttribute;
using support::SiteObject;
using support::SiteValue;
namespace attr = support::attr;

TEST_CASE("make_sample gives the bytes that are in the repository") {
  const TempFolder folder;
  REQUIRE(support::write_sample(folder / "sample"));
  const std::filesystem::path kept = std::filesystem::path(DIRSNAP_TEST_DIR) / "fixtures/sample";
  for (const char* name : {"Dir.edb", "SRV1.reg", "SRV2.reg", "README.txt"}) {
    INFO(name);
    const std::string bytes = file_bytes(kept / name);
    CHECK_FALSE(bytes.empty());
    CHECK(bytes == file_bytes(folder / "sample" / name));
  }
}

// An open database over a file's bytes.
struct OpenFile {
  explicit OpenFile(const std::filesystem::path& path) : source(memory_source(file_bytes(path))) {
    auto opened = ese::Database::open(source, {}, issues);
    REQUIRE(opened);
    database = *std::move(opened);
  }
  MemorySource source;
  Issues issues;
  std::unique_ptr<ese::Database> database;
};

// A stored value as text, to be compared with value_text().
std::string cell_text(const ese::CellView& cell) {
  if (const auto text = ese::text_value(*cell.column, cell.bytes)) return text->text;
  if (const auto number = ese::integer_value(*cell.column, cell.bytes)) {
    return std::to_string(*number);
  }
  return to_hex(cell.bytes);
}

std::string value_text(std::uint32_t attribute, const SiteValue& value) {
  switch (value.kind) {
    case SiteValue::Kind::kText:
      return value.text;
    case SiteValue::Kind::kOctets:
      return to_hex(as_bytes(value.text));
    default:
      break;
  }
  const bool is_time = support::find_attribute(attribute)->syntax == support::Syntax::kUtcTime;
  return std::to_string(value.number + (is_time ? kSecondsFrom1601To1970 : 0));
}

// Attribute values by id: what a column ATTx<id> holds, links left out.
using Values = std::map<std::uint32_t, std::vector<std::string>>;

Values stored_values(const ese::RowView& row) {
  Values values;
  for (const ese::CellView& cell : row.cells) {
    const std::string& name = cell.column->name;
    if (name.rfind("ATT", 0) != 0) continue;
    const auto id = static_cast<std::uint32_t>(std::stoul(name.substr(4)));
    values[id].push_back(cell_text(cell));
  }
  return values;
}

Values wanted_values(const SiteObject& object) {
  Values values;
  for (const SiteAttribute& attribute : object.attributes) {
    if (support::find_attribute(attribute.id)->link_id != 0) continue;
    for (const SiteValue& value : attribute.values) {
      values[attribute.id].push_back(value_text(attribute.id, value));
    }
  }
  return values;
}

std::map<std::string, std::string> other_cells(const ese::RowView& row) {
  std::map<std::string, std::string> cells;
  for (const ese::CellView& cell : row.cells) cells[cell.column->name] = cell_text(cell);
  return cells;
}

void check_objects(OpenFile& file, const ExchangeSite& site, const char* table_name) {
  const ese::TableDef* const table = file.database->find_table(table_name);
  REQUIRE(table != nullptr);
  ese::TableCursor cursor(*file.database, *table);
  for (int placeholder = 0; placeholder < 2; ++placeholder) REQUIRE(*cursor.next());
  for (const SiteObject& object : site.objects()) {
    INFO(object.dn);
    REQUIRE(*cursor.next());
    const auto cells = other_cells(cursor.row());
    REQUIRE(cells.at("DNT_col") == std::to_string(object.dnt));
    REQUIRE(cells.at("PDNT_col") == std::to_string(object.parent));
    REQUIRE(cells.at("RDN_col") == object.rdn);
    REQUIRE(cells.at("RDNtyp_col") == std::to_string(object.rdn_type));
    REQUIRE(cells.at("NCDNT_col") == std::to_string(object.naming_context));
    REQUIRE(stored_values(cursor.row()) == wanted_values(object));
  }
  CHECK_FALSE(*cursor.next());
  CHECK(cursor.deleted_records() == site.spec().purged_mailboxes);
}

// Links of the table as "from base to", and the same from the structures.
void check_links(OpenFile& file, const ExchangeSite& site, const char* table_name) {
  std::vector<std::string> stored;
  ese::TableCursor cursor(*file.database, *file.database->find_table(table_name));
  while (*cursor.next()) {
    const auto cells = other_cells(cursor.row());
    stored.push_back(cells.at("link_DNT") + " " + cells.at("link_base") + " " +
                     cells.at("backlink_DNT"));
  }
  std::vector<std::string> wanted;
  for (const SiteObject& object : site.objects()) {
    for (const std::uint32_t id : {attr::kMember, attr::kHomeMDB}) {
      const SiteAttribute* const links = object.find(id);
      if (links == nullptr) continue;
      for (const SiteValue& value : links->values) {
        wanted.push_back(std::to_string(object.dnt) + (id == attr::kMember ? " 1 " : " 16 ") +
                         std::to_string(value.number));
      }
    }
  }
  CHECK(stored == wanted);
}

TEST_CASE("a written directory holds the objects of its structures, in both layouts") {
  const TempFolder folder;
  const auto path = folder / "Dir.edb";
  support::SiteSpec spec = support::sample_spec();
  spec.has_lost_parent = true;
  spec.has_parent_loop = true;
  spec.purged_mailboxes = 3;
  const ExchangeSite site(spec);
  const bool renamed = GENERATE(false, true);
  const auto layout = renamed ? DirectoryLayout::kRenamed : DirectoryLayout::kUsual;
  REQUIRE(support::write_directory(site, path.string(), layout));
  OpenFile file(path);
  check_objects(file, site, renamed ? "object_table" : "datatable");
  check_links(file, site, renamed ? "reference_table" : "link_table");
  CHECK(file.issues.all == std::vector<std::string>());
}

TEST_CASE("the sample tells the story of Q188632") {
  const ExchangeSite site(support::sample_spec());
  std::vector<std::string> connector;
  int deleted = 0;
  for (const SiteObject& object : site.objects()) {
    if (object.rdn == "Internet Mail Connector (SRV1)") connector.push_back(object.dn);
    if (!object.is_deleted) continue;
    ++deleted;
    CHECK(object.find(attr::kIsDeleted)->values[0].number == 1);
    CHECK(object.find(attr::kHomeMDB) == nullptr);
  }
  CHECK(deleted == 2);
  CHECK(connector ==
        std::vector<std::string>{
            "/o=Quillmark Papers/ou=Harbour/cn=Configuration/cn=Connections/"
            "cn=Internet Mail Connector (SRV1)",
            "/o=Quillmark Papers/ou=Harbour/cn=Connections/cn=Internet Mail Connector (SRV1)",
            "/o=Quillmark Papers/cn=Connections/cn=Internet Mail Connector (SRV1)"});
}

TEST_CASE("DNTs count up from 3 and every DN is made of the parents' names") {
  const ExchangeSite site(support::sample_spec());
  const std::vector<SiteObject> objects = site.objects();
  REQUIRE(objects.size() == site.object_count());
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const SiteObject& object = objects[i];
    INFO(object.dn);
    REQUIRE(object.dnt == i + 3);
    REQUIRE(site.dn_of(object.dnt) == object.dn);
    REQUIRE(object.ancestors.back() == object.dnt);
    if (object.parent == 2) continue;
    const SiteObject& parent = objects[object.parent - 3];
    REQUIRE(object.dn.rfind(parent.dn + "/", 0) == 0);
    REQUIRE(object.ancestors.size() == parent.ancestors.size() + 1);
  }
  CHECK(site.purged().empty());
  CHECK(site.dn_of(2).empty());
  CHECK(site.dn_of(static_cast<std::uint32_t>(objects.size()) + 3).empty());
}

std::vector<std::string> service_keys(const std::vector<support::RegistryKey>& keys) {
  const std::string root = "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\";
  std::vector<std::string> names;
  for (const support::RegistryKey& key : keys) {
    if (key.path.rfind(root, 0) != 0) continue;
    const std::string name = key.path.substr(root.size());
    if (name.find('\\') == std::string::npos) names.push_back(name);
  }
  return names;
}

bool holds(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

TEST_CASE("a registry lacks the services it was told to lack") {
  const ExchangeSite site(support::sample_spec());
  const auto bare = server_registry(site, {0, {"MSExchangeIMC"}, {"MSExchangeCCMC"}});
  CHECK_FALSE(holds(service_keys(bare), "MSExchangeIMC"));
  CHECK(holds(service_keys(bare), "MSExchangeCCMC"));
  CHECK_FALSE(holds(service_keys(bare), "MSExchangeMSMI"));  // its connector is a tombstone
  const auto full = server_registry(site, {0, {}, {}});
  CHECK(holds(service_keys(full), "MSExchangeIMC"));
  const auto stub = std::find_if(bare.begin(), bare.end(), [](const support::RegistryKey& key) {
    return key.path.size() > 14 && key.path.substr(key.path.size() - 14) == "MSExchangeCCMC";
  });
  REQUIRE(stub != bare.end());
  REQUIRE(stub->values.size() == 1);
  CHECK(stub->values[0].name == "Type");
}

TEST_CASE("registry texts have the encodings and escapes of their editor") {
  const std::vector<support::RegistryKey> keys = {
      {"HKEY_LOCAL_MACHINE\\X",
       {{"pa\"th", support::RegistryValue::Type::kText, "C:\\J\u00FC", 0, {}},
        {"", support::RegistryValue::Type::kNumber, "", 255, {}},
        {"list", support::RegistryValue::Type::kTextList, "", 0, {"a", "\u00FC"}},
        {"raw", support::RegistryValue::Type::kBinary, std::string(30, '\x7F'), 0, {}}}}};
  const std::string nt4 = support::registry_text_nt4(keys);
  CHECK(nt4.rfind("REGEDIT4\r\n\r\n[HKEY_LOCAL_MACHINE\\X]\r\n", 0) == 0);
  CHECK(nt4.find("\"pa\\\"th\"=\"C:\\\\J\xFC\"\r\n") != std::string::npos);
  CHECK(nt4.find("@=dword:000000ff\r\n") != std::string::npos);
  CHECK(nt4.find("\"list\"=hex(7):61,00,fc,00,00\r\n") != std::string::npos);
  CHECK(nt4.find(",\\\r\n  7f") != std::string::npos);
  const std::string v5 = support::registry_text_v5(keys);
  REQUIRE(v5.rfind("\xFF\xFE", 0) == 0);
  const Decoded text = decode_utf16le(as_bytes(v5).subspan(2));
  CHECK(text.lossless);
  CHECK(text.text.rfind("Windows Registry Editor Version 5.00\r\n", 0) == 0);
  CHECK(text.text.find("\"list\"=hex(7):61,00,00,00,fc,00,00,00,00,00\r\n") != std::string::npos);
}

}  // namespace
}  // namespace dirsnap::test
