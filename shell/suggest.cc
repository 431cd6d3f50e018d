// SPDX-License-Identifier: MIT
#include "shell/suggest.h"

#include <algorithm>
#include <cstddef>

#include "storage/base/text.h"

namespace dirsnap {
namespace {

// Words longer than this are nobody's typing mistake; the bound keeps the matrix small.
constexpr std::size_t kLongestWord = 64;

// Optimal string alignment distance: insert, delete, replace, swap of neighbours.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) cost[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) cost[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = cost[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, replace});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
    }
  }
  return cost[a.size()][b.size()];
}

}  // namespace

std::optional<std::string> nearest(std::string_view word, std::span<const std::string> known) {
  if (word.empty() || word.size() > kLongestWord) return std::nullopt;
  const std::string lower = to_lower_ascii(word);
  std::optional<std::string> best;
  std::size_t best_cost = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string& candidate : known) {
    if (candidate.size() > kLongestWord) continue;
    const std::size_t cost = distance(lower, to_lower_ascii(candidate));
    if (cost >= best_cost) continue;
    best_cost = cost;
    best = candidate;
  }
  return best;
}

std::string did_you_mean(std::string_view word, std::span<const std::string> known) {
  const auto best = nearest(word, known);
  return best ? " Did you mean \"" + *best + "\"?" : std::string();
}

std::vector<std::string> match_prefix(std::string_view prefix, std::span<const std::string> known) {
  std::vector<std::string> found;
  for (const std::string& word : known) {
    if (equal_ascii_nocase(word, prefix)) return {word};
    if (word.size() > prefix.size() &&
        equal_ascii_nocase(std::string_view(word).substr(0, prefix.size()), prefix))
      found.push_back(word);
  }
  return found;
}

}  // namespace dirsnap
