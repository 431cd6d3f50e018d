// SPDX-License-Identifier: MIT
//
// Width of text in terminal cells: East Asian wide characters take two, combining marks none.
// Text is measured after escaping. Threads: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace dirsnap {

std::size_t display_width(std::string_view text);

// `text` if it fits into `cells`, else its longest run of whole grapheme clusters that leaves room
// for a final "…". REQUIRES: cells >= 1.
std::string fit_width(std::string_view text, std::size_t cells);

}  // namespace dirsnap
