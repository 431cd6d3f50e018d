// SPDX-License-Identifier: MIT
//
// json (one array of objects) and jsonl (one object a line, flushed as rows come).
#include "shell/render/renderer.h"
#include "shell/render/value_text.h"

namespace dirsnap {
namespace {

constexpr std::uint64_t kRowsPerFlush = 64;

class JsonRenderer final : public Renderer {
 public:
  JsonRenderer(const RenderOptions& options, Output& output)
      : output_(output), lines_(options.format == Format::kJsonl) {}

  void begin(const std::vector<std::string>& columns) override {
    names_ = unique_names(columns);
    if (!lines_) output_.write("[");
  }

  void row(std::span<const ValueView> cells) override {
    std::string text;
    if (!lines_ && rows_ > 0) text += ",\n";
    append_json_object(text, names_, cells);
    if (lines_) text += '\n';
    output_.write(text);
    if (++rows_ % kRowsPerFlush == 0 && lines_) output_.flush();
  }

  void end(const ResultFacts& /*facts*/) override {
    if (!lines_) output_.write("]\n");
  }

 private:
  Output& output_;
  bool lines_;
  std::vector<std::string> names_;
  std::uint64_t rows_ = 0;
};

}  // namespace

std::unique_ptr<Renderer> make_json_renderer(const RenderOptions& options, Output& output) {
  return std::make_unique<JsonRenderer>(options, output);
}

}  // namespace dirsnap
