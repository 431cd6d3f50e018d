// SPDX-License-Identifier: MIT
#include "importers/dump_model/text_value.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "importers/directory/syntax.h"
#include "importers/dump_model/name_index.h"
#include "importers/ese_tables/cell_sql.h"
#include "storage/base/dn.h"
#include "storage/base/identifiers.h"
#include "storage/base/text.h"
#include "storage/base/time.h"

namespace dirsnap::dump_model {

std::optional<std::string> octets_of_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    unsigned byte = 0;
    const auto [end, error] = std::from_chars(text.data() + i, text.data() + i + 2, byte, 16);
    if (error != std::errc{} || end != text.data() + i + 2) return std::nullopt;
    out.push_back(static_cast<char>(byte));
  }
  return out;
}

std::optional<std::string> oid_of_hex(std::string_view text) {
  const auto octets = octets_of_hex(text);
  if (!octets || octets->empty()) return std::nullopt;
  return oid_from_der(as_bytes(*octets));
}

std::optional<std::string> octets_of_guid(std::string_view text) {
  text = trim_blanks(text);
  if (text.starts_with('{') && text.ends_with('}')) text = text.substr(1, text.size() - 2);
  if (text.size() != 36) return std::nullopt;
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (is_dash != (text[i] == '-')) return std::nullopt;
    if (!is_dash) digits.push_back(text[i]);
  }
  auto octets = octets_of_hex(digits);
  if (!octets) return std::nullopt;
  // The first three fields are little-endian.
  std::reverse(octets->begin(), octets->begin() + 4);
  std::reverse(octets->begin() + 4, octets->begin() + 6);
  std::reverse(octets->begin() + 6, octets->begin() + 8);
  return octets;
}

namespace {

namespace syntax = directory::syntax;
using directory::Attribute;
using directory::AttributeValue;

// Characters that a person would write: octets of such a form are text in disguise.
bool is_readable(std::string_view text) {
  const auto is_control = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t' && c != '\r' && c != '\n') || byte == 0x7F;
  };
  return std::none_of(text.begin(), text.end(), is_control) && is_valid_utf8(text);
}

std::optional<std::int64_t> integer_of(std::string_view text) {
  text = trim_blanks(text);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// "1100-1599", as ldbsearch prints the two halves of a large integer that is a pool of ids.
std::optional<std::int64_t> pool_of(std::string_view text) {
  const std::size_t dash = text.find('-', 1);
  if (dash == std::string_view::npos) return std::nullopt;
  const auto low = integer_of(text.substr(0, dash));
  const auto high = integer_of(text.substr(dash + 1));
  const auto fits = [](const std::optional<std::int64_t>& half) {
    return half && *half >= 0 && *half <= UINT32_MAX;
  };
  if (!fits(low) || !fits(high)) return std::nullopt;
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(*high) << 32 |
                                   static_cast<std::uint64_t>(*low));
}

AttributeValue plain(std::string_view text) {
  return {ValueView::text(text), ValueView::text(text)};
}

void append_be(std::string& out, std::uint64_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) out.push_back(static_cast<char>(value >> (8 * i)));
}

// The octets of "S-1-5-21-…" as a directory stores them: the last part big-endian.
std::optional<std::string> octets_of_sid(std::string_view text) {
  constexpr std::size_t kMaxParts = 15;
  text = trim_blanks(text);
  if (!text.starts_with("S-1-")) return std::nullopt;
  std::vector<std::uint64_t> parts;
  for (std::size_t at = 4; at <= text.size();) {
    const std::size_t end = std::min(text.find('-', at), text.size());
    std::uint64_t part = 0;
    const auto [stop, error] = std::from_chars(text.data() + at, text.data() + end, part);
    if (error != std::errc{} || stop != text.data() + end || parts.size() > kMaxParts) {
      return std::nullopt;
    }
    if (!parts.empty() && part > UINT32_MAX) return std::nullopt;
    parts.push_back(part);
    at = end + 1;
  }
  if (parts.empty() || parts.front() >> 48 != 0) return std::nullopt;
  std::string out = {1, static_cast<char>(parts.size() - 1)};
  append_be(out, parts.front(), 6);
  for (std::size_t i = 1; i < parts.size(); ++i) {
    std::string part;
    append_be(part, parts[i], 4);
    if (i + 1 < parts.size()) std::reverse(part.begin(), part.end());
    out += part;
  }
  return out;
}

