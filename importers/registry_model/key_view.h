// SPDX-License-Identifier: MIT
//
// One registry key with its values, as every registry source hands it to the mapping.
// Units: offsets count bytes from the start of the source; filetime is 100 ns since 1601 UTC.
// Text is valid UTF-8. Lifetime: everything is borrowed for the call.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "storage/base/byte_reader.h"

namespace dirsnap::registry_model {

struct RegistryValue {
  std::string_view name;     // empty: the default value
  std::uint32_t type = 0;    // type number as stored
  Bytes data;                // as stored; strings are UTF-16LE
  std::uint64_t offset = 0;  // of the record or line
};

struct RegistryKey {
  std::string_view path;                       // full, e.g. HKEY_LOCAL_MACHINE\SYSTEM\Select
  std::string_view name;                       // last part of the path
  std::optional<std::int64_t> parent_id;       // key_id of the parent's row, if it has one
  std::optional<std::string_view> class_name;  //
  std::optional<std::string_view> security;    // descriptor as SDDL
  std::optional<std::uint64_t> filetime;       // last written
  std::uint64_t subkeys = 0;                   // direct subkeys in the source
  std::uint64_t offset = 0;                    // of the record or line
  std::span<const RegistryValue> values;       //
};

// The value of that name, compared case-blind, or null.
const RegistryValue* find_value(const RegistryKey& key, std::string_view name);

}  // namespace dirsnap::registry_model
