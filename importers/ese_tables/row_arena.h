// SPDX-License-Identifier: MIT
//
// Memory for the texts of one row, reused from row to row: views stay valid until reset().
// Threads: one thread.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace dirsnap {

class RowArena {
 public:
  // A copy of `text` that lives until reset().
  std::string_view keep(std::string_view text) {
    if (text.empty()) return {};
    if (blocks_.empty() || capacity_ - used_ < text.size()) grow(text.size());
    char* const at = blocks_.back().get() + used_;
    std::memcpy(at, text.data(), text.size());
    used_ += text.size();
    return {at, text.size()};
  }

  void reset() {
    // A row that needed several blocks is rare; keep the last, largest one.
    if (blocks_.size() > 1) blocks_.erase(blocks_.begin(), blocks_.end() - 1);
    used_ = 0;
  }

 private:
  void grow(std::size_t need) {
    capacity_ = std::max({need, std::size_t{16} << 10, 2 * capacity_});
    blocks_.push_back(std::make_unique<char[]>(capacity_));
    used_ = 0;
  }

  std::vector<std::unique_ptr<char[]>> blocks_;
  std::size_t capacity_ = 0;
  std::size_t used_ = 0;
};

}  // namespace dirsnap
