// SPDX-License-Identifier: MIT
#include "importers/reg_text/parse_context.h"

#include <algorithm>
#include <array>

#include "storage/base/text.h"
#include "storage/base/wtf8.h"

namespace dirsnap::reg_text {

std::string expand_root(std::string_view path) {
  struct Root {
    std::string_view full, brief;
  };
  static constexpr std::array kRoots = {
      Root{"HKEY_LOCAL_MACHINE", "HKLM"},  Root{"HKEY_USERS", "HKU"},
      Root{"HKEY_CLASSES_ROOT", "HKCR"},   Root{"HKEY_CURRENT_USER", "HKCU"},
      Root{"HKEY_CURRENT_CONFIG", "HKCC"}, Root{"HKEY_DYN_DATA", "HKDD"},
  };
  const std::size_t end = std::min(path.find('\\'), path.size());
  const std::string_view root = path.substr(0, end);
  for (const Root& known : kRoots) {
    if (equal_ascii_nocase(root, known.full) || equal_ascii_nocase(root, known.brief)) {
      return std::string(known.full) + std::string(path.substr(end));
    }
  }
  return std::string(path);
}

void report_line(ParseContext& context,
                 Severity severity,
                 const char* code,
                 const Line& line,
                 std::string_view message) {
  constexpr std::size_t kExcerptBytes = 80;
  std::size_t shown = std::min(kExcerptBytes, line.text.size());
  // The cut goes between characters; more than three bytes back the text is no UTF-8.
  const std::size_t least = shown - std::min<std::size_t>(shown, 3);
  while (shown < line.text.size() && shown > least && is_continuation(line.text[shown])) --shown;
  std::string text = utf8_from_wtf8(std::string_view(line.text).substr(0, shown)).text;
  if (line.text.size() > shown) text += "...";
  context.issues.report({.severity = severity,
                         .code = code,
                         .offset_bytes = line.offset,
                         .size_bytes = line.size_bytes,
                         .place = "line " + std::to_string(line.number),
                         .message = std::string(message) + ": " + text});
}

void store_value(ParseContext& context, const Line& line, Value value) {
  if (!context.builder.has_current()) {
    report_line(context, Severity::kLoss, "reg-value-without-key", line,
                "the key of this value is not known; the value is lost");
  } else if (context.builder.set_value(std::move(value))) {
    report_line(context, Severity::kNote, "reg-repeated-value", line,
                "the value was assigned before; the last assignment counts");
  }
}

}  // namespace dirsnap::reg_text
