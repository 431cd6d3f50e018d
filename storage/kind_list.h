// SPDX-License-Identifier: MIT
//
// Kinds of rows on their way between relations: those that a snapshot's rows name, and those that a
// stored relation has.
// Memory: every kind once or twice; a relation has few.
// Threads: one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "storage/column_reader.h"
#include "storage/kind_table.h"

namespace dirsnap {

// Hash of a cell that finds rows; a row's is the sum over its cells, those of its kind included.
std::uint64_t cell_hash(std::uint32_t column, const ValueView& value);

// Kinds numbered in the order they come, as KindTable does, whose values can be had back.
class KindList {
 public:
  // REQUIRES: columns given once.
  std::uint32_t number_of(std::span<const Cell> cells);

  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(packed_.size()); }
  // REQUIRES, as for all that follows: number < size(). Valid as long as this is.
  [[nodiscard]] std::vector<Cell> cells(std::uint32_t number) const;
  // The same for the same values.
  [[nodiscard]] const std::string& packed(std::uint32_t number) const { return *packed_[number]; }
  // Sum of cell_hash().
  [[nodiscard]] std::uint64_t hash(std::uint32_t number) const { return hashes_[number]; }

 private:
  std::unordered_map<std::string, std::uint32_t> numbers_;
  std::vector<const std::string*> packed_;  // keys of numbers_
  std::vector<std::uint64_t> hashes_;
  std::vector<Cell> sorted_;  // scratch
  std::string scratch_;
};

// The kinds of a stored relation by their values.
class StoredKinds {
 public:
  // Fails with kCorrupt, kIo.
  Result<void> read(RelationChunks& chunks);
  [[nodiscard]] std::optional<std::uint32_t> find(const std::string& packed) const;
  // Sum of cell_hash(). REQUIRES: the kind exists.
  [[nodiscard]] std::uint64_t hash(std::uint32_t number) const { return hashes_[number]; }

 private:
  std::unordered_map<std::string, std::uint32_t> numbers_;
  std::vector<std::uint64_t> hashes_;
};

// Calls visit(cells) for each kind of a stored relation by number; returns what it returns.
template <class Visit>
Result<void> each_kind(RelationChunks& chunks, Visit visit) {
  const StoredRelation& stored = chunks.stored();
  std::vector<std::pair<std::uint32_t, RelationChunks::KindValues>> columns;
  for (std::uint32_t i = 0; i < stored.def.columns.size(); ++i) {
    if (stored.def.columns[i].sharing != Sharing::kByKind) continue;
    DIRSNAP_TRY(RelationChunks::KindValues values, chunks.kinds(i));
    columns.emplace_back(i, std::move(values));
  }
  std::vector<Cell> cells;
  for (std::uint32_t kind = 0; kind < stored.kinds; ++kind) {
    cells.clear();
    for (const auto& [column, values] : columns) {
      const ValueView value = (*values)[kind / kChunkRows].value(kind % kChunkRows);
      if (!value.is_null()) cells.push_back({column, value});
    }
    DIRSNAP_CHECK(visit(std::span<const Cell>(cells)));
  }
  return {};
}

}  // namespace dirsnap
