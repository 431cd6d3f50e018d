// SPDX-License-Identifier: MIT
//
// A table is declared once: its TableSpec gives the importer the column numbers, the store the
// layout and indexes, SQL the declaration and the push-down set, .describe and SCHEMA.md the text.
// The specs live in storage/tables/, one file per table, and are listed in storage/tables.h.
// Lifetime: everything is constexpr and points to string literals.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace dirsnap {

enum class ColumnType : std::uint8_t {
  kInteger,  // INTEGER affinity
  kReal,     // REAL affinity
  kText,     // TEXT affinity
  kBlob,     // no affinity, bytes
  kAny,      // no affinity, each row its own type
};

// How rows are found by the column. Every column can be filtered while scanning chunks.
enum class Access : std::uint8_t {
  kScan,    // no index
  kDense,   // integer; value = row number + 1 in every snapshot: a look-up is arithmetic
  kSorted,  // integer; rows are stored in ascending order of it: binary search over chunks
  kIndex,   // distinct values in order, each with its exact list of rows (equality, range,
            // prefix, DISTINCT, ORDER BY); under the column's collation
  kHash,    // rows by the hash of their value: equality alone, whatever the collation, at a
            // fraction of the cost
};

enum class Collation : std::uint8_t {
  kBinary,  // bytes
  kFold,    // simple Unicode case folding: fold_case() of storage/base/text.h
};

// How the values of a column are stored. SQL does not see it.
enum class Sharing : std::uint8_t {
  kNone,    // each row has its own value
  kByKind,  // a function of the row's kind: a table has few kinds of rows (`attributes`: one for
            // each attribute of a source), and each kind's values are stored once
  kTwin,    // mostly the same text as in the next column: equal values are stored there alone
};

struct ColumnSpec {
  const char* name;                          // the SQL name
  ColumnType type;                           //
  const char* doc;                           // one sentence, ends in a full stop
  Access access = Access::kScan;             //
  Collation collation = Collation::kBinary;  // declared in SQL, used by the index
  Sharing sharing = Sharing::kNone;          //
};

struct TableSpec {
  const char* name;                       // the SQL name; also the relation's name in the case
  const char* doc;                        // one sentence
  std::span<const ColumnSpec> columns;    // without snapshot_id, which every table has in front
  std::span<const char* const> examples;  // SQL statements that the tests run
  bool in_common = false;  // large: rows that successive snapshots have in common are stored once
};

// True if the enum's last enumerator and the array agree: static_assert(covers(kColumnSpecs,
// kLast)).
template <std::size_t N, class Enum>
constexpr bool covers(const ColumnSpec (&)[N], Enum last) {
  return static_cast<std::size_t>(last) + 1 == N;
}

}  // namespace dirsnap
