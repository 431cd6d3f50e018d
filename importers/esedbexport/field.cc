// SPDX-License-Identifier: MIT
#include "importers/esedbexport/field.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "importers/directory/layout.h"
#include "importers/directory/syntax.h"
#include "importers/store_model/mapi_property.h"
#include "storage/base/text.h"
#include "storage/base/time.h"

namespace dirsnap::esedbexport {
namespace {

using ese::ColumnType;

std::string little_endian(std::uint64_t value, std::uint32_t size) {
  std::string out;
  for (std::uint32_t i = 0; i < size; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
  return out;
}

template <class T>
std::optional<T> number_of(std::string_view text, int base = 10) {
  T value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::string> double_bytes(std::string_view field) {
  double value = 0;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
  if (error != std::errc{} || end != field.data() + field.size()) return std::nullopt;
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  return little_endian(bits, 8);
}

std::optional<std::string> hex_bytes(std::string_view field) {
  if (field.size() % 2 != 0) return std::nullopt;
  std::string out;
  for (std::size_t i = 0; i < field.size(); i += 2) {
    const auto byte = number_of<std::uint8_t>(field.substr(i, 2), 16);
    if (!byte) return std::nullopt;
    out.push_back(static_cast<char>(*byte));
  }
  return out;
}

// "(0x40e1af80 0x00000000)": the two halves of what is no FILETIME.
std::optional<std::string> raw_time_bytes(std::string_view field) {
  constexpr std::size_t kSize = 23;
  if (field.size() != kSize || !field.starts_with("(0x") || field.substr(11, 3) != " 0x") {
    return std::nullopt;
  }
  const auto high = number_of<std::uint32_t>(field.substr(3, 8), 16);
  const auto low = number_of<std::uint32_t>(field.substr(14, 8), 16);
  if (!high || !low) return std::nullopt;
  return little_endian(std::uint64_t{*high} << 32 | *low, 8);
}

// "Nov 17, 2021 03:02:59.231231200": a FILETIME.
std::optional<std::string> time_bytes(std::string_view field) {
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  constexpr std::int64_t kTicks = 10'000'000;  // of 100 ns in a second
  if (field.starts_with('(')) return raw_time_bytes(field);
  const std::size_t dot = field.find('.');
  const std::string_view head = field.substr(0, dot);
  if (head.size() != 21 || head[6] != ',') return std::nullopt;
  const std::size_t month = kMonths.find(head.substr(0, 3));
  if (month == std::string_view::npos || month % 3 != 0) return std::nullopt;
  std::string iso(head.substr(8, 4));
  const std::size_t number = month / 3 + 1;
  iso += number < 10 ? "-0" : "-";
  iso += std::to_string(number);
  iso.append("-").append(head.substr(4, 2)).append("T").append(head.substr(13)).append("Z");
  const auto us = unix_us_from_iso(iso);
  if (!us) return std::nullopt;
  std::int64_t ticks = (*us / 1'000'000 + kSecondsFrom1601To1970) * kTicks;
  if (dot != std::string_view::npos) {
    const auto nanoseconds = number_of<std::uint32_t>(field.substr(dot + 1));
    if (!nanoseconds) return std::nullopt;
    ticks += *nanoseconds / 100;
  }
  return little_endian(static_cast<std::uint64_t>(ticks), 8);
}

// Currency is printed without its sign: -1 stands as 18446744073709551615. In tables that the tool
// takes for a store's, ids are printed in hex and times as times.
std::optional<std::string> integer_bytes(const ese::ColumnDef& column, std::string_view field) {
  const std::uint32_t size = ese::type_size(column.type);
  std::optional<std::uint64_t> value = field.starts_with("0x")
                                           ? number_of<std::uint64_t>(field.substr(2), 16)
                                           : number_of<std::uint64_t>(field);
  if (!value) {
    const auto negative = number_of<std::int64_t>(field);
    if (!negative && column.type == ColumnType::kCurrency) return time_bytes(field);
    if (!negative) return std::nullopt;
    value = static_cast<std::uint64_t>(*negative);
  }
  std::string bytes = little_endian(*value, size);
  const bool is_unset = column.is_fixed() && size >= 4 &&
                        std::all_of(bytes.begin(), bytes.end(), [](char c) { return c == 0x2A; });
  return is_unset ? std::string() : bytes;
}

ColumnType guessed_mapi_type(const store_model::MapiColumn& column) {
  switch (column.letter) {
    case 'B':
      return ColumnType::kBit;
    case 'L':
      return ColumnType::kLong;
    case 'Q':
    case 'T':
      return ColumnType::kCurrency;
    case 'N':
      return ColumnType::kLongBinary;
    default:
      return ColumnType::kLongText;
  }
}

std::string unescaped(std::string_view field) {
  std::string out;
  out.reserve(field.size());
  for (std::size_t i = 0; i < field.size(); ++i) {
    if (field[i] != '\\' || i + 1 == field.size()) {
      out.push_back(field[i]);
      continue;
    }
    switch (field[++i]) {
      case 'n':
        out.push_back('\n');
        break;
      case 'r':
        out.push_back('\r');
        break;
      case 't':
        out.push_back('\t');
        break;
      case '0':
        out.push_back('\0');
        break;
      case '\\':
        out.push_back('\\');
        break;
      default:
        out.push_back('\\');
        out.push_back(field[i]);
    }
  }
  return out;
}

}  // namespace

void split_fields(std::string_view line, std::vector<std::string_view>& fields) {
  fields.clear();
  for (;;) {
    const std::size_t tab = line.find('\t');
    fields.push_back(line.substr(0, tab));
    if (tab == std::string_view::npos) return;
    line.remove_prefix(tab + 1);
  }
}

std::optional<std::string> bytes_of_field(const ese::ColumnDef& column, std::string_view field) {
  switch (column.type) {
    case ColumnType::kBit:
      if (field != "true" && field != "false") return std::nullopt;
      return std::string(1, field == "true" ? '\xFF' : '\0');
    case ColumnType::kSingle:
    case ColumnType::kNil:
    case ColumnType::kStream:
      return std::nullopt;
    case ColumnType::kDouble:
      return double_bytes(field);
    case ColumnType::kDateTime:
      return time_bytes(field);
    case ColumnType::kGuid:
    case ColumnType::kBinary:
    case ColumnType::kLongBinary:
      return hex_bytes(field);
    case ColumnType::kText:
    case ColumnType::kLongText:
      return column.codepage == kUnicode ? encode_utf16le(unescaped(field)) : unescaped(field);
    default:
      return integer_bytes(column, field);
  }
}

void split_values(const ese::ColumnDef& column,
                  std::string_view field,
                  std::vector<std::string_view>& values) {
  constexpr std::string_view kSeparator = "; ";
  values.clear();
  while (column.is_multi_valued()) {
    const std::size_t end = field.find(kSeparator);
    if (end == std::string_view::npos) break;
    values.push_back(field.substr(0, end));
    field.remove_prefix(end + kSeparator.size());
  }
  values.push_back(field);
}

ese::ColumnType guessed_type(std::string_view name) {
  constexpr std::array<std::string_view, 13> kIntegers = {
      "DNT_col", "PDNT_col", "RDNtyp_col", "cnt_col",      "ab_cnt_col", "NCDNT_col", "Level_col",
      "OBJ_col", "link_DNT", "link_base",  "backlink_DNT", "link_ncdnt", "dsa_col"};
  const auto is_it = [&](std::string_view known) { return equal_ascii_nocase(known, name); };
  if (std::any_of(kIntegers.begin(), kIntegers.end(), is_it)) return ColumnType::kLong;
  if (equal_ascii_nocase(name, "link_deltime") || equal_ascii_nocase(name, "time_col")) {
    return ColumnType::kCurrency;
  }
  if (equal_ascii_nocase(name, "link_data")) return ColumnType::kLongBinary;
  if (const auto mapi = store_model::parse_mapi_column(name)) return guessed_mapi_type(*mapi);
  char letter = 0;
  if (!directory::attribute_number(name, &letter)) return ColumnType::kLongText;
  switch (letter - 'a') {
    case directory::syntax::kDn:
    case directory::syntax::kOid:
    case directory::syntax::kBoolean:
    case directory::syntax::kInteger:
      return ColumnType::kLong;
    case directory::syntax::kTime:
    case directory::syntax::kLargeInteger:
      return ColumnType::kCurrency;
    case 3:
    case 4:
    case 5:
    case 6:
    case 12:
      return ColumnType::kLongText;
    default:
      return ColumnType::kLongBinary;
  }
}

}  // namespace dirsnap::esedbexport
