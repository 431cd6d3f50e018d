// SPDX-License-Identifier: MIT
#include "storage/base/dn.h"

#include <algorithm>
#include <cstddef>

#include "storage/base/text.h"

namespace dirsnap {
namespace {

constexpr std::string_view kLdapSpecial = "\"+,;<>\\";

bool is_type_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.';
}

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  while (at < text.size() && text[at] == ' ') ++at;
  return at;
}

// Offset just after "type=" at `at`, 0 where there is none. `type` becomes the bare type.
std::size_t match_type(std::string_view text, std::size_t at, std::string_view& type) {
  const std::size_t begin = skip_blanks(text, at);
  std::size_t end = begin;
  while (end < text.size() && is_type_char(text[end])) ++end;
  if (end == begin) return 0;
  type = text.substr(begin, end - begin);
  const std::size_t equals = skip_blanks(text, end);
  return equals < text.size() && text[equals] == '=' ? equals + 1 : 0;
}

// Offset of the '/' that ends the X.500 value starting at `at`, or the end of the text.
std::size_t x500_value_end(std::string_view text, std::size_t at) {
  std::string_view type;
  for (; at < text.size(); ++at) {
    if (text[at] == '\\' && text.size() - at > 1) {
      if (text[at + 1] == '/' || text[at + 1] == '\\') ++at;
    } else if (text[at] == '/' && match_type(text, at + 1, type) != 0) {
      return at;
    }
  }
  return text.size();
}

std::string unescape_x500(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape =
        text[i] == '\\' && text.size() - i > 1 && (text[i + 1] == '/' || text[i + 1] == '\\');
    if (escape) ++i;
    out.push_back(text[i]);
  }
  return out;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Offset of the ',' or ';' that ends the LDAP relative name starting at `at`, or the end.
std::size_t ldap_rdn_end(std::string_view text, std::size_t at) {
  bool quoted = false;
  for (; at < text.size(); ++at) {
    if (text[at] == '\\') {
      if (text.size() - at > 1) ++at;
    } else if (text[at] == '"') {
      quoted = !quoted;
    } else if (!quoted && (text[at] == ',' || text[at] == ';')) {
      return at;
    }
  }
  return text.size();
}

// The character(s) after a '\' at `at`; advances `at` to the last one used. False: bad escape.
bool append_ldap_escape(std::string_view text, std::size_t& at, std::string& out) {
  if (text.size() - at < 2) return false;
  if (text.size() - at >= 3) {
    const int high = hex_digit(text[at + 1]);
    const int low = hex_digit(text[at + 2]);
    if (high >= 0 && low >= 0) {
      out.push_back(static_cast<char>(high * 16 + low));
      at += 2;
      return true;
    }
  }
  out.push_back(text[at + 1]);
  at += 1;
  return true;
}

// The value of an LDAP relative name: escapes and the old double quotes undone, blanks around it
// dropped unless escaped.
std::optional<std::string> unescape_ldap(std::string_view text) {
  std::string out;
  std::size_t keep = 0;  // length of `out` up to the last character that may not be trimmed
  bool quoted = false;
  for (std::size_t i = skip_blanks(text, 0); i < text.size(); ++i) {
    if (text[i] == '"') {
      quoted = !quoted;
      keep = out.size();
    } else if (text[i] == '\\') {
      if (!append_ldap_escape(text, i, out)) return std::nullopt;
      keep = out.size();
    } else if (!quoted && text[i] == '+') {
      return std::nullopt;
    } else {
      out.push_back(text[i]);
      if (quoted || text[i] != ' ') keep = out.size();
    }
  }
  if (quoted) return std::nullopt;
  out.resize(keep);
  return out;
}

std::optional<Rdn> parse_ldap_rdn(std::string_view text) {
  std::string_view type;
  const std::size_t value_at = match_type(text, 0, type);
  if (value_at == 0) return std::nullopt;
  auto value = unescape_ldap(text.substr(value_at));
  if (!value) return std::nullopt;
  return Rdn{.type = std::string(type), .value = *std::move(value)};
}

void append_ldap_value(std::string& out, std::string_view value) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    const auto byte = static_cast<unsigned char>(c);
    const bool edge_blank = c == ' ' && (i == 0 || i + 1 == value.size());
    if (byte < 0x20 || byte == 0x7F) {
      out.push_back('\\');
      out.push_back(kDigits[byte >> 4]);
      out.push_back(kDigits[byte & 15]);
      continue;
    }
    if (edge_blank || (i == 0 && c == '#') || kLdapSpecial.find(c) != std::string_view::npos)
      out.push_back('\\');
    out.push_back(c);
  }
}

std::optional<std::vector<Rdn>> parse_either(std::string_view dn) {
  return dn.starts_with('/') ? parse_dn_x500(dn) : parse_dn_ldap(dn);
}

