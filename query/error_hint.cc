// SPDX-License-Identifier: MIT
#include "query/error_hint.h"

#include <algorithm>
#include <numeric>
#include <optional>

#include "query/sql_text.h"
#include "storage/base/text.h"

namespace dirsnap {
namespace {

constexpr std::size_t kLongestName = 100;  // longer words get no hint: the work is quadratic

// Letters of two lower-case words that differ, are too many or swapped with their neighbour.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);  // the row above the last one
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before.swap(last);
    last.swap(row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row[b.size()];
}

std::optional<std::string_view> after(std::string_view message, std::string_view prefix) {
  const std::size_t at = message.find(prefix);
  if (at == std::string_view::npos) return std::nullopt;
  return message.substr(at + prefix.size());
}

std::string hint(const std::string& name) {
  return name.empty() ? "" : "did you mean \"" + name + "\"?";
}

std::vector<std::string> column_names(const std::vector<TableInfo>& tables,
                                      const std::vector<std::string>* only) {
  std::vector<std::string> names;
  for (const TableInfo& table : tables) {
    const bool wanted =
        only == nullptr || std::any_of(only->begin(), only->end(), [&](const std::string& word) {
          return equal_ascii_nocase(word, table.name);
        });
    if (!wanted) continue;
    for (const ColumnInfo& column : table.columns) names.push_back(column.name);
  }
  return names;
}

std::string column_hint(std::string_view column,
                        std::string_view statement,
                        const std::vector<TableInfo>& tables) {
  const std::size_t dot = column.rfind('.');
  if (dot != std::string_view::npos) column.remove_prefix(dot + 1);
  const auto words = sql_words(statement);
  const std::string near = nearest_name(column, column_names(tables, &words));
  return hint(near.empty() ? nearest_name(column, column_names(tables, nullptr)) : near);
}

std::string function_hint(std::string_view function) {
  std::vector<std::string> names;
  for (const FunctionInfo& info : sql_functions()) {
    names.push_back(info.signature.substr(0, info.signature.find('(')));
  }
  return hint(nearest_name(function, names));
}

}  // namespace

std::string nearest_name(std::string_view word, std::span<const std::string> candidates) {
  if (word.empty() || word.size() > kLongestName) return {};
  const std::string wanted = to_lower_ascii(word);
  std::size_t best = std::max<std::size_t>(1, word.size() / 3) + 1;
  std::string found;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > kLongestName) continue;
    const std::size_t distance = edit_distance(wanted, to_lower_ascii(candidate));
    if (distance >= best) continue;
    best = distance;
    found = candidate;
  }
  return found;
}

std::string error_hint(std::string_view message,
                       std::string_view statement,
                       const std::vector<TableInfo>& tables) {
  if (const auto table = after(message, "no such table: ")) {
    std::vector<std::string> names;
    names.reserve(tables.size());
    for (const TableInfo& info : tables) names.push_back(info.name);
    return hint(nearest_name(*table, names));
  }
  if (const auto column = after(message, "no such column: ")) {
    return column_hint(*column, statement, tables);
  }
  if (const auto function = after(message, "no such function: ")) return function_hint(*function);
  return {};
}

}  // namespace dirsnap
