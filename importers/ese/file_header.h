// SPDX-License-Identifier: MIT
//
// The header page of an ESE database: which format, which state, how large the pages are.
// The file holds it twice, in its first and its second page; either copy will do.
// Units: page_size in bytes; times are ISO 8601 UTC text.
// Lifetime: values. Threads: pure functions.
// Facts: FORMAT.md section 1.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "storage/base/byte_source.h"
#include "storage/base/issue.h"
#include "storage/base/result.h"

namespace dirsnap::ese {

// State of the file when it was last written (offset 52).
enum class DatabaseState : std::uint8_t {
  kUnknown = 0,
  kJustCreated = 1,
  kDirtyShutdown = 2,
  kCleanShutdown = 3,
  kBeingConverted = 4,
  kForceDetached = 5,
  kIncrementalReseed = 6,
  kDirtyAndPatched = 7,
  kRevertInProgress = 8,
};

const char* state_name(DatabaseState state);

// The random number, birth time and computer that identify a database or a log series.
struct Signature {
  std::uint32_t random = 0;
  std::optional<std::string> created_at;
  std::string computer;
};

// The fields of a header at an offset, as logs and checkpoints have them too. nullopt where the
// bytes are no time. REQUIRES: 8 bytes (a time), 28 bytes (a signature) from `at` on.
std::optional<std::string> log_time_at(Bytes header, std::size_t at);
Signature signature_at(Bytes header, std::size_t at);

// What the header says, of the copy that was used.
struct FileHeader {
  std::uint32_t format_version = 0;   // 0x620 from ESE97 on
  std::uint32_t format_update = 0;    // the "revision": 2 = Exchange 5.5, 0x14 = Windows 8 ...
  std::uint32_t format_minor = 0;     // forward-compatible additions
  std::uint32_t page_size = 0;        // 2048 ... 32768
  std::uint32_t created_version = 0;  // of the engine that made the file
  std::uint32_t created_update = 0;   // of the engine that made the file
  std::uint64_t database_time = 0;    // counter, one step per page update
  std::uint32_t state_number = 0;     // as stored
  DatabaseState state = DatabaseState::kUnknown;
  std::uint32_t last_object_id = 0;  // highest object id given out
  std::uint32_t repair_count = 0;
  std::uint32_t flags = 0;            // offset 208
  std::int32_t log_min_required = 0;  // lowest log generation a recovery would need
  std::int32_t log_max_required = 0;  // highest one
  std::uint32_t os_major = 0, os_minor = 0, os_build = 0;
  std::int32_t os_service_pack = 0;
  Signature database_signature;
  Signature log_signature;
  std::optional<std::string> repaired_at, attached_at, detached_at, consistent_at;
  std::optional<std::string> full_backup_at;  // last full backup
  bool second_copy_used = false;              // the first copy was damaged

  [[nodiscard]] bool is_dirty() const { return state != DatabaseState::kCleanShutdown; }
  [[nodiscard]] bool has_large_pages() const { return page_size >= 16384; }
  // 40 or 80 bytes.
  [[nodiscard]] std::uint32_t page_header_size() const { return has_large_pages() ? 80 : 40; }
};

// What is known of databases from before ESE97, and what can be done about one.
const char* jet500_advice();

// True if the bytes begin like an ESE database of any age (magic number at offset 4); also true
// for one whose first header copy is lost but whose second verifies is NOT told here.
bool looks_like_ese(Bytes head);

// Reads and checks both copies. Reports a damaged copy (code "header-copy") and goes on with the
// other. Fails with kCorrupt (neither copy is good), kUnsupported (Jet500 and older, streaming
// file, Access database) or kTruncated.
Result<FileHeader> read_file_header(ByteSource& source, IssueSink& issues);

}  // namespace dirsnap::ese
