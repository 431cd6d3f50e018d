// SPDX-License-Identifier: MIT
//
// What the terminal is and can show. Threads: pure functions over the process's descriptors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace dirsnap {

bool is_terminal(int fd);

// Columns of the terminal behind `fd`; nullopt if it is none. Never fewer than 20.
std::optional<std::size_t> terminal_width(int fd);

enum class ColorMode : std::uint8_t { kAuto, kAlways, kNever };

// kAuto: a terminal, NO_COLOR unset or empty, TERM not "dumb".
bool use_color(ColorMode mode, int fd);

}  // namespace dirsnap
