// SPDX-License-Identifier: MIT
//
// The words of a dot-command. Threads: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "storage/base/result.h"

namespace dirsnap {

// Splits at blanks; '...' keeps everything, "..." knows \n \t \\ \". Fails with kUsage for a quote
// that is not closed.
Result<std::vector<std::string>> split_arguments(std::string_view line);

// on/off, yes/no, true/false, 1/0. Fails with kUsage.
Result<bool> parse_switch(std::string_view word);

}  // namespace dirsnap
