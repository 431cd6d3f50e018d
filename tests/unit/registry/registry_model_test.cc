// SPDX-License-Identifier: MIT
//
// What registry sources become in the tables.
#include <filesystem>
#include <memory>
#include <string>

#include <catch2/catch.hpp>

#include "importers/registry_model/hive_kind.h"
#include "importers/registry_model/importers.h"
#include "importers/registry_model/services.h"
#include "importers/registry_model/value_text.h"
#include "storage/base/registry_type.h"
#include "storage/base/text.h"
#include "tests/support/fake_snapshot.h"
#include "tests/support/hive_builder.h"
#include "tests/support/unxz.h"

namespace dirsnap::registry_model {
namespace {

namespace keys = tables::registry_keys;
namespace values = tables::registry_values;
namespace services = tables::services;

// One import of texts into one snapshot.
struct Import {
  test::FakeSnapshot snapshot;
  ImportOptions options;
  CancelToken cancel;
  test::CollectingSink issues;
  SourceFacts facts;
  ImportContext context{snapshot, options, cancel};

  Result<void> text(std::string_view body) {
    return run(kRegTextImporter, as_bytes("REGEDIT4\r\n\r\n" + std::string(body)));
  }
  Result<void> run(const Importer& importer, Bytes bytes) {
    MemorySource source({bytes.begin(), bytes.end()});
    facts.source_id = 7;
    return importer.import(source, facts, context, issues);
  }
  [[nodiscard]] const test::FakeRelation& key_rows() const { return snapshot.at("registry_keys"); }
  [[nodiscard]] const test::FakeRelation& value_rows() const {
    return snapshot.at("registry_values");
  }
  const test::FakeRelation& service_rows() {
    REQUIRE(write_services(context));
    return snapshot.at("services");
  }
};

std::string utf16(std::string_view text) { return encode_utf16le(text); }

std::string decoded(std::uint32_t type, std::string_view data) {
  std::string storage;
  return test::cell_text(decode_value(type, as_bytes(data), storage));
}

test::TestKey service_key(const std::string& name) {
  return {.name = name,
          .values = {{.name = "Type", .type = 4, .data = std::string("\x10\0\0\0", 4)}}};
}

constexpr const char* kComputer =
    "[HKLM\\SYSTEM\\CurrentControlSet\\Control\\ComputerName\\ComputerName]\r\n"
    "\"ComputerName\"=\"EX1\"\r\n";

}  // namespace

TEST_CASE("registry data becomes the SQL value of its type") {
  using namespace std::string_literals;
  CHECK(decoded(1, utf16("a\0"s)) == "a");
  CHECK(decoded(1, utf16("a")) == "a");
  CHECK(decoded(1, utf16("a\0"s) + '\0') == "a");
  CHECK(decoded(1, utf16("a\0b\0\0"s)) == "a\0b\0"s);
  CHECK(decoded(2, "a\0b"s) == "a\xEF\xBF\xBD");
  CHECK(decoded(4, "\x01\x00\x00\x80"s) == "2147483649");
  CHECK(decoded(5, "\x00\x00\x01\x00"s) == "256");
  CHECK(decoded(11, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF") == "-1");
  CHECK(decoded(4, "\x01") == "x'01'");
  CHECK(decoded(11, "1234") == "x'31323334'");
  CHECK(decoded(3, "\x01\x02") == "x'0102'");
  CHECK(decoded(7, utf16("a\0b\0\0"s)) == R"(["a","b"])");
  CHECK(decoded(7, utf16("a\0\0\"b\0\0"s)) == R"(["a","","\"b"])");
  CHECK(decoded(7, utf16("a\0b"s)) == R"(["a","b"])");
  CHECK(decoded(7, utf16("\0"s)) == "[]");
  CHECK(decoded(7, "") == "[]");
}

TEST_CASE("type numbers have names, unknown ones in hexadecimal") {
  CHECK(registry_type_name(0) == "REG_NONE");
  CHECK(registry_type_name(11) == "REG_QWORD");
  CHECK(registry_type_name(12) == "REG_0x0000000c");
  CHECK(registry_type_name(0xFFFF0012U) == "REG_0xffff0012");
  CHECK(registry_type_of_name("reg_multi_sz") == 7U);
  CHECK_FALSE(registry_type_of_name("REG_0x0000000c"));
}

TEST_CASE("a text fills keys and values with parents, counts and offsets") {
  Import in;
  REQUIRE(in.text("[HKLM\\A\\B]\r\n\"v\"=dword:5\r\n[HKLM\\A]\r\n@=\"x\"\r\n[HKLM\\C\\D]\r\n"));
  const auto& b = in.key_rows().find(keys::kPath, "HKEY_LOCAL_MACHINE\\A\\B");
  REQUIRE(!b.empty());
  CHECK(b[keys::kKeyId] == "1");
  CHECK(b[keys::kSourceId] == "7");
  CHECK(b[keys::kName] == "B");
  CHECK(b[keys::kParentId] == "2");
  CHECK(b[keys::kValueCount] == "1");
  CHECK(b[keys::kOffsetBytes] == "12");
  CHECK(b[keys::kChangedAt] == "NULL");
  CHECK(b[keys::kClassName] == "NULL");
  CHECK(in.key_rows().row(1)[keys::kSubkeys] == "1");
  CHECK(in.key_rows().row(1)[keys::kParentId] == "NULL");
  CHECK(in.key_rows().row(2)[keys::kParentId] == "NULL");
  const auto& v = in.value_rows().row(0);
  CHECK(v[values::kKeyId] == "1");
  CHECK(v[values::kKeyPath] == "HKEY_LOCAL_MACHINE\\A\\B");
  CHECK(v[values::kType] == "REG_DWORD");
  CHECK(v[values::kTypeId] == "4");
  CHECK(v[values::kValue] == "5");
  CHECK(v[values::kData] == "x'05000000'");
  CHECK(v[values::kOffsetBytes] == "24");
  CHECK(in.value_rows().row(1)[values::kName] == "NULL");
  CHECK(in.facts.records == 5);
  CHECK(in.facts.kind == "registry-text");
  CHECK(in.facts.role == "registry");
  CHECK(in.facts.details.find("\"codepage\":1252") != std::string::npos);
}

TEST_CASE("a key of a text has the parent whose name Windows takes for the same") {
  Import in;
  REQUIRE(in.run(kRegTextImporter,
                 as_bytes("Windows Registry Editor Version 5.00\n\n[HKLM\\k\xC3\xA9]\n"
                          "[HKLM\\\xE2\x84\xAA\xC3\xA9\\A]\n[HKLM\\K\xC3\x89\\B]\n")));
  CHECK(in.key_rows().row(0)[keys::kSubkeys] == "1");
  CHECK(in.key_rows().row(1)[keys::kParentId] == "NULL");  // below the Kelvin sign
  CHECK(in.key_rows().row(2)[keys::kParentId] == "1");
}

TEST_CASE("ids go on over the sources of a snapshot") {
  Import in;
  REQUIRE(in.text("[HKLM\\A]\r\n"));
  REQUIRE(in.text("[HKLM\\A]\r\n[HKLM\\A\\B]\r\n"));
  CHECK(in.key_rows().row(2)[keys::kParentId] == "2");
  CHECK(in.context.next_key_id == 4);
}

TEST_CASE("each direct subkey of Services becomes a service of its server") {
  Import in;
  REQUIRE(in.text(std::string(kComputer) +
                  "[HKLM\\SYSTEM\\CurrentControlSet\\Services]\r\n"
                  "[HKLM\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeDS]\r\n"
                  "\"Type\"=dword:00000110\r\n\"Start\"=dword:00000002\r\n"
                  "\"ErrorControl\"=dword:00000001\r\n\"ImagePath\"=hex(2):78,00\r\n"
                  "\"DisplayName\"=\"Directory\"\r\n\"ObjectName\"=\"D\\\\svc\"\r\n"
                  "\"Group\"=\"g\"\r\n\"DependOnService\"=hex(7):61,00,2b,62,00,00\r\n"
                  "\"DependOnGroup\"=hex(7):63,00,00\r\n"
                  "[HKLM\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeDS\\Parameters]\r\n"
                  "[HKLM\\SYSTEM\\CurrentControlSet\\Services\\Counters]\r\n"
                  "[HKLM\\SYSTEM\\CurrentControlSet\\Services\\Counters\\Performance]\r\n"));
  const auto& rows = in.service_rows();
  REQUIRE(rows.rows() == 2);
  const auto& ds = rows.row(0);
  CHECK(ds[services::kServer] == "EX1");
  CHECK(ds[services::kName] == "MSExchangeDS");
  CHECK(ds[services::kDisplayName] == "Directory");
  CHECK(ds[services::kStart] == "2");
  CHECK(ds[services::kStartType] == "automatic");
  CHECK(ds[services::kType] == "272");
  CHECK(ds[services::kKind] == "own-process-interactive");
  CHECK(ds[services::kImagePath] == "x");
  CHECK(ds[services::kAccount] == "D\\svc");
  CHECK(ds[services::kDependsOn] == R"(["a","+b","+c"])");
  CHECK(ds[services::kDependsOnGroup] == R"(["b","c"])");
  CHECK(ds[services::kErrorControl] == "1");
  CHECK(ds[services::kLoadGroup] == "g");
  CHECK(ds[services::kInControlPanel] == "1");
  CHECK(ds[services::kIsStub] == "0");
  CHECK(ds[services::kControlSet] == "CurrentControlSet");
  CHECK(ds[services::kIsCurrent] == "1");
  CHECK(ds[services::kKeyPath] ==
        "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeDS");
  CHECK(ds[services::kChangedAt] == "NULL");
  CHECK(ds[services::kSourceId] == "7");
  const auto& stub = rows.row(1);
  CHECK(stub[services::kName] == "Counters");
  CHECK(stub[services::kIsStub] == "1");
  CHECK(stub[services::kKind] == "unknown");
  CHECK(stub[services::kStartType] == "NULL");
  CHECK(stub[services::kInControlPanel] == "0");
}

TEST_CASE("service kinds follow the bits of Type") {
  const auto kind = [](std::int64_t type) {
    ServiceRecord service;
    service.type = type;
    return std::string(service_kind(service));
  };
  CHECK(kind(0x1) == "kernel-driver");
  CHECK(kind(0x2) == "file-system-driver");
  CHECK(kind(0x8) == "file-system-driver");
  CHECK(kind(0x4) == "adapter");
  CHECK(kind(0x10) == "own-process");
  CHECK(kind(0x20) == "shared-process");
  CHECK(kind(0x120) == "shared-process-interactive");
  CHECK(kind(0x60) == "shared-process");
  CHECK(kind(0) == "unknown");
}

TEST_CASE("a Win32 service without an image is a stub, a driver without one is not") {
  ServiceRecord service;
  service.type = 0x10;
  service.start = 2;
  CHECK(service_is_stub(service));
  service.image_path = "x.exe";
  CHECK_FALSE(service_is_stub(service));
  service.image_path.reset();
  service.type = 0x1;
  CHECK_FALSE(service_is_stub(service));
  service.type.reset();
  CHECK(service_is_stub(service));
}

TEST_CASE("Select names the control set in force, one only") {
  const std::string sets =
      "[HKLM\\SYSTEM\\ControlSet001\\Services\\A]\r\n[HKLM\\SYSTEM\\ControlSet002\\Services\\A]\r\n"
      "[HKLM\\SYSTEM\\Clone\\Services\\A]\r\n";
  const auto current = [&sets](const std::string& select) {
    Import in;
    REQUIRE(in.text(sets + select));
    std::string found;
    for (const ServiceRecord& service : in.context.services) {
      if (service.is_current) found += service.control_set;
    }
    return found + (in.issues.count("control-set-guessed") != 0 ? " guessed" : "");
  };
  CHECK(current("[HKLM\\SYSTEM\\Select]\r\n\"Current\"=dword:2\r\n") == "ControlSet002");
  CHECK(current("[HKLM\\SYSTEM\\Select]\r\n\"Current\"=dword:9\r\n\"Default\"=dword:2\r\n") ==
        "ControlSet002 guessed");
  CHECK(current("") == "ControlSet001 guessed");
  CHECK(current("[HKLM\\SYSTEM\\Select]\r\n\"Current\"=dword:1\r\n"
                "[HKLM\\SYSTEM\\CurrentControlSet\\Services\\A]\r\n") == "CurrentControlSet");
}

TEST_CASE("a text's CurrentControlSet and the set that Select names are one") {
  const std::string select = "[HKLM\\SYSTEM\\Select]\r\n\"Current\"=dword:1\r\n";
  const std::string image = "\"Type\"=dword:10\r\n\"ImagePath\"=\"%T%\\\\a.exe\"\r\n";
  const std::string running = "[HKLM\\SYSTEM\\CurrentControlSet\\";
  const std::string set1 = "[HKLM\\SYSTEM\\ControlSet001\\";
  Import in;
  REQUIRE(in.text(select + kComputer + set1 + "Services\\A]\r\n" + image +
                  "[HKLM\\SYSTEM\\ControlSet002\\Services\\A]\r\n" + image + running +
                  "Services\\B]\r\n" + image + set1 + "Services\\B]\r\n" + image + running +
                  "Services\\C]\r\n" + set1 + "Services\\C]\r\n" + image + running +
                  "Control\\Session Manager\\Environment]\r\n\"T\"=\"C:\"\r\n"));
  std::string current;
  for (const ServiceRecord& service : in.context.services) {
    CHECK(service.server == "EX1");
    const bool is_current = service.is_current;
    if (is_current) current += service.control_set + " " + service.name + " ";
    if (is_current) CHECK(service.rooted_image_path == "C:\\a.exe");
  }
  CHECK(current == "ControlSet001 A CurrentControlSet B ControlSet001 C ");
}

TEST_CASE("a hive's Select goes before a key CurrentControlSet, which counts as a last resort") {
  using namespace std::string_literals;
  const auto set = [](const char* name) {
    return test::TestKey{.name = name,
                         .subkeys = {{.name = "Services", .subkeys = {service_key(name)}}}};
  };
  const auto current = [](std::vector<test::TestKey> keys) {
    Import in;
    keys.push_back(
        {.name = "Select", .values = {{.name = "Current", .type = 4, .data = "\x01\0\0\0"s}}});
    keys.push_back({.name = "Setup"});
    REQUIRE(in.run(kHiveImporter, test::HiveBuilder(3).build({.name = "R", .subkeys = keys})));
    std::string found;
    for (const ServiceRecord& service : in.context.services) {
      if (service.is_current) found += service.control_set;
    }
    return found + (in.issues.count("control-set-guessed") != 0 ? " guessed" : "");
  };
  const auto running = set("CurrentControlSet");
  CHECK(current({set("ControlSet001"), running}) == "ControlSet001");
  CHECK(current({set("ControlSet002"), running}) == "ControlSet002 guessed");
  CHECK(current({running}) == "CurrentControlSet guessed");
}

TEST_CASE("the server is told by ComputerName, then by the store, then by the attendant") {
  const std::string store =
      "[HKLM\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeIS\\ParametersSystem]\r\n"
      "\"This Server\"=\"ex1\"\r\n";
  const std::string attendant =
      "[HKLM\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeSA\\Parameters]\r\n"
      "\"Server\"=\"EX9\"\r\n";
  Import all;
  REQUIRE(all.text(kComputer + store + attendant));
  CHECK(all.facts.server == "EX1");
  CHECK(all.issues.count("server-name-conflict") == 1);
  Import two;
  REQUIRE(two.text(store + attendant));
  CHECK(two.facts.server == "ex1");
  Import one;
  REQUIRE(one.text(attendant));
  CHECK(one.facts.server == "EX9");
  Import none;
  REQUIRE(none.text("[HKLM\\SYSTEM\\CurrentControlSet\\Services\\A]\r\n"));
  CHECK_FALSE(none.facts.server);
  CHECK(none.service_rows().row(0)[services::kServer] == "NULL");
}

TEST_CASE("the command line's server wins and a contradiction is noted") {
  Import in;
  in.options.server = "OTHER";
  REQUIRE(in.text(std::string(kComputer) + "[HKLM\\SYSTEM\\CurrentControlSet\\Services\\A]\r\n"));
  CHECK(in.facts.server == "OTHER");
  CHECK(in.context.services[0].server == "OTHER");
  CHECK(in.issues.count("server-name-overridden") == 1);
}

TEST_CASE("RegEdt32 text of a hive of the machine stands under its root") {
  Import in;
  REQUIRE(in.run(kRegTextImporter, as_bytes("Key Name:  SYSTEM\\CurrentControlSet\\Services\\A\r\n"
                                            "Key Name:  Other\\B\r\n")));
  CHECK(in.key_rows().row(0)[keys::kPath] ==
        "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\A");
  CHECK(in.key_rows().row(1)[keys::kPath] == "Other\\B");
  CHECK(in.context.services.size() == 1);
}

TEST_CASE("names with lone surrogates are shown with U+FFFD and a doubt") {
  Import in;
  std::string text =
      encode_utf16le("Windows Registry Editor Version 5.00\r\n[HKLM\\A]\r\n\"_\"=dword:1\r\n");
  const std::size_t at = text.find('_');
  text[at + 1] = '\xD8';
  REQUIRE(in.run(kRegTextImporter, as_bytes("\xFF\xFE" + text)));
  CHECK(in.value_rows().row(0)[values::kName] == "\xEF\xBF\xBD");
  CHECK(in.issues.count("registry-name-not-unicode") == 1);
}

TEST_CASE("class names with lone surrogates are shown with U+FFFD and a doubt") {
  for (const char* text : {"WINE REGISTRY Version 2\n\n[A] 0\n#class=\"a\\xd800b\"\n",
                           "\xEF\xBB\xBFKey Name: A\r\nClass Name: a\xED\xA0\x80"
                           "b\r\n"}) {
    Import in;
    REQUIRE(in.run(kRegTextImporter, as_bytes(text)));
    CHECK(is_valid_utf8(in.key_rows().row(0)[keys::kClassName]));
    CHECK(in.issues.has_loss_or_doubt());
  }
}

namespace {

std::vector<std::byte> system_hive() {
  using namespace std::string_literals;
  const test::TestKey computer = {
      .name = "ComputerName",
      .subkeys = {
          {.name = "ComputerName", .values = {{.name = "ComputerName", .data = utf16("EX1\0"s)}}}}};
  const test::TestKey set1 = {
      .name = "ControlSet001",
      .subkeys = {{.name = "Control", .subkeys = {computer}, .class_name = "Cls"},
                  {.name = "Services", .subkeys = {service_key("A")}}}};
  const test::TestKey set2 = {.name = "ControlSet002",
                              .subkeys = {{.name = "Services", .subkeys = {service_key("B")}}}};
  return test::HiveBuilder(3).build(
      {.name = "$$$PROTO.HIV",
       .subkeys = {
           set1,
           set2,
           {.name = "Select", .values = {{.name = "Current", .type = 4, .data = "\x01\0\0\0"s}}}}});
}

}  // namespace

TEST_CASE("a SYSTEM hive stands under HKEY_LOCAL_MACHINE with times, classes and services") {
  Import in;
  REQUIRE(in.run(kHiveImporter, system_hive()));
  CHECK(in.facts.kind == "registry-hive");
  CHECK(in.facts.role == "registry");
  CHECK(in.facts.state == "clean");
  CHECK(in.facts.server == "EX1");
  CHECK(in.facts.details.find(R"("version":"1.3","hive":"SYSTEM")") != std::string::npos);
  CHECK(in.issues.issues.empty());
  const auto& root = in.key_rows().row(0);
  CHECK(root[keys::kPath] == "HKEY_LOCAL_MACHINE\\SYSTEM");
  CHECK(root[keys::kName] == "SYSTEM");
  CHECK(root[keys::kParentId] == "NULL");
  CHECK(root[keys::kSubkeys] == "3");
  const auto control =
      in.key_rows().find(keys::kPath, "HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Control");
  REQUIRE(!control.empty());
  CHECK(control[keys::kName] == "Control");
  CHECK(control[keys::kParentId] == "2");
  CHECK(control[keys::kClassName] == "Cls");
  CHECK(control[keys::kChangedAt] == "2000-01-01T00:00:00Z");
  const auto& rows = in.service_rows();
  REQUIRE(rows.rows() == 2);
  CHECK(rows.row(0)[services::kControlSet] == "ControlSet001");
  CHECK(rows.row(0)[services::kIsCurrent] == "1");
  CHECK(rows.row(0)[services::kChangedAt] == "2000-01-01T00:00:00Z");
  CHECK(rows.row(1)[services::kName] == "B");
  CHECK(rows.row(1)[services::kIsCurrent] == "0");
}

namespace {

// Owner SY, and full and read access to a key for BA and WD.
std::string key_descriptor() {
  using namespace std::string_literals;
  const std::string system = "\x01\x01\0\0\0\0\0\x05\x12\0\0\0"s;
  const std::string admins = "\x01\x02\0\0\0\0\0\x05\x20\0\0\0\x20\x02\0\0"s;
  const std::string all = "\x01\x01\0\0\0\0\0\x01\0\0\0\0"s;
  const std::string aces = "\0\x02\x18\0\x3f\0\x0f\0"s + admins + "\0\0\x14\0\x19\0\x02\0"s + all;
  const std::string acl =
      "\x02\0"s + test::le(static_cast<std::uint16_t>(8 + aces.size())) + "\x02\0\0\0"s + aces;
  return "\x01\0\x04\x80"s + test::le(std::uint32_t{20}) + std::string(8, '\0') +
         test::le(std::uint32_t{32}) + system + acl;
}

// A hive with a key below its root, both with the security of one cell.
std::vector<std::byte> secured_hive(const std::string& record) {
  test::HiveBuilder builder(5);
  const std::uint32_t root = builder.add_key({.name = "R", .subkeys = {{.name = "k"}}}, ~0U);
  const std::uint32_t cell = builder.add_cell(record);
  builder.patch(root, 44, test::le(cell));
  builder.patch(root + 88, 44, test::le(cell));
  return builder.finish(root);
}

std::string security_record(const std::string& descriptor) {
  return "sk" + std::string(14, '\0') + test::le(static_cast<std::uint32_t>(descriptor.size())) +
         descriptor;
}

}  // namespace

TEST_CASE("keys show their security descriptor as SDDL") {
  Import in;
  REQUIRE(in.run(kHiveImporter, secured_hive(security_record(key_descriptor()))));
  const std::string sddl = "O:SYD:(A;CI;KA;;;BA)(A;;KR;;;WD)";
  CHECK(in.key_rows().row(0)[keys::kSecuritySddl] == sddl);
  CHECK(in.key_rows().row(1)[keys::kName] == "k");
  CHECK(in.key_rows().row(1)[keys::kSecuritySddl] == sddl);
  CHECK(in.issues.count("hive-security-lost") == 0);
  Import text;
  REQUIRE(text.text("[HKLM\\A]\r\n"));
  CHECK(text.key_rows().row(0)[keys::kSecuritySddl] == "NULL");
}

TEST_CASE("a security record that cannot be shown is one loss, however many keys share it") {
  const std::string good = security_record(key_descriptor());
  std::string long_size = good;
  long_size[16] = '\x7F';
  std::string bad_acl = good;
  bad_acl[20 + 34] = '\x7F';
  for (const std::string& record :
       {"xk" + good.substr(2), good.substr(0, 12), long_size, bad_acl}) {
    Import in;
    REQUIRE(in.run(kHiveImporter, secured_hive(record)));
    CHECK(in.key_rows().row(0)[keys::kSecuritySddl] == "NULL");
    CHECK(in.key_rows().rows() == 2);
    CHECK(in.issues.count("hive-security-lost") == 1);
    CHECK(in.facts.state == "damaged");
  }
}

TEST_CASE("a descriptor of absurd length is not shown") {
  using namespace std::string_literals;
  const std::string ace = "\0\0\x14\0\x19\0\x02\0\x01\x01\0\0\0\0\0\x01\0\0\0\0"s;
  std::string aces;
  for (int i = 0; i < 2000; ++i) aces += ace;
  const std::string acl = "\x02\0"s + test::le(static_cast<std::uint16_t>(8 + aces.size())) +
                          test::le(std::uint32_t{2000}) + aces;
  Import in;
  REQUIRE(
      in.run(kHiveImporter, secured_hive(security_record("\x01\0\x04\x80"s + std::string(12, '\0') +
                                                         test::le(std::uint32_t{20}) + acl))));
  CHECK(in.key_rows().row(0)[keys::kSecuritySddl] == "NULL");
  CHECK(in.issues.count("hive-security-lost") == 1);
}

TEST_CASE("hives are told by what stands below their root") {
  const auto name = [](std::vector<std::string> subkeys) {
    return std::string(hive_kind(subkeys).name);
  };
  CHECK(name({"controlset001"}) == "SYSTEM");
  CHECK(name({"Select", "Setup"}) == "SYSTEM");
  CHECK(name({"Microsoft", "Classes"}) == "SOFTWARE");
  CHECK(name({"SAM"}) == "SAM");
  CHECK(name({"Policy", "SAM"}) == "SECURITY");
  CHECK(name({"Cache", "RXACT", "SAM"}) == "SECURITY");
  CHECK(name({"Classes", "Microsoft", "Policies", "Policy", "SAM"}) == "SOFTWARE");
  CHECK(name({"Control Panel", "Environment", "Policy", "SAM", "Software"}) == "NTUSER");
  CHECK(name({"Software", "Control Panel"}) == "NTUSER");
  CHECK(name({"Local Settings"}) == "UsrClass");
  CHECK(name({"Description", "Objects"}) == "BCD");
  CHECK(name({"ControlSetX"}).empty());
}

TEST_CASE("a hive of no known kind stands under the name of its file") {
  Import in;
  auto file = test::HiveBuilder(5).build({.name = "R", .subkeys = {{.name = "x"}}});
  test::put(file, 48, utf16("\\dir\\drivers"));
  test::seal_base_block(file);
  REQUIRE(in.run(kHiveImporter, file));
  CHECK(in.key_rows().row(1)[keys::kPath] == "drivers\\x");
  CHECK(in.issues.count("hive-kind-unknown") == 1);
}

TEST_CASE("a hive whose first block names a wrong root stands where it belongs") {
  Import in;
  auto file = system_hive();
  test::put(file, 36, test::le(std::uint32_t{0x9990}));
  test::seal_base_block(file);
  REQUIRE(in.run(kHiveImporter, file));
  CHECK(in.issues.count("hive-root-moved") == 1);
  CHECK(in.key_rows().row(0)[keys::kPath] == "HKEY_LOCAL_MACHINE\\SYSTEM");
  CHECK(in.service_rows().rows() == 2);
}

TEST_CASE("the file's name in a damaged first block is not used") {
  Import in;
  auto file = test::HiveBuilder(5).build({.name = "R", .subkeys = {{.name = "x"}}});
  test::put(file, 48, utf16("\\dir\\drivers"));
  REQUIRE(in.run(kHiveImporter, file));
  CHECK(in.key_rows().row(1)[keys::kPath] == "HIVE\\x");
}

TEST_CASE("a dirty hive asks for its logs, unless they are not wanted") {
  auto file = system_hive();
  test::put(file, 4, test::le(std::uint32_t{9}));
  test::seal_base_block(file);
  std::string asked;
  const auto run = [&](bool no_logs) {
    Import in;
    in.options.no_logs = no_logs;
    in.context.open_sibling = [&asked](std::string_view suffix) {
      asked += suffix;
      return std::unique_ptr<ByteSource>();
    };
    REQUIRE(in.run(kHiveImporter, file));
    CHECK(in.facts.state == "dirty");
    CHECK(in.issues.count("hive-dirty") == 1);
  };
  run(true);
  CHECK(asked.empty());
  run(false);
  CHECK(asked == ".LOG.LOG1.LOG2");
}

TEST_CASE("a dirty hive beside one of two new logs may be stale, and that is a doubt") {
  const auto run = [](std::vector<std::byte> file, std::uint32_t type, std::string_view suffixes) {
    Import in;
    std::vector<std::byte> log(file.begin(), file.begin() + 512);
    test::put(log, 28, test::le(type));
    test::seal_base_block(log);
    in.context.open_sibling = [&](std::string_view suffix) -> std::unique_ptr<ByteSource> {
      if (suffixes.find(suffix) == std::string_view::npos) return nullptr;
      return std::make_unique<MemorySource>(log);
    };
    REQUIRE(in.run(kHiveImporter, file));
    const std::size_t at = in.facts.details.find("\"logs_missing\":") + 15;
    const std::string missing =
        in.facts.details.substr(at, in.facts.details.find(']', at) + 1 - at);
    CHECK((missing == "[]") == (in.issues.count("hive-log-missing") == 0));
    return missing;
  };
  auto dirty = system_hive();
  test::put(dirty, 4, test::le(std::uint32_t{9}));
  test::seal_base_block(dirty);
  CHECK(run(dirty, 6, ".LOG1,") == R"([".LOG2"])");
  CHECK(run(dirty, 6, ".LOG2,") == R"([".LOG1"])");
  CHECK(run(dirty, 6, ".LOG1,.LOG2,") == "[]");
  CHECK(run(dirty, 1, ".LOG1,") == "[]");
  CHECK(run(dirty, 6, "") == "[]");
  CHECK(run(system_hive(), 6, ".LOG1,") == "[]");
}

TEST_CASE("a key's time that is no date is left out with a note") {
  Import in;
  const test::TestKey odd = {.name = "Select", .filetime = ~std::uint64_t{0}};
  const test::TestKey last = {.name = "Setup", .filetime = 2'650'467'743'999'999'999};
  REQUIRE(in.run(kHiveImporter, test::HiveBuilder(3).build({.name = "R", .subkeys = {odd, last}})));
  CHECK(in.key_rows().row(1)[keys::kChangedAt] == "NULL");
  CHECK(in.key_rows().row(2)[keys::kChangedAt] != "NULL");
  CHECK(in.issues.count("hive-time-range") == 1);
  CHECK(in.facts.state == "clean");
}

TEST_CASE("a tombstone of a layered hive has its row and a note, and is no fact") {
  const auto run = [](Import& in, std::uint32_t minor) {
    auto file = test::HiveBuilder(minor).build(
        {.name = "R",
         .subkeys = {{.name = "ControlSet001",
                      .subkeys = {{.name = "Services", .subkeys = {service_key("A")}}}}}});
    // The flags of the service's value Type.
    const std::size_t name = as_chars(file).find("Type");
    test::put(file, name - 4, test::le(std::uint16_t{3}));
    REQUIRE(in.run(kHiveImporter, file));
    CHECK(in.value_rows().rows() == 1);
    CHECK(in.facts.state == "clean");
    return in.service_rows().row(0)[services::kType];
  };
  Import layered;
  CHECK(run(layered, 6) == "NULL");
  CHECK(layered.issues.count("hive-value-tombstone") == 1);
  CHECK(layered.issues.issues.front().severity == Severity::kNote);
  Import plain;
  CHECK(run(plain, 5) == "16");
  CHECK(plain.issues.count("hive-value-tombstone") == 0);
}

TEST_CASE("a damaged hive is marked so") {
  Import in;
  auto file = system_hive();
  file.resize(file.size() - 8);
  REQUIRE(in.run(kHiveImporter, file));
  CHECK(in.facts.state == "damaged");
  Import block;
  file = system_hive();
  file[300] ^= std::byte{1};
  REQUIRE(block.run(kHiveImporter, file));
  CHECK(block.facts.state == "damaged");
}

TEST_CASE("deleted keys and values stand in tables of their own") {
  namespace dead_keys = tables::recovered_registry_keys;
  namespace dead_values = tables::recovered_registry_values;
  test::HiveBuilder builder(3);
  const std::uint32_t root =
      builder.add_key({.name = "R", .subkeys = {{.name = "Select"}, {.name = "Setup"}}}, ~0U);
  const std::uint32_t dead =
      builder.add_key({.name = "dead", .values = {{.name = "v", .type = 4, .data = "1234"}}}, root);
  builder.add_key({.name = "child"}, dead);
  builder.add_value({.name = "", .data = "orphan"});
  Import in;
  REQUIRE(in.run(kHiveImporter, builder.finish(root)));
  const auto& key = in.snapshot.at("recovered_registry_keys").row(0);
  CHECK(key[dead_keys::kKeyId] == "1");
  CHECK(key[dead_keys::kPath] == "HKEY_LOCAL_MACHINE\\SYSTEM\\dead");
  CHECK(key[dead_keys::kName] == "dead");
  CHECK(key[dead_keys::kParentId] == "NULL");
  CHECK(key[dead_keys::kChangedAt] == "2000-01-01T00:00:00Z");
  CHECK(key[dead_keys::kValueCount] == "1");
  CHECK(key[dead_keys::kOffsetBytes] == std::to_string(4096 + dead));
  CHECK(key[dead_keys::kPathIsPartial] == "0");
  CHECK(key[dead_keys::kPlace] == "unreferenced cell");
  CHECK(in.snapshot.at("recovered_registry_keys").row(1)[dead_keys::kParentId] == "1");
  const auto& value = in.snapshot.at("recovered_registry_values").row(0);
  CHECK(value[dead_values::kKeyId] == "1");
  CHECK(value[dead_values::kKeyPath] == "HKEY_LOCAL_MACHINE\\SYSTEM\\dead");
  CHECK(value[dead_values::kName] == "v");
  CHECK(value[dead_values::kType] == "REG_DWORD");
  CHECK(value[dead_values::kValue] == "875770417");
  CHECK(value[dead_values::kData] == "x'31323334'");
  CHECK(value[dead_values::kDataState] == "intact");
  const auto& orphan = in.snapshot.at("recovered_registry_values").row(1);
  CHECK(orphan[dead_values::kKeyId] == "NULL");
  CHECK(orphan[dead_values::kName] == "NULL");
  CHECK(orphan[dead_values::kPathIsPartial] == "1");
}

TEST_CASE("content tells hives, texts and neither apart") {
  const auto hive = system_hive();
  CHECK(kHiveImporter.probe(hive, hive.size()));
  CHECK_FALSE(kRegTextImporter.probe(hive, hive.size()));
  const Bytes text = as_bytes("REGEDIT4\r\n");
  CHECK(kRegTextImporter.probe(text, text.size()));
  CHECK_FALSE(kHiveImporter.probe(text, text.size()));
  CHECK_FALSE(kHiveImporter.probe({}, 0));
}

TEST_CASE("the NT 4 hive of the sample scenario has its services and no foreign control set") {
  const std::filesystem::path path =
      std::filesystem::path(DIRSNAP_FIXTURES) / "exchange/q188632-nt4-hive/EX1-SYSTEM";
  const auto bytes = test::read_file(path);
  if (bytes.empty()) {
    WARN("skipped: no fixture at " << path.string());
    return;
  }
  Import in;
  REQUIRE(in.run(kHiveImporter, bytes));
  CHECK(in.facts.server == "EX1");
  std::size_t imc_current = 0;
  std::size_t imc_other = 0;
  for (const ServiceRecord& service : in.context.services) {
    if (service.name == "MSExchangeIMC") ++(service.is_current ? imc_current : imc_other);
  }
  CHECK(imc_current == 0);
  CHECK(imc_other == 1);
}

}  // namespace dirsnap::registry_model
