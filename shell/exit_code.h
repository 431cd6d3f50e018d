// SPDX-License-Identifier: MIT
//
// The exit codes of the program, the order of their gravity and the code of an Error.
// Threads: pure functions.
#pragma once

#include <cstdint>

#include "storage/base/result.h"

namespace dirsnap {

enum class ExitCode : std::uint8_t {
  kOk = 0,             // complete, no loss
  kFailOn = 1,         // --fail-on fired, or verify found a difference
  kUsage = 2,          // usage or SQL error
  kLoss = 3,           // done, with at least one loss or doubt recorded
  kSource = 4,         // source unusable or changed while read, nothing sealed
  kEnvironment = 5,    // disk full, I/O, memory, rights
  kCaseRefused = 6,    // case damaged, of a foreign version, seal mismatch
  kLimit = 7,          // stopped by a time, memory or row limit
  kInternal = 8,       // a fault of the program
  kInterrupted = 130,  // stopped by the user
};

// Who an Error speaks of: the same code means different things to a script.
enum class ErrorOrigin : std::uint8_t {
  kCase,    // opening or reading the case, SQL over it
  kSource,  // evidence being imported
};

ExitCode exit_code_of(const Error& error, ErrorOrigin origin = ErrorOrigin::kCase);

// The graver of two, by 130, 8, 5, 6, 4, 7, 3, 2, 1, 0.
ExitCode gravest(ExitCode a, ExitCode b);

}  // namespace dirsnap
