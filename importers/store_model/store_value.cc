// SPDX-License-Identifier: MIT
#include "importers/store_model/store_value.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "importers/ese/cell_value.h"
#include "importers/ese_tables/cell_sql.h"
#include "storage/base/dn.h"
#include "storage/base/identifiers.h"
#include "storage/base/text.h"
#include "storage/base/time.h"

namespace dirsnap::store_model {
namespace {

constexpr unsigned kUtf16 = 1200;

bool is_binary(ese::ColumnType type) {
  return type == ese::ColumnType::kBinary || type == ese::ColumnType::kLongBinary;
}

std::uint64_t big_endian(Bytes bytes) {
  std::uint64_t value = 0;
  for (const std::byte byte : bytes) value = value << 8 | std::to_integer<std::uint64_t>(byte);
  return value;
}

// Latin script in UTF-16 has a zero in every other place; 8-bit text has none but at its end.
bool looks_like_utf16(Bytes bytes) {
  if (bytes.size() < 2 || bytes.size() % 2 != 0) return false;
  std::size_t zeros = 0;
  for (std::size_t i = 1; i < bytes.size(); i += 2) zeros += bytes[i] == std::byte{0} ? 1 : 0;
  return 4 * zeros >= bytes.size();
}

// Printable ASCII, long enough that no text in UTF-16 has such bytes by chance.
bool looks_like_ascii(Bytes bytes) {
  constexpr std::size_t kEnough = 8;
  return bytes.size() >= kEnough && std::all_of(bytes.begin(), bytes.end(), [](std::byte b) {
           const auto value = std::to_integer<unsigned>(b);
           return value >= 0x20 && value < 0x7F;
         });
}

std::string_view without_final_zero(std::string_view text) {
  if (!text.empty() && text.back() == '\0') text.remove_suffix(1);
  return text;
}

bool is_utf16(const ese::ColumnDef& column, Bytes bytes) {
  if (bytes.size() % 2 != 0) return false;
  if (ese::is_text(column.type) && column.codepage == kUtf16) return !looks_like_ascii(bytes);
  return looks_like_utf16(bytes);
}

// Where in an entry id the name begins; nullopt for bytes of another kind.
std::optional<std::size_t> name_offset(Bytes bytes) {
  // Flags, the address book's identifier, version, type, then the name.
  constexpr std::size_t kIdentifierAt = 4;
  constexpr std::size_t kNameAt = 28;
  constexpr std::array<unsigned char, 16> kAddressBook = {0xDC, 0xA7, 0x40, 0xC8, 0xC0, 0x42,
                                                          0x10, 0x1A, 0xB4, 0xB9, 0x08, 0x00,
                                                          0x2B, 0x2F, 0xE1, 0x82};
  if (bytes.size() > kNameAt &&
      std::memcmp(bytes.data() + kIdentifierAt, kAddressBook.data(), kAddressBook.size()) == 0) {
    return kNameAt;
  }
  const std::string_view chars = as_chars(bytes);
  if (chars.size() > 3 && equal_ascii_nocase(chars.substr(0, 3), "/o=")) return 0;
  return std::nullopt;
}

}  // namespace

std::optional<std::int64_t> number_of(const ese::CellView& cell) {
  if (cell.lost) return std::nullopt;
  if (const auto value = ese::integer_value(*cell.column, cell.bytes)) return value;
  if (!is_binary(cell.column->type) || cell.bytes.size() != 8) return std::nullopt;
  return static_cast<std::int64_t>(big_endian(cell.bytes));
}

std::optional<std::string> time_of(const ese::CellView& cell) {
  if (cell.lost || cell.bytes.size() != 8) return std::nullopt;
  const auto bits = load_le<std::uint64_t>(cell.bytes, 0);
  if (bits == 0) return std::nullopt;
  if (cell.column->type == ese::ColumnType::kDateTime) return datetime_text(bits);
  return iso_from_filetime(bits);
}

std::optional<std::string> guid_of(const ese::CellView& cell) {
  return cell.lost ? std::nullopt : guid_text(cell.bytes);
}

std::optional<std::string_view> TextDecoder::text_of(const ese::CellView& cell, RowArena& arena) {
  if (cell.lost || cell.encrypted) return std::nullopt;
  const ese::ColumnDef& column = *cell.column;
  if (!ese::is_text(column.type) && !is_binary(column.type)) return std::nullopt;
  if (is_utf16(column, cell.bytes)) {
    const Decoded wide = decode_utf16le(cell.bytes);
    return arena.keep(without_final_zero(wide.text));
  }
  if (is_ascii(as_chars(cell.bytes))) return without_final_zero(as_chars(cell.bytes));
  unsigned codepage = column.codepage;
  if (!ese::is_text(column.type) || codepage == 0 || codepage == kUtf16) {
    if (!codepage_) ++guessed_;
    codepage = codepage_.value_or(kWesternCodepage);
  }
  const auto decoded = decode_codepage(cell.bytes, codepage);
  if (!decoded) return std::nullopt;
  return arena.keep(without_final_zero(decoded->text));
}

std::optional<std::string> owner_dn_of(const ese::CellView& cell, TextDecoder& decoder) {
  RowArena arena;
  ese::CellView name = cell;
  if (is_binary(cell.column->type)) {
    const auto begin = name_offset(cell.bytes);
    if (!begin || cell.lost) return std::nullopt;
    name.bytes = cell.bytes.subspan(*begin);
    const auto end = std::find(name.bytes.begin(), name.bytes.end(), std::byte{0});
    name.bytes = name.bytes.first(static_cast<std::size_t>(end - name.bytes.begin()));
  }
  const auto text = decoder.text_of(name, arena);
  if (!text || !text->starts_with('/') || !parse_dn_x500(*text)) return std::nullopt;
  return std::string(*text);
}

}  // namespace dirsnap::store_model
