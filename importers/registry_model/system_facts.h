// SPDX-License-Identifier: MIT
//
// What HKEY_LOCAL_MACHINE tells about the machine: control sets and which of them is in force,
// services, the server's name and other facts. Keys are looked at as they come; what needs
// several keys is settled at the end.
// Memory: one record per Services subkey and device instance. Threads: one thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "importers/importer.h"
#include "importers/registry_model/hardware_profiles.h"
#include "importers/registry_model/image_path.h"
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
  // What one control set tells beside its services.
  struct ControlSet {
    std::string name;  // as spelled
    std::vector<ServerFact> facts;
    Variables variables;  // of the system's environment
    HardwareProfiles profiles;
    // JSON by folded name of the service, then number and name of the trigger's key: 0 and 00 are
    // two keys.
    using TriggerKey = std::pair<std::uint64_t, std::string>;
    std::map<std::string, std::map<TriggerKey, std::string>> triggers;
  };

  void add_in_set(const RegistryKey& key, ControlSet& set, std::string_view rest);
  void add_below_services(const RegistryKey& key, ControlSet& set, std::string_view rest);
  void add_service(const RegistryKey& key, const ControlSet& set);
  void choose_control_set(bool is_hive, IssueSink& issues);
  void unite_running_set();
  void mark_current();
  // `control_set`: as a service's record spells it.
  [[nodiscard]] bool is_in_force(std::string_view control_set) const;
  void complete_services(SourceFacts& facts, ImportContext& context);
  void add_system_root();
  void choose_server(SourceFacts& facts, const ImportOptions& options, IssueSink& issues) const;

  std::int64_t source_id_;
  std::map<std::string, ControlSet> sets_;  // by folded name
  std::optional<std::int64_t> select_current_;
  std::optional<std::int64_t> select_default_;
  std::vector<ServiceRecord> services_;
  std::vector<ServerFact> facts_;  // outside the control sets
  std::string control_set_;
  std::string control_set_rule_;
  std::string selected_set_;  // what CurrentControlSet stands for, if the same text holds both
};

}  // namespace dirsnap::registry_model