// Whole seconds since 1601; nullopt for a time with a fraction, which no such number can hold.
std::optional<std::int64_t> seconds_of(std::string_view iso) {
  const auto us = unix_us_from_iso(iso);
  if (!us || *us % 1'000'000 != 0) return std::nullopt;
  return *us / 1'000'000 + kSecondsFrom1601To1970;
}

}  // namespace

std::string_view ValueReader::utf8(std::string_view text, RowArena& arena) {
  if (is_ascii(text) || is_valid_utf8(text)) return text;
  ++codepage_texts_;
  auto decoded = decode_codepage(as_bytes(text), codepage_);
  if (!decoded) decoded = repair_utf8(text);
  if (!decoded->lossless) ++undecodable_texts_;
  return arena.keep(decoded->text);
}

// Names lie below few others again and again: only the last part of a name needs parsing.
std::string_view ValueReader::x500_name(std::string_view text) {
  constexpr std::size_t kMaxNames = 4096;
  const auto parent = text.starts_with('/') ? std::nullopt : dn_parent(text);
  if (!parent || parent->empty() || parent->data() <= text.data()) {
    return scratch_ = x500_form(text);
  }
  scratch_ = *parent;
  auto above = names_seen_.find(scratch_);
  if (above == names_seen_.end()) {
    if (names_seen_.size() >= kMaxNames) names_seen_.clear();
    above = names_seen_.emplace(scratch_, x500_form(*parent)).first;
  }
  const auto own_size = static_cast<std::size_t>(parent->data() - text.data()) - 1;
  const auto own = parse_name(text.substr(0, own_size));
  const bool fits = own && own->size() == 1 && above->second.starts_with('/');
  scratch_ =
      fits ? dn_append_x500(above->second, own->front().type, own->front().value) : x500_form(text);
  return scratch_;
}

AttributeValue ValueReader::read_name(std::string_view text, RowArena& arena) {
  return {ValueView::text(text), ValueView::text(arena.keep(x500_name(text)))};
}

// "B:8:0000000D:DN" and "S:5:hello:DN": the DN in its X.500 form, an O/R address readable.
AttributeValue ValueReader::read_data_name(std::string_view text, RowArena& arena) {
  const bool is_data = text.size() > 2 && (text[0] == 'B' || text[0] == 'S') && text[1] == ':';
  if (!is_data) return read_name(text, arena);
  const auto parts = directory::split_data_name(text);
  if (!parts) return plain(text);
  const std::size_t size = text.size() - parts->dn.size();
  const std::string_view name = x500_name(parts->dn);
  std::string form = std::string(text.substr(0, size)).append(name);
  const auto octets = parts->kind == 'B' ? octets_of_hex(parts->data) : std::nullopt;
  if (octets) {
    if (auto address = directory::or_name_form(as_bytes(*octets), name)) form = *std::move(address);
  }
  return {ValueView::text(text), ValueView::text(arena.keep(form))};
}

AttributeValue ValueReader::read_oid(const Attribute& attribute,
                                     std::string_view text,
                                     RowArena& arena) {
  if (directory::holds_classes(attribute)) {
    const std::uint32_t id = names_.object_class(text);
    const std::string& name = schema_.object_class(id).ldap_name;
    const ValueView shown = ValueView::text(arena.keep(name));
    if (directory::is_made_up(id)) return {ValueView::text(text), shown};
    return {ValueView::of(static_cast<std::int32_t>(id)), shown};
  }
  if (directory::holds_attributes(attribute)) {
    const Attribute& named = names_.attribute(text);
    const ValueView shown = ValueView::text(arena.keep(named.ldap_name));
    if (directory::is_made_up(named.id)) return {ValueView::text(text), shown};
    return {ValueView::of(static_cast<std::int32_t>(named.id)), shown};
  }
  const auto number = schema_.prefixes().number_of(text);
  if (!number) return plain(text);
  return {ValueView::of(static_cast<std::int32_t>(*number)), ValueView::text(text)};
}

