// SPDX-License-Identifier: MIT
//
// Long values: a tree of its own for each table, one root node and several chunk nodes a value.
// Lifetime: borrows store, table and sink.
// Threads: one thread at a time for a store.
// Errors: fetch() says why a value cannot be had; the caller reports it with the cell's place.
// Facts: FORMAT.md section 8.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "importers/ese/leaf_plan.h"
#include "importers/ese/page_store.h"
#include "importers/ese/table_def.h"
#include "importers/ese/tree_seek.h"
#include "storage/base/byte_reader.h"
#include "storage/base/result.h"

namespace dirsnap::ese {

// What was found out while a value was put together.
struct LongValueFacts {
  bool decompressed = false;
  bool encrypted = false;
};

class LongValueReader {
 public:
  LongValueReader(PageStore& store,
                  const TableDef& table,
                  IssueSink& issues,
                  const CancelToken* cancel);

  // Appends the value of that id (as stored in the record: 4 or 8 bytes, little-endian). At most
  // `size_max` bytes. On failure what was had up to the gap has been appended.
  Result<LongValueFacts> fetch(Bytes id, std::size_t size_max, std::vector<std::byte>& out);

 private:
  static constexpr std::size_t kKeyMax = 12;  // 8-byte id and 4-byte offset
  struct Key {
    std::array<std::byte, kKeyMax> bytes{};
    std::size_t size = 0;
    [[nodiscard]] Bytes view() const { return Bytes(bytes).first(size); }
  };
  struct LeafKey {
    Key first;
    std::uint32_t page_no = 0;
  };
  // What is gathered about one value.
  struct Value {
    Key id;
    std::size_t size = 0;
    LongValueFacts facts;
  };

  static Result<Key> key_of_id(Bytes id);
  static Key key_of_node(const NodeView& node);
  Result<NodePosition> find(const Key& key);
  static bool seek_in(PageRef page, const Key& key, NodePosition& position);
  Result<PageRef> look_up(const Key& key);
  Result<void> build_index();
  Result<bool> advance(NodePosition& position);
  Result<void> chunks(Value& value, NodePosition position, std::vector<std::byte>& out);
  Result<std::size_t> append_chunk(Value& value,
                                   std::size_t produced,
                                   NodePosition& position,
                                   std::vector<std::byte>& out);
  [[nodiscard]] PageUse use() const { return {table_.name, Severity::kLoss, false}; }

  PageStore& store_;
  const TableDef& table_;
  IssueSink& issues_;
  const CancelToken* cancel_;
  TreeSpec tree_;
  PageRef last_leaf_;           // where the value before lay; values are mostly read in order
  std::vector<LeafKey> index_;  // leaves by first key, once the tree has failed
  bool index_built_ = false;
  std::uint64_t budget_bytes_;  // values still to be produced before hostile sharing is told
};

}  // namespace dirsnap::ese
