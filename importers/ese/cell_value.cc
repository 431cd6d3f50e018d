// SPDX-License-Identifier: MIT
#include "importers/ese/cell_value.h"

#include <cstring>

namespace dirsnap::ese {

namespace {

constexpr unsigned kWestern = 1252;

template <class T>
std::optional<std::int64_t> load_integer(Bytes bytes) {
  if (bytes.size() != sizeof(T)) return std::nullopt;
  return static_cast<std::int64_t>(load_le<T>(bytes, 0));
}

}  // namespace

std::optional<std::int64_t> integer_value(const ColumnDef& column, Bytes bytes) {
  switch (column.type) {
    case ColumnType::kBit:
      if (bytes.size() != 1) return std::nullopt;
      return bytes[0] == std::byte{0} ? 0 : 1;
    case ColumnType::kUnsignedByte:
      return load_integer<std::uint8_t>(bytes);
    case ColumnType::kShort:
      return load_integer<std::int16_t>(bytes);
    case ColumnType::kUnsignedShort:
      return load_integer<std::uint16_t>(bytes);
    case ColumnType::kLong:
      return load_integer<std::int32_t>(bytes);
    case ColumnType::kUnsignedLong:
      return load_integer<std::uint32_t>(bytes);
    case ColumnType::kLongLong:
    case ColumnType::kCurrency:
      return load_integer<std::int64_t>(bytes);
    case ColumnType::kUnsignedLongLong:
      return load_integer<std::uint64_t>(bytes);
    default:
      return std::nullopt;
  }
}

std::optional<double> real_value(const ColumnDef& column, Bytes bytes) {
  if (column.type == ColumnType::kSingle && bytes.size() == sizeof(float))
    return load_le<float>(bytes, 0);
  if (column.type == ColumnType::kDouble && bytes.size() == sizeof(double))
    return load_le<double>(bytes, 0);
  return std::nullopt;
}

std::optional<std::uint64_t> datetime_bits(const ColumnDef& column, Bytes bytes) {
  if (column.type != ColumnType::kDateTime || bytes.size() != 8) return std::nullopt;
  return load_le<std::uint64_t>(bytes, 0);
}

std::optional<Decoded> text_value(const ColumnDef& column, Bytes bytes) {
  if (!is_text(column.type)) return std::nullopt;
  if (column.codepage == kUtf16Codepage) return decode_utf16le(bytes);
  return decode_codepage(bytes, column.codepage == 0 ? kWestern : column.codepage);
}

}  // namespace dirsnap::ese
