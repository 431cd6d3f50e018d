// SPDX-License-Identifier: MIT
//
// Registry data as SQL values: strings, numbers, lists.
// Decoding is total: data that does not fit its type stays bytes.
// Threads: pure functions. Facts: importers/regf/FORMAT.md, "Value types".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "importers/registry_model/key_view.h"
#include "storage/value.h"

namespace dirsnap::registry_model {

// Text of a string type up to its final NUL; an odd last byte counts only if it is not zero.
std::string string_of(Bytes data);
// The strings of a REG_MULTI_SZ without the empty one that ends it.
std::vector<std::string> strings_of(Bytes data);
std::string json_array(const std::vector<std::string>& strings);

// Text, integer, JSON array, or the bytes as they are. The result borrows `data` and `storage`.
ValueView decode_value(std::uint32_t type, Bytes data, std::string& storage);

// Text of a value of a string type up to its first NUL.
std::optional<std::string> text_of(const RegistryValue& value);

// What the services and server names need: a value of one of the fitting types.
std::optional<std::string> text_value(const RegistryKey& key, std::string_view name);
std::optional<std::int64_t> number_value(const RegistryKey& key, std::string_view name);
// REG_MULTI_SZ, or a single REG_SZ as a list of one.
std::optional<std::vector<std::string>> list_value(const RegistryKey& key, std::string_view name);

}  // namespace dirsnap::registry_model
