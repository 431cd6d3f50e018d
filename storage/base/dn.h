// SPDX-License-Identifier: MIT
//
// Distinguished names as text, in the two forms of the contract:
//   X.500, root first:  /o=Org/ou=Site/cn=Name      (as Exchange stores and prints it)
//   LDAP, leaf first:   cn=Name,ou=Site,o=Org       (RFC 4514)
// Escapes. X.500: in a value '/' is written "\/" and '\' is written "\\"; nothing else. LDAP: as
// RFC 4514 2.4, control characters as "\0A". Both directions are exact: parsing what was composed
// gives the same types and values.
// Reading X.500 text is lenient towards what Exchange wrote without escapes: a '/' starts a new
// relative name only where "type=" follows it; '\' before another character stands for itself;
// blanks around a type are skipped.
// Lifetime: functions that return string_view point into their argument. Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dirsnap {

// One relative name: attribute type as written, value without escapes.
struct Rdn {
  std::string type;
  std::string value;
  bool operator==(const Rdn&) const = default;
};

// `parent` with one more relative name below it; an empty parent is the root.
std::string dn_append_x500(std::string_view parent, std::string_view type, std::string_view value);
std::string dn_append_ldap(std::string_view parent, std::string_view type, std::string_view value);

// The relative names, root first. Empty text is the root (no names). nullopt: not such a name,
// or (LDAP) a relative name of several parts joined by '+'.
std::optional<std::vector<Rdn>> parse_dn_x500(std::string_view dn);
std::optional<std::vector<Rdn>> parse_dn_ldap(std::string_view dn);

// The text of the names, root first.
std::string format_dn_x500(const std::vector<Rdn>& names);
std::string format_dn_ldap(const std::vector<Rdn>& names);

// From one form to the other; nullopt where the text does not parse.
std::optional<std::string> dn_ldap_from_x500(std::string_view dn);
std::optional<std::string> dn_x500_from_ldap(std::string_view dn);

// The following take either form: X.500 if the text starts with '/', LDAP otherwise.

// The parent's name as it stands in `dn`; nullopt at the top and for text that is no name.
std::optional<std::string_view> dn_parent(std::string_view dn);

// Value of the last (X.500) or first (LDAP) relative name, without escapes.
std::optional<std::string> dn_rdn(std::string_view dn);

// Name of the server that the object is, stands below or is part of: the relative name directly
// below "Servers"; nullopt where there is none and for text that is no name.
std::optional<std::string> dn_server(std::string_view dn);

// Same name? Types and values are compared by case folding, values with outer blanks trimmed; the
// forms may differ. Text that is no name equals only the same folded text.
bool dn_equal(std::string_view a, std::string_view b);

}  // namespace dirsnap
