// SPDX-License-Identifier: MIT
//
// Signals of the program. Ctrl-C asks the running work to stop and a second one ends the process;
// SIGTERM and SIGHUP end the shell too, not the running work alone; a closed pipe is an error code,
// not a death; a case file that shrinks under its map ends the process with one line. Threads:
// install once, in the main thread.
#pragma once

#include "query/engine.h"
#include "storage/base/cancel.h"

namespace dirsnap {

void install_signal_handlers();

// Set by Ctrl-C (SIGINT), SIGTERM and SIGHUP; long work looks at it.
CancelToken& interrupt_token();

// Forgets a Ctrl-C that was dealt with; a SIGTERM or SIGHUP is not forgotten.
void clear_interrupt();

// True once SIGTERM or SIGHUP has come.
bool termination_requested();

// While it lives, Ctrl-C interrupts this engine's statement too. One at a time.
class InterruptScope {
 public:
  explicit InterruptScope(Engine& engine);
  ~InterruptScope();
  InterruptScope(const InterruptScope&) = delete;
  InterruptScope& operator=(const InterruptScope&) = delete;
};

}  // namespace dirsnap
