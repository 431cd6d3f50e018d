// SPDX-License-Identifier: MIT
//
// The types of registry values: their numbers and the names that exports and tables spell.
// Threads: pure functions. Facts: importers/regf/FORMAT.md section 3, "Value types".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dirsnap {

// The types that have a meaning here; every other number is legal too.
enum RegistryType : std::uint32_t {
  kRegNone = 0,            // no type stated
  kRegString = 1,          // text, usually with its NUL
  kRegExpandString = 2,    // text with %variables%
  kRegBinary = 3,          // bytes
  kRegDword = 4,           // 32 bits, least significant byte first
  kRegDwordBigEndian = 5,  // 32 bits, most significant byte first
  kRegLink = 6,            // target of a symbolic link, text
  kRegMultiString = 7,     // texts, each with its NUL, and one NUL more
  kRegQword = 11,          // 64 bits, least significant byte first
};

// REG_SZ and so on; a number without a name as REG_0x followed by eight hex digits.
std::string registry_type_name(std::uint32_t type);

// The number of REG_SZ and so on, compared case-blind.
std::optional<std::uint32_t> registry_type_of_name(std::string_view name);

}  // namespace dirsnap
