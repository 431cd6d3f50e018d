// SPDX-License-Identifier: MIT
//
// The shell over one case: interactive at a terminal, batch elsewhere.
// Threads: one thread.
#pragma once

#include <optional>
#include <string>

#include "shell/exit_code.h"
#include "shell/open_case.h"
#include "shell/terminal.h"

namespace dirsnap {

struct ReplOptions {
  bool safe = false;
  bool untrusted = false;
  bool bail = false;
  bool read_init_file = true;  // interactive only
  std::string format;          // first mode; empty: box on a terminal, csv elsewhere
  ColorMode color = ColorMode::kAuto;
};

// Reads standard input to its end, or until the user leaves.
Result<ExitCode> run_repl(OpenCase& opened, const ReplOptions& options);

}  // namespace dirsnap
