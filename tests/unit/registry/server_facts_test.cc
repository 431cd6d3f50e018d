// SPDX-License-Identifier: MIT
//
// What registries tell about services and servers beyond single values of a service's key.
#include "importers/registry_model/server_facts.h"

#include <string>

#include <catch2/catch.hpp>

#include "importers/registry_model/image_path.h"
#include "importers/registry_model/importers.h"
#include "importers/registry_model/services.h"
#include "tests/support/fake_snapshot.h"

namespace dirsnap::registry_model {
namespace {

namespace services = tables::services;
namespace facts = tables::server_facts;

const std::string kSet = "[HKLM\\SYSTEM\\CurrentControlSet\\";

// Texts into one snapshot, one source each, then the rows that need all of them.
struct Snapshot {
  test::FakeSnapshot snapshot;
  ImportOptions options;
  CancelToken cancel;
  test::CollectingSink issues;
  ImportContext context{snapshot, options, cancel};
  std::int64_t last_source = 0;

  void add(const std::string& body) {
    const std::string text = "REGEDIT4\r\n\r\n" + body;
    const Bytes bytes = as_bytes(text);
    MemorySource source({bytes.begin(), bytes.end()});
    SourceFacts source_facts;
    source_facts.source_id = ++last_source;
    REQUIRE(kRegTextImporter.import(source, source_facts, context, issues));
  }
  // The row of a service.
  std::vector<std::string> service(const std::string& name) {
    if (!written) {
      settle_servers(context.registries);
      drop_guesses(context.registries);
      settle_services(context.services, context.registries);
      REQUIRE(write_server_facts(context));
      REQUIRE(write_services(context));
      written = true;
    }
    return snapshot.at("services").find(services::kName, name);
  }
  std::string fact(const std::string& name, unsigned column = facts::kValue) {
    (void)service("");
    const auto row = snapshot.at("server_facts").find(facts::kFact, name);
    return row.empty() ? "" : row[column];
  }
  bool written = false;
};

std::string computer(const std::string& name) {
  return kSet + "Control\\ComputerName\\ComputerName]\r\n\"ComputerName\"=\"" + name + "\"\r\n";
}

std::string service_text(const std::string& name, const std::string& values) {
  return kSet + "Services\\" + name + "]\r\n" + values + "\r\n";
}

ServiceRecord with_image(std::int64_t type, std::optional<std::string> path) {
  ServiceRecord service;
  service.name = "Svc";
  service.type = type;
  service.image_path = std::move(path);
  return service;
}

std::string rooted(std::int64_t type, std::optional<std::string> path) {
  return rooted_image_path(with_image(type, std::move(path))).value_or("NULL");
}

}  // namespace

TEST_CASE("image paths of every form get the folder of Windows in front") {
  CHECK(rooted(1, "\\SystemRoot\\System32\\x.sys") == "%SystemRoot%\\System32\\x.sys");
  CHECK(rooted(1, "system32\\drivers\\x.sys") == "%SystemRoot%\\system32\\drivers\\x.sys");
  CHECK(rooted(1, "x.sys") == "%SystemRoot%\\x.sys");
  CHECK(rooted(1, "\\??\\C:\\d\\x.sys") == "C:\\d\\x.sys");
  CHECK(rooted(1, "\\Device\\x.sys") == "\\Device\\x.sys");
  CHECK(rooted(1, std::nullopt) == "%SystemRoot%\\System32\\drivers\\Svc.sys");
  CHECK(rooted(2, "") == "%SystemRoot%\\System32\\drivers\\Svc.sys");
  CHECK(rooted(0x20, "%SystemRoot%\\x.exe -k a") == "%SystemRoot%\\x.exe -k a");
  CHECK(rooted(0x10, "\"C:\\P F\\x.exe\" -s") == "\"C:\\P F\\x.exe\" -s");
  CHECK(rooted(0x10, "system32\\x.exe") == "%SystemRoot%\\system32\\x.exe");
  CHECK(rooted(0x10, "x.exe d\\e") == "x.exe d\\e");
  CHECK(rooted(0x10, std::nullopt) == "NULL");
  CHECK(rooted(0, std::nullopt) == "NULL");
  CHECK(rooted(4, std::nullopt) == "NULL");
  CHECK(rooted(8, " ") == "%SystemRoot%\\System32\\drivers\\Svc.sys");
  CHECK(rooted(1, "C:/x/a.exe") == "C:/x/a.exe");
  CHECK(rooted(0x10, "C:/x/a.exe -d a\\b") == "C:/x/a.exe -d a\\b");
  CHECK(rooted(1, "  %SystemRoot%\\x.sys") == "%SystemRoot%\\x.sys");
  CHECK(rooted(1, "SystemRoot\\System32\\x.sys") == "%SystemRoot%\\System32\\x.sys");
  CHECK(rooted(1, "\\??\\UNC\\srv\\sh\\x.sys") == "\\\\srv\\sh\\x.sys");
}

TEST_CASE("variables expand through each other, unknown and endless ones stay") {
  const Variables variables = {
      {"windir", "%SystemRoot%"}, {"systemroot", "C:\\W"}, {"loop", "%loop%"}};
  CHECK(expand_variables("%WinDir%\\a", variables) == "C:\\W\\a");
  CHECK(expand_variables("%other%\\%windir%", variables) == "%other%\\C:\\W");
  CHECK(expand_variables("50%windir%", variables) == "50C:\\W");
  CHECK(expand_variables("100% %windir%", variables) == "100% C:\\W");
  CHECK(expand_variables("%loop%", variables) == "%loop%");
  const Variables bomb = {{"a", std::string(8000, 'x') + "%a%%a%%a%%a%%a%%a%"}};
  CHECK(expand_variables("%a%", bomb) == "%a%");
}

TEST_CASE("the folder of Windows is told by the path of an image in its system32") {
  CHECK(system_root_of("C:\\WINNT\\system32\\a.exe -k") == "C:\\WINNT");
  CHECK(system_root_of("\"D:\\W\\System32\\a.exe\"") == "D:\\W");
  CHECK(system_root_of("\\??\\C:\\W\\system32\\a.sys") == "C:\\W");
  CHECK_FALSE(system_root_of("C:\\a\\b\\system32\\a.exe"));
  CHECK_FALSE(system_root_of("C:\\a.exe"));
  CHECK_FALSE(system_root_of("%SystemRoot%\\system32\\a.exe"));
}

TEST_CASE("an image path is expanded by what all sources of the server tell") {
  Snapshot in;
  in.add(computer("EX1") + service_text("A", "\"Type\"=dword:1") +
         service_text("B", "\"Type\"=dword:10\r\n\"ImagePath\"=\"%windir%\\\\b.exe\"") +
         service_text("C", "\"Type\"=dword:10\r\n\"ImagePath\"=\"%Tools%\\\\c.exe\"") +
         service_text("D", "\"Type\"=dword:10\r\n\"ImagePath\"=\"%ProgramFiles%\\\\d.exe\"") +
         kSet + "Control\\Session Manager\\Environment]\r\n\"Tools\"=\"%SystemDrive%\\\\t\"\r\n");
  in.options.server = "ex1";
  in.add(
      "[HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion]\r\n\"SystemRoot\"=\"D:\\\\W\"\r\n");
  in.options.server = "EX2";
  in.add(
      "[HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion]\r\n\"ProgramFilesDir\"=\"D:"
      "\\\\P\"\r\n");
  CHECK(in.service("A")[services::kImagePath] == "NULL");
  CHECK(in.service("A")[services::kImagePathExpanded] == "D:\\W\\System32\\drivers\\A.sys");
  CHECK(in.service("B")[services::kImagePath] == "%windir%\\b.exe");
  CHECK(in.service("B")[services::kImagePathExpanded] == "D:\\W\\b.exe");
  CHECK(in.service("C")[services::kImagePathExpanded] == "D:\\t\\c.exe");
  // Another server's folder.
  CHECK(in.service("D")[services::kImagePathExpanded] == "%ProgramFiles%\\d.exe");
}

TEST_CASE("the images of the services tell the folder of Windows if they agree") {
  const std::string a = service_text("A", "\"ImagePath\"=\"C:\\\\W\\\\system32\\\\a.exe\"");
  const std::string b = service_text("B", "\"Type\"=dword:1");
  Snapshot agree;
  agree.add(a + b);
  CHECK(agree.service("B")[services::kImagePathExpanded] == "C:\\W\\System32\\drivers\\B.sys");
  CHECK(agree.fact("system_root") == "C:\\W");
  CHECK(agree.fact("system_root", facts::kPlace) ==
        "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\A\\ImagePath");
  Snapshot differ;
  differ.add(a + b + service_text("C", "\"ImagePath\"=\"D:\\\\W\\\\system32\\\\a.exe\""));
  CHECK(differ.fact("system_root").empty());
  CHECK(differ.service("B")[services::kImagePathExpanded] ==
        "%SystemRoot%\\System32\\drivers\\B.sys");
}

TEST_CASE("a guessed folder of Windows gives way to a stated one, in any order of the sources") {
  const std::string system =
      computer("EX1") + service_text("A", "\"ImagePath\"=\"D:\\\\tools\\\\system32\\\\a.exe\"") +
      service_text("B", "\"Type\"=dword:1");
  const std::string software =
      "[HKLM\\SOFTWARE\\Microsoft\\Windows "
      "NT\\CurrentVersion]\r\n\"SystemRoot\"=\"C:\\\\WINNT\"\r\n";
  for (const bool is_system_first : {true, false}) {
    Snapshot in;
    in.options.server = "EX1";
    in.add(is_system_first ? system : software);
    in.add(is_system_first ? software : system);
    CHECK(in.service("B")[services::kImagePathExpanded] == "C:\\WINNT\\System32\\drivers\\B.sys");
    CHECK(in.fact("system_root") == "C:\\WINNT");
    std::size_t roots = 0;
    const auto& rows = in.snapshot.at("server_facts");
    for (std::size_t i = 0; i < rows.rows(); ++i) {
      if (rows.row(i)[facts::kFact] == "system_root") ++roots;
    }
    CHECK(roots == 1);
  }
}

TEST_CASE("services of a registry without a name belong to the server of its folder") {
  std::vector<ServiceRecord> records(3);
  records[0].source_id = 1;
  records[1].source_id = 1;
  records[1].server = "OTHER";
  records[2].source_id = 2;
  settle_services(records, {{.source_id = 1, .folder = "a", .server = "EX1"},
                            {.source_id = 2, .folder = "b", .server = {}}});
  CHECK(records[0].server == "EX1");
  CHECK(records[1].server == "OTHER");
  CHECK_FALSE(records[2].server);
}

TEST_CASE("a delayed start is one of an automatic service") {
  Snapshot in;
  in.add(service_text("A", "\"Start\"=dword:2\r\n\"DelayedAutoStart\"=dword:1") +
         service_text("B", "\"Start\"=dword:3\r\n\"DelayedAutostart\"=dword:1") +
         service_text("C",
                      "\"Start\"=dword:2\r\n\"DelayedAutostart\"=dword:0\r\n"
                      "\"DeleteFlag\"=dword:1\r\n\"Description\"=\"text\""));
  CHECK(in.service("A")[services::kDelayedStart] == "1");
  CHECK(in.service("A")[services::kStartType] == "automatic");
  CHECK(in.service("A")[services::kMarkedForDeletion] == "0");
  CHECK(in.service("A")[services::kDescription] == "NULL");
  CHECK(in.service("B")[services::kDelayedStart] == "0");
  CHECK(in.service("C")[services::kDelayedStart] == "0");
  CHECK(in.service("C")[services::kMarkedForDeletion] == "1");
  CHECK(in.service("C")[services::kDescription] == "text");
}

TEST_CASE("triggers are named, in the order of their numbers") {
  Snapshot in;
  in.add(service_text("A", "\"Start\"=dword:3") +
         service_text("A\\TriggerInfo\\10", "\"Type\"=dword:63\r\n\"Action\"=dword:2") +
         service_text("A\\TriggerInfo\\0",
                      "\"Type\"=dword:4\r\n\"Action\"=dword:1\r\n"
                      "\"GUID\"=hex:07,9e,56,b7,21,84,e0,4e,ad,10,86,91,5a,fd,ad,09\r\n"
                      "\"Data0\"=hex:31,00,00,00,54,00,00,00,00,00\r\n\"DataType0\"=dword:2\r\n"
                      "\"Data1\"=hex:78,00,00,00\r\n\"DataType1\"=dword:2\r\n"
                      "\"Data2\"=hex:01,ff\r\n\"DataType2\"=dword:1") +
         service_text("A\\TriggerInfo\\0\\deeper", "\"Type\"=dword:1") +
         service_text("A\\Parameters\\0", "\"Type\"=dword:1") +
         service_text("B", "\"Start\"=dword:3"));
  CHECK(in.service("A")[services::kTriggers] ==
        R"([{"action":"start","type":"firewall-port","event":"firewall-port-opened",)"
        R"("guid":"b7569e07-8421-4ee0-ad10-86915afdad09","data":[["1","T"],"x","01ff"]},)"
        R"({"action":"stop","type":"99"}])");
  CHECK(in.service("B")[services::kTriggers] == "NULL");
}

TEST_CASE("triggers whose keys are spelled apart are all shown") {
  Snapshot in;
  in.add(service_text("A", "\"Start\"=dword:3") +
         service_text("A\\TriggerInfo\\x", "\"Action\"=dword:1") +
         service_text("A\\TriggerInfo\\0", "\"Action\"=dword:1") +
         service_text("A\\TriggerInfo\\y", "\"Action\"=dword:2") +
         service_text("A\\TriggerInfo\\00", "\"Action\"=dword:2"));
  const std::string start = R"({"action":"start","type":"unknown"})";
  const std::string stop = R"({"action":"stop","type":"unknown"})";
  CHECK(in.service("A")[services::kTriggers] ==
        '[' + start + ',' + stop + ',' + start + ',' + stop + ']');
}

TEST_CASE("the profile in force is no profile of its own under the name Current") {
  const std::string below = "\\System\\CurrentControlSet\\Enum\\ROOT\\LEGACY_A]\r\n";
  const std::string off = "\"CSConfigFlags\"=dword:1\r\n";
  Snapshot in;
  in.add(service_text("A", "\"Start\"=dword:3") + kSet + "Hardware Profiles\\Current" + below +
         off + kSet + "Hardware Profiles\\0001" + below + off);
  CHECK(in.service("A")[services::kDisabledInProfiles] == R"(["0001"])");
}

TEST_CASE("dependencies hold services first, then groups with a plus sign") {
  Snapshot in;
  in.add(service_text("A", "\"DependOnGroup\"=hex(7):67,00,67,00,00") +
         service_text("B", "\"DependOnService\"=hex(7):61,00,00") +
         service_text("C", "\"DependOnService\"=hex(7):00") + service_text("D", ""));
  CHECK(in.service("A")[services::kDependsOn] == R"(["+g"])");
  CHECK(in.service("A")[services::kDependsOnGroup] == R"(["g"])");
  CHECK(in.service("B")[services::kDependsOn] == R"(["a"])");
  CHECK(in.service("B")[services::kDependsOnGroup] == "NULL");
  CHECK(in.service("C")[services::kDependsOn] == "[]");
  CHECK(in.service("D")[services::kDependsOn] == "NULL");
}

TEST_CASE("groups in either value are one whatever their case, and empty names are none") {
  Snapshot in;
  in.add(service_text("A",
                      "\"DependOnService\"=hex(7):2b,54,00,2b,74,00,00,61,00,2b,00,00\r\n"
                      "\"DependOnGroup\"=hex(7):54,00,00,67,00,00"));
  CHECK(in.service("A")[services::kDependsOn] == R"(["a","+T","+g"])");
  CHECK(in.service("A")[services::kDependsOnGroup] == R"(["T","g"])");
}

TEST_CASE("hardware profiles disable services by their legacy devices and by real ones") {
  const std::string profile = "Hardware Profiles\\";
  const std::string below = "\\System\\CurrentControlSet\\Enum\\";
  const std::string off = "]\r\n\"CSConfigFlags\"=dword:1\r\n";
  Snapshot in;
  in.add(service_text("MSExchangeIMC", "\"Start\"=dword:2") + service_text("nic", "") +
         service_text("fine", "") + kSet + profile + "0001" + below +
         "ROOT\\LEGACY_MSEXCHANGEIMC\\0000" + off + kSet + profile + "0002" + below +
         "ROOT\\LEGACY_MSEXCHANGEIMC" + off + kSet + profile + "0002" + below +
         "ROOT\\LEGACY_MSEXCHANGEIMC\\0000" + off + kSet + profile + "0002" + below +
         "PCI\\VEN_1\\3" + off + kSet + "Enum\\pci\\ven_1\\3]\r\n\"Service\"=\"NIC\"\r\n" + kSet +
         profile + "0001" + below + "ROOT\\LEGACY_FINE\\0000]\r\n\"CSConfigFlags\"=dword:2\r\n" +
         kSet + "Control\\IDConfigDB]\r\n\"CurrentConfig\"=dword:1\r\n");
  CHECK(in.service("MSExchangeIMC")[services::kDisabledInProfiles] == R"(["0001","0002"])");
  CHECK(in.service("nic")[services::kDisabledInProfiles] == R"(["0002"])");
  CHECK(in.service("fine")[services::kDisabledInProfiles] == "NULL");
  CHECK(in.fact("hardware_profile") == "1");
}

TEST_CASE("facts of the server come from the control set in force and from SOFTWARE") {
  Snapshot in;
  const std::string set2 = "[HKLM\\SYSTEM\\ControlSet002\\";
  in.add(
      "[HKLM\\SYSTEM\\ControlSet001\\Control\\ComputerName\\ComputerName]\r\n"
      "\"ComputerName\"=\"OLD\"\r\n" +
      set2 + "Control\\ComputerName\\ComputerName]\r\n\"ComputerName\"=\"EX1\"\r\n" + set2 +
      "Control\\TimeZoneInformation]\r\n\"Bias\"=dword:ffffffc4\r\n"
      "\"StandardName\"=\"W. Europe Standard Time\"\r\n" +
      set2 +
      "Control\\Windows]\r\n\"CSDVersion\"=dword:600\r\n"
      "\"ShutdownTime\"=hex:00,80,3e,d5,de,b1,9d,01\r\n" +
      set2 +
      "Services\\MSExchangeMTA\\Parameters]\r\n"
      "\"X500 DN\"=\"/o=O/ou=S/cn=Configuration/cn=Servers/cn=EX1/cn=Microsoft MTA\"\r\n" +
      set2 + "Services\\MSExchangeSA\\Parameters]\r\n\"Enterprise\"=\"O\"\r\n\"Site\"=\"\"\r\n" +
      set2 +
      "Services\\MSExchangeIS\\Restore in Progress]\r\n"
      "[HKLM\\SYSTEM\\Select]\r\n\"Current\"=dword:2\r\n"
      "[HKLM\\SOFTWARE\\Microsoft\\Exchange\\Setup]\r\n\"NewestBuild\"=dword:a5d\r\n"
      "[HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion]\r\n"
      "\"InstallDate\"=dword:36000000\r\n\"ProductName\"=hex:00\r\n");
  CHECK(in.fact("computer_name") == "EX1");
  CHECK(in.fact("computer_name", facts::kServer) == "EX1");
  CHECK(in.fact("computer_name", facts::kSourceId) == "1");
  CHECK(in.fact("computer_name", facts::kPlace) ==
        "HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet002\\Control\\ComputerName\\ComputerName\\"
        "ComputerName");
  CHECK(in.fact("time_zone_bias_minutes") == "-60");
  CHECK(in.fact("time_zone_standard_name") == "W. Europe Standard Time");
  CHECK(in.fact("service_pack") == "Service Pack 6");
  CHECK(in.fact("last_shutdown_at") == "1970-01-01T00:00:00Z");
  CHECK(in.fact("exchange_server_dn") == "/o=O/ou=S/cn=Configuration/cn=Servers/cn=EX1");
  CHECK(in.fact("exchange_organization") == "O");
  CHECK(in.fact("exchange_site").empty());
  CHECK(in.fact("exchange_store_restored") == "1");
  CHECK(in.fact("exchange_build") == "2653");
  CHECK(in.fact("installed_at") == "1998-09-16T18:14:24Z");
  CHECK(in.fact("product_name").empty());
  CHECK(in.fact("control_set") == "ControlSet002");
  CHECK(in.fact("control_set", facts::kPlace) == "HKEY_LOCAL_MACHINE\\SYSTEM\\Select\\Current");
}

TEST_CASE("a hive without a server's name belongs to the server of its folder") {
  const auto server_of = [](std::vector<RegistrySource> sources) {
    settle_servers(sources);
    return sources.front().server.value_or("NULL");
  };
  const RegistrySource open{.source_id = 1, .is_hive = true, .folder = "a", .server = {}};
  const auto named = [](const char* folder, const char* server, bool is_hive = true) {
    return RegistrySource{.source_id = 2, .is_hive = is_hive, .folder = folder, .server = server};
  };
  CHECK(server_of({open, named("a", "EX1")}) == "EX1");
  CHECK(server_of({open, named("a", "EX1"), named("a", "ex1"), named("b", "EX2")}) == "ex1");
  CHECK(server_of({open, named("b", "EX1")}) == "NULL");
  CHECK(server_of({open, named("a", "EX1"), named("a", "EX2")}) == "NULL");
  CHECK(server_of({open, named("a", "EX1", false)}) == "NULL");
  CHECK(server_of({{.source_id = 1, .is_hive = false, .folder = "a", .server = {}},
                   named("a", "EX1")}) == "NULL");
}

}  // namespace dirsnap::registry_model
