// SPDX-License-Identifier: MIT
//
// markdown (pipe table) and html (a <table>, or a page that loads nothing).
#include "shell/render/markup.h"

#include <algorithm>
#include <cctype>

#include "shell/render/escape.h"
#include "shell/render/renderer.h"
#include "shell/render/value_text.h"

namespace dirsnap {

std::string markdown_text(std::string_view text) {
  const std::string visible = escape_for_terminal(text, LineBreaks::kKeep);
  std::string out;
  for (std::size_t i = 0; i < visible.size(); ++i) {
    const char c = visible[i];
    const bool before_punctuation =
        i + 1 == visible.size() || std::ispunct(static_cast<unsigned char>(visible[i + 1])) != 0;
    if (c == '\n') {
      out += "<br>";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '&') {
      out += "&amp;";
    } else {
      // A backslash before a letter stands for itself in Markdown, so paths stay readable.
      if (c == '|' || c == '[' || c == '`' || c == '*' || (c == '\\' && before_punctuation))
        out += '\\';
      out += c;
    }
  }
  return out;
}

std::string markup_text(std::string_view text, std::string_view line_break) {
  std::string out;
  for (const char c : escape_for_terminal(text, LineBreaks::kKeep)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      case '\n':
        out += line_break;
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string html_text(std::string_view text) { return markup_text(text, "<br>"); }

namespace {

class MarkdownRenderer final : public Renderer {
 public:
  MarkdownRenderer(const RenderOptions& options, Output& output)
      : options_(options), output_(output) {}

  void begin(const std::vector<std::string>& columns) override {
    std::string head = "|";
    std::string rule = "|";
    for (const std::string& name : columns) {
      head += " " + markdown_text(name) + " |";
      rule += " --- |";
    }
    output_.write(head + "\n" + rule + "\n");
  }

  void row(std::span<const ValueView> cells) override {
    std::string line = "|";
    for (const ValueView& value : cells) {
      const std::string text =
          value.is_null() ? options_.null_text.value_or("NULL") : value_text(value);
      line += " " + markdown_text(text) + " |";
    }
    output_.write(line + "\n");
  }

  void end(const ResultFacts& /*facts*/) override {}

 private:
  RenderOptions options_;
  Output& output_;
};

constexpr std::string_view kPageHead =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" "
    "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
    "<title>dirsnap query</title>\n"
    "<style>table{border-collapse:collapse}th,td{border:1px solid #888;padding:.2em .5em;"
    "text-align:left;vertical-align:top}td.n{text-align:right}td.null{font-style:italic}</style>\n"
    "</head>\n<body>\n";

class HtmlRenderer final : public Renderer {
 public:
  HtmlRenderer(const RenderOptions& options, Output& output) : options_(options), output_(output) {}

  void begin(const std::vector<std::string>& columns) override {
    if (options_.page) output_.write(kPageHead);
    output_.write("<table>\n");
    if (!options_.headers) return;
    std::string line = "<tr>";
    for (const std::string& name : columns) line += "<th><bdi>" + html_text(name) + "</bdi></th>";
    output_.write(line + "</tr>\n");
  }

  void row(std::span<const ValueView> cells) override {
    std::string line = "<tr>";
    for (const ValueView& value : cells) {
      if (value.is_null()) {
        line += "<td class=\"null\">" + html_text(options_.null_text.value_or("NULL")) + "</td>";
        continue;
      }
      const bool number = value.is_number();
      line += number ? "<td class=\"n\"><bdi>" : "<td><bdi>";
      line += html_text(value_text(value)) + "</bdi></td>";
    }
    output_.write(line + "</tr>\n");
  }

  void end(const ResultFacts& /*facts*/) override {
    output_.write(options_.page ? "</table>\n</body>\n</html>\n" : "</table>\n");
  }

 private:
  RenderOptions options_;
  Output& output_;
};

}  // namespace

std::unique_ptr<Renderer> make_markdown_renderer(const RenderOptions& options, Output& output) {
  return std::make_unique<MarkdownRenderer>(options, output);
}
std::unique_ptr<Renderer> make_html_renderer(const RenderOptions& options, Output& output) {
  return std::make_unique<HtmlRenderer>(options, output);
}

}  // namespace dirsnap
