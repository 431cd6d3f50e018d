// SPDX-License-Identifier: MIT
//
// Attribute values of synthetic directory objects. Deterministic: no clock, no random numbers.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tests/support/exchange_site.h"

namespace dirsnap::support {

// Adds values to an object.
void add_text(SiteObject& object, std::uint32_t id, std::string text);
void add_number(SiteObject& object, std::uint32_t id, std::int64_t number);
void add_octets(SiteObject& object, std::uint32_t id, std::string bytes);
void add_reference(SiteObject& object, std::uint32_t id, std::uint32_t dnt);

// The attributes that every object has: class, name, times, versions, replication state.
void add_common(SiteObject& object, std::string_view signature);

// `count` bytes that look random and depend on `seed` alone.
std::string noise(std::uint64_t seed, std::size_t count);
// A domain account's SID, and a security descriptor that it owns.
std::string account_sid(std::uint32_t relative_id);
std::string security_descriptor(std::uint32_t owner, std::size_t entries);

// The addresses of a recipient: SMTP, X400, MS Mail, cc:Mail.
void add_proxies(SiteObject& object,
                 const SiteSpec& spec,
                 std::size_t site,
                 std::string_view alias,
                 std::string_view surname);

// Change numbers that a day after day 0 has, all larger than those of the days before.
inline constexpr std::uint32_t kUsnsOfDay = 1'000'000;
// Gives an object the time and the numbers of a change on that day.
void make_changed(SiteObject& object, std::uint32_t day);

// Turns a finished object into a tombstone: it keeps its name and the replication state.
void make_tombstone(SiteObject& object);

}  // namespace dirsnap::support
