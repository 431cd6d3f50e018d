// SPDX-License-Identifier: MIT
#include "shell/render/value_text.h"

#include <cmath>
#include <set>

#include <fmt/format.h>

#include "shell/render/escape.h"
#include "storage/base/text.h"

namespace dirsnap {
namespace {

std::string hex_of(std::string_view bytes) { return to_hex(as_bytes(bytes)); }

void append_hex_object(std::string& out, std::string_view bytes) {
  out += "{\"hex\":\"";
  out += hex_of(bytes);
  out += "\"}";
}

// \uXXXX, as a surrogate pair beyond the basic plane.
void append_json_escape(std::string& out, char32_t value) {
  const auto number = static_cast<std::uint32_t>(value);
  if (number < 0x10000) {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", number);
    return;
  }
  const std::uint32_t rest = number - 0x10000;
  fmt::format_to(std::back_inserter(out), "\\u{:04x}\\u{:04x}", 0xD800 + (rest >> 10),
                 0xDC00 + (rest & 0x3FF));
}

// One code point of an SQL text literal that is open; unsafe ones go through char().
void append_sql_code_point(std::string& out, const CodePoint& point, std::string_view bytes) {
  if (is_unsafe(point.value)) {
    fmt::format_to(std::back_inserter(out), "'||char({})||'",
                   static_cast<std::uint32_t>(point.value));
  } else {
    if (bytes == "'") out += '\'';
    out += bytes;
  }
}

std::string sql_text_literal(std::string_view text) {
  if (!is_valid_utf8(text)) return "CAST(X'" + hex_of(text) + "' AS TEXT)";
  std::string out = "'";
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = code_point_at(text, at);
    append_sql_code_point(out, point, text.substr(at, point.size_bytes));
    at += point.size_bytes;
  }
  out += '\'';
  return out;
}

}  // namespace

std::string real_text(double value) {
  std::string text = fmt::format("{}", value);
  if (text.find_first_of(".en") == std::string::npos) text += ".0";
  return text;
}

std::string value_text(const ValueView& value) {
  switch (value.type) {
    case ValueType::kNull:
      return {};
    case ValueType::kInteger:
      return fmt::format("{}", value.integer);
    case ValueType::kReal:
      return real_text(value.real);
    case ValueType::kText:
      return std::string(value.bytes);
    case ValueType::kBlob:
      return hex_of(value.bytes);
  }
  return {};
}

std::string readable_text(const ValueView& value, bool raw) {
  return raw || value.type != ValueType::kText ? value_text(value)
                                               : escape_for_terminal(value.bytes);
}

void append_json_text(std::string& out, std::string_view text) {
  if (!is_valid_utf8(text)) {
    append_hex_object(out, text);
    return;
  }
  const std::string escaped = escape_json(text);
  out += '"';
  for (std::size_t at = 0; at < escaped.size();) {
    const CodePoint point = code_point_at(escaped, at);
    if (is_unsafe(point.value)) {
      append_json_escape(out, point.value);
    } else {
      out.append(escaped, at, point.size_bytes);
    }
    at += point.size_bytes;
  }
  out += '"';
}

void append_json_value(std::string& out, const ValueView& value) {
  switch (value.type) {
    case ValueType::kNull:
      out += "null";
      break;
    case ValueType::kReal:
      out += std::isfinite(value.real) ? real_text(value.real) : "null";
      break;
    case ValueType::kText:
      append_json_text(out, value.bytes);
      break;
    case ValueType::kBlob:
      append_hex_object(out, value.bytes);
      break;
    case ValueType::kInteger:
      out += value_text(value);
      break;
  }
}

void append_json_object(std::string& out,
                        const std::vector<std::string>& names,
                        std::span<const ValueView> cells) {
  out += '{';
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) out += ',';
    // A name is an object key, which only a string can be.
    append_json_text(out, repair_utf8(names[i]).text);
    out += ':';
    append_json_value(out, cells[i]);
  }
  out += '}';
}

std::string sql_literal(const ValueView& value) {
  switch (value.type) {
    case ValueType::kNull:
      return "NULL";
    case ValueType::kText:
      return sql_text_literal(value.bytes);
    case ValueType::kBlob:
      return "X'" + hex_of(value.bytes) + "'";
    case ValueType::kReal:
      if (std::isinf(value.real)) return value.real > 0 ? "9e999" : "-9e999";
      return std::isnan(value.real) ? "NULL" : real_text(value.real);
    case ValueType::kInteger:
      break;
  }
  return value_text(value);
}

std::string sql_identifier(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
  return out;
}

std::vector<std::string> unique_names(const std::vector<std::string>& names) {
  std::vector<std::string> out;
  const std::set<std::string> wanted(names.begin(), names.end());
  std::set<std::string> taken;
  for (const std::string& name : names) {
    std::string candidate = name;
    for (std::size_t n = 1; taken.count(candidate) != 0 || (n > 1 && wanted.count(candidate) != 0);
         ++n) {
      candidate = name + "_" + std::to_string(n);
    }
    taken.insert(candidate);
    out.push_back(std::move(candidate));
  }
  return out;
}

}  // namespace dirsnap
