// SPDX-License-Identifier: MIT
#include "tests/support/exchange_dumps.h"

#include <algorithm>
#include <map>

#include "storage/base/dn.h"
#include "storage/base/identifiers.h"
#include "storage/base/text.h"
#include "storage/base/time.h"

namespace dirsnap::support {
namespace {

using Kind = DumpValue::Kind;

DumpValue value_of(const ExchangeSite& site,
                   const SiteObject& object,
                   const SchemaAttribute& attribute,
                   const SiteValue& from) {
  DumpValue out{
      .ldap_name = std::string(attribute.ldap_name.empty() ? attribute.name : attribute.ldap_name),
      .x500_name = std::string(attribute.name)};
  switch (from.kind) {
    case SiteValue::Kind::kText:
      out.text = from.text;
      return out;
    case SiteValue::Kind::kOctets:
      out.kind = Kind::kOctets;
      out.text = from.text;
      return out;
    case SiteValue::Kind::kReference:
      out.kind = Kind::kName;
      out.text = from.number == object.dnt ? object.dn
                                           : site.dn_of(static_cast<std::uint32_t>(from.number));
      return out;
    case SiteValue::Kind::kNumber:
      break;
  }
  const auto number = static_cast<std::uint32_t>(from.number);
  if (attribute.syntax == Syntax::kUtcTime) {
    out.kind = Kind::kTime;
    out.text = iso_from_unix_us(from.number * 1'000'000).value_or("");
  } else if (attribute.syntax == Syntax::kBoolean) {
    out.kind = Kind::kBoolean;
    out.text = from.number != 0 ? "TRUE" : "FALSE";
  } else if (attribute.syntax == Syntax::kObjectId) {
    out.kind = Kind::kOid;
    const bool is_syntax = attribute.id == attr::kAttributeSyntax;
    out.text = is_syntax ? "2.5.5." + std::to_string(number & 0xFFFF) : object_id_text(number, '.');
    for (const SchemaClass& entry : schema_classes()) {
      if (entry.id != number || attribute.id != attr::kObjectClass) continue;
      out.kind = Kind::kClass;
      out.text = entry.name;
      out.other_name = entry.ldap_name.empty() ? entry.name : entry.ldap_name;
    }
  } else {
    out.text = std::to_string(from.number);
  }
  return out;
}

// "19980304…" of an ISO time; `from` leaves out the century.
std::string digits_of(const std::string& iso, std::size_t from) {
  std::string out;
  for (const char c : iso.substr(from)) {
    if (c >= '0' && c <= '9') out.push_back(c);
  }
  return out;
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = (group << 8) | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      const bool has = i + k <= bytes.size();
      out.push_back(has ? kDigits[(group >> (18 - 6 * k)) & 63] : '=');
    }
  }
  return out;
}

bool is_plain(std::string_view text) {
  if (text.empty()) return true;
  if (text.front() == ' ' || text.front() == ':' || text.front() == '<' || text.back() == ' ')
    return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

void append_line(std::string& out, std::string_view name, std::string_view text, bool is_binary) {
  constexpr std::size_t kWidth = 76;
  const bool plain = !is_binary && is_plain(text);
  const std::string line =
      std::string(name) + (plain ? ": " : ":: ") + (plain ? std::string(text) : base64(text));
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t size = std::min(line.size() - at, at == 0 ? kWidth : kWidth - 1);
    out.append(at == 0 ? "" : " ").append(line, at, size).append("\r\n");
    at += size;
  }
}

std::string hex_of(std::string_view bytes) {
  std::string hex = to_hex(as_bytes(bytes));
  std::transform(hex.begin(), hex.end(), hex.begin(),
                 [](char c) { return c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c; });
  return hex;
}

// A value as the Administrator prints it.
std::string raw_form(const DumpValue& value) {
  switch (value.kind) {
    case Kind::kOctets:
      return hex_of(value.text);
    case Kind::kOid: {
      const auto der = oid_to_der(value.text);
      if (!der) return value.text;
      return hex_of({reinterpret_cast<const char*>(der->data()), der->size()});
    }
    case Kind::kTime:
      return digits_of(value.text, 2) + 'Z';
    case Kind::kBoolean:
      return value.text == "TRUE" ? "1" : "0";
    default:
      return value.text;
  }
}

