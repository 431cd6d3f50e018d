// SPDX-License-Identifier: MIT
#include "importers/registry_model/hive_kind.h"

#include <algorithm>

#include "storage/base/text.h"

namespace dirsnap::registry_model {

bool is_numbered_control_set(std::string_view name) {
  constexpr std::string_view kPrefix = "ControlSet";
  if (name.size() != kPrefix.size() + 3) return false;
  if (!equal_ascii_nocase(name.substr(0, kPrefix.size()), kPrefix)) return false;
  return std::all_of(name.begin() + kPrefix.size(), name.end(),
                     [](char c) { return c >= '0' && c <= '9'; });
}

HiveKind hive_kind(const std::vector<std::string>& root_subkeys) {
  const auto has = [&root_subkeys](std::string_view name) {
    return std::any_of(root_subkeys.begin(), root_subkeys.end(),
                       [name](const std::string& key) { return equal_ascii_nocase(key, name); });
  };
  const bool has_control_set =
      std::any_of(root_subkeys.begin(), root_subkeys.end(), is_numbered_control_set);
  if (has_control_set || (has("Select") && has("Setup"))) {
    return {"SYSTEM", "HKEY_LOCAL_MACHINE\\SYSTEM"};
  }
  // Programs make keys of any name below these two; what is told by one key alone comes behind
  // them.
  if (has("Software") && (has("Control Panel") || has("Environment"))) {
    return {"NTUSER", "HKEY_CURRENT_USER"};
  }
  if (has("Microsoft") && (has("Classes") || has("Program Groups") || has("Policies"))) {
    return {"SOFTWARE", "HKEY_LOCAL_MACHINE\\SOFTWARE"};
  }
  if (has("Policy") || (has("Cache") && has("RXACT"))) {
    return {"SECURITY", "HKEY_LOCAL_MACHINE\\SECURITY"};
  }
  if (has("SAM")) return {"SAM", "HKEY_LOCAL_MACHINE\\SAM"};
  if (has("Objects") && has("Description")) return {"BCD", "HKEY_LOCAL_MACHINE\\BCD00000000"};
  if (has("Local Settings") || has("CLSID")) {
    return {"UsrClass", "HKEY_CURRENT_USER\\Software\\Classes"};
  }
  return {};
}

}  // namespace dirsnap::registry_model
