// SPDX-License-Identifier: MIT
#include "shell/user_folders.h"

#include <cstdlib>

namespace dirsnap {
namespace {

// The base directory rules: a relative path in the variable is ignored.
std::optional<std::filesystem::path> folder(const char* variable, const char* below_home) {
  if (const char* base = std::getenv(variable); base != nullptr && *base == '/')
    return std::filesystem::path(base) / "dirsnap";
  if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/')
    return std::filesystem::path(home) / below_home / "dirsnap";
  return std::nullopt;
}

}  // namespace

std::optional<std::filesystem::path> config_folder() {
  return folder("XDG_CONFIG_HOME", ".config");
}
std::optional<std::filesystem::path> state_folder() {
  return folder("XDG_STATE_HOME", ".local/state");
}

}  // namespace dirsnap
