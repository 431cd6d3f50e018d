// SPDX-License-Identifier: MIT
//
// Records that are not rows any more: flag-deleted nodes, what is left between and behind the
// nodes of a page, pages that no tree reaches, pages whose checksum is wrong.
// Units: bytes; confidence in percent.
// Lifetime: as TableCursor; the index is made once for a database and borrowed by its cursors.
// Threads: one thread at a time for a Database.
// Errors: fails on cancellation only. Nothing is reported: that something is not complete is the
// nature of what is found here; RowView::incomplete tells it.
// Facts: FORMAT.md sections 3, 5, 7; what is found is a guess with reasons, never evidence alone.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "importers/ese/database.h"
#include "importers/ese/table_cursor.h"
#include "storage/base/result.h"

namespace dirsnap::ese {

// Where a record was found.
enum class RecoveredPlace : std::uint8_t {
  kDeletedNode,       // flag-deleted, still in the tree
  kSlack,             // bytes of a page that no node claims
  kUnreferencedPage,  // sound page of the table that its tree does not reach
  kBadPage,           // page whose checksum is wrong
};

// "deleted node", "slack", "unreferenced page", "bad page".
const char* place_name(RecoveredPlace place);

struct RecoveredRow {
  RowView row;  // key may be empty in slack
  RecoveredPlace place = RecoveredPlace::kDeletedNode;
  std::uint64_t offset_bytes = 0;  // of the record in the source
  std::uint8_t confidence_percent = 0;
};

// The pages worth a look, by object id of their table: leaves with remains, leaves that have given
// out no rows, bad pages. Costs a pass over what has not been verified yet, so it is cheapest after
// all tables have been read and Database::verify_pages() has seen the rest.
class RecoveryIndex {
 public:
  static Result<RecoveryIndex> build(Database& database);
  // Ascending page numbers.
  [[nodiscard]] const std::vector<std::uint32_t>& leaves_of(std::uint32_t objid) const;

 private:
  std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> leaves_;
};

// What can be recovered of one table. A copy of a live row, byte for byte, is left out.
class RecoveredCursor {
 public:
  RecoveredCursor(Database& database, const RecoveryIndex& index, const TableDef& table);
  ~RecoveredCursor();
  RecoveredCursor(const RecoveredCursor&) = delete;
  RecoveredCursor& operator=(const RecoveredCursor&) = delete;

  Result<bool> next();
  // REQUIRES: the last next() returned true. Valid until the next call.
  [[nodiscard]] const RecoveredRow& row() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dirsnap::ese
