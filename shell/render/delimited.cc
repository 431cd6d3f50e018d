// SPDX-License-Identifier: MIT
//
// csv (RFC 4180), tsv (backslash escapes, NULL as \N) and list (values with a separator).
#include <array>
#include <cctype>
#include <charconv>

#include "shell/render/escape.h"
#include "shell/render/renderer.h"
#include "shell/render/value_text.h"

namespace dirsnap {
namespace {

bool is_plain_number(std::string_view text) {
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  if (text.empty() || (text.front() != '-' && text.front() != '.' &&
                       std::isdigit(static_cast<unsigned char>(text.front())) == 0))
    return false;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

// True for a cell that a spreadsheet would take for a formula.
bool starts_like_formula(std::string_view text) {
  constexpr std::string_view kStarts("=+-@\t\r\n\0", 8);
  constexpr std::array<std::string_view, 4> kFullWidth = {"\uFF1D", "\uFF0B", "\uFF0D", "\uFF20"};
  if (text.empty()) return false;
  if (kStarts.find(text.front()) != std::string_view::npos) return !is_plain_number(text);
  for (const std::string_view start : kFullWidth) {
    if (text.substr(0, start.size()) == start) return true;
  }
  return false;
}

bool needs_quotes(std::string_view text) {
  return text.empty() || text.front() == ' ' || text.back() == ' ' || text.front() == '\t' ||
         text.back() == '\t' || text.find_first_of("\",\r\n") != std::string_view::npos;
}

class CsvRenderer final : public Renderer {
 public:
  CsvRenderer(const RenderOptions& options, Output& output) : options_(options), output_(output) {}

  void begin(const std::vector<std::string>& columns) override {
    if (!options_.headers) return;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (i > 0) line_ += ',';
      append_text(columns[i]);
    }
    end_line();
  }

  void row(std::span<const ValueView> cells) override {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) line_ += ',';
      const ValueView& value = cells[i];
      if (value.type == ValueType::kText) {
        append_text(value.bytes);
      } else if (value.is_null() && options_.null_text) {
        line_ += *options_.null_text;
      } else {
        line_ += value_text(value);
      }
    }
    end_line();
  }

  void end(const ResultFacts& /*facts*/) override {}
  [[nodiscard]] std::uint64_t neutralised() const override { return neutralised_; }

 private:
  void append_text(std::string_view text) {
    std::string safe;
    if (!options_.exact && starts_like_formula(text)) {
      ++neutralised_;
      safe = "'";
      safe += text;
      text = safe;
    }
    std::string shown;
    if (options_.to_terminal) {
      shown = escape_for_terminal(text, LineBreaks::kKeep);
      text = shown;
    }
    if (!needs_quotes(text)) {
      line_ += text;
      return;
    }
    line_ += '"';
    for (const char c : text) {
      if (c == '"') line_ += '"';
      line_ += c;
    }
    line_ += '"';
  }

  void end_line() {
    line_ += options_.crlf ? "\r\n" : "\n";
    output_.write(line_);
    line_.clear();
  }

  RenderOptions options_;
  Output& output_;
  std::string line_;
  std::uint64_t neutralised_ = 0;
};

// Backslash, tab, line feed and carriage return as two characters each.
void append_tsv_text(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '\\':
        out += "\\\\";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      default:
        out += c;
    }
  }
}

// What stands between the cells and how a cell is written: the differences of tsv and list.
class SeparatedRenderer final : public Renderer {
 public:
  SeparatedRenderer(const RenderOptions& options, Output& output)
      : options_(options),
        output_(output),
        tsv_(options.format == Format::kTsv),
        separator_(tsv_ ? "\t" : options.separator) {}

  void begin(const std::vector<std::string>& columns) override {
    if (!options_.headers) return;
    std::string line;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (i > 0) line += separator_;
      append(line, ValueView::text(columns[i]));
    }
    output_.write(line + "\n");
  }

  void row(std::span<const ValueView> cells) override {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) line += separator_;
      append(line, cells[i]);
    }
    output_.write(line + "\n");
  }

  void end(const ResultFacts& /*facts*/) override {}

 private:
  void append(std::string& line, const ValueView& value) const {
    if (value.is_null()) {
      line += options_.null_text.value_or(tsv_ ? "\\N" : "");
    } else if (!tsv_) {
      line += readable_text(value, options_.raw);
    } else {
      std::string text;
      append_tsv_text(text, value_text(value));
      line += options_.to_terminal ? escape_controls(text) : text;
    }
  }

  // Backslashes are doubled already: unsafe characters are escaped one by one.
  static std::string escape_controls(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
      const CodePoint point = code_point_at(text, at);
      const std::string_view bytes = text.substr(at, point.size_bytes);
      out +=
          point.valid && !is_unsafe(point.value) ? std::string(bytes) : escape_for_terminal(bytes);
      at += point.size_bytes;
    }
    return out;
  }

  RenderOptions options_;
  Output& output_;
  bool tsv_;
  std::string separator_;
};

}  // namespace

std::unique_ptr<Renderer> make_csv_renderer(const RenderOptions& options, Output& output) {
  return std::make_unique<CsvRenderer>(options, output);
}
std::unique_ptr<Renderer> make_tsv_renderer(const RenderOptions& options, Output& output) {
  return std::make_unique<SeparatedRenderer>(options, output);
}
std::unique_ptr<Renderer> make_list_renderer(const RenderOptions& options, Output& output) {
  return std::make_unique<SeparatedRenderer>(options, output);
}

}  // namespace dirsnap
