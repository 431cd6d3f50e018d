// SPDX-License-Identifier: MIT
#include "importers/ese_tables/cell_sql.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>

#include "importers/ese/cell_value.h"
#include "storage/base/identifiers.h"
#include "storage/base/text.h"
#include "storage/base/time.h"

namespace dirsnap {
namespace {

ValueView text_cell(const ese::CellView& cell, RowArena& arena) {
  // Every 8-bit code page of the field agrees with ASCII; most values need no decoding at all.
  if (cell.column->codepage != 1200 && is_ascii(as_chars(cell.bytes))) {
    return ValueView::text(as_chars(cell.bytes));
  }
  const auto decoded = ese::text_value(*cell.column, cell.bytes);
  if (!decoded || !decoded->lossless) return ValueView::blob(as_chars(cell.bytes));
  return ValueView::text(arena.keep(decoded->text));
}

// Appends a JSON number that reads back as the same double; NaN and infinities have none.
void append_json_real(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out += "null";
    return;
  }
  std::array<char, 32> buffer;
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  out.append(buffer.data(), end);
}

// Most texts need no escape.
void append_escaped(std::string& out, std::string_view text) {
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c - 0x20) < 0x5F && c != '"' && c != '\\';
  });
  if (plain) {
    out += text;
  } else {
    out += escape_json(text);
  }
}

void append_json(std::string& out, const ValueView& value) {
  switch (value.type) {
    case ValueType::kNull:
      out += "null";
      break;
    case ValueType::kInteger:
      out += std::to_string(value.integer);
      break;
    case ValueType::kReal:
      append_json_real(out, value.real);
      break;
    case ValueType::kText:
      out += '"';
      append_escaped(out, value.bytes);
      out += '"';
      break;
    case ValueType::kBlob:
      out += R"({"hex":")" + to_hex(as_bytes(value.bytes)) + R"("})";
      break;
  }
}

std::string length_text(const char* what, std::size_t size_bytes) {
  return "(" + std::string(what) + ", " + std::to_string(size_bytes) +
         (size_bytes == 1 ? " byte)" : " bytes)");
}

}  // namespace

ColumnType sql_type(ese::ColumnType type) {
  switch (type) {
    case ese::ColumnType::kBit:
    case ese::ColumnType::kUnsignedByte:
    case ese::ColumnType::kShort:
    case ese::ColumnType::kLong:
    case ese::ColumnType::kCurrency:
    case ese::ColumnType::kUnsignedLong:
    case ese::ColumnType::kLongLong:
    case ese::ColumnType::kUnsignedShort:
    case ese::ColumnType::kUnsignedLongLong:
      return ColumnType::kInteger;
    case ese::ColumnType::kSingle:
    case ese::ColumnType::kDouble:
      return ColumnType::kReal;
    case ese::ColumnType::kText:
    case ese::ColumnType::kLongText:
    case ese::ColumnType::kDateTime:
    case ese::ColumnType::kGuid:
      return ColumnType::kText;
    case ese::ColumnType::kNil:
    case ese::ColumnType::kBinary:
    case ese::ColumnType::kLongBinary:
    case ese::ColumnType::kStream:
      return ColumnType::kBlob;
  }
  return ColumnType::kAny;
}

std::optional<std::string> datetime_text(std::uint64_t bits) {
  // As a double, a FILETIME of any real year is smaller than 1e-200; as a FILETIME, an OLE date of
  // a real year lies after the year 9999. Zero is 1899-12-30, the type's own zero.
  const double ole = std::bit_cast<double>(bits);
  if (bits == 0 || std::fabs(ole) >= 1e-9) return iso_from_ole_date(ole);
  return iso_from_filetime(bits);
}

ValueView sql_value(const ese::CellView& cell, RowArena& arena) {
  if (cell.lost && cell.bytes.empty()) return ValueView::null();
  if (cell.encrypted || cell.lost) return ValueView::blob(as_chars(cell.bytes));
  const ese::ColumnDef& column = *cell.column;
  if (ese::is_text(column.type)) return text_cell(cell, arena);
  if (const auto integer = ese::integer_value(column, cell.bytes)) return ValueView::of(*integer);
  if (const auto real = ese::real_value(column, cell.bytes)) return ValueView::of_real(*real);
  if (const auto bits = ese::datetime_bits(column, cell.bytes)) {
    if (const auto text = datetime_text(*bits)) return ValueView::text(arena.keep(*text));
  }
  if (column.type == ese::ColumnType::kGuid) {
    if (const auto text = guid_text(cell.bytes)) return ValueView::text(arena.keep(*text));
  }
  return ValueView::blob(as_chars(cell.bytes));
}

ValueView sql_values(std::span<const ValueView> values, RowArena& arena) {
  if (values.size() == 1) return values.front();
  std::string json = "[";
  for (const ValueView& value : values) {
    if (json.size() > 1) json += ',';
    append_json(json, value);
  }
  json += ']';
  return ValueView::text(arena.keep(json));
}

std::string secret_text(std::size_t size_bytes) { return length_text("secret", size_bytes); }

std::string body_text(std::size_t size_bytes) { return length_text("body", size_bytes); }

}  // namespace dirsnap
