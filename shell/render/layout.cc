// SPDX-License-Identifier: MIT
#include "shell/render/layout.h"

#include <algorithm>
#include <numeric>

namespace dirsnap {
namespace {

constexpr std::size_t kFramePerColumn = 3;  // "│ " before and " " after
constexpr std::size_t kFrame = 1;           // the last "│"
constexpr std::size_t kNarrowest = 6;       // below this a cut cell tells nothing
constexpr std::size_t kGapColumn = 1 + kFramePerColumn;

std::size_t sum_capped(const std::vector<std::size_t>& widths, std::size_t cap) {
  return std::accumulate(
      widths.begin(), widths.end(), std::size_t{0},
      [cap](std::size_t sum, std::size_t width) { return sum + std::min(width, cap); });
}

// The largest cap under which the widths sum to at most `room`. REQUIRES: one exists.
std::size_t largest_cap(const std::vector<std::size_t>& widths, std::size_t room) {
  std::size_t low = 1;
  std::size_t high = std::max<std::size_t>(1, room);
  while (low < high) {
    const std::size_t middle = low + (high - low + 1) / 2;
    if (sum_capped(widths, middle) <= room) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

// Cells for a number of columns inside `width`, frames taken off; 0 if there are none.
std::size_t room_for(std::size_t width, std::size_t columns, std::size_t extra) {
  const std::size_t frame = kFrame + columns * kFramePerColumn + extra;
  return width > frame ? width - frame : 0;
}

// Takes columns from both ends in turn while they fit at their narrowest.
void choose_outer_columns(const std::vector<std::size_t>& natural,
                          std::size_t width,
                          ColumnPlan& plan) {
  std::size_t used = kFrame + kGapColumn;
  std::size_t front = 0;
  std::size_t back = natural.size();
  while (front < back) {
    const bool take_front = front <= natural.size() - back;
    const std::size_t column = take_front ? front : back - 1;
    const std::size_t cost = kFramePerColumn + std::min(natural[column], kNarrowest);
    if (used + cost > width && front > 0) break;
    used += cost;
    take_front ? ++front : --back;
  }
  for (std::size_t i = 0; i < front; ++i) plan.shown.push_back(i);
  for (std::size_t i = back; i < natural.size(); ++i) plan.shown.push_back(i);
  plan.gap = front < back ? front : 0;
}

}  // namespace

ColumnPlan plan_columns(const std::vector<std::size_t>& natural, std::optional<std::size_t> width) {
  ColumnPlan plan;
  const std::size_t room = width ? room_for(*width, natural.size(), 0) : 0;
  if (!width || sum_capped(natural, kNarrowest) <= room) {
    plan.shown.resize(natural.size());
    std::iota(plan.shown.begin(), plan.shown.end(), std::size_t{0});
  } else {
    choose_outer_columns(natural, *width, plan);
  }
  for (const std::size_t column : plan.shown) plan.widths.push_back(natural[column]);
  if (width) {
    const std::size_t inner = room_for(*width, plan.shown.size(), plan.gap != 0 ? kGapColumn : 0);
    const std::size_t cap = largest_cap(plan.widths, inner);
    for (std::size_t& cells : plan.widths) cells = std::min(cells, cap);
  }
  return plan;
}

}  // namespace dirsnap
