// SPDX-License-Identifier: MIT
//
// Renders rows into a string, through a real pipe-less Output over a temporary file.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <unistd.h>
#include <vector>

#include "shell/output.h"
#include "shell/render/renderer.h"

namespace dirsnap::test {

// What a function wrote to the Output it was given.
template <class Write>
std::string captured(Write&& write) {
  std::FILE* file = std::tmpfile();
  if (file == nullptr) std::abort();
  {
    const auto output = Output::borrow(::fileno(file));
    write(*output);
    output->flush();
  }
  std::string text;
  std::rewind(file);
  for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file)) text += static_cast<char>(c);
  std::fclose(file);
  return text;
}

using Rows = std::vector<std::vector<ValueView>>;

inline std::string rendered(const RenderOptions& options,
                            const std::vector<std::string>& columns,
                            const Rows& rows,
                            std::uint64_t* neutralised = nullptr) {
  return captured([&](Output& output) {
    const auto renderer = make_renderer(options, output);
    renderer->begin(columns);
    for (const auto& row : rows) renderer->row(row);
    renderer->end({.rows = rows.size(), .seconds = 0.004});
    if (neutralised != nullptr) *neutralised = renderer->neutralised();
  });
}

inline RenderOptions in_format(Format format) {
  RenderOptions options;
  options.format = format;
  return options;
}

}  // namespace dirsnap::test
