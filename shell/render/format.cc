// SPDX-License-Identifier: MIT
#include "shell/render/format.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "shell/suggest.h"

namespace dirsnap {

const std::vector<std::string>& format_names() {
  static const std::vector<std::string> kNames = {"box",  "table",  "csv",      "tsv",
                                                  "json", "jsonl",  "markdown", "html",
                                                  "line", "insert", "list",     "quote"};
  return kNames;
}

std::string_view format_name(Format format) {
  return format_names()[static_cast<std::size_t>(format)];
}

Result<Format> parse_format(std::string_view name) {
  const auto& names = format_names();
  const auto found = match_prefix(name, names);
  if (name.empty() || found.size() != 1) {
    return fail(Code::kUsage, fmt::format("unknown format \"{}\".{} Formats: {}", name,
                                          did_you_mean(name, names), fmt::join(names, " ")));
  }
  const auto at = std::find(names.begin(), names.end(), found.front()) - names.begin();
  return static_cast<Format>(at);
}

}  // namespace dirsnap
