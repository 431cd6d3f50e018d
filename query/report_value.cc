// SPDX-License-Identifier: MIT
#include "query/report_value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "query/error_hint.h"
#include "storage/base/dn.h"
#include "storage/base/text.h"
#include "storage/base/time.h"

namespace dirsnap {
namespace {

constexpr std::array<std::pair<ParamType, const char*>, 7> kTypes = {{
    {ParamType::kInteger, "integer"},
    {ParamType::kReal, "real"},
    {ParamType::kText, "text"},
    {ParamType::kBool, "bool"},
    {ParamType::kDatetime, "datetime"},
    {ParamType::kDn, "dn"},
    {ParamType::kChoice, "choice"},
}};

std::vector<std::string> split_choices(std::string_view list) {
  std::vector<std::string> out;
  while (!list.empty()) {
    const std::size_t bar = std::min(list.find('|'), list.size());
    out.emplace_back(trim_blanks(list.substr(0, bar)));
    list.remove_prefix(std::min(bar + 1, list.size()));
  }
  return out;
}

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<bool> parse_bool(std::string_view text) {
  for (const char* yes : {"1", "true", "yes", "on"}) {
    if (equal_ascii_nocase(text, yes)) return true;
  }
  for (const char* no : {"0", "false", "no", "off"}) {
    if (equal_ascii_nocase(text, no)) return false;
  }
  return std::nullopt;
}

bool is_choice(const ReportParam& param, std::string_view text) {
  return std::find(param.choices.begin(), param.choices.end(), text) != param.choices.end();
}

// How a value of the type is written.
const char* example_of(ParamType type) {
  switch (type) {
    case ParamType::kBool:
      return " (true or false)";
    case ParamType::kDatetime:
      return " (as 1999-04-21 or 1999-04-21T07:05:00Z)";
    case ParamType::kDn:
      return " (as /o=Org/cn=Name or cn=Name,o=Org)";
    default:
      return "";
  }
}

tl::unexpected<Error> wrong_value(const ReportParam& param, std::string_view text) {
  std::string what = "parameter " + param.name + ": \"" + std::string(text) + "\" is no " +
                     to_string(param.type) + example_of(param.type);
  for (std::size_t i = 0; i < param.choices.size(); ++i)
    what += (i == 0 ? " of " : "|") + param.choices[i];
  const std::string near = nearest_name(text, param.choices);
  if (!near.empty()) what += ", did you mean \"" + near + "\"?";
  return fail(Code::kUsage, std::move(what));
}

// A name in the form of the tables, so that it compares with their columns.
std::optional<std::string> dn_of_tables(std::string_view text) {
  if (text.empty()) return std::nullopt;
  if (!text.starts_with('/')) return dn_x500_from_ldap(text);
  return parse_dn_x500(text) ? std::optional(std::string(text)) : std::nullopt;
}

OwnedValue owned_integer(std::int64_t number) {
  return {.type = ValueType::kInteger, .integer = number, .bytes = {}};
}

}  // namespace

const char* to_string(ParamType type) {
  for (const auto& entry : kTypes) {
    if (entry.first == type) return entry.second;
  }
  return "";
}

Result<void> parse_param_type(std::string_view text, ReportParam& param) {
  const std::size_t open = std::min(text.find('('), text.size());
  const std::string_view name = text.substr(0, open);
  for (const auto& entry : kTypes) {
    if (name != entry.second) continue;
    param.type = entry.first;
    const bool choice = entry.first == ParamType::kChoice;
    if (choice && text.size() - open > 2 && text.back() == ')') {
      param.choices = split_choices(text.substr(open + 1, text.size() - open - 2));
    }
    if (choice == param.choices.empty() || (!choice && open != text.size())) break;
    if (std::find(param.choices.begin(), param.choices.end(), "") != param.choices.end())
      return fail(Code::kUsage, "type \"" + std::string(text) + "\" has an empty choice");
    return {};
  }
  std::vector<std::string> names;
  names.reserve(kTypes.size());
  for (const auto& entry : kTypes) names.emplace_back(entry.second);
  const std::string near = nearest_name(name, names);
  const bool other = !near.empty() && near != name;
  return fail(Code::kUsage, "type \"" + std::string(text) +
                                "\" is none of integer, real, text, bool, datetime, dn, "
                                "choice(a|b|...)" +
                                (other ? ", did you mean \"" + near + "\"?" : ""));
}

Result<OwnedValue> param_value(const ReportParam& param, std::string_view text) {
  const auto wrong = [&] { return wrong_value(param, text); };
  switch (param.type) {
    case ParamType::kInteger: {
      const auto number = parse_number<std::int64_t>(text);
      if (!number) return wrong();
      return owned_integer(*number);
    }
    case ParamType::kReal: {
      const auto number = parse_number<double>(text);
      if (!number || !std::isfinite(*number)) return wrong();
      return OwnedValue{.type = ValueType::kReal, .real = *number, .bytes = {}};
    }
    case ParamType::kBool: {
      const auto flag = parse_bool(text);
      if (!flag) return wrong();
      return owned_integer(*flag ? 1 : 0);
    }
    case ParamType::kDatetime: {
      // In the form of the tables, so that it compares with their columns.
      const auto us = unix_us_from_iso(text);
      const auto iso = us ? iso_from_unix_us(*us) : std::nullopt;
      if (!iso) return wrong();
      return OwnedValue{.type = ValueType::kText, .bytes = *iso};
    }
    case ParamType::kChoice:
      if (!is_choice(param, text)) return wrong();
      break;
    case ParamType::kDn: {
      const auto dn = dn_of_tables(text);
      if (!dn) return wrong();
      return OwnedValue{.type = ValueType::kText, .bytes = *dn};
    }
    case ParamType::kText:
      break;
  }
  return OwnedValue{.type = ValueType::kText, .bytes = std::string(text)};
}

OwnedValue own(const ValueView& value) {
  return {.type = value.type,
          .integer = value.integer,
          .real = value.real,
          .bytes = std::string(value.bytes)};
}

ValueView view(const OwnedValue& value) {
  ValueView out{.type = value.type, .integer = value.integer, .real = value.real};
  out.bytes = value.bytes;
  return out;
}

}  // namespace dirsnap
