// SPDX-License-Identifier: MIT
//
// The program behind a pseudo terminal: keys in, screen bytes out.
// Threads: one thread.
#pragma once

#include <cerrno>
#include <chrono>
#include <csignal>
#include <poll.h>
#include <pty.h>
#include <string>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace dirsnap::test {

class Terminal {
 public:
  // Starts `arguments[0]` with a home folder of its own.
  Terminal(const std::vector<std::string>& arguments,
           const std::string& home,
           unsigned short columns = 80) {
    winsize size{24, columns, 0, 0};
    child_ = ::forkpty(&master_, nullptr, nullptr, &size);
    if (child_ != 0) return;
    ::setenv("HOME", home.c_str(), 1);
    ::setenv("TERM", "xterm", 1);
    ::setenv("NO_COLOR", "1", 1);
    ::unsetenv("XDG_STATE_HOME");
    ::unsetenv("XDG_CONFIG_HOME");
    std::vector<char*> words;
    for (const std::string& argument : arguments)
      words.push_back(const_cast<char*>(argument.c_str()));
    words.push_back(nullptr);
    ::execv(words[0], words.data());
    ::_exit(127);
  }
  ~Terminal() {
    if (child_ > 0 && !ended_) {
      ::kill(child_, SIGKILL);
      ::waitpid(child_, nullptr, 0);
    }
    ::close(master_);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  void signal(int number) { ::kill(child_, number); }

  void send(std::string_view keys) {
    while (!keys.empty()) {
      const ssize_t n = ::write(master_, keys.data(), keys.size());
      if (n <= 0) return;
      keys.remove_prefix(static_cast<std::size_t>(n));
    }
  }

  // Reads until `text` was seen after everything seen before. False after ten seconds.
  bool sees(std::string_view text) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (true) {
      if (const std::size_t at = screen_.find(text, seen_); at != std::string::npos) {
        seen_ = at + text.size();
        return true;
      }
      if (std::chrono::steady_clock::now() > end || !read_some()) return false;
    }
  }

  // Everything written so far.
  [[nodiscard]] const std::string& screen() const { return screen_; }

  // Waits for the program's end; its exit code, -1 if a signal ended it: also the one that this
  // sends to a program that says nothing for ten seconds and does not end.
  int wait() {
    while (read_some()) {
    }
    int status = 0;
    for (int tries = 0; ::waitpid(child_, &status, WNOHANG) == 0; ++tries) {
      if (tries == 100) ::kill(child_, SIGKILL);
      ::usleep(10'000);
    }
    ended_ = true;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  // False when nothing comes within a while or the program has ended.
  bool read_some() {
    pollfd ready{master_, POLLIN, 0};
    if (::poll(&ready, 1, 10'000) <= 0) return false;
    char buffer[4096];
    const ssize_t n = ::read(master_, buffer, sizeof buffer);
    if (n <= 0) return false;  // EIO: the other side is closed
    screen_.append(buffer, static_cast<std::size_t>(n));
    return true;
  }

  int master_ = -1;
  pid_t child_ = -1;
  bool ended_ = false;
  std::string screen_;
  std::size_t seen_ = 0;
};

}  // namespace dirsnap::test
