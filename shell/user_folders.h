// SPDX-License-Identifier: MIT
//
// Where the user's configuration and state live (XDG base directories).
// Threads: reads the environment.
#pragma once

#include <filesystem>
#include <optional>

namespace dirsnap {

// $XDG_CONFIG_HOME/dirsnap or ~/.config/dirsnap; nullopt without a home.
std::optional<std::filesystem::path> config_folder();
// $XDG_STATE_HOME/dirsnap or ~/.local/state/dirsnap.
std::optional<std::filesystem::path> state_folder();

}  // namespace dirsnap
