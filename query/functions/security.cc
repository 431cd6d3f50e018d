// SPDX-License-Identifier: MIT
//
// sddl(blob): the text form of a security descriptor; one that does not fit gives NULL.
#include "query/functions/functions.h"
#include "query/sql_value.h"
#include "query/vtab_guard.h"
#include "storage/base/security_descriptor.h"

namespace dirsnap {
namespace {

void sddl(sqlite3_context* context, int, sqlite3_value** arguments) {
  guard_function(context, [&] {
    const ValueView value = view_of(arguments[0]);
    if (value.type != ValueType::kBlob) return;
    const auto text = sddl_text(as_bytes(value.bytes));
    if (text) set_result_text(context, *text);
  });
}

constexpr SqlFunction kSecurityFunctions[] = {
    {"sddl", 1, "sddl(blob)",
     "Text form (SDDL) of a self-relative security descriptor: owner, group, access lists.", sddl},
};

}  // namespace

std::span<const SqlFunction> security_functions() { return kSecurityFunctions; }

}  // namespace dirsnap
