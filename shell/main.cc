// SPDX-License-Identifier: MIT
//
// The program dirsnap. Exceptions end here as exit codes.
#include <clocale>
#include <cstdio>
#include <exception>
#include <new>

#include "shell/messages.h"
#include "shell/program.h"
#include "shell/signals.h"

int main(int argc, char** argv) {
  // Characters only: numbers and messages do not depend on the locale.
  if (std::setlocale(LC_CTYPE, "C.UTF-8") == nullptr) std::setlocale(LC_CTYPE, "");
  dirsnap::install_signal_handlers();
  try {
    return static_cast<int>(dirsnap::run_program({argv + 1, argv + argc}));
  } catch (const std::bad_alloc&) {
    std::fputs("dirsnap: out of memory\n", stderr);
    return static_cast<int>(dirsnap::ExitCode::kEnvironment);
  } catch (const std::exception& error) {
    dirsnap::print_line(std::string("dirsnap: internal fault: ") + error.what());
    return static_cast<int>(dirsnap::ExitCode::kInternal);
  }
}
