// SPDX-License-Identifier: MIT
//
// Ctrl-C and time limits, asked for inside every long loop.
// Threads: request() and the checks may be called from any thread; request() also from a signal
// handler (a lock-free atomic store).
#pragma once

#include <atomic>
#include <chrono>

#include "storage/base/result.h"

namespace dirsnap {

// Loops over rows look at their token once in so many steps.
inline constexpr std::uint64_t kStepsPerCheck = 4096;

class CancelToken {
 public:
  void request() noexcept { requested_.store(true, std::memory_order_relaxed); }
  void clear() noexcept { requested_.store(false, std::memory_order_relaxed); }
  [[nodiscard]] bool requested() const noexcept {
    return requested_.load(std::memory_order_relaxed);
  }

  // Work after this moment fails with kLimit; the default is no limit.
  void set_deadline(std::chrono::steady_clock::time_point deadline) { deadline_ = deadline; }

  // Cheap enough for every kStepsPerCheck steps.
  [[nodiscard]] Result<void> check() const {
    if (requested()) return fail(Code::kInterrupted, "interrupted");
    if (deadline_ != kNoDeadline && std::chrono::steady_clock::now() > deadline_)
      return fail(Code::kLimit, "time limit reached");
    return {};
  }

 private:
  static constexpr auto kNoDeadline = std::chrono::steady_clock::time_point::max();
  std::atomic<bool> requested_{false};
  std::chrono::steady_clock::time_point deadline_ = kNoDeadline;
};

}  // namespace dirsnap
