// SPDX-License-Identifier: MIT
//
// Where the records of a relation stand. Those of additions stand under two keys: chunks that are
// full, and long values, stay as they are while rows are added; everything else is written anew.
// Threads: a value.
#pragma once

#include <cstdint>

#include "storage/keys.h"
#include "storage/relation.h"

namespace dirsnap {

struct RelationPlace {
  // NOLINTNEXTLINE(google-explicit-constructor): a relation of the usual kind has one key
  RelationPlace(const Key& relation) : key(relation), full(relation) {}
  RelationPlace(const Key& relation, const Key& full_chunks) : key(relation), full(full_chunks) {}

  // Of a chunk of rows or of the values of kinds.
  [[nodiscard]] const Key& of_chunk(std::uint32_t chunk_no, std::uint32_t rows) const {
    return rows == kChunkRows && chunk_no < kFirstKindChunk ? full : key;
  }

  // Of the long values of such a chunk: whether it will be full is not known when they come.
  [[nodiscard]] const Key& of_long_values(std::uint32_t chunk_no) const {
    return chunk_no < kFirstKindChunk ? full : key;
  }

  Key key;   // what is not said otherwise
  Key full;  // chunks of kChunkRows rows, long values of rows
};

}  // namespace dirsnap
