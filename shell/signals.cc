// SPDX-License-Identifier: MIT
#include "shell/signals.h"

#include <atomic>
#include <csignal>
#include <cstring>
#include <string_view>
#include <unistd.h>

#include "shell/exit_code.h"

namespace dirsnap {
namespace {

// A handler reaches its state through globals only; all are lock-free atomics.
CancelToken g_token;
std::atomic<bool> g_ends{false};
std::atomic<Engine*> g_engine{nullptr};
static_assert(std::atomic<bool>::is_always_lock_free);
static_assert(std::atomic<Engine*>::is_always_lock_free);

void on_interrupt(int /*signal*/) {
  if (g_token.requested()) ::_exit(static_cast<int>(ExitCode::kInterrupted));
  g_token.request();
  if (Engine* engine = g_engine.load()) engine->interrupt();
}

void on_termination(int signal) {
  g_ends.store(true);
  on_interrupt(signal);
}

void on_bus_error(int /*signal*/) {
  constexpr std::string_view kText =
      "dirsnap: the case file shrank or its medium failed while it was read\n";
  [[maybe_unused]] const ssize_t n = ::write(STDERR_FILENO, kText.data(), kText.size());
  ::_exit(static_cast<int>(ExitCode::kEnvironment));
}

void handle(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  ::sigemptyset(&action.sa_mask);
  ::sigaction(signal, &action, nullptr);  // no SA_RESTART: a read at the prompt must end
}

}  // namespace

void install_signal_handlers() {
  handle(SIGINT, on_interrupt);
  handle(SIGTERM, on_termination);
  struct sigaction before {};
  ::sigaction(SIGHUP, nullptr, &before);
  if (before.sa_handler != SIG_IGN) handle(SIGHUP, on_termination);  // nohup means it
  handle(SIGBUS, on_bus_error);
  handle(SIGPIPE, SIG_IGN);
  handle(SIGXFSZ, SIG_IGN);
}

CancelToken& interrupt_token() { return g_token; }

void clear_interrupt() {
  if (!g_ends.load()) g_token.clear();
}

bool termination_requested() { return g_ends.load(); }

InterruptScope::InterruptScope(Engine& engine) {
  engine.clear_interrupt();
  g_engine.store(&engine);
  if (g_token.requested()) engine.interrupt();
}
InterruptScope::~InterruptScope() { g_engine.store(nullptr); }

}  // namespace dirsnap
