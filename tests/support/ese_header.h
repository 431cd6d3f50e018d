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

// The first 4096 bytes of a transaction log: its generation and, as `series`, the random number of
// its signature. That of the databases' logs is kLogSeries.
inline constexpr std::uint32_t kLogSeries = 0x5EED0002;
std::string build_log_header(std::uint32_t generation, std::uint32_t series);

}  // namespace dirsnap::support
