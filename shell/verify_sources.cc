// SPDX-License-Identifier: MIT
#include "shell/verify_sources.h"

#include <cerrno>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>

#include "shell/commands/command.h"
#include "shell/render/escape.h"
#include "shell/signals.h"
#include "storage/base/text.h"
#include "storage/seal.h"

namespace dirsnap {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{1} << 20U;

tl::unexpected<Error> failed() { return fail(Code::kIo, std::generic_category().message(errno)); }

// A descriptor that is closed again.
class ReadOnlyFile {
 public:
  explicit ReadOnlyFile(const std::string& path) {
    constexpr int kFlags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    fd_ = ::open(path.c_str(), kFlags | O_NOATIME);
    if (fd_ < 0 && errno == EPERM) fd_ = ::open(path.c_str(), kFlags);
  }
  ~ReadOnlyFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  ReadOnlyFile(const ReadOnlyFile&) = delete;
  ReadOnlyFile& operator=(const ReadOnlyFile&) = delete;
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_ = -1;
};

Result<std::string> hash_file(const std::string& path) {
  const ReadOnlyFile file(path);
  struct stat info {};
  if (file.fd() < 0 || ::fstat(file.fd(), &info) != 0) return failed();
  if (!S_ISREG(info.st_mode)) return fail(Code::kIo, "not a regular file");
  Sha256 hash;
  std::vector<std::byte> block(kBlockBytes);
  for (;;) {
    if (interrupt_token().requested()) return fail(Code::kInterrupted, "interrupted");
    const ssize_t n = ::read(file.fd(), block.data(), block.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return failed();
    if (n == 0) return to_hex(hash.finish());
    hash.update(Bytes(block).first(static_cast<std::size_t>(n)));
  }
}

// One source: what stands in the case, and what stands on the disk.
ExitCode verify_source(const Statement& row, Output& output) {
  const std::string path(row.column(1).is_null() ? row.column(0).bytes : row.column(1).bytes);
  const std::string name = escape_for_terminal(path);
  const std::string_view expected = row.column(2).bytes;
  const auto found = hash_file(path);
  if (!found && found.error().code == Code::kInterrupted) return ExitCode::kInterrupted;
  if (!found) {
    output.write(fmt::format("UNREAD     {}\n  {}\n", name, found.error().what));
    return ExitCode::kSource;
  }
  const bool same = *found == expected;
  output.write(fmt::format("{}  {}\n  expected {}\n  found    {}\n",
                           same ? "ok       " : "DIFFERENT", name, expected, *found));
  return same ? ExitCode::kOk : ExitCode::kFailOn;
}

}  // namespace

ExitCode verify_sources(Engine& engine, Output& output) {
  auto sources = engine.prepare(
      "SELECT path, absolute_path, sha256 FROM sources "
      "WHERE sha256 IS NOT NULL AND container_path IS NULL ORDER BY snapshot_id, source_id");
  if (!sources) return report_failure(sources.error());
  ExitCode code = ExitCode::kOk;
  for (;;) {
    const auto row = sources->step();
    if (!row) return gravest(code, report_failure(row.error()));
    if (!*row) return code;
    code = gravest(code, verify_source(*sources, output));
    if (code == ExitCode::kInterrupted) return code;
  }
}

}  // namespace dirsnap
