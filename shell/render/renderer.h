// SPDX-License-Identifier: MIT
//
// Turns result rows into one of the output formats. Rows stream; box and table hold back a
// bounded number of rows to learn their widths.
// Lifetime: a Renderer borrows its Output. Threads: one thread.
// Facts: RFC 4180 (CSV), RFC 8259 (JSON), GitHub Flavored Markdown (pipe tables).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "shell/output.h"
#include "shell/render/format.h"
#include "storage/value.h"

namespace dirsnap {

struct RenderOptions {
  Format format = Format::kCsv;
  bool headers = true;
  std::optional<std::string> null_text;  // unset: what the format does by itself
  std::optional<std::size_t> width;      // terminal cells to fit into; unset = no limit
  std::optional<std::size_t> max_rows;   // box, table: rows shown, the middle is left out
  std::vector<std::size_t> columns;      // box, table: widths asked for, 0 = automatic
  std::string separator = "|";           // list
  std::string insert_table = "result";   // insert
  bool color = false;                    // dim NULLs
  bool footer = false;                   // row count and time under a box
  bool exact = false;                    // csv: leave cells alone that a spreadsheet would compute
  bool crlf = false;                     // csv: lines end with CR LF
  bool page = false;                     // html: a whole page
  bool raw = false;                      // no escaping of control characters in text formats
  bool to_terminal = false;              // csv: escape control characters here too
};

// What is known when the rows have ended.
struct ResultFacts {
  std::uint64_t rows = 0;
  double seconds = 0;
  bool cut = false;  // more rows existed than were asked for
};

class Renderer {
 public:
  virtual ~Renderer() = default;
  virtual void begin(const std::vector<std::string>& columns) = 0;
  // REQUIRES: as many cells as columns.
  virtual void row(std::span<const ValueView> cells) = 0;
  virtual void end(const ResultFacts& facts) = 0;
  // Cells that got a leading ' so that a spreadsheet does not compute them.
  [[nodiscard]] virtual std::uint64_t neutralised() const { return 0; }
};

std::unique_ptr<Renderer> make_renderer(const RenderOptions& options, Output& output);

// The makers behind make_renderer, one per file of this folder.
std::unique_ptr<Renderer> make_table_renderer(const RenderOptions& options, Output& output);
std::unique_ptr<Renderer> make_csv_renderer(const RenderOptions& options, Output& output);
std::unique_ptr<Renderer> make_tsv_renderer(const RenderOptions& options, Output& output);
std::unique_ptr<Renderer> make_json_renderer(const RenderOptions& options, Output& output);
std::unique_ptr<Renderer> make_markdown_renderer(const RenderOptions& options, Output& output);
std::unique_ptr<Renderer> make_html_renderer(const RenderOptions& options, Output& output);
std::unique_ptr<Renderer> make_line_renderer(const RenderOptions& options, Output& output);
std::unique_ptr<Renderer> make_insert_renderer(const RenderOptions& options, Output& output);
std::unique_ptr<Renderer> make_list_renderer(const RenderOptions& options, Output& output);

}  // namespace dirsnap
