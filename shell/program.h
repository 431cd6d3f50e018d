// SPDX-License-Identifier: MIT
//
// The command line as a whole: parsing, advice on mistyped words, dispatch.
// Threads: one thread. CLI11's exceptions stop here; others pass to the caller.
#pragma once

#include <string>
#include <vector>

#include "shell/exit_code.h"

namespace dirsnap {

// `arguments` without the program's name.
ExitCode run_program(std::vector<std::string> arguments);

// One line; `verbose` adds the versions of the libraries and of the case format.
std::string version_text(bool verbose);

}  // namespace dirsnap
