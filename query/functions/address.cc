// SPDX-License-Identifier: MIT
//
// address_key: e-mail addresses in the form in which two of the same are equal.
// Facts: the type before the colon is in capitals for the primary address only; X.400 addresses are
// lists of components whose order means nothing.
#include <algorithm>
#include <string>
#include <vector>

#include "query/functions/functions.h"
#include "query/sql_value.h"
#include "query/vtab_guard.h"
#include "storage/base/text.h"

namespace dirsnap {
namespace {

// "c=no;p=org;s=roe": folded, each component without blanks around its parts, sorted; components
// that are empty say nothing.
std::string x400_key(std::string_view folded) {
  std::vector<std::string> components;
  while (!folded.empty()) {
    const std::size_t end = std::min(folded.find(';'), folded.size());
    const std::string_view component = folded.substr(0, end);
    folded.remove_prefix(std::min(end + 1, folded.size()));
    const std::size_t equals = component.find('=');
    if (equals == component.npos) {
      if (const auto text = trim_blanks(component); !text.empty()) components.emplace_back(text);
      continue;
    }
    const std::string_view value = trim_blanks(component.substr(equals + 1));
    if (value.empty()) continue;
    components.push_back(std::string(trim_blanks(component.substr(0, equals))) + "=" +
                         std::string(value));
  }
  std::sort(components.begin(), components.end());
  std::string key;
  for (const std::string& component : components) key += component + ";";
  return key;
}

void address_key(sqlite3_context* context, int, sqlite3_value** arguments) {
  guard_function(context, [&] {
    const ValueView value = view_of(arguments[0]);
    if (value.type != ValueType::kText) return;
    const std::string folded = fold_case(value.bytes);
    const std::size_t colon = folded.find(':');
    if (colon == folded.npos) return;
    const std::string type(trim_blanks(std::string_view(folded).substr(0, colon)));
    const std::string_view rest = std::string_view(folded).substr(colon + 1);
    set_result_text(
        context, type + ":" + (type == "x400" ? x400_key(rest) : std::string(trim_blanks(rest))));
  });
}

constexpr SqlFunction kFunctions[] = {
    {"address_key", 1, "address_key(address)",
     "An e-mail address such as SMTP:anna@org.example in the form in which equal ones are equal: "
     "case folded, X.400 components sorted and without blanks around them.",
     address_key},
};

}  // namespace

std::span<const SqlFunction> address_functions() { return kFunctions; }

}  // namespace dirsnap
