// SPDX-License-Identifier: MIT
//
// A case: one LMDB file that holds many snapshots. Opening, locking out foreign files, and the
// snapshot records; rows are read through SnapshotReader and written through SnapshotWriter.
// Lifetime: a CaseFile outlives its transactions, readers and writers. One CaseFile per file and
// process; never carried across fork().
// Threads: a CaseFile may be shared; each ReadTxn, reader and writer belongs to one thread.
// Facts: FORMAT.md beside this file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "storage/base/result.h"
#include "storage/relation.h"

namespace dirsnap {

inline constexpr std::uint32_t kCaseFormatVersion = 8;

// The record of a snapshot. Times are ISO 8601 UTC.
struct SnapshotRecord {
  std::uint64_t snapshot_id = 0;
  std::string name;
  std::optional<std::string> server;        // server the backup is of
  std::optional<std::string> organization;  // directory's organization
  std::optional<std::string> taken_at;      // when the backup was taken, if known
  std::string imported_at;
  std::uint64_t sources = 0;
  std::uint64_t issues = 0;
  // Relations whose rows stand in two pieces (Relation); ascending.
  std::vector<std::string> two_pieces = {};
  std::string seal;  // SHA-256 over the snapshot's rows in key order, lower-case hex
};

enum class OpenMode : std::uint8_t {
  kRead,       // queries: the file must exist and be a sealed case of a known version
  kReadWrite,  // import: created atomically where it does not exist
};

struct CaseOptions {
  bool untrusted = false;  // check the whole structure first, on a private copy
};

class ReadTxn;

class CaseFile {
 public:
  // Fails: kNotFound (no such file, kRead), kCorrupt / kUnsupported (case refused, exit 6),
  // kIo (environment, exit 5), kBusy (another writer).
  static Result<std::unique_ptr<CaseFile>> open(const std::filesystem::path& path,
                                                OpenMode mode,
                                                const CaseOptions& options = {});
  ~CaseFile();
  CaseFile(const CaseFile&) = delete;
  CaseFile& operator=(const CaseFile&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const;
  [[nodiscard]] std::uint64_t size_bytes() const;

  // Implementation, private to storage/.
  struct Impl;
  [[nodiscard]] Impl& impl() const { return *impl_; }

 private:
  explicit CaseFile(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Version of LMDB, for --version.
std::string lmdb_version();

}  // namespace dirsnap
