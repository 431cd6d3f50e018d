// SPDX-License-Identifier: MIT
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "importers/reg_text/dump_parsers.h"
#include "importers/reg_text/regedit_lex.h"
#include "importers/reg_text/value_bytes.h"
#include "storage/base/registry_type.h"
#include "storage/base/text.h"

namespace dirsnap::reg_text {
namespace {

struct QueryValue {
  std::string_view name, data;
  std::uint32_t type = kRegNone;
};

constexpr std::string_view kBlankGap = "    ";
constexpr std::string_view kTabGap = "\t";

// The number of "REG_DWORD", or of "REG_DWORD (4)" as the option /z prints it.
std::optional<std::uint32_t> type_number(std::string_view text) {
  const std::size_t bracket = std::min(text.find(" ("), text.size());
  const std::string_view number = text.substr(bracket);
  const bool is_plain =
      number.empty() || number.find_first_not_of(" (0123456789)") == std::string_view::npos;
  return is_plain ? registry_type_of_name(text.substr(0, bracket)) : std::nullopt;
}

// The gap that stands at the beginning of `text`; empty: none does.
std::string_view gap_at(std::string_view text) {
  for (const std::string_view gap : {kBlankGap, kTabGap}) {
    if (text.starts_with(gap)) return gap;
  }
  return {};
}

// The first known type of `rest` that has a gap before it and a gap or the end of the line behind
// it; of the same sort if `is_strict`.
std::optional<QueryValue> find_type(std::string_view rest, bool is_strict) {
  constexpr std::string_view kMark = "REG_";
  for (std::size_t at = rest.find(kMark); at != std::string_view::npos;
       at = rest.find(kMark, at + 1)) {
    const std::string_view before = rest.substr(0, at);
    const std::string_view gap = before.ends_with(kTabGap) ? kTabGap : kBlankGap;
    if (!before.ends_with(gap)) continue;
    const std::string_view tail = rest.substr(at);
    const std::size_t end = std::min({tail.find(kBlankGap), tail.find(kTabGap), tail.size()});
    const auto type = type_number(trim_blanks(tail.substr(0, end)));
    if (!type) continue;
    const std::string_view behind = gap_at(tail.substr(end));
    if (is_strict && !behind.empty() && behind != gap) continue;
    return QueryValue{.name = before.substr(0, at - gap.size()),
                      .data = tail.substr(end + behind.size()),
                      .type = *type};
  }
  return std::nullopt;
}

// Name, type and data, each behind a gap; one line may hold both sorts of it. A name may hold
// blanks, tabs and the name of a type: what stands between gaps of one sort is the better guess.
std::optional<QueryValue> split_value(std::string_view text) {
  const std::string_view gap = gap_at(text);
  if (gap.empty()) return std::nullopt;
  const std::string_view rest = text.substr(gap.size());
  const auto strict = find_type(rest, true);
  return strict ? strict : find_type(rest, false);
}

// The strings of a REG_MULTI_SZ stand in one line with \0 between.
std::vector<std::string> split_strings(std::string_view text) {
  std::vector<std::string> strings;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find("\\0"), text.size());
    strings.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 2, text.size()));
  }
  while (!strings.empty() && strings.back().empty()) strings.pop_back();
  return strings;
}

std::optional<std::string> data_bytes(std::uint32_t type, const std::string& data) {
  switch (type) {
    case kRegString:
    case kRegExpandString:
    case kRegLink:
      return string_bytes(data);
    case kRegMultiString:
      return multi_string_bytes(split_strings(data));
    case kRegDword:
      return number_bytes(data, 4);
    case kRegQword:
      return number_bytes(data, 8);
    default:
      return hex_bytes(trim_blanks(data));
  }
}

void parse_line(ParseContext& context, const Line& line) {
  const std::string_view text = line.text;
  if (is_blank_line(text) || text.starts_with("! REG.EXE")) return;
  if (text.starts_with("End of search: ")) return;  // the count of what a search found
  if (text.starts_with("HKEY_")) {
    context.builder.open_key(expand_root(context.codec.text(trim_blanks(text))), line.offset);
    return;
  }
  const auto parts = split_value(text);
  if (!parts) {
    report_line(context, Severity::kLoss, "reg-unreadable-line", line, "unreadable line");
    return;
  }
  Value value;
  value.offset = line.offset;
  value.type = parts->type;
  const bool is_default = parts->name == "(Default)" || parts->name == "<NO NAME>";
  if (is_default && value.type == kRegString && parts->data == "(value not set)") {
    report_line(context, Severity::kNote, "reg-value-not-set", line,
                "the print says that the key has no default value");
    return;
  }
  if (!is_default) value.name = context.codec.text(parts->name);
  auto data = data_bytes(value.type, context.codec.text(parts->data));
  if (!data) {
    report_line(context, Severity::kLoss, "reg-bad-number", line,
                "data cannot be read; the value is lost");
    return;
  }
  value.data = *std::move(data);
  store_value(context, line, std::move(value));
}

}  // namespace

Result<void> parse_reg_query(ParseContext context) {
  Line line;
  while (true) {
    DIRSNAP_TRY(const bool has_line, context.lines.next(line));
    if (!has_line) return {};
    if (line.number % 4096 == 0) DIRSNAP_CHECK(context.cancel.check());
    parse_line(context, line);
  }
}

}  // namespace dirsnap::reg_text
