// SPDX-License-Identifier: MIT
//
// Style and script of the review page, built into the program by embed.cmake.
// Lifetime: static. Threads: immutable.
#pragma once

#include <string_view>

namespace dirsnap {

std::string_view review_style();
std::string_view review_script();

}  // namespace dirsnap
