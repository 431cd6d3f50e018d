// SPDX-License-Identifier: MIT
#include "importers/store_model/mapi_property.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

namespace dirsnap::store_model {
namespace {

bool is_letter(char c) { return c >= 'A' && c <= 'Z'; }

bool is_hex_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'); }

}  // namespace

std::optional<MapiColumn> parse_mapi_column(std::string_view column_name) {
  constexpr std::size_t kDigits = 4;
  MapiColumn column;
  if (column_name.size() == kDigits + 2 && column_name.front() == 'M') {
    column.is_multi = true;
    column_name.remove_prefix(1);
  }
  if (column_name.size() != kDigits + 1 || !is_letter(column_name.front())) return std::nullopt;
  const std::string_view digits = column_name.substr(1);
  if (!std::all_of(digits.begin(), digits.end(), is_hex_digit)) return std::nullopt;
  column.letter = column_name.front();
  std::from_chars(digits.data(), digits.data() + digits.size(), column.property, 16);
  return column;
}

const char* property_name(const MapiColumn& column) {
  const auto all = published_properties();
  auto at =
      std::lower_bound(all.begin(), all.end(), column.property,
                       [](const MapiProperty& entry, std::uint16_t id) { return entry.id < id; });
  for (; at != all.end() && at->id == column.property; ++at) {
    if (std::string_view(at->letters).find(column.letter) != std::string_view::npos) {
      return at->name;
    }
  }
  return nullptr;
}

std::string property_text(const MapiColumn& column) {
  const char* const name = property_name(column);
  return name != nullptr ? std::string(name) : fmt::format("0x{:04X}", column.property);
}

bool is_body_property(std::uint16_t property) {
  // PR_BODY, PR_RTF_COMPRESSED, PR_HTML, PR_ATTACH_DATA_BIN, PR_ATTACH_RENDERING,
  // PR_INTERNET_CONTENT.
  constexpr std::array<std::uint16_t, 6> kBodies = {0x1000, 0x1009, 0x1013, 0x3701, 0x3709, 0x6659};
  return std::find(kBodies.begin(), kBodies.end(), property) != kBodies.end();
}

}  // namespace dirsnap::store_model
