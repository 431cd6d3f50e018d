// SPDX-License-Identifier: MIT
//
// Which columns of a table are shown and how wide, so that it fits the terminal.
// Units: terminal cells. Threads: pure functions.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace dirsnap {

struct ColumnPlan {
  std::vector<std::size_t> shown;   // indexes of the columns shown, ascending
  std::vector<std::size_t> widths;  // parallel to `shown`
  std::size_t gap = 0;              // left-out columns stand between shown[gap - 1] and shown[gap];
                                    // 0 = none are left out
};

// `natural`: the width each column would like. Each column costs three cells more for its frame,
// the table one. Wide columns give way first; if even narrow ones do not fit, the middle columns
// are left out and one cell-wide column of "…" stands for them.
ColumnPlan plan_columns(const std::vector<std::size_t>& natural, std::optional<std::size_t> width);

}  // namespace dirsnap
