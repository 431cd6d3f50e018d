// SPDX-License-Identifier: MIT
//
// The name of the SQL table that shows the objects of a class.
// Rule: "class_", then the folded LDAP name with '-' written as '_'; in a dotted OID, which stands
// for a class that nobody names, '.' as well. Any other byte that is no ASCII letter or digit and
// no part of a letter beyond ASCII is '$' and two hex digits. Names that differ under FOLD give
// names that differ, so that no list of the classes is needed to resolve a clash.
// Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dirsnap {

inline constexpr std::string_view kClassTablePrefix = "class_";
// Classes of longer names have no table: no directory names any so.
inline constexpr std::size_t kLongestClassName = 256;  // bytes

// nullopt for an empty or too long name.
std::optional<std::string> class_table_name(std::string_view ldap_name);

}  // namespace dirsnap
