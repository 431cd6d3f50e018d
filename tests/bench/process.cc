// SPDX-License-Identifier: MIT
#include "tests/bench/process.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace dirsnap::bench {

namespace {

// Anonymous pages of a process now; 0 where the system does not say.
double private_mib(pid_t process) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  const std::string name = "RssAnon:";
  for (std::string line; std::getline(status, line);) {
    if (line.compare(0, name.size(), name) == 0)
      return std::atof(line.c_str() + name.size()) / 1024;
  }
  return 0;
}

// False until the child has become the other program: before, its memory is a copy of ours.
bool runs_another_program(pid_t process) {
  std::error_code error;
  const auto its =
      std::filesystem::read_symlink("/proc/" + std::to_string(process) + "/exe", error);
  return !error && its != std::filesystem::read_symlink("/proc/self/exe", error);
}

}  // namespace

Cost run_program(const std::vector<std::string>& argv) {
  std::vector<char*> raw;
  for (const std::string& word : argv) raw.push_back(const_cast<char*>(word.c_str()));
  raw.push_back(nullptr);
  const auto start = std::chrono::steady_clock::now();
  const pid_t child = fork();
  if (child == 0) {
    const int null = open("/dev/null", O_RDWR);
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(null, fd);
    execvp(raw[0], raw.data());
    _exit(127);
  }
  Cost cost;
  int status = 0;
  rusage usage = {};
  if (child < 0) return cost;
  pid_t ended = 0;
  while ((ended = wait4(child, &status, WNOHANG, &usage)) == 0) {
    if (runs_another_program(child)) {
      cost.private_mib = std::max(cost.private_mib, private_mib(child));
    }
    usleep(10'000);
  }
  if (ended != child) return cost;
  cost.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  cost.cpu_s = seconds(usage.ru_utime) + seconds(usage.ru_stime);
  cost.peak_mib = static_cast<double>(usage.ru_maxrss) / 1024;
  cost.exit_code = WIFEXITED(status) && WEXITSTATUS(status) != 127 ? WEXITSTATUS(status) : -1;
  return cost;
}

bool program_exists(const std::string& name) {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (access((std::filesystem::path(folder) / name).c_str(), X_OK) == 0) return true;
  }
  return false;
}

void drop_from_cache(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED);
  ::close(descriptor);
}

}  // namespace dirsnap::bench
