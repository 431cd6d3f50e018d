// SPDX-License-Identifier: MIT
//
// "Did you mean": nearest known word, unambiguous prefixes. ASCII case does not count.
// Threads: pure functions.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dirsnap {

// The known word nearest to `word`, or nothing if none is near: at most a third of the letters
// (and at least one) may be wrong, missing, too many or swapped with their neighbour.
std::optional<std::string> nearest(std::string_view word, std::span<const std::string> known);

// ` Did you mean "X"?` or nothing.
std::string did_you_mean(std::string_view word, std::span<const std::string> known);

// All known words that begin with `prefix`; exactly the word itself if it is one of them.
std::vector<std::string> match_prefix(std::string_view prefix, std::span<const std::string> known);

}  // namespace dirsnap
