// SPDX-License-Identifier: MIT
//
// address_key: e-mail addresses in the form in which two of the same are equal; address_type: what
// kind of address it is.
// Facts: the type before the colon is in capitals for the primary address only; X.400 addresses are
// lists of components whose order means nothing.
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "query/functions/functions.h"
#include "query/sql_value.h"
#include "query/vtab_guard.h"
#include "storage/base/text.h"

namespace dirsnap {
namespace {

// "c=no;p=org;s=roe": of the folded text, each component without blanks around its parts, sorted;
// components that are empty say nothing.
std::string x400_key(std::string_view folded) {
  std::string parts;  // the components one behind the other
  parts.reserve(folded.size());
  std::vector<std::string_view> components;  // in `parts`
  components.reserve(16);
  while (!folded.empty()) {
    const std::size_t end = std::min(folded.find(';'), folded.size());
    const std::string_view component = folded.substr(0, end);
    folded.remove_prefix(std::min(end + 1, folded.size()));
    const std::size_t begin = parts.size();
    const std::size_t equals = component.find('=');
    if (equals == component.npos) {
      parts += trim_blanks(component);
    } else if (const auto value = trim_blanks(component.substr(equals + 1)); !value.empty()) {
      parts.append(trim_blanks(component.substr(0, equals))).append("=").append(value);
    }
    // Never longer than what it was made of, so that `parts` stays where it is.
    const std::size_t size = parts.size() - begin;
    if (size != 0) components.emplace_back(parts.data() + begin, size);
  }
  std::sort(components.begin(), components.end());
  std::string key;
  key.reserve(parts.size() + components.size());
  for (const std::string_view component : components) key.append(component).append(";");
  return key;
}

// nullopt: no address.
std::optional<std::string> key_of(const ValueView& address) {
  if (address.type != ValueType::kText) return std::nullopt;
  const std::string folded = fold_case(address.bytes);
  const std::size_t colon = folded.find(':');
  if (colon == folded.npos) return std::nullopt;
  const std::string_view rest = std::string_view(folded).substr(colon + 1);
  std::string key(trim_blanks(std::string_view(folded).substr(0, colon)));
  const bool is_x400 = key == "x400";
  key += ':';
  if (is_x400) return key + x400_key(rest);
  return key.append(trim_blanks(rest));
}

void address_key(sqlite3_context* context, int, sqlite3_value** arguments) {
  guard_function(context, [&] {
    if (const auto key = key_of(view_of(arguments[0]))) set_result_text(context, *key);
  });
}

void address_type(sqlite3_context* context, int, sqlite3_value** arguments) {
  guard_function(context, [&] {
    const ValueView address = view_of(arguments[0]);
    if (address.type != ValueType::kText) return;
    const std::size_t colon = address.bytes.find(':');
    if (colon != address.bytes.npos) set_result_text(context, address.bytes.substr(0, colon));
  });
}

constexpr SqlFunction kAddressFunctions[] = {
    {"address_key", 1, "address_key(address)",
     "An e-mail address such as SMTP:anna@org.example in the form in which equal ones are equal: "
     "case folded, X.400 components sorted and without blanks around them.",
     address_key},
    {"address_type", 1, "address_type(address)",
     "The type of an e-mail address as it is written: what stands before its first colon; NULL "
     "where there is none.",
     address_type},
};

}  // namespace

std::span<const SqlFunction> address_functions() { return kAddressFunctions; }

}  // namespace dirsnap
