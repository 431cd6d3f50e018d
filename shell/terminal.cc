// SPDX-License-Identifier: MIT
#include "shell/terminal.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <sys/ioctl.h>
#include <unistd.h>

namespace dirsnap {
namespace {

constexpr std::size_t kDefaultWidth = 80;
constexpr std::size_t kNarrowestWidth = 20;

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

}  // namespace

bool is_terminal(int fd) { return ::isatty(fd) == 1; }

std::optional<std::size_t> terminal_width(int fd) {
  if (!is_terminal(fd)) return std::nullopt;
  winsize size{};
  if (::ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kDefaultWidth;
  return std::max<std::size_t>(size.ws_col, kNarrowestWidth);
}

bool use_color(ColorMode mode, int fd) {
  if (mode != ColorMode::kAuto) return mode == ColorMode::kAlways;
  return is_terminal(fd) && environment("NO_COLOR").empty() && environment("TERM") != "dumb";
}

}  // namespace dirsnap
