// SPDX-License-Identifier: MIT
#include "importers/registry_model/server_facts.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "importers/registry_model/value_text.h"
#include "storage/base/text.h"
#include "storage/base/time.h"

namespace dirsnap::registry_model {
namespace {

namespace rows = tables::server_facts;

// How a value is shown.
enum class Form : std::uint8_t {
  kPlain,        // text, or a number in decimal
  kSigned,       // 32 bits with a sign
  kFiletime,     // eight bytes, 100 ns since 1601
  kUnixSeconds,  // since 1970
  kVersionWord,  // service pack in the high byte: 0x600 is Service Pack 6
  kServerOfMta,  // a DN whose last name is the MTA of the server it stands below
  kIsPresent,    // the key itself is the fact; no value is looked at
};

struct Rule {
  std::string_view path;   // of the key below the root of the scope
  std::string_view value;  // name of the value
  const char* fact;
  Form form = Form::kPlain;
};

constexpr Rule kControlSetRules[] = {
    {"Control\\ComputerName\\ComputerName", "ComputerName", "computer_name"},
    {"Control\\ProductOptions", "ProductType", "product_type"},
    {"Control\\Windows", "CSDVersion", "service_pack", Form::kVersionWord},
    {"Control\\Windows", "ShutdownTime", "last_shutdown_at", Form::kFiletime},
    {"Control\\TimeZoneInformation", "TimeZoneKeyName", "time_zone"},
    {"Control\\TimeZoneInformation", "StandardName", "time_zone_standard_name"},
    {"Control\\TimeZoneInformation", "Bias", "time_zone_bias_minutes", Form::kSigned},
    {"Control\\IDConfigDB", "CurrentConfig", "hardware_profile"},
    {"Services\\Tcpip\\Parameters", "Hostname", "host_name"},
    {"Services\\Tcpip\\Parameters", "Domain", "dns_domain"},
    {"Services\\MSExchangeSA\\Parameters", "Enterprise", "exchange_organization"},
    {"Services\\MSExchangeSA\\Parameters", "Site", "exchange_site"},
    {"Services\\MSExchangeSA\\Parameters", "Server", "exchange_server"},
    {"Services\\MSExchangeIS\\ParametersSystem", "This Server", "exchange_store_server"},
    {"Services\\MSExchangeIS\\ParametersSystem", "DSA Computer", "exchange_directory_computer"},
    {"Services\\MSExchangeIS\\ParametersSystem", "MTA Computer", "exchange_mta_computer"},
    {"Services\\MSExchangeIS\\ParametersPrivate", "DB Path", "exchange_private_database"},
    {"Services\\MSExchangeIS\\ParametersPublic", "DB Path", "exchange_public_database"},
    {"Services\\MSExchangeIS\\Restore in Progress", "", "exchange_store_restored",
     Form::kIsPresent},
    {"Services\\MSExchangeDS\\Parameters", "DSA Database file", "exchange_directory_database"},
    {"Services\\MSExchangeDS\\Restore in Progress", "", "exchange_directory_restored",
     Form::kIsPresent},
    {"Services\\MSExchangeMTA\\Parameters", "X500 DN", "exchange_mta_dn"},
    {"Services\\MSExchangeMTA\\Parameters", "X500DN", "exchange_mta_dn"},
    {"Services\\MSExchangeMTA\\Parameters", "X500 DN", "exchange_server_dn", Form::kServerOfMta},
    {"Services\\MSExchangeMTA\\Parameters", "X500DN", "exchange_server_dn", Form::kServerOfMta},
};

constexpr Rule kSoftwareRules[] = {
    {"Microsoft\\Windows NT\\CurrentVersion", "ProductName", "product_name"},
    {"Microsoft\\Windows NT\\CurrentVersion", "CurrentVersion", "product_version"},
    {"Microsoft\\Windows NT\\CurrentVersion", "CurrentBuildNumber", "product_build"},
    {"Microsoft\\Windows NT\\CurrentVersion", "CSDVersion", "service_pack"},
    {"Microsoft\\Windows NT\\CurrentVersion", "EditionID", "product_edition"},
    {"Microsoft\\Windows NT\\CurrentVersion", "SystemRoot", "system_root"},
    {"Microsoft\\Windows NT\\CurrentVersion", "InstallDate", "installed_at", Form::kUnixSeconds},
    {"Microsoft\\Windows NT\\CurrentVersion", "RegisteredOrganization", "registered_organization"},
    {"Microsoft\\Windows NT\\CurrentVersion", "RegisteredOwner", "registered_owner"},
    {"Microsoft\\Windows NT\\CurrentVersion\\Winlogon", "CachePrimaryDomain", "domain"},
    {"Microsoft\\Windows\\CurrentVersion", "ProgramFilesDir", "program_files"},
    {"Microsoft\\Windows\\CurrentVersion", "CommonFilesDir", "common_files"},
    {"Microsoft\\Exchange\\Setup", "Services", "exchange_path"},
    {"Microsoft\\Exchange\\Setup", "MsiInstallPath", "exchange_path"},
    {"Microsoft\\Exchange\\Setup", "Services Version", "exchange_version"},
    {"Microsoft\\Exchange\\Setup", "NewestBuild", "exchange_build"},
    {"Microsoft\\Exchange\\Setup", "ServicePackNumber", "exchange_service_pack"},
    {"Microsoft\\Exchange\\Setup", "ServicePackBuild", "exchange_service_pack_build"},
};

std::optional<std::string> filetime_text(const RegistryKey& key, std::string_view name) {
  const RegistryValue* const value = find_value(key, name);
  if (value == nullptr || value->data.size() != 8) return std::nullopt;
  return iso_from_filetime(load_le<std::uint64_t>(value->data, 0));
}

std::optional<std::string> server_of_mta(const std::optional<std::string>& dn) {
  constexpr std::string_view kMta = "/cn=Microsoft MTA";
  if (!dn || dn->size() <= kMta.size()) return std::nullopt;
  const std::size_t rest = dn->size() - kMta.size();
  if (!equal_ascii_nocase(std::string_view(*dn).substr(rest), kMta)) return std::nullopt;
  return dn->substr(0, rest);
}

std::optional<std::string> value_of(const RegistryKey& key, const Rule& rule) {
  if (rule.form == Form::kIsPresent) return "1";
  if (rule.form == Form::kFiletime) return filetime_text(key, rule.value);
  if (rule.form == Form::kServerOfMta) return server_of_mta(text_value(key, rule.value));
  const auto number = number_value(key, rule.value);
  if (!number) return rule.form == Form::kPlain ? text_value(key, rule.value) : std::nullopt;
  switch (rule.form) {
    case Form::kSigned:
      return std::to_string(static_cast<std::int32_t>(static_cast<std::uint32_t>(*number)));
    case Form::kUnixSeconds:
      if (*number < 0 || *number > UINT32_MAX) return std::nullopt;
      return iso_from_unix_us(*number * 1'000'000);
    case Form::kVersionWord:
      if (*number >> 8 == 0) return std::nullopt;
      return "Service Pack " + std::to_string(*number >> 8 & 0xFF);
    default:
      return std::to_string(*number);
  }
}

std::span<const Rule> rules_of(FactScope scope) {
  if (scope == FactScope::kControlSet) return kControlSetRules;
  return kSoftwareRules;
}

// The one server that the hives of a folder name; nullopt where none or several.
std::optional<std::string> server_of_folder(const std::vector<RegistrySource>& registries,
                                            const std::string& folder) {
  std::optional<std::string> only;
  for (const RegistrySource& source : registries) {
    if (!source.is_hive || !source.server || source.folder != folder) continue;
    if (only && !equal_folded(*only, *source.server)) return std::nullopt;
    only = source.server;
  }
  return only;
}

bool is_of_one_server(const RegistrySource& a, const RegistrySource& b) {
  if (a.source_id == b.source_id) return true;
  return a.server && b.server && equal_folded(*a.server, *b.server);
}

bool is_stated(const std::vector<RegistrySource>& registries,
               const RegistrySource& of,
               std::string_view name) {
  return std::any_of(registries.begin(), registries.end(), [&](const RegistrySource& source) {
    const ServerFact* const fact = find_fact(source.facts, name);
    return fact != nullptr && !fact->is_guess && is_of_one_server(source, of);
  });
}

}  // namespace

void collect_facts(FactScope scope,
                   std::string_view rest,
                   const RegistryKey& key,
                   std::vector<ServerFact>& facts) {
  for (const Rule& rule : rules_of(scope)) {
    if (!equal_ascii_nocase(rest, rule.path)) continue;
    const auto value = value_of(key, rule);
    if (!value || value->empty()) continue;
    std::string place(key.path);
    if (!rule.value.empty()) place.append("\\").append(rule.value);
    facts.push_back({.fact = rule.fact, .value = *value, .place = std::move(place)});
  }
}

const ServerFact* find_fact(const std::vector<ServerFact>& facts, std::string_view name) {
  for (const ServerFact& fact : facts) {
    if (fact.fact == name) return &fact;
  }
  return nullptr;
}

void settle_servers(std::vector<RegistrySource>& registries) {
  std::vector<std::optional<std::string>> found;
  found.reserve(registries.size());
  for (const RegistrySource& source : registries) {
    const bool is_open = source.is_hive && !source.server;
    found.push_back(is_open ? server_of_folder(registries, source.folder) : source.server);
  }
  for (std::size_t i = 0; i < registries.size(); ++i) registries[i].server = std::move(found[i]);
}

void drop_guesses(std::vector<RegistrySource>& registries) {
  for (RegistrySource& source : registries) {
    std::set<std::string> stated;
    for (const ServerFact& fact : source.facts) {
      if (fact.is_guess && is_stated(registries, source, fact.fact)) stated.insert(fact.fact);
    }
    std::erase_if(source.facts, [&stated](const ServerFact& fact) {
      return fact.is_guess && stated.contains(fact.fact);
    });
  }
}

void settle_services(std::vector<ServiceRecord>& services,
                     const std::vector<RegistrySource>& registries) {
  std::map<std::int64_t, std::string> servers;  // by source_id
  for (const RegistrySource& source : registries) {
    if (source.server) servers.emplace(source.source_id, *source.server);
  }
  for (ServiceRecord& service : services) {
    if (service.server) continue;
    const auto place = servers.find(service.source_id);
    if (place != servers.end()) service.server = place->second;
  }
}

Result<void> write_server_facts(ImportContext& context) {
  DIRSNAP_TRY(RelationWriter* const table, context.table(rows::kSpec));
  for (const RegistrySource& source : context.registries) {
    for (const ServerFact& fact : source.facts) {
      const std::array cells = {
          Cell{rows::kSourceId, ValueView::of(source.source_id)},
          Cell{rows::kServer, source.server ? ValueView::text(*source.server) : ValueView::null()},
          Cell{rows::kFact, ValueView::text(fact.fact)},
          Cell{rows::kValue, ValueView::text(fact.value)},
          Cell{rows::kPlace, ValueView::text(fact.place)},
      };
      DIRSNAP_CHECK(table->append(cells));
    }
  }
  return {};
}

}  // namespace dirsnap::registry_model
