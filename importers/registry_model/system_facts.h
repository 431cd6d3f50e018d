// SPDX-License-Identifier: MIT
//
// What HKEY_LOCAL_MACHINE\SYSTEM tells about the machine: control sets and which of them is in
// force, services, the server's name. Keys are looked at as they come; what needs several keys
// is settled at the end.
// Memory: one record per Services subkey. Threads: one thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "importers/importer.h"
#include "importers/registry_model/key_view.h"

namespace dirsnap::registry_model {

class SystemFacts {
 public:
  explicit SystemFacts(std::int64_t source_id) : source_id_(source_id) {}

  void add(const RegistryKey& key);

  // Settles the control set in force and the server, moves the services into the context, fills
  // facts.server and reports guesses and contradictions.
  void finish(SourceFacts& facts, ImportContext& context, IssueSink& issues);

  // After finish(): the control set in force as its path spells it, empty if there is none.
  [[nodiscard]] const std::string& control_set() const { return control_set_; }
  // After finish(): how it was found, e.g. "Select\Current".
  [[nodiscard]] const std::string& control_set_rule() const { return control_set_rule_; }

 private:
  // What one control set says about the server's name.
  struct ControlSet {
    std::string name;  // as spelled
    std::optional<std::string> computer_name;
    std::optional<std::string> store_server;      // MSExchangeIS\ParametersSystem "This Server"
    std::optional<std::string> attendant_server;  // MSExchangeSA\Parameters "Server"
  };

  void add_in_set(const RegistryKey& key, ControlSet& set, std::string_view rest);
  void add_service(const RegistryKey& key, const ControlSet& set);
  void choose_control_set(IssueSink& issues);
  void choose_server(SourceFacts& facts, const ImportOptions& options, IssueSink& issues) const;

  std::int64_t source_id_;
  std::map<std::string, ControlSet> sets_;  // by folded name
  std::optional<std::int64_t> select_current_;
  std::optional<std::int64_t> select_default_;
  std::vector<ServiceRecord> services_;
  std::string control_set_;
  std::string control_set_rule_;
};

}  // namespace dirsnap::registry_model
