// SPDX-License-Identifier: MIT
//
// The clocks of the sources, written as ISO 8601 UTC text: 1999-04-21T07:05:00Z, with a fraction
// only where it is not zero. A value out of range gives nullopt, never a clamped time.
// Range: years 1601 to 9999. Threads: pure functions.
// Facts: FILETIME = 100 ns since 1601-01-01 UTC; OLE date = days since 1899-12-30.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dirsnap {

// Seconds from 1601-01-01 to 1970-01-01.
inline constexpr std::int64_t kSecondsFrom1601To1970 = 11'644'473'600;

std::optional<std::string> iso_from_filetime(std::uint64_t filetime);    // 100 ns since 1601
std::optional<std::string> iso_from_seconds_1601(std::int64_t seconds);  // s since 1601
std::optional<std::string> iso_from_unix_us(std::int64_t microseconds);  // us since 1970
std::optional<std::string> iso_from_ole_date(double days);               // days since 1899-12-30

// YYMMDDHHMMSSZ and YYYYMMDDHHMMSS[.f]Z; two-digit years 50-99 are 19xx, 00-49 are 20xx.
std::optional<std::string> iso_from_asn1_time(std::string_view text);

// Microseconds since 1970 of an ISO text (date, or date and time, 'T' or blank, optional Z).
std::optional<std::int64_t> unix_us_from_iso(std::string_view text);

std::string iso_now();

}  // namespace dirsnap
