// SPDX-License-Identifier: MIT
//
// The canonical lines of a registry, the form in which readers are compared: one line per key and
// per value, fields separated by tabs, sorted as raw bytes.
//   K <path> <filetime>            V <path> <value name> <type> <data in lower-case hex>
// In names % and control characters are %XX, lone surrogates %uXXXX, and a backslash inside a
// part of a path is %5C.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "importers/reg_text/document.h"
#include "importers/regf/hive.h"
#include "storage/base/byte_reader.h"
#include "storage/base/issue.h"
#include "storage/base/result.h"

namespace dirsnap::test {

// REQUIRES: wtf8 is WTF-8. `escape_backslash`: for one part of a key path.
std::string canonical_name(std::string_view wtf8, bool escape_backslash);

std::string key_line(std::string_view escaped_path, std::optional<std::uint64_t> filetime);
std::string value_line(std::string_view escaped_path,
                       std::string_view name,
                       std::uint32_t type,
                       Bytes data);

// All lines of a text, sorted; paths from the root on.
std::vector<std::string> canonical_lines(const reg_text::Document& document);

// All lines of a hive, sorted; paths without the root key's own name.
Result<std::vector<std::string>> canonical_lines(const regf::Hive& hive, IssueSink& issues);

// Deleted records of a hive, sorted: DK <path> <filetime>, DV <name> <type> <data>. Here a path
// begins with the root key's own name where it could be rebuilt; data that is gone is a ?.
Result<std::vector<std::string>> deleted_lines(const regf::Hive& hive);

}  // namespace dirsnap::test
