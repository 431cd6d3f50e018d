// SPDX-License-Identifier: MIT
//
// Normalised keys: column values turned into bytes whose order is that of the index.
// Facts: the engine's published source. Unicode text is left out: its keys depend on the sort
// tables of a Windows version. Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "storage/base/result.h"
#include "tests/support/ese_format.h"

namespace dirsnap::support {

// The longest key of a tree; longer ones lose their tail.
inline constexpr std::size_t kLongestKey = 255;

// Appends one segment. nullopt is NULL.
Result<void> append_key_segment(std::string& key,
                                const ColumnSpec& column,
                                std::optional<std::string_view> value,
                                bool descending = false);

}  // namespace dirsnap::support
