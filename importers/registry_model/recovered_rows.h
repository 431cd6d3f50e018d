// SPDX-License-Identifier: MIT
//
// Writes the tables recovered_registry_keys and recovered_registry_values.
// Threads: one thread.
#pragma once

#include <cstdint>
#include <string>

#include "importers/importer.h"
#include "importers/regf/deleted.h"

namespace dirsnap::registry_model {

// `hive`: the one it was found in. `root`: path of the hive's root key. Nothing is written where
// nothing was found.
Result<void> write_recovered(const regf::Deleted& deleted,
                             const regf::Hive& hive,
                             const std::string& root,
                             std::int64_t source_id,
                             ImportContext& context);

}  // namespace dirsnap::registry_model
