// SPDX-License-Identifier: MIT
//
// The small records of a case: meta, snapshots, relation definitions. FORMAT.md section 3.
// Errors: parsing fails with kCorrupt, or kUnsupported for a case of another version.
// Threads: pure functions.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
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

// A relation that is stored in full, as those that refer to it name it.
struct BaseRef {
  std::uint64_t snapshot_id = 0;
  std::uint32_t relation_no = 0;
  auto operator<=>(const BaseRef&) const = default;
};

struct StoredRelation {
  RelationDef def;
  std::uint64_t rows = 0;
  std::uint32_t kinds = 0;  // of rows, where columns are Sharing::kByKind
  // Where the rows are, if the relation has no chunks of its own; `rows` are those shown then.
  std::optional<BaseRef> base = std::nullopt;
};
std::vector<std::byte> encode_relation(const StoredRelation& relation);
Result<StoredRelation> parse_relation(Bytes bytes);
// The name alone, without building the columns.
Result<std::string_view> parse_relation_name(Bytes bytes);

// Where the newest version of a base's additions stands, and the digest of what is there.
struct AdditionsRecord {
  BaseRef owner;  // the number has kAdditionsBit
  std::array<std::byte, 32> digest{};
};
std::vector<std::byte> encode_additions(const AdditionsRecord& record);
Result<AdditionsRecord> parse_additions(Bytes bytes);

}  // namespace dirsnap
