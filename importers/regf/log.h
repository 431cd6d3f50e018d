// SPDX-License-Identifier: MIT
//
// Transaction logs: changes that Windows had written beside a hive and not yet into it. They are
// applied to a copy in memory; no file is changed.
// Old logs (up to Windows 8) hold dirty pages of one write; new ones (8.1 and later) a sequence
// of entries, each with hashes.
// Threads: pure functions. Facts: FORMAT.md section 4.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "storage/base/byte_reader.h"
#include "storage/base/issue.h"

namespace dirsnap::regf {

struct LogFile {
  std::string name;  // for reports, e.g. ".LOG1"
  Bytes bytes;
};

struct AppliedLog {
  std::string name;
  bool is_new_format = false;
  std::uint32_t first_sequence = 0;
  std::uint32_t last_sequence = 0;
  std::uint64_t pages = 0;
};

struct Replay {
  bool was_dirty = false;           // the hive needed logs
  std::vector<AppliedLog> applied;  // in the order of use
  std::vector<std::string> stale;   // names of logs that hold something, but nothing that applies
};

// Applies what is valid and newer than the hive to `image`, which may grow. A hive that is not
// dirty stays as it is. Old logs count where no new one applies. What was applied is a note, and
// so is a sound log of which nothing was; a log that cannot be used or belongs to another hive and
// a dirty hive without a usable log are doubts.
Replay replay_logs(std::vector<std::byte>& image, std::span<const LogFile> logs, IssueSink& issues);

// Marvin32 with the seed of the new logs.
std::uint64_t log_hash(Bytes bytes);

}  // namespace dirsnap::regf
