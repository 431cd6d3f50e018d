// SPDX-License-Identifier: MIT
#include "tests/support/ese_canonical_row.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "importers/ese/cell_value.h"
#include "storage/base/identifiers.h"
#include "storage/base/text.h"

namespace dirsnap::test {

namespace {

using ese::CellView;
using ese::ColumnType;

void append_escaped_unit(unsigned unit, std::string& out) {
  switch (unit) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    default:
      break;
  }
  if (unit >= 0x20 && unit < 0x7F) {
    out.push_back(static_cast<char>(unit));
  } else {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", unit);
  }
}

bool is_ascii(Bytes bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b < std::byte{0x80}; });
}

void append_hex_object(Bytes bytes, std::string& out) {
  out += "{\"hex\":\"" + to_hex(bytes) + "\"}";
}

void append_text(const CellView& cell, std::string& out) {
  const Bytes bytes = cell.bytes;
  if (cell.column->codepage == 1200) {
    if (!decode_utf16le(bytes).lossless) return append_hex_object(bytes, out);
    out.push_back('"');
    for (std::size_t at = 0; at + 1 < bytes.size(); at += 2)
      append_escaped_unit(load_le<std::uint16_t>(bytes, at), out);
    out.push_back('"');
    return;
  }
  if (!is_ascii(bytes)) return append_hex_object(bytes, out);
  out.push_back('"');
  for (const std::byte b : bytes) append_escaped_unit(std::to_integer<unsigned>(b), out);
  out.push_back('"');
}

void append_value(const CellView& cell, std::string& out) {
  const Bytes bytes = cell.bytes;
  const ColumnType type = cell.column->type;
  if (ese::is_text(type)) return append_text(cell, out);
  if (const auto number = ese::integer_value(*cell.column, bytes)) {
    if (type == ColumnType::kBit) {
      out += *number != 0 ? "true" : "false";
    } else if (type == ColumnType::kUnsignedLongLong) {
      out += fmt::format("{}", static_cast<std::uint64_t>(*number));
    } else {
      out += fmt::format("{}", *number);
    }
    return;
  }
  out.push_back('"');
  if (type == ColumnType::kSingle) out += "f32:";
  if (type == ColumnType::kDouble) out += "f64:";
  const auto guid = type == ColumnType::kGuid ? guid_text(bytes) : std::nullopt;
  out += guid ? *guid : to_hex(bytes);
  out.push_back('"');
}

void append_name(const std::string& name, std::string& out) {
  out.push_back('"');
  for (const char c : name) append_escaped_unit(static_cast<unsigned char>(c), out);
  out += "\":";
}

}  // namespace

void append_canonical_row(std::span<const CellView> cells, std::string& out) {
  out.push_back('{');
  for (std::size_t i = 0; i < cells.size();) {
    std::size_t end = i + 1;
    while (end < cells.size() && cells[end].column == cells[i].column) ++end;
    if (i != 0) out.push_back(',');
    append_name(cells[i].column->name, out);
    if (end - i > 1) out.push_back('[');
    for (std::size_t j = i; j < end; ++j) {
      if (j != i) out.push_back(',');
      append_value(cells[j], out);
    }
    if (end - i > 1) out.push_back(']');
    i = end;
  }
  out.push_back('}');
}

}  // namespace dirsnap::test
