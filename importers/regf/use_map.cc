// SPDX-License-Identifier: MIT
#include "importers/regf/use_map.h"

#include <algorithm>
#include <bit>

namespace dirsnap::regf {

void UseMap::cover(std::uint64_t begin, std::uint64_t bytes) {
  const std::uint64_t end = std::uint64_t{words_.size()} * 64;
  std::uint64_t unit = std::min(begin / kUnitBytes, end);
  const std::uint64_t last = std::min((begin + bytes + kUnitBytes - 1) / kUnitBytes, end);
  while (unit < last) {
    const std::uint64_t first_bit = unit % 64;
    const std::uint64_t count = std::min(64 - first_bit, last - unit);
    const std::uint64_t bits = count == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
    words_[static_cast<std::size_t>(unit / 64)] |= bits << first_bit;
    unit += count;
  }
}

std::uint64_t UseMap::next(std::uint64_t at, std::uint64_t limit, std::uint64_t flip) const {
  std::uint64_t unit = at / kUnitBytes;
  while (unit * kUnitBytes < limit && unit / 64 < words_.size()) {
    const std::uint64_t rest = (words_[static_cast<std::size_t>(unit / 64)] ^ flip) >> (unit % 64);
    if (rest != 0) {
      unit += static_cast<std::uint64_t>(std::countr_zero(rest));
      return std::min(std::max(unit * kUnitBytes, at), limit);
    }
    unit += 64 - unit % 64;
  }
  return limit;
}

}  // namespace dirsnap::regf
