// SPDX-License-Identifier: MIT
#include "storage/base/class_name.h"

#include "storage/base/text.h"

namespace dirsnap {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// A character whose code point folds to itself and that SQL lets stand in a bare identifier.
bool is_plain(char c) { return (c >= 'a' && c <= 'z') || is_digit(c); }

void append_escaped(std::string& out, char c) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  out += '$';
  out += kDigits[byte >> 4];
  out += kDigits[byte & 0xF];
}

}  // namespace

std::optional<std::string> class_table_name(std::string_view ldap_name) {
  if (ldap_name.empty() || ldap_name.size() > kLongestClassName) return std::nullopt;
  const std::string name = fold_case(ldap_name);
  const bool is_valid = is_valid_utf8(name);
  // Names begin with a letter (RFC 4512 1.4, keystring), OIDs with a digit: '_' stands for one
  // character of each.
  const char separator = is_digit(name.front()) ? '.' : '-';
  std::string out(kClassTablePrefix);
  for (const char c : name) {
    if (is_plain(c) || (is_valid && static_cast<unsigned char>(c) >= 0x80)) {
      out += c;
    } else if (c == separator) {
      out += '_';
    } else {
      append_escaped(out, c);
    }
  }
  return out;
}

}  // namespace dirsnap