bool same_name(const Rdn& a, const Rdn& b) {
  return equal_ascii_nocase(a.type, b.type) &&
         equal_folded(trim_blanks(a.value), trim_blanks(b.value));
}

}  // namespace

std::string dn_append_x500(std::string_view parent, std::string_view type, std::string_view value) {
  std::string out;
  out.reserve(parent.size() + type.size() + value.size() + 2);
  out.append(parent).append("/").append(type).append("=");
  for (const char c : value) {
    if (c == '/' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  return out;
}

std::string dn_append_ldap(std::string_view parent, std::string_view type, std::string_view value) {
  std::string out;
  out.reserve(parent.size() + type.size() + value.size() + 2);
  out.append(type).append("=");
  append_ldap_value(out, value);
  if (!parent.empty()) out.append(",").append(parent);
  return out;
}

std::optional<std::vector<Rdn>> parse_dn_x500(std::string_view dn) {
  std::vector<Rdn> names;
  std::size_t at = 0;
  while (at < dn.size()) {
    std::string_view type;
    const std::size_t value_at = dn[at] == '/' ? match_type(dn, at + 1, type) : 0;
    if (value_at == 0) return std::nullopt;
    at = x500_value_end(dn, value_at);
    names.push_back(
        {.type = std::string(type), .value = unescape_x500(dn.substr(value_at, at - value_at))});
  }
  return names;
}

std::optional<std::vector<Rdn>> parse_dn_ldap(std::string_view dn) {
  std::vector<Rdn> names;
  if (dn.empty()) return names;
  std::size_t at = 0;
  for (;;) {
    const std::size_t end = ldap_rdn_end(dn, at);
    auto name = parse_ldap_rdn(dn.substr(at, end - at));
    if (!name) return std::nullopt;
    names.push_back(*std::move(name));
    if (end == dn.size()) break;
    at = end + 1;
  }
  std::reverse(names.begin(), names.end());
  return names;
}

std::string format_dn_x500(const std::vector<Rdn>& names) {
  std::string out;
  for (const Rdn& name : names) out = dn_append_x500(out, name.type, name.value);
  return out;
}

std::string format_dn_ldap(const std::vector<Rdn>& names) {
  std::string out;
  for (auto name = names.rbegin(); name != names.rend(); ++name) {
    if (!out.empty()) out.push_back(',');
    out.append(name->type).append("=");
    append_ldap_value(out, name->value);
  }
  return out;
}

std::optional<std::string> dn_ldap_from_x500(std::string_view dn) {
  const auto names = parse_dn_x500(dn);
  if (!names) return std::nullopt;
  return format_dn_ldap(*names);
}

std::optional<std::string> dn_x500_from_ldap(std::string_view dn) {
  const auto names = parse_dn_ldap(dn);
  if (!names) return std::nullopt;
  return format_dn_x500(*names);
}

std::optional<std::string_view> dn_parent(std::string_view dn) {
  if (!dn.starts_with('/')) {
    const std::size_t end = ldap_rdn_end(dn, 0);
    if (end == dn.size() || !parse_ldap_rdn(dn.substr(0, end))) return std::nullopt;
    return dn.substr(skip_blanks(dn, end + 1));
  }
  std::size_t last = 0;  // offset of the last relative name's '/'
  for (std::size_t at = 0; at < dn.size();) {
    std::string_view type;
    const std::size_t value_at = match_type(dn, at + 1, type);
    if (value_at == 0) return std::nullopt;
    last = at;
    at = x500_value_end(dn, value_at);
  }
  if (last == 0) return std::nullopt;
  return dn.substr(0, last);
}

std::optional<std::string> dn_rdn(std::string_view dn) {
  if (dn.starts_with('/')) {
    auto names = parse_dn_x500(dn);
    if (!names || names->empty()) return std::nullopt;
    return std::move(names->back().value);
  }
  auto name = parse_ldap_rdn(dn.substr(0, ldap_rdn_end(dn, 0)));
  if (!name) return std::nullopt;
  return std::move(name->value);
}

std::optional<std::string> dn_server(std::string_view dn) {
  auto names = parse_either(dn);
  if (!names) return std::nullopt;
  for (std::size_t i = 0; i + 1 < names->size(); ++i) {
    if (equal_ascii_nocase((*names)[i].value, "Servers")) return std::move((*names)[i + 1].value);
  }
  return std::nullopt;
}

bool dn_equal(std::string_view a, std::string_view b) {
  const auto names_a = parse_either(a);
  const auto names_b = parse_either(b);
  if (!names_a || !names_b) return !names_a && !names_b && equal_folded(a, b);
  return std::equal(names_a->begin(), names_a->end(), names_b->begin(), names_b->end(), same_name);
}

}  // namespace dirsnap
