// SPDX-License-Identifier: MIT
//
// The front door of the importers: reads evidence files and folders into one new snapshot.
// Which kinds there are is one visible array, importer_registry() (registry.cc).
// Guarantees: a source is only read; the snapshot appears whole or not at all; what could not be
// read is an issue of the snapshot.
// Threads: one import at a time a process; the token may be set from another thread or a signal.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "importers/importer.h"

namespace dirsnap {

struct ImportRequest {
  std::filesystem::path case_path;             // created where it does not exist
  std::vector<std::filesystem::path> sources;  // files and folders; at least one
  std::optional<std::string> snapshot;         // default: name of the first source
  std::optional<std::string> taken_at;         // ISO 8601
  ImportOptions options;
};

// Issues of one kind, counted over all sources.
struct IssueCount {
  Severity severity = Severity::kNote;
  std::string code;
  std::uint64_t count = 0;
  std::string example;  // message of the first one, with its source
};

struct ImportSummary {
  SnapshotRecord snapshot;
  std::vector<SourceFacts> sources;
  std::uint64_t losses = 0;  // issues by severity, repetitions included
  std::uint64_t doubts = 0;
  std::uint64_t notes = 0;
  std::vector<IssueCount> issues;  // gravest first
  std::uint64_t rows_kept = 0;     // live records read from all sources
};

// Why nothing was sealed; each stands for one exit code of the contract.
enum class ImportFailure : std::uint8_t {
  kUsage,        // 2: name taken, option unusable
  kSource,       // 4: no source usable, or one changed while it was read
  kEnvironment,  // 5: disk full, I/O, memory, rights
  kCase,         // 6: the case file is damaged or foreign
  kLimit,        // 7: time or memory limit
  kInterrupted,  // 130
};
struct ImportError {
  ImportFailure failure = ImportFailure::kSource;
  Error error;
};

class ImportProgress {
 public:
  virtual ~ImportProgress() = default;
  // `done` of `total` bytes of all sources; `what` names the present step ("hashing Dir.edb").
  virtual void on_bytes(std::uint64_t done, std::uint64_t total, std::string_view what) = 0;
};

// `progress` may be null.
tl::expected<ImportSummary, ImportError> run_import(const ImportRequest& request,
                                                    const CancelToken& cancel,
                                                    ImportProgress* progress);

// Lower-case hex SHA-256 of an evidence file, read as an import reads it. Fails with kNotFound,
// kIo, kUnsupported (no regular file), kTruncated (it shrank), kInterrupted.
Result<std::string> hash_evidence(const std::filesystem::path& path, const CancelToken& cancel);

// Every kind of source that can be imported, in the order in which they are probed.
std::span<const Importer* const> importer_registry();

}  // namespace dirsnap
