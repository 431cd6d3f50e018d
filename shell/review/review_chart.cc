// SPDX-License-Identifier: MIT
//
// Changes over time as bars, and the counts per class as a table. The numbers behind each drawing
// stand under it as a table.
#include <algorithm>
#include <array>

#include "shell/review/review_page.h"

namespace dirsnap {
namespace {

// Of the drawing, in its own units.
constexpr std::int64_t kWidth = 960;
constexpr std::int64_t kPlotHeight = 120;
constexpr std::int64_t kTop = 18;     // room for the number of the highest bar
constexpr std::int64_t kBottom = 22;  // room for the labels below
constexpr std::int64_t kLeast = 3;    // height of a bar that is not nought
constexpr std::int64_t kWidestBar = 64;

Markup unit_word(ChangeChart::Unit unit) {
  switch (unit) {
    case ChangeChart::Unit::kDay:
      return "day";
    case ChangeChart::Unit::kMonth:
      return "month";
    case ChangeChart::Unit::kYear:
      break;
  }
  return "year";
}

std::int64_t total_of(const ChangeBar& bar) { return bar.changed + bar.deleted; }

std::int64_t highest_of(const ChangeChart& chart) {
  std::int64_t highest = 1;
  for (const ChangeBar& bar : chart.bars) highest = std::max(highest, total_of(bar));
  return highest;
}

std::int64_t height_of(std::int64_t count, std::int64_t highest) {
  if (count == 0) return 0;
  return std::max(kLeast, static_cast<std::int64_t>(static_cast<double>(count) * kPlotHeight /
                                                    static_cast<double>(highest)));
}

void write_rect(HtmlWriter& out,
                Markup style,
                const std::array<std::int64_t, 4>& place) {  // x, y, width, height
  out.raw("<rect class=\"").raw(style).raw("\" x=\"").digits(place[0]).raw("\" y=\"");
  out.digits(place[1]).raw("\" width=\"").digits(place[2]).raw("\" height=\"").digits(place[3]);
  out.raw("\"/>");
}

void write_label(HtmlWriter& out, Markup anchor, std::int64_t x, std::int64_t y) {
  out.raw("<text text-anchor=\"").raw(anchor).raw("\" x=\"").digits(x).raw("\" y=\"").digits(y);
  out.raw("\">");
}

void write_bars(const ChangeChart& chart, std::int64_t step, HtmlWriter& out) {
  const std::int64_t highest = highest_of(chart);
  const std::int64_t base = kTop + kPlotHeight;
  const std::int64_t width = std::max<std::int64_t>(2, step - std::max<std::int64_t>(1, step / 6));
  for (std::size_t i = 0; i < chart.bars.size(); ++i) {
    const ChangeBar& bar = chart.bars[i];
    const std::int64_t x = static_cast<std::int64_t>(i) * step;
    const std::int64_t changed = height_of(bar.changed, highest);
    const std::int64_t deleted = height_of(bar.deleted, highest);
    if (changed > 0) write_rect(out, "changed", {x, base - changed, width, changed});
    if (deleted > 0) write_rect(out, "deleted", {x, base - changed - deleted, width, deleted});
    if (total_of(bar) == highest) {
      const std::int64_t y = std::max<std::int64_t>(12, base - changed - deleted - 5);
      const bool at_end = i + 1 == chart.bars.size() && i > 0;
      write_label(out, at_end ? Markup("end") : Markup("start"), at_end ? x + width : x, y);
      out.number(highest).raw("</text>");
    }
  }
}

void write_drawing(const ChangeChart& chart, HtmlWriter& out) {
  const auto bars = static_cast<std::int64_t>(chart.bars.size());
  const std::int64_t step = std::clamp<std::int64_t>(kWidth / bars, 1, kWidestBar);
  const std::int64_t width = std::max<std::int64_t>(step * bars, 240);
  const std::int64_t base = kTop + kPlotHeight;
  out.raw("<svg class=\"chart\" aria-hidden=\"true\" width=\"").digits(width).raw("\" height=\"");
  out.digits(base + kBottom).raw("\" viewBox=\"0 0 ").digits(width).raw(" ");
  out.digits(base + kBottom).raw("\">");
  write_bars(chart, step, out);
  write_rect(out, "axis", {0, base, step * bars, 1});
  write_label(out, "start", 0, base + 16);
  out.plain(chart.bars.front().label).raw("</text>");
  if (bars > 1 && step * bars >= 160) {
    write_label(out, "end", step * bars, base + 16);
    out.plain(chart.bars.back().label).raw("</text>");
  }
  out.raw("</svg>\n");
}

void write_numbers(const ChangeChart& chart, HtmlWriter& out) {
  out.raw("<details><summary>The numbers</summary>\n<div class=\"scroll\" role=\"region\" ");
  out.raw("aria-label=\"Changes\" tabindex=\"0\">\n<table>\n<caption>Objects by ");
  out.raw(unit_word(chart.unit)).raw(" of their last change</caption>\n<thead><tr>");
  out.raw("<th scope=\"col\">When</th><th scope=\"col\" class=\"n\">Changed</th>");
  out.raw("<th scope=\"col\" class=\"n\">Deleted</th></tr></thead>\n<tbody>\n");
  for (const ChangeBar& bar : chart.bars) {
    if (total_of(bar) == 0) continue;
    out.raw("<tr><th scope=\"row\">").text(bar.label).raw("</th>");
    write_number_cell(out, bar.changed);
    write_number_cell(out, bar.deleted);
    out.raw("</tr>\n");
  }
  out.raw("</tbody>\n</table>\n</div>\n</details>\n");
}

void write_rest(const ChangeChart& chart, HtmlWriter& out) {
  if (chart.earlier > 0) out.raw(" Before that: ").count(chart.earlier, "object").raw(".");
  if (chart.later > 0) out.raw(" After that: ").count(chart.later, "object").raw(".");
  if (chart.undated > 0) out.raw(" Without a time: ").count(chart.undated, "object").raw(".");
}

void write_chart(const ReviewPage& page, const ChangeChart& chart, HtmlWriter& out) {
  out.raw("<figure>\n<h3>Snapshot ");
  write_snapshot(page, out, chart.snapshot_id);
  out.raw("</h3>\n");
  if (chart.bars.empty()) {
    out.raw("<figcaption>No object tells when it was changed.");
    write_rest(chart, out);
    out.raw("</figcaption>\n</figure>\n");
    return;
  }
  std::int64_t changed = 0;
  std::int64_t deleted = 0;
  const ChangeBar* busiest = &chart.bars.front();
  for (const ChangeBar& bar : chart.bars) {
    changed += bar.changed;
    deleted += bar.deleted;
    if (total_of(bar) > total_of(*busiest)) busiest = &bar;
  }
  out.raw("<div class=\"scroll\" role=\"region\" aria-label=\"Bars\" tabindex=\"0\">");
  write_drawing(chart, out);
  out.raw("</div>\n<figcaption>").count(changed, "object").raw(" last changed");
  if (deleted > 0) out.raw(", ").count(deleted, "object").raw(" deleted");
  out.raw(", by ").raw(unit_word(chart.unit)).raw(", from ").text(chart.first).raw(" to ");
  out.text(chart.last).raw(". Most in ").text(busiest->label).raw(": ").number(total_of(*busiest));
  out.raw(".");
  write_rest(chart, out);
  out.raw("</figcaption>\n");
  write_numbers(chart, out);
  out.raw("</figure>\n");
}

void write_class_row(const ClassRow& row, HtmlWriter& out) {
  out.raw("<tr><th scope=\"row\">");
  if (row.name.empty()) {
    out.raw("<span class=\"none\">without a class</span>");
  } else {
    out.text(row.name);
  }
  out.raw("</th>");
  for (std::size_t i = 0; i < row.counts.size(); ++i) {
    const bool differs = i > 0 && row.counts[i] != row.counts[i - 1];
    out.raw("<td class=\"n").raw(differs ? Markup(" differs\">") : Markup("\">"));
    out.number(row.counts[i]);
    if (differs) {
      const std::int64_t step = row.counts[i] - row.counts[i - 1];
      out.raw(" <small>").raw(step > 0 ? Markup("+") : Markup("")).number(step).raw("</small>");
    }
    out.raw("</td>");
  }
  out.raw("</tr>\n");
}

}  // namespace

void write_charts(const ReviewPage& page, HtmlWriter& out) {
  if (page.model.charts.empty()) {
    out.raw("<p>No snapshot has directory objects.</p>\n");
    return;
  }
  out.raw(
      "<p>When the objects of each snapshot were last changed. <span class=\"swatch changed\">"
      "</span> changed <span class=\"swatch deleted\"></span> deleted</p>\n");
  for (const ChangeChart& chart : page.model.charts) write_chart(page, chart, out);
  write_left_over(out, page.model.charts_left, "snapshot");
}

void write_classes(const ReviewPage& page, HtmlWriter& out) {
  const ReviewModel& model = page.model;
  if (model.classes.empty()) {
    out.raw("<p>No snapshot has directory objects.</p>\n");
    return;
  }
  out.raw(
      "<div class=\"scroll\" role=\"region\" aria-label=\"Classes\" tabindex=\"0\">\n<table>\n");
  out.raw("<caption>Objects of each class, with the difference to the snapshot before</caption>\n");
  out.raw("<thead><tr><th scope=\"col\">Class</th>");
  for (const std::int64_t id : model.class_snapshots) {
    out.raw("<th scope=\"col\" class=\"n\">");
    write_snapshot(page, out, id);
    out.raw("</th>");
  }
  out.raw("</tr></thead>\n<tbody>\n");
  for (const ClassRow& row : model.classes) write_class_row(row, out);
  out.raw("</tbody>\n</table>\n</div>\n");
  write_left_over(out, model.classes_left, "row");
  write_left_over(out, model.snapshots.size() + model.snapshots_left - model.class_snapshots.size(),
                  "older snapshot");
}

}  // namespace dirsnap
