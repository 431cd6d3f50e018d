// SPDX-License-Identifier: MIT
//
// Registry texts of every form, with the code page guessed and in one with double bytes.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "importers/reg_text/reader.h"

namespace {}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto* bytes = reinterpret_cast<const std::byte*>(data);
  dirsnap::MemorySource source(std::vector<std::byte>(bytes, bytes + size));
  dirsnap::SilentSink issues;
  const dirsnap::CancelToken cancel;
  for (const std::optional<unsigned> codepage : {std::optional<unsigned>(), {932U}}) {
    (void)dirsnap::reg_text::read_document(source, {.codepage = codepage}, cancel, issues);
  }
  return 0;
}
