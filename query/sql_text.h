// SPDX-License-Identifier: MIT
//
// The little of SQL's surface that the engine reads itself: where comments end, which words stand
// in a statement. Threads: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dirsnap {

// Offset of the first character that is no blank, comment or ';'; the size if there is none.
std::size_t skip_blanks_and_comments(std::string_view sql);

// Identifiers and keywords, quoted identifiers without their quotes; strings and comments skipped.
std::vector<std::string> sql_words(std::string_view sql);

}  // namespace dirsnap
