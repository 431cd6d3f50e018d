// SPDX-License-Identifier: MIT
//
// line (name = value), insert (SQL statements) and quote (SQL literals).
#include <algorithm>

#include "shell/render/escape.h"
#include "shell/render/renderer.h"
#include "shell/render/value_text.h"
#include "shell/render/width.h"

namespace dirsnap {
namespace {

class LineRenderer final : public Renderer {
 public:
  LineRenderer(const RenderOptions& options, Output& output) : options_(options), output_(output) {}

  void begin(const std::vector<std::string>& columns) override {
    std::size_t widest = 0;
    for (const std::string& name : columns) {
      names_.push_back(escape_for_terminal(name));
      widest = std::max(widest, display_width(names_.back()));
    }
    for (std::string& name : names_) name.insert(0, widest - display_width(name), ' ');
  }

  void row(std::span<const ValueView> cells) override {
    std::string text = rows_++ > 0 ? "\n" : "";
    for (std::size_t i = 0; i < cells.size(); ++i) {
      text += names_[i] + " = ";
      text += cells[i].is_null() ? options_.null_text.value_or("NULL")
                                 : readable_text(cells[i], options_.raw);
      text += '\n';
    }
    output_.write(text);
  }

  void end(const ResultFacts& /*facts*/) override {}

 private:
  RenderOptions options_;
  Output& output_;
  std::vector<std::string> names_;
  std::uint64_t rows_ = 0;
};

class InsertRenderer final : public Renderer {
 public:
  InsertRenderer(const RenderOptions& options, Output& output)
      : options_(options), output_(output), quote_(options.format == Format::kQuote) {}

  void begin(const std::vector<std::string>& columns) override {
    if (quote_) {
      if (!options_.headers) return;
      std::string line;
      for (const std::string& name : columns)
        line += (line.empty() ? "" : ",") + sql_literal(ValueView::text(name));
      output_.write(line + "\n");
      return;
    }
    head_ = "INSERT INTO " + sql_identifier(options_.insert_table) + "(";
    for (std::size_t i = 0; i < columns.size(); ++i)
      head_ += (i > 0 ? "," : "") + sql_identifier(columns[i]);
    head_ += ") VALUES(";
  }

  void row(std::span<const ValueView> cells) override {
    std::string line = head_;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) line += ',';
      line += sql_literal(cells[i]);
    }
    output_.write(line + (quote_ ? "\n" : ");\n"));
  }

  void end(const ResultFacts& /*facts*/) override {}

 private:
  RenderOptions options_;
  Output& output_;
  bool quote_;
  std::string head_;
};

}  // namespace

std::unique_ptr<Renderer> make_line_renderer(const RenderOptions& options, Output& output) {
  return std::make_unique<LineRenderer>(options, output);
}
std::unique_ptr<Renderer> make_insert_renderer(const RenderOptions& options, Output& output) {
  return std::make_unique<InsertRenderer>(options, output);
}

}  // namespace dirsnap
