// SPDX-License-Identifier: MIT
//
// The program dirsnap. Exceptions end here as exit codes.
#include <clocale>
#include <cstdio>
#include <exception>
#include <malloc.h>
#include <new>
#include <string>
#include <system_error>

#include "shell/messages.h"
#include "shell/program.h"
#include "shell/signals.h"

namespace {

// An import asks for the same megabytes for each batch: given back between, the system would have
// to clear them again and again.
void keep_freed_memory() {
#ifdef __GLIBC__
  constexpr int kKeptBytes = 64 << 20;
  mallopt(M_MMAP_THRESHOLD, kKeptBytes / 2);
  mallopt(M_TRIM_THRESHOLD, kKeptBytes);
#endif
}

}  // namespace

int main(int argc, char** argv) {
  keep_freed_memory();
  // Characters only: numbers and messages do not depend on the locale.
  if (std::setlocale(LC_CTYPE, "C.UTF-8") == nullptr) std::setlocale(LC_CTYPE, "");
  dirsnap::install_signal_handlers();
  try {
    return static_cast<int>(dirsnap::run_program({argv + 1, argv + argc}));
  } catch (const std::bad_alloc&) {
    std::fputs("dirsnap: out of memory\n", stderr);
    return static_cast<int>(dirsnap::ExitCode::kEnvironment);
  } catch (const std::system_error& error) {  // no further thread
    dirsnap::print_line(std::string("dirsnap: ") + error.what());
    return static_cast<int>(dirsnap::ExitCode::kEnvironment);
  } catch (const std::exception& error) {
    dirsnap::print_line(std::string("dirsnap: internal fault: ") + error.what());
    return static_cast<int>(dirsnap::ExitCode::kInternal);
  }
}
