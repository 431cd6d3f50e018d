// SPDX-License-Identifier: MIT
//
// Where results go: a descriptor that is already open, or a new file that appears complete or not
// at all. Writes are buffered; the first failure sticks and is told by ok() and finish().
// Lifetime: a borrowed descriptor outlives its Output. Threads: one thread.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "storage/base/result.h"

namespace dirsnap {

class Output {
 public:
  // Standard output or another open descriptor; not closed.
  static std::unique_ptr<Output> borrow(int fd);

  // A new file of mode 0600, written beside its final name and renamed by finish(). An existing
  // name is refused (kUsage) unless `force`. A device or pipe that exists is written directly.
  static Result<std::unique_ptr<Output>> create(const std::filesystem::path& path, bool force);

  // Takes back a file that was not finished.
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  void write(std::string_view text);
  void flush();
  // Flushes and gives the file its name. Fails with kIo, or kUsage if the name was taken since.
  [[nodiscard]] Result<void> finish();

  [[nodiscard]] bool ok() const { return error_ == 0; }
  // True if the reader of a pipe has gone: not worth a message.
  [[nodiscard]] bool reader_gone() const;
  [[nodiscard]] bool is_terminal() const { return is_terminal_; }

 private:
  Output(int fd, bool owned);

  int fd_ = -1;
  bool owned_ = false;
  bool force_ = false;
  bool is_terminal_ = false;
  int error_ = 0;  // errno of the first failed write
  std::string buffer_;
  std::filesystem::path temporary_;  // empty: nothing to rename
  std::filesystem::path final_;      // empty: standard output, or another that has no name
};

}  // namespace dirsnap
