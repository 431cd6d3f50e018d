// SPDX-License-Identifier: MIT
#include "importers/directory/attribute_value.h"

#include <array>
#include <charconv>

#include "importers/directory/syntax.h"
#include "importers/ese/cell_value.h"
#include "storage/base/identifiers.h"
#include "storage/base/text.h"
#include "storage/base/time.h"

namespace dirsnap::directory {
namespace {

ValueView kept(std::string_view text, RowArena& arena) { return ValueView::text(arena.keep(text)); }

ValueView kept_if(const std::optional<std::string>& text, RowArena& arena) {
  return text ? kept(*text, arena) : ValueView::null();
}

ValueView digits(std::int64_t value, RowArena& arena) {
  std::array<char, 24> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  return kept(std::string_view(buffer.data(), static_cast<std::size_t>(end - buffer.data())),
              arena);
}

// Readable text of an integer.
ValueView integer_text(const Attribute& attribute,
                       const ese::CellView& cell,
                       std::int64_t value,
                       ValueContext& context) {
  switch (attribute.syntax) {
    case syntax::kTime:
      return kept_if(time_of_cell(cell), context.arena);
    case syntax::kDn:
    case syntax::kDnBinary: {
      const auto dn = context.dn_of(static_cast<std::int32_t>(value));
      return dn ? kept(*dn, context.arena) : ValueView::null();
    }
    case syntax::kOid:
    case syntax::kBoolean:
    case syntax::kLargeInteger:
      return kept(integer_form(attribute, value, context.schema), context.arena);
    default:
      return digits(value, context.arena);
  }
}

// Text of a name with data. `sized`: the size of the data, itself included, then the data.
std::string data_name_text(const Attribute& attribute, std::string_view dn, Bytes sized) {
  constexpr std::size_t kSizeBytes = 4;
  if (sized.size() < kSizeBytes || load_le<std::uint32_t>(sized, 0) != sized.size()) {
    return std::string(dn);
  }
  const Bytes data = sized.subspan(kSizeBytes);
  if (attribute.syntax == syntax::kDnBinary) return dn_binary_form(data, dn);
  if (attribute.syntax == syntax::kDnString) return dn_string_form(decode_utf16le(data).text, dn);
  return std::string(dn);
}

// A name with data in a column: the row number, then the sized data.
std::optional<std::string> data_name_text(const Attribute& attribute,
                                          Bytes bytes,
                                          ValueContext& context) {
  constexpr std::size_t kHeader = 8;
  const bool has_header = bytes.size() >= kHeader;
  const auto dn = has_header ? context.dn_of(load_le<std::int32_t>(bytes, 0)) : std::nullopt;
  if (dn) return data_name_text(attribute, *dn, bytes.subspan(4));
  // An address of somebody who is not in the directory, behind a number or alone.
  const bool is_sized = has_header && load_le<std::uint32_t>(bytes, 4) == bytes.size() - 4;
  return octets_form(attribute, is_sized ? bytes.subspan(kHeader) : bytes, context.schema);
}

ValueView readable_text(const Attribute& attribute,
                        const ese::CellView& cell,
                        const ValueView& value,
                        ValueContext& context) {
  RowArena& arena = context.arena;
  switch (value.type) {
    case ValueType::kInteger:
      return integer_text(attribute, cell, value.integer, context);
    case ValueType::kText: {
      if (attribute.syntax != syntax::kTime) return value;
      const auto time = iso_from_asn1_time(value.bytes);
      return time ? kept(*time, arena) : value;
    }
    case ValueType::kBlob:
      if (attribute.syntax == syntax::kDnBinary || attribute.syntax == syntax::kDnString) {
        return kept_if(data_name_text(attribute, cell.bytes, context), arena);
      }
      return kept_if(octets_form(attribute, cell.bytes, context.schema), arena);
    case ValueType::kNull:
    case ValueType::kReal:
      return ValueView::null();
  }
  return ValueView::null();
}

}  // namespace

std::optional<std::uint32_t> number_of_cell(const ese::CellView& cell, const Schema& schema) {
  if (const auto value = ese::integer_value(*cell.column, cell.bytes))
    return static_cast<std::uint32_t>(*value);
  const auto oid = oid_from_der(cell.bytes);
  return oid ? schema.prefixes().number_of(*oid) : std::nullopt;
}

std::optional<std::string> time_of_number(std::int64_t time) {
  // Seconds since 1601 stay below this until the year 9999; a FILETIME passed it in 1601.
  constexpr std::int64_t kMaxSeconds = 265'000'000'000;
  if (time <= 0) return std::nullopt;
  if (time > kMaxSeconds) return iso_from_filetime(static_cast<std::uint64_t>(time));
  return iso_from_seconds_1601(time);
}

std::optional<std::string> time_of_cell(const ese::CellView& cell) {
  if (ese::is_text(cell.column->type)) return iso_from_asn1_time(as_chars(cell.bytes));
  if (const auto value = ese::integer_value(*cell.column, cell.bytes)) {
    if (*value > 0 && cell.bytes.size() == 4) return iso_from_unix_us(*value * 1'000'000);
    return time_of_number(*value);
  }
  if (const auto bits = ese::datetime_bits(*cell.column, cell.bytes)) return datetime_text(*bits);
  return std::nullopt;
}

AttributeValue attribute_value(Attribute& attribute,
                               const ese::CellView& cell,
                               const ValueView& native,
                               ValueContext& context) {
  if (attribute.secret) {
    return {ValueView::null(), kept(secret_text(cell.bytes.size()), context.arena)};
  }
  if (attribute.meaning == Meaning::kUnset) attribute.meaning = find_meaning(attribute);
  return {native, readable_text(attribute, cell, native, context)};
}

AttributeValue link_value(const Attribute& attribute,
                          std::int32_t target_dnt,
                          Bytes data,
                          ValueContext& context) {
  AttributeValue result{ValueView::of(target_dnt), ValueView::null()};
  if (const auto dn = context.dn_of(target_dnt)) {
    result.text = kept(data_name_text(attribute, *dn, data), context.arena);
  }
  return result;
}

}  // namespace dirsnap::directory
