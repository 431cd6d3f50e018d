// SPDX-License-Identifier: MIT
//
// Deleted keys and values: records in space that the living tree does not use. Free cells are
// merged and reused, so each record is judged by its own fields and not by its cell.
// Bounds: data, paths and list entries looked at are a small multiple of the hive's size.
// Units: offsets count bytes from the start of the bins data.
// Lifetime: data borrows the hive's image. Threads: one thread per call.
// Facts: FORMAT.md section 5.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "importers/regf/walk.h"

namespace dirsnap::regf {

// Where a deleted record lies.
enum class Place : std::uint8_t {
  kFreeCell,          // a cell marked as free
  kUnreferencedCell,  // a cell marked as used that nothing points to
  kSlack,             // behind the used part of a living cell
  kBehindBins,        // behind the last bin
  kUnknown,           // in a bin whose cells cannot be followed
};
const char* place_name(Place place);

// What became of a deleted value's data.
enum class DataState : std::uint8_t {
  kIntact,   // stands in the record, or in space that nothing uses
  kReused,   // living records use some of its place: the bytes are theirs
  kMissing,  // its place is no cell of the hive
};

struct DeletedKey {
  KeyNode node;
  std::uint32_t offset = 0;       // of the cell it stood in
  std::vector<std::string> path;  // names from the top down, its own last
  bool path_is_partial = true;    // the top is not the root key
  Place place = Place::kUnknown;
};

struct DeletedValue {
  ValueNode node;
  Bytes data;
  DataState data_state = DataState::kMissing;
  std::uint32_t offset = 0;        // of the cell it stood in
  std::optional<std::size_t> key;  // index of the deleted key whose value list names it
  Place place = Place::kUnknown;
};

struct Deleted {
  std::vector<DeletedKey> keys;
  std::vector<DeletedValue> values;
  bool is_limited = false;  // the bound was reached: some data, paths or owners are left out
};

// `used`: filled by walk() over the same hive. Fails with kInterrupted and kLimit.
[[nodiscard]] Result<Deleted> find_deleted(const Hive& hive,
                                           const UseMap& used,
                                           const CancelToken& cancel);

}  // namespace dirsnap::regf
