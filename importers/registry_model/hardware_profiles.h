// SPDX-License-Identifier: MIT
//
// Services that a hardware profile disables. A profile flags device instances below its
// System\CurrentControlSet\Enum; the instance's key below Enum of the control set names the
// service, and an instance ROOT\LEGACY_<NAME> is the service of that name itself.
// Memory: one entry per device instance of the control set. Threads: one thread.
// Facts: importers/regf/FORMAT.md, "Services".
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "importers/registry_model/key_view.h"

namespace dirsnap::registry_model {

class HardwareProfiles {
 public:
  // `rest`: the key's path below the control set.
  void add(const RegistryKey& key, std::string_view rest);
  // What another name of the same control set tells.
  void add(const HardwareProfiles& other);

  // Names of the profiles by folded name of the service.
  [[nodiscard]] std::map<std::string, std::vector<std::string>> disabled_services() const;

 private:
  struct Flagged {
    std::string profile;   // e.g. 0001
    std::string instance;  // path below Enum
  };
  void add_flag(const RegistryKey& key, std::string_view rest);

  std::vector<Flagged> flagged_;
  std::vector<std::pair<std::string, std::string>> services_;  // instance, service
};

}  // namespace dirsnap::registry_model
