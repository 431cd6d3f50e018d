// SPDX-License-Identifier: MIT
//
// The text of the shipped reports, built into the program by query/reports/embed.cmake.
// Lifetime: static. Threads: immutable.
#pragma once

#include <span>
#include <string_view>

namespace dirsnap {

std::span<const std::string_view> shipped_report_texts();

}  // namespace dirsnap
