// SPDX-License-Identifier: MIT
//
// box and table. The first rows are held back to learn the widths; a row that is wider than they
// showed is cut on a terminal and runs over elsewhere, so that nothing is lost in a file.
#include <algorithm>
#include <cstddef>
#include <deque>
#include <utility>

#include <fmt/format.h>

#include "shell/render/layout.h"
#include "shell/render/renderer.h"
#include "shell/render/value_text.h"
#include "shell/render/width.h"

namespace dirsnap {
namespace {

constexpr std::size_t kHeldRows = 5000;
constexpr std::size_t kHeldBytes = std::size_t{8} << 20;

// The characters a frame is drawn with: left, filler, crossing, right.
struct Rule {
  std::string_view left, fill, cross, right;
};
struct Frame {
  std::string_view bar;
  Rule top, middle, bottom;
};
constexpr Frame kBoxFrame = {"│", {"┌", "─", "┬", "┐"}, {"├", "─", "┼", "┤"}, {"└", "─", "┴", "┘"}};
constexpr Frame kAsciiFrame = {
    "|", {"+", "-", "+", "+"}, {"+", "-", "+", "+"}, {"+", "-", "+", "+"}};

struct Cell {
  std::string text;
  std::size_t width = 0;
  bool right = false;  // numbers
  bool null = false;
};
using Row = std::vector<Cell>;

class TableRenderer final : public Renderer {
 public:
  TableRenderer(const RenderOptions& options, Output& output)
      : options_(options),
        output_(output),
        frame_(options.format == Format::kBox ? kBoxFrame : kAsciiFrame) {}

  void begin(const std::vector<std::string>& columns) override {
    names_.clear();
    for (const std::string& name : columns) {
      names_.push_back(make_cell(ValueView::text(name)));
      natural_.push_back(std::max<std::size_t>(1, options_.headers ? names_.back().width : 1));
    }
  }

  void row(std::span<const ValueView> cells) override {
    Row row;
    row.reserve(cells.size());
    for (const ValueView& value : cells) row.push_back(make_cell(value));
    if (started_) {
      write_row(row, false);
      return;
    }
    for (std::size_t i = 0; i < row.size(); ++i) {
      natural_[i] = std::max(natural_[i], row[i].width);
      held_bytes_ += row[i].text.size();
    }
    held_.push_back(std::move(row));
    if (options_.max_rows) {
      leave_out_middle();
    } else if (held_.size() >= kHeldRows || held_bytes_ >= kHeldBytes) {
      start();
    }
  }

  void end(const ResultFacts& facts) override {
    if (!started_) start();
    if (!plan_.shown.empty()) write_rule(frame_.bottom);
    if (options_.footer) write_footer(facts);
  }

 private:
  Cell make_cell(const ValueView& value) const {
    Cell cell;
    cell.null = value.is_null();
    cell.text =
        cell.null ? options_.null_text.value_or("NULL") : readable_text(value, options_.raw);
    cell.width = display_width(cell.text);
    cell.right = value.is_number();
    return cell;
  }

  // Keeps the first and the last rows of a result that is longer than asked for.
  void leave_out_middle() {
    if (held_.size() <= *options_.max_rows) return;
    const auto middle = static_cast<std::ptrdiff_t>(*options_.max_rows / 2);
    held_.erase(held_.begin() + middle);
    ++hidden_rows_;
  }

  void start() {
    started_ = true;
    for (std::size_t i = 0; i < std::min(natural_.size(), options_.columns.size()); ++i) {
      if (options_.columns[i] != 0) natural_[i] = options_.columns[i];
    }
    plan_ = plan_columns(natural_, options_.width);
    if (plan_.shown.empty()) return;
    write_rule(frame_.top);
    if (options_.headers) {
      write_row(names_, true);
      write_rule(frame_.middle);
    }
    const std::size_t gap_at = hidden_rows_ > 0 ? *options_.max_rows / 2 : held_.size();
    for (std::size_t i = 0; i < held_.size(); ++i) {
      if (i == gap_at) write_gap_row();
      write_row(held_[i], false);
    }
    held_.clear();
  }

  // A cell is cut on a terminal, or where the user set the width of its column.
  bool may_cut(std::size_t column) const {
    return options_.width.has_value() ||
           (column < options_.columns.size() && options_.columns[column] != 0);
  }

  void append_cell(std::string& line, const Cell& cell, std::size_t i) const {
    const std::size_t width = plan_.widths[i];
    std::string text =
        cell.width > width && may_cut(plan_.shown[i]) ? fit_width(cell.text, width) : cell.text;
    const std::size_t shown = cell.width <= width ? cell.width : display_width(text);
    const std::string padding(width > shown ? width - shown : 0, ' ');
    if (cell.null && options_.color) text = "\x1b[2m" + text + "\x1b[0m";
    line += frame_.bar;
    line += ' ';
    line += cell.right ? padding + text : text + padding;
    line += ' ';
  }

  void write_row(const Row& row, bool header) {
    if (plan_.shown.empty()) return;
    std::string line;
    for (std::size_t i = 0; i < plan_.shown.size(); ++i) {
      if (plan_.gap != 0 && i == plan_.gap) line += fmt::format("{} … ", frame_.bar);
      append_cell(line, row[plan_.shown[i]], i);
    }
    if (plan_.gap == plan_.shown.size()) line += fmt::format("{} … ", frame_.bar);
    line += frame_.bar;
    line += '\n';
    if (header && options_.color) line = "\x1b[1m" + line.substr(0, line.size() - 1) + "\x1b[0m\n";
    output_.write(line);
  }

  void write_gap_row() {
    Row row(names_.size());
    for (Cell& cell : row) cell = {"…", 1, false, false};
    write_row(row, false);
  }

  void write_rule(const Rule& rule) {
    std::string line(rule.left);
    const auto segment = [&](std::size_t width) {
      if (line.size() > rule.left.size()) line += rule.cross;
      for (std::size_t i = 0; i < width + 2; ++i) line += rule.fill;
    };
    for (std::size_t i = 0; i < plan_.shown.size(); ++i) {
      if (plan_.gap != 0 && i == plan_.gap) segment(1);
      segment(plan_.widths[i]);
    }
    if (plan_.gap != 0 && plan_.gap == plan_.shown.size()) segment(1);
    line += rule.right;
    line += '\n';
    output_.write(line);
  }

  void write_footer(const ResultFacts& facts) {
    std::string line = fmt::format("{} row{}", facts.rows, facts.rows == 1 ? "" : "s");
    if (facts.cut) line += ", more exist";
    if (hidden_rows_ > 0) line += fmt::format(", {} in the middle not shown", hidden_rows_);
    if (plan_.gap != 0)
      line += fmt::format(", {} of {} columns shown", plan_.shown.size(), names_.size());
    output_.write(fmt::format("{} ({:.3f} s)\n", line, facts.seconds));
  }

  RenderOptions options_;
  Output& output_;
  Frame frame_;
  Row names_;
  std::vector<std::size_t> natural_;
  std::deque<Row> held_;
  std::size_t held_bytes_ = 0;
  std::uint64_t hidden_rows_ = 0;
  bool started_ = false;
  ColumnPlan plan_;
};

}  // namespace

std::unique_ptr<Renderer> make_table_renderer(const RenderOptions& options, Output& output) {
  return std::make_unique<TableRenderer>(options, output);
}

}  // namespace dirsnap
