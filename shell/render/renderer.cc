// SPDX-License-Identifier: MIT
#include "shell/render/renderer.h"

namespace dirsnap {

std::unique_ptr<Renderer> make_renderer(const RenderOptions& options, Output& output) {
  switch (options.format) {
    case Format::kBox:
    case Format::kTable:
      return make_table_renderer(options, output);
    case Format::kCsv:
      return make_csv_renderer(options, output);
    case Format::kTsv:
      return make_tsv_renderer(options, output);
    case Format::kJson:
    case Format::kJsonl:
      return make_json_renderer(options, output);
    case Format::kMarkdown:
      return make_markdown_renderer(options, output);
    case Format::kHtml:
      return make_html_renderer(options, output);
    case Format::kLine:
      return make_line_renderer(options, output);
    case Format::kInsert:
    case Format::kQuote:
      return make_insert_renderer(options, output);
    case Format::kList:
      return make_list_renderer(options, output);
  }
  return make_csv_renderer(options, output);
}

}  // namespace dirsnap
