// SPDX-License-Identifier: MIT
#include "storage/base/dn.h"

#include "query/functions/functions.h"
#include "query/sql_value.h"
#include "query/vtab_guard.h"

namespace dirsnap {
namespace {

// Calls `convert(text)`, which returns an optional text, on a non-NULL argument.
template <class Convert>
void map_text(sqlite3_context* context, sqlite3_value* argument, Convert convert) {
  guard_function(context, [&] {
    const ValueView value = view_of(argument);
    if (value.type != ValueType::kText) return;
    const auto result = convert(value.bytes);
    if (result) set_result_text(context, *result);
  });
}

void parent(sqlite3_context* context, int, sqlite3_value** arguments) {
  map_text(context, arguments[0], dn_parent);
}
void rdn(sqlite3_context* context, int, sqlite3_value** arguments) {
  map_text(context, arguments[0], dn_rdn);
}
void ldap(sqlite3_context* context, int, sqlite3_value** arguments) {
  map_text(context, arguments[0], dn_ldap_from_x500);
}
void x500(sqlite3_context* context, int, sqlite3_value** arguments) {
  map_text(context, arguments[0], dn_x500_from_ldap);
}

void server(sqlite3_context* context, int, sqlite3_value** arguments) {
  map_text(context, arguments[0], dn_server);
}

void equal(sqlite3_context* context, int, sqlite3_value** arguments) {
  guard_function(context, [&] {
    const ValueView a = view_of(arguments[0]);
    const ValueView b = view_of(arguments[1]);
    if (a.type != ValueType::kText || b.type != ValueType::kText) return;
    sqlite3_result_int(context, dn_equal(a.bytes, b.bytes) ? 1 : 0);
  });
}

constexpr SqlFunction kDnFunctions[] = {
    {"dn_parent", 1, "dn_parent(dn)",
     "The name of the parent, in the form given (X.500 or LDAP); NULL at the top.", parent},
    {"dn_rdn", 1, "dn_rdn(dn)",
     "The value of the last relative name, without escapes: what objects.rdn holds.", rdn},
    {"dn_ldap", 1, "dn_ldap(x500)",
     "The LDAP form of an X.500 name: /o=Org/cn=Name becomes cn=Name,o=Org.", ldap},
    {"dn_x500", 1, "dn_x500(ldap)",
     "The X.500 form of an LDAP name; a '/' inside a value is written \\/, a '\\' is written \\\\.",
     x500},
    {"dn_server", 1, "dn_server(dn)",
     "The server that the name is of or below: the relative name directly below Servers, in either "
     "form.",
     server},
    {"dn_equal", 2, "dn_equal(a, b)",
     "1 if both name the same object, in either form, without regard to case and outer blanks.",
     equal},
};

}  // namespace

std::span<const SqlFunction> dn_functions() { return kDnFunctions; }

}  // namespace dirsnap
