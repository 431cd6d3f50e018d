// SPDX-License-Identifier: MIT
#include "tests/support/exchange_registry.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace dirsnap::support {
namespace {

using Type = RegistryValue::Type;

constexpr std::string_view kSystem = "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\";
constexpr std::string_view kSoftware = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\";
constexpr std::string_view kHome = "D:\\exchsrvr";
constexpr std::string_view kLocalSystem = "LocalSystem";
constexpr std::uint32_t kDriver = 0x01;
constexpr std::uint32_t kOwnProcess = 0x10;
constexpr std::uint32_t kSharedProcess = 0x20;
constexpr std::uint32_t kAutomatic = 2;
constexpr std::uint32_t kManual = 3;

// One service. `depends`: names parted by blanks.
struct Service {
  std::string_view key;
  std::string_view display_name;
  std::string_view image;  // below the installation folder for Exchange services
  std::string_view depends;
  std::uint32_t type = kOwnProcess;
  std::uint32_t start = kAutomatic;
};

constexpr Service kWindowsServices[] = {
    {"EventLog", "EventLog", "%SystemRoot%\\System32\\services.exe", "", kSharedProcess},
    {"LanmanServer", "Server", "%SystemRoot%\\System32\\services.exe", "TDI", kSharedProcess},
    {"LanmanWorkstation", "Workstation", "%SystemRoot%\\System32\\services.exe", "TDI",
     kSharedProcess},
    {"NtLmSsp", "NT LM Security Support Provider", "%SystemRoot%\\System32\\SERVICES.EXE", "",
     kSharedProcess, kManual},
    {"OLE", "OLE", "%SystemRoot%\\System32\\RpcSs.exe", "RpcSs", kOwnProcess, kManual},
    {"RPCLocator", "Remote Procedure Call (RPC) Locator", "%SystemRoot%\\System32\\LOCATOR.EXE",
     "LanmanWorkstation"},
    {"RpcSs", "Remote Procedure Call (RPC) Service", "%SystemRoot%\\System32\\RpcSs.exe", ""},
    {"TDI", "TDI", "System32\\drivers\\tdi.sys", "", kDriver, kManual},
    {"Tcpip", "TCP/IP Service", "System32\\drivers\\tcpip.sys", "TDI", kDriver},
};

constexpr Service kExchangeServices[] = {
    {"MSExchangeDS", "Microsoft Exchange Directory", "BIN\\DSAMAIN.EXE", "MSExchangeSA"},
    {"MSExchangeDX", "Microsoft Exchange Directory Synchronization", "BIN\\DXA.EXE",
     "MSExchangeMTA", kOwnProcess, kManual},
    {"MSExchangeES", "Microsoft Exchange Event Service", "BIN\\EVENTS.EXE", "MSExchangeIS",
     kOwnProcess, kManual},
    {"MSExchangeIS", "Microsoft Exchange Information Store", "BIN\\STORE.EXE", "MSExchangeDS"},
    {"MSExchangeMTA", "Microsoft Exchange Message Transfer Agent", "BIN\\EMSMTA.EXE",
     "MSExchangeDS"},
    {"MSExchangeSA", "Microsoft Exchange System Attendant", "BIN\\MAD.EXE",
     "EventLog OLE NtLmSsp RPCLocator RpcSs LanmanWorkstation LanmanServer"},
};

constexpr Service kConnectorServices[] = {
    {"MSExchangeIMC", "Microsoft Exchange Internet Mail Service", "CONNECT\\MSEXCIMC\\MSEXCIMC.EXE",
     "MSExchangeIS MSExchangeMTA Tcpip"},
    {"MSExchangeMSMI", "MS Mail Connector Interchange", "CONNECT\\MSMCON\\BIN\\MT.EXE",
     "MSExchangeDS EventLog"},
    {"MSExchangeCCMC", "Microsoft Exchange Connector for Lotus cc:Mail",
     "CONNECT\\CCMAIL\\BIN\\CCMC.EXE", "MSExchangeIS EventLog"},
};

// Shares and the folders below the installation that they stand for.
constexpr std::pair<std::string_view, std::string_view> kShares[] = {
    {"Add-ins", "ADD-INS"}, {"Address", "ADDRESS"},           {"Connect$", "CONNECT"},
    {"Resources$", "RES"},  {"tracking.log", "TRACKING.LOG"},
};

RegistryValue text(std::string_view name, std::string_view value) {
  return {std::string(name), Type::kText, std::string(value), 0, {}};
}

RegistryValue expand(std::string_view name, std::string_view value) {
  return {std::string(name), Type::kExpandText, std::string(value), 0, {}};
}

RegistryValue number(std::string_view name, std::uint32_t value) {
  return {std::string(name), Type::kNumber, {}, value, {}};
}

RegistryValue list(std::string_view name, std::vector<std::string> values) {
  return {std::string(name), Type::kTextList, {}, 0, std::move(values)};
}

std::vector<std::string> split_blanks(std::string_view words) {
  std::vector<std::string> out;
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    out.emplace_back(words.substr(0, end));
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return out;
}

bool holds(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string below_home(std::string_view path) {
  return std::string(kHome) + "\\" + std::string(path);
}

// Collects the keys of one server.
class RegistryBuilder {
 public:
  RegistryBuilder(const ExchangeSite& site, const RegistrySpec& spec)
      : site_(site), spec_(spec), server_(site.spec().servers[spec.server]) {}

  std::vector<RegistryKey> build() {
    add_machine();
    for (const Service& service : kWindowsServices) add_service(service, false);
    for (const Service& service : kExchangeServices) add_service(service, true);
    for (const Service& service : kConnectorServices) {
      if (has_connector(service.key)) add_service(service, true);
    }
    add_shares();
    add_directory_parameters();
    add_store_parameters();
    add_transfer_parameters();
    add_attendant_parameters();
    add_connector_parameters();
    std::sort(keys_.begin(), keys_.end(), [](const RegistryKey& a, const RegistryKey& b) {
      return sort_key(a.path) < sort_key(b.path);
    });
    return std::move(keys_);
  }

 private:
  // Parents sort before their children whatever else the names hold.
  static std::string sort_key(std::string path) {
    std::replace(path.begin(), path.end(), '\\', '\1');
    return path;
  }

  void add(std::string path, std::vector<RegistryValue> values) {
    keys_.push_back({std::move(path), std::move(values)});
  }

  std::string service_path(std::string_view rest) const {
    return std::string(kSystem) + "Services\\" + std::string(rest);
  }

  // Parameters of a service that is missing or a stub are missing as well.
  void add_parameters(std::string_view service,
                      std::string_view rest,
                      std::vector<RegistryValue> values) {
    if (holds(spec_.missing_services, service) || holds(spec_.stub_services, service)) return;
    add(service_path(std::string(service) + "\\" + std::string(rest)), std::move(values));
  }

  void add_machine() {
    for (const char* path : {"Control", "Control\\ComputerName", "Services"}) {
      add(std::string(kSystem) + path, {});
    }
    add(std::string(kSystem) + "Control\\ComputerName\\ComputerName",
        {text("ComputerName", server_.name)});
    add(std::string(kSoftware) + "Exchange", {});
    add(std::string(kSoftware) + "Exchange\\Setup",
        {text("Services", kHome), number("NewestBuild", 2653), number("ServicePackBuild", 2653)});
    // Letters outside ASCII, for the code page.
    add(std::string(kSoftware) + "Windows NT\\CurrentVersion",
        {text("CurrentVersion", "4.0"), text("CSDVersion", "Service Pack 6"),
         text("RegisteredOwner", "J\u00FCrgen Gr\u00FCn"),
         text("RegisteredOrganization", site_.spec().organization)});
  }

  void add_service(const Service& service, bool is_exchange) {
    if (holds(spec_.missing_services, service.key)) return;
    const std::string path = service_path(service.key);
    if (holds(spec_.stub_services, service.key)) {
      add(path, {number("Type", service.type)});
      return;
    }
    std::vector<RegistryValue> values = {number("Type", service.type),
                                         number("Start", service.start), number("ErrorControl", 1)};
    values.push_back(
        expand("ImagePath", is_exchange ? below_home(service.image) : std::string(service.image)));
    values.push_back(text("DisplayName", service.display_name));
    if (!service.depends.empty()) {
      values.push_back(list("DependOnService", split_blanks(service.depends)));
    }
    if (service.type != kDriver) {
      values.push_back(
          text("ObjectName", is_exchange ? std::string_view("PAPER\\exservice") : kLocalSystem));
    }
    add(path, std::move(values));
  }

  bool has_connector(std::string_view service) const {
    const auto& connectors = site_.spec().connectors;
    return std::any_of(connectors.begin(), connectors.end(), [&](const ConnectorSpec& connector) {
      if (connector.server != spec_.server || connector.is_deleted) return false;
      switch (connector.kind) {
        case ConnectorKind::kInternetMail:
          return service == "MSExchangeIMC";
        case ConnectorKind::kMsMail:
          return service == "MSExchangeMSMI";
        case ConnectorKind::kCcMail:
          return service == "MSExchangeCCMC";
        default:
          return false;
      }
    });
  }

  void add_shares() {
    std::vector<RegistryValue> shares;
    for (const auto& [name, folder] : kShares) {
      shares.push_back(list(name, {"CSCFlags=0", "MaxUses=4294967295", "Path=" + below_home(folder),
                                   "Permissions=0", "Type=0"}));
    }
    add_parameters("LanmanServer", "Shares", std::move(shares));
    add_parameters("Tcpip", "Parameters", {text("Hostname", server_.name)});
  }

  void add_directory_parameters() {
    add_parameters("MSExchangeDS", "Parameters",
                   {text("DSA Database file", below_home("DSADATA\\dir.edb")),
                    text("Database log files path", below_home("DSADATA")),
                    text("DSA Working Directory", below_home("DSADATA")),
                    text("DSA Temporary file", below_home("DSADATA\\tempdsa.edb")),
                    text("DSA Hierarchy table file", below_home("DSADATA\\hierarch.dat")),
                    text("Database logging/recovery", "ON"), text("Circular Logging", "1")});
  }

  void add_store_parameters() {
    add_parameters("MSExchangeIS", "ParametersPrivate",
                   {text("DB Path", below_home("MDBDATA\\priv.edb"))});
    add_parameters("MSExchangeIS", "ParametersPublic",
                   {text("DB Path", below_home("MDBDATA\\pub.edb"))});
    add_parameters("MSExchangeIS", "ParametersSystem",
                   {text("DB Log Path", below_home("MDBDATA")),
                    text("Working Directory", below_home("MDBDATA")), number("Circular Logging", 1),
                    number("DB Recovery", 1), text("This Server", server_.name),
                    text("DSA Computer", server_.name), text("MTA Computer", server_.name)});
  }

  void add_transfer_parameters() {
    add_parameters("MSExchangeMTA", "Parameters",
                   {text("X500 DN", site_.server_dn(spec_.server) + "/cn=Microsoft MTA"),
                    text("MTA Database path", below_home("MTADATA")),
                    text("MTA Run Directory", below_home("MTADATA"))});
  }

  void add_attendant_parameters() {
    add_parameters("MSExchangeSA", "Parameters",
                   {text("Enterprise", site_.spec().organization),
                    text("Site", site_.spec().sites[server_.site]), text("Server", server_.name)});
  }

  void add_connector_parameters() {
    if (has_connector("MSExchangeIMC")) {
      const std::string site_dn =
          "/o=" + site_.spec().organization + "/ou=" + site_.spec().sites[server_.site];
      add_parameters(
          "MSExchangeIMC", "Parameters",
          {text("SiteDN", site_dn),
           text("CommonName", "Internet Mail Connector (" + server_.name + ")"),
           text("HomeDSA", site_.server_dn(spec_.server) + "/cn=Microsoft DSA"),
           text("RootDir", below_home("IMCDATA")), text("SiteDomain", site_.spec().domain)});
    }
    if (has_connector("MSExchangeMSMI")) {
      add_parameters("MSExchangeMSMI", "Parameters\\Admin", {text("NET1/PO1", "1")});
    }
  }

  const ExchangeSite& site_;
  const RegistrySpec& spec_;
  const ServerSpec& server_;
  std::vector<RegistryKey> keys_;
};

}  // namespace

std::vector<RegistryKey> server_registry(const ExchangeSite& site, const RegistrySpec& spec) {
  return RegistryBuilder(site, spec).build();
}

}  // namespace dirsnap::support
