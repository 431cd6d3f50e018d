// SPDX-License-Identifier: MIT
//
// The small records of a case: meta, snapshots, relation definitions. FORMAT.md section 3.
// Errors: parsing fails with kCorrupt, or kUnsupported for a case of another version.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "storage/base/byte_reader.h"
#include "storage/case_file.h"
#include "storage/relation.h"

namespace dirsnap {

inline constexpr std::string_view kMetaKey = "case";

// The meta record of this program, for a file with pages of that size.
std::vector<std::byte> encode_meta(std::uint32_t page_size_bytes);
// Refuses a case that this program cannot read.
Result<void> check_meta(Bytes bytes);

enum class SnapshotState : std::uint8_t { kImporting = 1, kSealed = 2 };

// Who writes an unsealed snapshot; told to the user when a second writer is turned away.
struct WriterIdentity {
  std::uint64_t pid = 0;
  std::string host;
  std::string started_at;  // ISO 8601 UTC
};
WriterIdentity this_writer();

struct StoredSnapshot {
  SnapshotState state = SnapshotState::kImporting;
  SnapshotRecord record;  // snapshot_id is the key's
  WriterIdentity writer;
};
std::vector<std::byte> encode_snapshot(const StoredSnapshot& snapshot);
Result<StoredSnapshot> parse_snapshot(Bytes bytes);

struct StoredRelation {
  RelationDef def;
  std::uint64_t rows = 0;
  std::uint32_t kinds = 0;  // of rows, where columns are Sharing::kByKind
};
std::vector<std::byte> encode_relation(const StoredRelation& relation);
Result<StoredRelation> parse_relation(Bytes bytes);
// The name alone, without building the columns.
Result<std::string_view> parse_relation_name(Bytes bytes);

}  // namespace dirsnap
