// SPDX-License-Identifier: MIT
#include "storage/base/time.h"

#include <charconv>
#include <chrono>
#include <cmath>
#include <limits>

namespace dirsnap {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr std::int64_t kSecondsPerDay = 86'400;
constexpr std::int64_t kMinUnix = -kSecondsFrom1601To1970;
constexpr std::int64_t kMaxUnix = 253'402'300'799;  // 9999-12-31T23:59:59Z

// Writes `value` with `count` digits; returns the place behind them.
char* put_digits(char* to, unsigned value, int count) {
  for (int i = count; i-- > 0; value /= 10) to[i] = static_cast<char>('0' + value % 10);
  return to + count;
}

// `fraction` counts units of 10^-digits seconds, 0 <= fraction < 10^digits.
std::optional<std::string> format(std::int64_t unix_seconds, std::uint64_t fraction, int digits) {
  if (unix_seconds < kMinUnix || unix_seconds > kMaxUnix) return std::nullopt;
  std::int64_t day = unix_seconds / kSecondsPerDay;
  std::int64_t second = unix_seconds % kSecondsPerDay;
  if (second < 0) {
    second += kSecondsPerDay;
    --day;
  }
  const year_month_day date{sys_days{days{day}}};
  std::string text = "0000-00-00T00:00:00";
  char* at = put_digits(text.data(), static_cast<unsigned>(static_cast<int>(date.year())), 4);
  at = put_digits(at + 1, static_cast<unsigned>(date.month()), 2);
  at = put_digits(at + 1, static_cast<unsigned>(date.day()), 2);
  at = put_digits(at + 1, static_cast<unsigned>(second / 3600), 2);
  at = put_digits(at + 1, static_cast<unsigned>(second / 60 % 60), 2);
  put_digits(at + 1, static_cast<unsigned>(second % 60), 2);
  if (fraction != 0) {
    std::string part = std::to_string(fraction);
    part.insert(0, static_cast<std::size_t>(digits) - part.size(), '0');
    while (part.back() == '0') part.pop_back();
    text += '.' + part;
  }
  text += 'Z';
  return text;
}

// Reads exactly `count` digits at `at`.
std::optional<int> digits_at(std::string_view text, std::size_t at, std::size_t count) {
  if (text.size() < at + count) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(at, count)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

std::optional<std::int64_t> unix_seconds_of(int year, int month, int day, int second_of_day) {
  const year_month_day date{std::chrono::year{year},
                            std::chrono::month{static_cast<unsigned>(month)},
                            std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return std::nullopt;
  return sys_days{date}.time_since_epoch().count() * kSecondsPerDay + second_of_day;
}

// Digits after a decimal point as microseconds; `text` starts at the first digit. Consumes them.
// A point without digits is no fraction.
std::optional<std::int64_t> take_fraction_us(std::string_view& text) {
  if (!digits_at(text, 0, 1)) return std::nullopt;
  std::int64_t value = 0;
  int kept = 0;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    if (kept < 6) {
      value = value * 10 + (text.front() - '0');
      ++kept;
    }
    text.remove_prefix(1);
  }
  for (; kept < 6; ++kept) value *= 10;
  return value;
}

}  // namespace

std::optional<std::string> iso_from_filetime(std::uint64_t filetime) {
  constexpr std::uint64_t kTicks = 10'000'000;
  const auto seconds = static_cast<std::int64_t>(filetime / kTicks);
  return format(seconds - kSecondsFrom1601To1970, filetime % kTicks, 7);
}

std::optional<std::string> iso_from_seconds_1601(std::int64_t seconds) {
  if (seconds < 0 || seconds > kMaxUnix + kSecondsFrom1601To1970) return std::nullopt;
  return format(seconds - kSecondsFrom1601To1970, 0, 0);
}

std::optional<std::string> iso_from_unix_us(std::int64_t microseconds) {
  constexpr std::int64_t kUs = 1'000'000;
  std::int64_t seconds = microseconds / kUs;
  std::int64_t rest = microseconds % kUs;
  if (rest < 0) {
    rest += kUs;
    --seconds;
  }
  return format(seconds, static_cast<std::uint64_t>(rest), 6);
}

std::optional<std::string> iso_from_ole_date(double date) {
  constexpr double kUnixEpoch = 25'569;  // 1970-01-01 in days since 1899-12-30
  if (!std::isfinite(date) || date < -657'434 || date > 2'958'466) return std::nullopt;
  // Before 1899-12-30 the fraction still counts forward: -1.25 is 06:00 on 1899-12-29.
  const double whole = std::trunc(date);
  const double ms = std::round(std::fabs(date - whole) * 86'400'000.0);
  const double unix_ms = (whole - kUnixEpoch) * 86'400'000.0 + ms;
  return iso_from_unix_us(static_cast<std::int64_t>(unix_ms) * 1000);
}

std::optional<std::string> iso_from_asn1_time(std::string_view text) {
  if (text.empty() || text.back() != 'Z') return std::nullopt;
  text.remove_suffix(1);
  std::size_t digits = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') ++digits;
  if (digits != 12 && digits != 14 && digits != 10) return std::nullopt;
  const std::size_t year_digits = digits == 14 ? 4 : 2;
  int year = digits_at(text, 0, year_digits).value_or(0);
  if (year_digits == 2) year += year < 50 ? 2000 : 1900;
  const auto field = [&](std::size_t n) { return digits_at(text, year_digits + 2 * n, 2); };
  const auto month = field(0), day = field(1), hour = field(2), minute = field(3);
  const auto second = digits == 10 ? std::optional<int>(0) : field(4);
  if (!month || !day || !hour || !minute || !second) return std::nullopt;
  if (*hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  const auto unix_s = unix_seconds_of(year, *month, *day, *hour * 3600 + *minute * 60 + *second);
  if (!unix_s) return std::nullopt;
  std::int64_t us = 0;
  std::string_view rest = text.substr(digits);
  if (!rest.empty()) {
    if (rest.front() != '.') return std::nullopt;
    rest.remove_prefix(1);
    const auto fraction = take_fraction_us(rest);
    if (!fraction || !rest.empty()) return std::nullopt;
    us = *fraction;
  }
  return iso_from_unix_us(*unix_s * 1'000'000 + us);
}

std::optional<std::int64_t> unix_us_from_iso(std::string_view text) {
  const auto year = digits_at(text, 0, 4), month = digits_at(text, 5, 2),
             day = digits_at(text, 8, 2);
  if (!year || !month || !day || text[4] != '-' || text[7] != '-') return std::nullopt;
  std::string_view rest = text.substr(10);
  int second_of_day = 0;
  std::int64_t us = 0;
  if (!rest.empty() && rest != "Z") {
    const auto hour = digits_at(rest, 1, 2), minute = digits_at(rest, 4, 2);
    if (!hour || !minute || (rest[0] != 'T' && rest[0] != ' ') || rest[3] != ':')
      return std::nullopt;
    if (*hour > 23 || *minute > 59) return std::nullopt;
    second_of_day = *hour * 3600 + *minute * 60;
    rest.remove_prefix(6);
    if (!rest.empty() && rest.front() == ':') {
      const auto second = digits_at(rest, 1, 2);
      if (!second || *second > 59) return std::nullopt;
      second_of_day += *second;
      rest.remove_prefix(3);
      if (!rest.empty() && rest.front() == '.') {
        rest.remove_prefix(1);
        const auto fraction = take_fraction_us(rest);
        if (!fraction) return std::nullopt;
        us = *fraction;
      }
    }
    if (!rest.empty() && rest != "Z") return std::nullopt;
  }
  const auto unix_s = unix_seconds_of(*year, *month, *day, second_of_day);
  if (!unix_s || *unix_s < kMinUnix) return std::nullopt;
  return *unix_s * 1'000'000 + us;
}

std::string iso_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now).count();
  return format(seconds, 0, 0).value_or("");
}

}  // namespace dirsnap
