// SPDX-License-Identifier: MIT
#include "importers/dump_model/value_options.h"

#include <algorithm>

#include "storage/base/text.h"

namespace dirsnap::dump_model {

ValueOptions options_of(std::string_view text) {
  ValueOptions out;
  while (!text.empty()) {
    text.remove_prefix(1);
    const std::size_t end = std::min(text.find(';'), text.size());
    const std::string_view option = text.substr(0, end);
    text.remove_prefix(end);
    if (equal_ascii_nocase(option, "binary") || option.empty()) continue;
    if (equal_ascii_nocase(option.substr(0, 6), "range=")) {
      out.is_range = true;
      out.is_last_range = option.ends_with('*');
    } else {
      out.kept.append(";").append(option);
    }
  }
  return out;
}

}  // namespace dirsnap::dump_model
