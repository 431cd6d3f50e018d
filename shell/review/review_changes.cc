// SPDX-License-Identifier: MIT
//
// When the objects of a snapshot were changed: counts per day, month or year, whichever unit shows
// them in few enough bars. Outliers at both ends, a hundredth of the objects at most each, are
// counted instead of drawn where they would stretch the axis.
#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>

#include <fmt/format.h>

#include "shell/review/review_model.h"
#include "shell/review/review_query.h"

namespace dirsnap {
namespace {

using std::chrono::sys_days;
using std::chrono::year_month_day;
using Unit = ChangeChart::Unit;

constexpr std::string_view kDays =
    "SELECT substr(changed_at, 1, 10) AS day, count(*), sum(is_deleted) FROM objects "
    "WHERE snapshot_id = :snapshot AND is_phantom = 0 GROUP BY day ORDER BY day DESC LIMIT :limit";
constexpr std::size_t kMostDays = 40'000;  // more than a century

struct Day {
  year_month_day date;
  std::int64_t changed = 0;
  std::int64_t deleted = 0;
};

std::optional<int> digits(std::string_view text) {
  int value = 0;
  const auto end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ec != std::errc() || read.ptr != end || value < 0) return std::nullopt;
  return value;
}

std::optional<year_month_day> date_of(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = digits(text.substr(0, 4));
  const auto month = digits(text.substr(5, 2));
  const auto day = digits(text.substr(8, 2));
  if (!year || !month || !day) return std::nullopt;
  const year_month_day date{std::chrono::year(*year),
                            std::chrono::month(static_cast<unsigned>(*month)),
                            std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return date;
}

std::string text_of(const year_month_day& date) {
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

// Number of the unit that holds a date; neighbouring units have neighbouring numbers.
std::int64_t slot_of(const year_month_day& date, Unit unit) {
  const std::int64_t year = static_cast<int>(date.year());
  if (unit == Unit::kYear) return year;
  if (unit == Unit::kMonth) return year * 12 + static_cast<unsigned>(date.month()) - 1;
  return sys_days(date).time_since_epoch().count();
}

std::string label_of(std::int64_t slot, Unit unit) {
  if (unit == Unit::kYear) return fmt::format("{:04}", slot);
  if (unit == Unit::kMonth) return fmt::format("{:04}-{:02}", slot / 12, slot % 12 + 1);
  return text_of(year_month_day(sys_days(std::chrono::days(slot))));
}

// First and last day that are drawn, as indexes.
struct DayRange {
  std::size_t first = 0;
  std::size_t last = 0;
};

DayRange without_outliers(const std::vector<Day>& days) {
  std::int64_t all = 0;
  for (const Day& day : days) all += day.changed;
  DayRange range{0, days.size() - 1};
  for (std::int64_t left = all / 100; range.first < range.last; ++range.first) {
    left -= days[range.first].changed;
    if (left < 0) break;
  }
  for (std::int64_t left = all / 100; range.last > range.first; --range.last) {
    left -= days[range.last].changed;
    if (left < 0) break;
  }
  return range;
}

bool fits(const std::vector<Day>& days, const DayRange& range, Unit unit, std::size_t bars) {
  const std::int64_t slots =
      slot_of(days[range.last].date, unit) - slot_of(days[range.first].date, unit) + 1;
  return slots <= static_cast<std::int64_t>(bars);
}

DayRange choose_unit(const std::vector<Day>& days, std::size_t bars, Unit& unit) {
  const DayRange whole{0, days.size() - 1};
  const DayRange most = without_outliers(days);
  for (const DayRange& range : {whole, most}) {
    for (const Unit candidate : {Unit::kDay, Unit::kMonth, Unit::kYear}) {
      unit = candidate;
      if (fits(days, range, unit, bars)) return range;
    }
  }
  DayRange newest = most;
  while (!fits(days, newest, unit, bars)) ++newest.first;
  return newest;
}

void draw(const std::vector<Day>& days, const ReviewLimits& limits, ChangeChart& chart) {
  const DayRange range = choose_unit(days, std::max<std::size_t>(limits.bars, 1), chart.unit);
  const std::int64_t first = slot_of(days[range.first].date, chart.unit);
  const std::int64_t last = slot_of(days[range.last].date, chart.unit);
  for (std::int64_t slot = first; slot <= last; ++slot)
    chart.bars.push_back({label_of(slot, chart.unit), 0, 0});
  for (const Day& day : days) {
    const std::int64_t slot = slot_of(day.date, chart.unit);
    if (slot < first) {
      chart.earlier += day.changed;
    } else if (slot > last) {
      chart.later += day.changed;
    } else {
      ChangeBar& bar = chart.bars[static_cast<std::size_t>(slot - first)];
      bar.changed += day.changed - day.deleted;
      bar.deleted += day.deleted;
    }
  }
}

}  // namespace

Result<ChangeChart> gather_changes(Engine& engine,
                                   std::int64_t snapshot_id,
                                   const ReviewLimits& limits) {
  ChangeChart chart;
  chart.snapshot_id = snapshot_id;
  std::vector<Day> days;
  DIRSNAP_CHECK(for_each_row(engine, kDays, {.snapshot_id = snapshot_id, .limit = kMostDays},
                             [&](const ReviewRow& row) {
                               const auto date = date_of(row.text(0));
                               if (date) {
                                 days.push_back({*date, row.integer(1), row.integer(2)});
                               } else {
                                 chart.undated += row.integer(1);
                               }
                             }));
  if (days.empty()) return chart;
  std::reverse(days.begin(), days.end());
  chart.first = text_of(days.front().date);
  chart.last = text_of(days.back().date);
  draw(days, limits, chart);
  return chart;
}

}  // namespace dirsnap
