// SPDX-License-Identifier: MIT
//
// The one order of values: NULL < numbers < text < blobs, as SQLite sorts them. Chunks, indexes
// and sorted columns all use it, so a look-up finds what a scan would find.
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "storage/table_spec.h"
#include "storage/value.h"

namespace dirsnap {

// <0, 0, >0. Integers and reals compare by their exact values.
int compare_integer_real(std::int64_t a, double b);
int compare_text(std::string_view a, std::string_view b, Collation collation);
int compare_values(const ValueView& a, const ValueView& b, Collation collation);

// Eight bytes of a text from `depth` on as a number that orders as they do: the first one highest,
// zeros behind the end, ASCII letters folded under kFold.
// REQUIRES: under kFold the text is ASCII as far as depth + 8, or folded.
std::uint64_t ordered_word(std::string_view text, std::size_t depth, Collation collation);

// SQLite's NOCASE: ASCII letters fold, comparison of the common part ends at a NUL, then the
// shorter text is smaller.
int compare_nocase(std::string_view a, std::string_view b);

// 0 NULL, 1 number, 2 text, 3 blob.
int type_rank(ValueType type);

// Equal values (by compare_values) have equal hashes. Stored in indexes: "mix64" in the meta
// record names this function; a change is a new format version.
std::uint64_t hash_value(const ValueView& value, Collation collation);

// The text SQLite makes of a number where LIKE, GLOB or || need text: 15 significant digits, a
// point in every real. Of a real halfway between two such texts SQLite may choose the other one.
// REQUIRES: an integer or a real.
std::string number_text(const ValueView& number);

}  // namespace dirsnap
