// SPDX-License-Identifier: MIT
//
// Full walks of a hive by different readers: every key with name and time, every value with name,
// type and all its bytes. All of them answer the same questions, so that their times compare.
#pragma once

#include <cstdint>
#include <string>

namespace dirsnap::bench {

struct WalkTotals {
  bool is_complete = false;  // false: the reader gave up
  std::uint64_t keys = 0;
  std::uint64_t values = 0;
  std::uint64_t data_bytes = 0;
  std::uint64_t touched = 0;  // sum of one byte of each value, so that nothing is skipped
};

// Each is built where its library is present (tests/bench/CMakeLists.txt).
WalkTotals walk_with_hivex(const std::string& path);
WalkTotals walk_with_libregf(const std::string& path);

}  // namespace dirsnap::bench
