// SPDX-License-Identifier: MIT
//
// The header page of an ESE database. Threads: pure functions.
#pragma once

#include <cstdint>
#include <string>

#include "tests/support/ese_format.h"

namespace dirsnap::support {

// The page with its checksum. `database_time`: of the last page written; `last_object`: the
// highest object id in use.
std::string build_header(const Layout& layout,
                         std::uint64_t database_time,
                         std::uint32_t last_object);

}  // namespace dirsnap::support
