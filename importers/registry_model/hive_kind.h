// SPDX-License-Identifier: MIT
//
// Which hive a file is, by what stands below its root, and where Windows mounts it.
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dirsnap::registry_model {

struct HiveKind {
  std::string_view name;  // SYSTEM, SOFTWARE, SAM, SECURITY, NTUSER, UsrClass, BCD; empty: unknown
  std::string_view root;  // full path of the root key; empty: unknown
};

HiveKind hive_kind(const std::vector<std::string>& root_subkeys);

// ControlSet001 and so on.
bool is_numbered_control_set(std::string_view name);

}  // namespace dirsnap::registry_model
