// SPDX-License-Identifier: MIT
//
// Writes the tables registry_keys and registry_values.
// The values of a key are a kind of rows (storage/snapshot_writer.h): its path is stored once.
// Keys get their ids in the order of the calls; the values of a key follow it at once, so that
// registry_values stays sorted by key_id.
// Lifetime: borrows the context's writer. Threads: one thread.
#pragma once

#include <cstdint>

#include "importers/importer.h"
#include "importers/registry_model/key_view.h"

namespace dirsnap::registry_model {

// Offsets and counts as SQL has them. REQUIRES: number < 2^63.
inline ValueView integer(std::uint64_t number) {
  return ValueView::of(static_cast<std::int64_t>(number));
}

class RegistryRows {
 public:
  // REQUIRES: context outlives the result.
  static Result<RegistryRows> begin(ImportContext& context, std::int64_t source_id);

  // Appends the key and its values; returns the key's id.
  Result<std::int64_t> add(const RegistryKey& key);

  // Rows written, keys and values together.
  [[nodiscard]] std::uint64_t records() const { return records_; }

 private:
  RegistryRows(ImportContext& context,
               std::int64_t source_id,
               RelationWriter* keys,
               RelationWriter* values)
      : context_(&context), source_id_(source_id), keys_(keys), values_(values) {}
  Result<void> add_value(std::uint32_t kind, std::int64_t key_id, const RegistryValue& value);

  ImportContext* context_;
  std::int64_t source_id_;
  RelationWriter* keys_;
  RelationWriter* values_;
  std::uint64_t records_ = 0;
};

}  // namespace dirsnap::registry_model
