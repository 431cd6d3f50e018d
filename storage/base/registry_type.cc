// SPDX-License-Identifier: MIT
#include "storage/base/registry_type.h"

#include <array>
#include <cstdio>

#include "storage/base/text.h"

namespace dirsnap {
namespace {

// By number.
constexpr std::array<std::string_view, 12> kNames = {
    "REG_NONE",
    "REG_SZ",
    "REG_EXPAND_SZ",
    "REG_BINARY",
    "REG_DWORD",
    "REG_DWORD_BIG_ENDIAN",
    "REG_LINK",
    "REG_MULTI_SZ",
    "REG_RESOURCE_LIST",
    "REG_FULL_RESOURCE_DESCRIPTOR",
    "REG_RESOURCE_REQUIREMENTS_LIST",
    "REG_QWORD",
};

}  // namespace

std::string registry_type_name(std::uint32_t type) {
  if (type < kNames.size()) return std::string(kNames[type]);
  char text[16];
  std::snprintf(text, sizeof text, "REG_0x%08x", type);
  return text;
}

std::optional<std::uint32_t> registry_type_of_name(std::string_view name) {
  for (std::uint32_t type = 0; type < kNames.size(); ++type) {
    if (equal_ascii_nocase(kNames[type], name)) return type;
  }
  return std::nullopt;
}

}  // namespace dirsnap
