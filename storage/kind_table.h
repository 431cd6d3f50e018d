// SPDX-License-Identifier: MIT
//
// The kinds of rows of one relation: distinct sets of values of its kByKind columns, numbered in
// the order they come.
// Memory: every kind twice; a relation has few (an attribute of a source each).
// Threads: one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "storage/open_chunk.h"

namespace dirsnap {

// The values of a kind that are not absent, by column in `sorted`, and one behind the other in
// `packed`, which is the same for the same values. REQUIRES: columns given once.
void pack_kind(std::span<const Cell> cells, std::vector<Cell>& sorted, std::string& packed);

// The cells again; they borrow `packed`.
std::vector<Cell> unpack_kind(std::string_view packed);

class KindTable {
 public:
  explicit KindTable(std::size_t columns) : columns_(columns) {}

  // The number of the kind with these values. REQUIRES: columns exist, each given once.
  std::uint32_t number_of(std::span<const Cell> cells);

  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(numbers_.size()); }
  // Kinds [0, kChunkRows), and so on, to be written behind the rows.
  std::vector<std::unique_ptr<OpenChunk>> take_chunks() { return std::move(chunks_); }

 private:
  std::size_t columns_;
  std::unordered_map<std::string, std::uint32_t> numbers_;  // by the values, one behind the other
  std::vector<std::unique_ptr<OpenChunk>> chunks_;
  std::vector<Cell> sorted_;  // scratch
  std::string packed_;        // scratch
};

}  // namespace dirsnap
