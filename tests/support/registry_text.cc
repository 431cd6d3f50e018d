// SPDX-License-Identifier: MIT
//
// The two text forms of the registry editor.
#include <cstdio>
#include <string_view>

#include "storage/base/text.h"
#include "tests/support/bytes.h"
#include "tests/support/exchange_registry.h"

namespace dirsnap::support {
namespace {

using Type = RegistryValue::Type;

constexpr std::size_t kLineWidth = 80;

// Text of code page 1252 or UTF-16, with its terminating zero.
std::string encode(std::string_view text, bool wide) {
  std::string bytes = encode_utf16le(text);
  if (!wide) {
    std::string narrow;
    for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) narrow.push_back(bytes[i]);
    bytes = std::move(narrow);
  }
  return bytes.append(wide ? 2 : 1, '\0');
}

std::string value_bytes(const RegistryValue& value, bool wide) {
  if (value.type == Type::kBinary) return value.text;
  if (value.type != Type::kTextList) return encode(value.text, wide);
  std::string bytes;
  for (const std::string& item : value.list) bytes += encode(item, wide);
  return bytes.append(wide ? 2 : 1, '\0');
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '\\' || c == '"') out.push_back('\\');
    out.push_back(c);
  }
  return out + "\"";
}

// Byte lists break with a backslash before they pass the width of a line.
std::string hex_line(std::string line, std::string_view bytes) {
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    char digits[4];
    std::snprintf(digits, sizeof digits, "%02x", static_cast<unsigned char>(bytes[i]));
    line += digits;
    if (i + 1 == bytes.size()) break;
    line += ",";
    if (line.size() + 4 > kLineWidth) {
      out += line + "\\\r\n";
      line = "  ";
    }
  }
  return out + line;
}

std::string value_line(const RegistryValue& value, bool wide) {
  const std::string name = (value.name.empty() ? std::string("@") : quoted(value.name)) + "=";
  if (value.type == Type::kText) return name + quoted(value.text);
  if (value.type == Type::kNumber) {
    char digits[16];
    std::snprintf(digits, sizeof digits, "dword:%08x", value.number);
    return name + digits;
  }
  const std::string bytes = value_bytes(value, wide);
  if (value.type == Type::kBinary) return hex_line(name + "hex:", bytes);
  const auto type = static_cast<unsigned>(value.type);
  return hex_line(name + "hex(" + std::to_string(type) + "):", bytes);
}

// The whole file in UTF-8; `wide` decides how texts inside byte lists are encoded.
std::string file_text(std::string_view head, const std::vector<RegistryKey>& keys, bool wide) {
  std::string text(head);
  text += "\r\n";
  for (const RegistryKey& key : keys) {
    text += "\r\n[" + key.path + "]\r\n";
    for (const RegistryValue& value : key.values) text += value_line(value, wide) + "\r\n";
  }
  return text + "\r\n";
}

}  // namespace

std::string registry_text_nt4(const std::vector<RegistryKey>& keys) {
  std::string bytes = encode(file_text("REGEDIT4", keys, false), false);
  bytes.pop_back();  // the terminating zero
  return bytes;
}

std::string registry_text_v5(const std::vector<RegistryKey>& keys) {
  return "\xFF\xFE" + encode_utf16le(file_text("Windows Registry Editor Version 5.00", keys, true));
}

}  // namespace dirsnap::support
