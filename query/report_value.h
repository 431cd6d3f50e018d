// SPDX-License-Identifier: MIT
//
// Parameters of reports: from the text a user gives to the value that is bound.
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "query/report.h"

namespace dirsnap {

// "integer", ..., "choice(a|b)". Fails with kUsage.
Result<void> parse_param_type(std::string_view text, ReportParam& param);

// Checks `text` against the parameter's type and gives the value to bind; bool becomes 0 or 1.
// Fails with kUsage.
Result<OwnedValue> param_value(const ReportParam& param, std::string_view text);

OwnedValue own(const ValueView& value);
ValueView view(const OwnedValue& value);

}  // namespace dirsnap
