// SPDX-License-Identifier: MIT
//
// The first pass over a dump: which object each record is about, how the objects hang together,
// and the schema objects, so that the second pass can write rows in one go.
// Memory: about 100 bytes an object plus its relative name; records of change dumps 24 bytes.
// Threads: one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "importers/directory/override_map.h"
#include "importers/directory/replication.h"
#include "importers/directory/schema.h"
#include "importers/dump/entry.h"
#include "importers/dump_model/name_index.h"
#include "importers/importer.h"

namespace dirsnap::dump_model {

inline constexpr unsigned kDefaultCodepage = 1252;  // of texts outside UTF-8 unless told

struct Survey {
  static constexpr std::uint32_t kNoNode = UINT32_MAX;

  std::vector<std::uint32_t> nodes;  // by record: its node; kNoNode where its name is none
  // The records of a node behind its first one, in order.
  std::unordered_map<std::uint32_t, std::vector<dump::Place>> later;
  directory::NameTree tree;                // node n is nodes()[n]
  directory::InvocationIndex invocations;  // the directory services by their invocation ids
  std::uint64_t objects = 0;
  std::uint64_t changes = 0;         // records that are no content
  std::uint64_t failed_renames = 0;  // new names that are taken, or no names
};

// Reads all records. Object ids are taken from the context, in the order of the first records.
// `schema` is filled: built-in names of the dump's generation, the dump's schema objects, the
// override file.
Result<Survey> survey_dump(dump::EntryReader& reader,
                           const directory::OverrideMap& overrides,
                           std::unique_ptr<directory::Schema>& schema,
                           ImportContext& context);

}  // namespace dirsnap::dump_model
