// SPDX-License-Identifier: MIT
#include "importers/regf/use_map.h"

#include <algorithm>

namespace dirsnap::regf {

void UseMap::cover(std::uint64_t begin, std::uint64_t bytes) {
  const std::uint64_t first = std::min<std::uint64_t>(begin / kUnitBytes, units_.size());
  const std::uint64_t last =
      std::min<std::uint64_t>((begin + bytes + kUnitBytes - 1) / kUnitBytes, units_.size());
  std::fill(units_.begin() + static_cast<std::ptrdiff_t>(first),
            units_.begin() + static_cast<std::ptrdiff_t>(last), true);
}

std::uint64_t UseMap::next_covered(std::uint64_t at) const {
  const std::uint64_t from = std::min<std::uint64_t>(at / kUnitBytes, units_.size());
  const auto place =
      std::find(units_.begin() + static_cast<std::ptrdiff_t>(from), units_.end(), true);
  return static_cast<std::uint64_t>(place - units_.begin()) * kUnitBytes;
}

}  // namespace dirsnap::regf