AttributeValue ValueReader::read_number(const Attribute& attribute,
                                        std::string_view text,
                                        RowArena& arena) {
  if (attribute.syntax == syntax::kBoolean) {
    const bool is_true = equal_ascii_nocase(text, "TRUE");
    if (is_true || equal_ascii_nocase(text, "FALSE")) {
      return {ValueView::of(is_true ? 1 : 0), ValueView::text(is_true ? "TRUE" : "FALSE")};
    }
  }
  auto number = integer_of(text);
  if (!number && attribute.syntax == syntax::kLargeInteger) number = pool_of(text);
  if (!number) return plain(text);
  return {ValueView::of(*number),
          ValueView::text(arena.keep(directory::integer_form(attribute, *number, schema_)))};
}

AttributeValue ValueReader::read_octets(const Attribute& attribute,
                                        std::string_view bytes,
                                        RowArena& arena) {
  AttributeValue result{ValueView::blob(bytes), ValueView::null()};
  if (const auto form = directory::octets_form(attribute, as_bytes(bytes), schema_)) {
    result.text = ValueView::text(arena.keep(*form));
  }
  return result;
}

AttributeValue ValueReader::read_text(const Attribute& attribute,
                                      std::string_view text,
                                      RowArena& arena) {
  switch (attribute.syntax) {
    case syntax::kDn:
      return read_name(text, arena);
    case syntax::kDnBinary:
    case syntax::kDnString:
      return read_data_name(text, arena);
    case syntax::kOid:
      return read_oid(attribute, text, arena);
    case syntax::kBoolean:
    case syntax::kInteger:
    case syntax::kLargeInteger:
      return read_number(attribute, text, arena);
    case syntax::kTime: {
      const auto iso = iso_from_asn1_time(text);
      if (!iso) return plain(text);
      const ValueView shown = ValueView::text(arena.keep(*iso));
      const auto seconds = seconds_of(*iso);
      return {seconds ? ValueView::of(*seconds) : ValueView::text(text), shown};
    }
    default:
      return plain(text);
  }
}

AttributeValue ValueReader::read(const Attribute& attribute,
                                 const dump::EntryValue& value,
                                 RowArena& arena) {
  if (attribute.secret) {
    return {ValueView::null(), ValueView::text(arena.keep(secret_text(value.bytes.size())))};
  }
  if (value.form == dump::ValueForm::kLost) return {ValueView::null(), ValueView::null()};
  if (value.form == dump::ValueForm::kReference) {
    return {ValueView::null(), ValueView::text(utf8(value.bytes, arena))};
  }
  const bool is_encoded = value.form == dump::ValueForm::kOctets;
  const bool holds_octets = attribute.syntax == syntax::kOctets ||
                            attribute.syntax == syntax::kSid ||
                            attribute.syntax == syntax::kSecurityDescriptor ||
                            attribute.syntax == syntax::kPresentationAddress;
  const bool is_hex =
      value.form == dump::ValueForm::kHexText && (holds_octets || attribute.syntax == syntax::kOid);
  if (is_hex && !value.bytes.empty()) {
    const bool is_oid = attribute.syntax == syntax::kOid;
    const auto oid = is_oid ? oid_of_hex(value.bytes) : std::nullopt;
    if (oid) return read_oid(attribute, arena.keep(*oid), arena);
    if (const auto octets = octets_of_hex(value.bytes); octets && !is_oid) {
      return read_octets(attribute, arena.keep(*octets), arena);
    }
  }
  if (holds_octets) {
    // Tools print GUIDs and SIDs in their readable forms.
    if (const auto sid = octets_of_sid(value.bytes); sid && attribute.syntax == syntax::kSid) {
      return {ValueView::blob(arena.keep(*sid)), ValueView::text(value.bytes)};
    }
    if (directory::holds_guids(attribute)) {
      if (const auto guid = octets_of_guid(value.bytes)) {
        return read_octets(attribute, arena.keep(*guid), arena);
      }
    }
    const bool is_sddl = attribute.syntax == syntax::kSecurityDescriptor && !is_encoded;
    if (is_sddl) return plain(utf8(value.bytes, arena));
    return read_octets(attribute, value.bytes, arena);
  }
  // Text that tools had to encode, and octets of an attribute whose syntax nobody knows.
  const bool is_octets = is_encoded && (attribute.syntax == 0 ? !is_readable(value.bytes)
                                                              : !is_valid_utf8(value.bytes));
  if (is_octets) return read_octets(attribute, value.bytes, arena);
  return read_text(attribute, utf8(value.bytes, arena), arena);
}

}  // namespace dirsnap::dump_model
