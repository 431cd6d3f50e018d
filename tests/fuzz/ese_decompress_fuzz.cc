// SPDX-License-Identifier: MIT
//
// Unpacks the input as a packed value; what comes out keeps to the limit.
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "importers/ese/compression.h"

// NOLINTNEXTLINE(readability-identifier-naming): the name libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kSizeMax = 70'000;
  std::vector<std::byte> out;
  const dirsnap::Bytes packed(reinterpret_cast<const std::byte*>(data), size);
  const auto done = dirsnap::ese::decompress(packed, kSizeMax, out);
  if (out.size() > kSizeMax || (!done && !out.empty())) std::abort();
  return 0;
}
