// SPDX-License-Identifier: MIT
//
// The fields of an exported table: how esedbexport prints the values of each column type, turned
// back into the bytes that the database held, so far as the print tells them.
// Facts: FORMAT.md. Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "importers/ese/table_def.h"

namespace dirsnap::esedbexport {

// Code pages of text columns: of 8-bit texts, which an export prints as UTF-8, and of Unicode ones.
inline constexpr std::uint32_t kUtf8 = 65001;
inline constexpr std::uint32_t kUnicode = 1200;

// The fields of a line, separated by TABs.
void split_fields(std::string_view line, std::vector<std::string_view>& fields);

// The bytes of one value; nullopt where the print does not tell them: a Single, which is always
// printed as zero, and what is no value of the type. An unset fixed column, whose bytes are all
// 0x2A, gives an empty string, as no value does.
std::optional<std::string> bytes_of_field(const ese::ColumnDef& column, std::string_view field);

// The values of a field: of a multi-valued column they are separated by "; ".
void split_values(const ese::ColumnDef& column,
                  std::string_view field,
                  std::vector<std::string_view>& values);

// The type that an attribute column's letter stands for, or a known system column's name; LongText
// for others. For exports without their catalog.
ese::ColumnType guessed_type(std::string_view column_name);

}  // namespace dirsnap::esedbexport