// Multi-value separators and backslashes inside a value are escaped; a field with separators is
// quoted as a whole.
std::string field_of(const std::vector<std::string>& values) {
  std::string text;
  for (const std::string& value : values) {
    if (&value != &values.front()) text += '%';
    for (const char c : value) {
      if (c == '%' || c == '\\') text += '\\';
      text += c;
    }
  }
  const bool is_quoted = text.find_first_of(",\"\r\n") != std::string::npos ||
                         text.starts_with(' ') || text.ends_with(' ');
  if (!is_quoted) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace

DumpObject dump_object(const ExchangeSite& site, const SiteObject& object) {
  DumpObject dump{.dn = object.dn, .class_name = std::string(object.class_name)};
  for (const SiteAttribute& attribute : object.attributes) {
    const SchemaAttribute* const of = find_attribute(attribute.id);
    if (of == nullptr) continue;
    for (const SiteValue& value : attribute.values) {
      dump.values.push_back(value_of(site, object, *of, value));
    }
  }
  return dump;
}

std::vector<DumpObject> dump_objects(const ExchangeSite& site) {
  std::vector<DumpObject> out;
  for (const SiteObject& object : site.objects()) out.push_back(dump_object(site, object));
  return out;
}

void append_ldif(const DumpObject& object, std::string& out) {
  append_line(out, "dn", dn_ldap_from_x500(object.dn).value_or(object.dn), false);
  out += "changetype: add\r\n";
  for (const DumpValue& value : object.values) {
    std::string text = value.text;
    if (value.kind == Kind::kName) text = dn_ldap_from_x500(text).value_or(text);
    if (value.kind == Kind::kTime) text = digits_of(text, 0) + ".0Z";
    if (value.kind == Kind::kClass) text = value.other_name;
    append_line(out, value.ldap_name, text, value.kind == Kind::kOctets);
  }
  out += "\r\n";
}

std::string ldif_text(const std::vector<DumpObject>& objects) {
  std::string out;
  for (const DumpObject& object : objects) append_ldif(object, out);
  return out;
}

std::string directory_csv_text(const std::vector<DumpObject>& objects) {
  std::map<std::string, std::size_t> columns;
  for (const DumpObject& object : objects) {
    for (const DumpValue& value : object.values) {
      if (value.kind != Kind::kClass) columns.emplace(value.x500_name, 0);
    }
  }
  std::string out = "Obj-Class,Mode";
  std::size_t next = 0;
  for (auto& [name, number] : columns) {
    number = next++;
    out += ',' + name;
  }
  out += "\r\n";
  for (const DumpObject& object : objects) {
    std::vector<std::vector<std::string>> fields(columns.size());
    for (const DumpValue& value : object.values) {
      if (value.kind != Kind::kClass) fields[columns[value.x500_name]].push_back(raw_form(value));
    }
    out += object.class_name + ",Modify";
    for (const auto& values : fields) out += ',' + field_of(values);
    out += "\r\n";
  }
  return out;
}

std::string admindmp_text(const std::vector<DumpObject>& objects) {
  std::string out;
  for (const DumpObject& object : objects) {
    out += object.dn + "   4 Mar 1998 10:15\r\n\r\n";
    std::map<std::string, std::vector<std::string>> values;
    for (const DumpValue& value : object.values) values[value.x500_name].push_back(raw_form(value));
    for (const auto& [name, texts] : values) {
      if (texts.size() == 1) {
        out += name + ":   '" + texts.front() + "'\r\n";
        continue;
      }
      out += name + ":   values: " + std::to_string(texts.size()) + "\r\n";
      for (std::size_t i = 0; i < texts.size(); ++i) {
        out += "  [" + std::to_string(i + 1) + "] '" + texts[i] + "'\r\n";
      }
    }
    out += "\r\n";
  }
  return out;
}

}  // namespace dirsnap::support
