// SPDX-License-Identifier: MIT
#include "tests/support/ese_key.h"

#include <algorithm>

namespace dirsnap::support {
namespace {

constexpr char kNull = '\x00';
constexpr char kEmpty = '\x40';
constexpr char kData = '\x7F';

// The bytes of a GUID, most significant for its order first.
constexpr std::size_t kGuidOrder[] = {10, 11, 12, 13, 14, 15, 8, 9, 6, 7, 4, 5, 0, 1, 2, 3};

void append_reversed(std::string& key, std::string_view value) {
  key.append(value.rbegin(), value.rend());
}

// Big-endian with the sign bit turned, so that negative values come first.
void append_signed(std::string& key, std::string_view value) {
  const std::size_t at = key.size();
  append_reversed(key, value);
  key[at] = static_cast<char>(key[at] ^ '\x80');
}

void append_float(std::string& key, std::string_view value) {
  const std::size_t at = key.size();
  append_reversed(key, value);
  const bool negative = (static_cast<unsigned char>(key[at]) & 0x80U) != 0;
  for (std::size_t i = at; negative && i < key.size(); ++i) key[i] = static_cast<char>(~key[i]);
  if (!negative) key[at] = static_cast<char>(key[at] ^ '\x80');
}

void append_guid(std::string& key, std::string_view value) {
  for (const std::size_t i : kGuidOrder) key.push_back(value[i]);
}

// Groups of eight bytes, each followed by 9 if more data comes, else by its number of bytes.
void append_grouped(std::string& key, std::string_view value) {
  for (std::size_t at = 0; at < value.size(); at += 8) {
    const std::string_view group = value.substr(at, 8);
    key.append(group);
    key.append(8 - group.size(), '\0');
    key.push_back(at + 8 < value.size() ? '\x09' : static_cast<char>(group.size()));
  }
}

void append_latin(std::string& key, std::string_view value) {
  for (const char c : value.substr(0, value.find('\0'))) {
    key.push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
  }
  key.push_back('\0');
}

Result<void> append_value(std::string& key, const ColumnSpec& column, std::string_view value) {
  switch (column.type) {
    case ColumnType::kBit:
      key.push_back(value[0] != 0 ? '\xFF' : '\0');
      return {};
    case ColumnType::kUnsignedByte:
    case ColumnType::kUnsignedShort:
    case ColumnType::kUnsignedLong:
      append_reversed(key, value);
      return {};
    case ColumnType::kShort:
    case ColumnType::kLong:
    case ColumnType::kLongLong:
    case ColumnType::kCurrency:
      append_signed(key, value);
      return {};
    case ColumnType::kSingle:
    case ColumnType::kDouble:
    case ColumnType::kDateTime:
      append_float(key, value);
      return {};
    case ColumnType::kGuid:
      append_guid(key, value);
      return {};
    case ColumnType::kBinary:
    case ColumnType::kLongBinary:
      append_grouped(key, value);
      return {};
    default:
      break;
  }
  if (!is_text_type(column.type) || column.codepage == kUtf16) {
    return fail(Code::kUnsupported, "no key can be made of column " + column.name);
  }
  append_latin(key, value);
  return {};
}

}  // namespace

Result<void> append_key_segment(std::string& key,
                                const ColumnSpec& column,
                                std::optional<std::string_view> value,
                                bool descending) {
  const std::size_t at = key.size();
  const std::uint32_t size = type_size(column.type);
  if (value && size != 0 && value->size() != size) {
    return fail(Code::kUsage, "value of wrong size in column " + column.name);
  }
  if (!value) {
    key.push_back(kNull);
  } else if (value->empty()) {
    key.push_back(kEmpty);
  } else {
    key.push_back(kData);
    DIRSNAP_CHECK(append_value(key, column, *value));
  }
  for (std::size_t i = at; descending && i < key.size(); ++i) key[i] = static_cast<char>(~key[i]);
  if (key.size() > kLongestKey) key.resize(kLongestKey);
  return {};
}

}  // namespace dirsnap::support
