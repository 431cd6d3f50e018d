// SPDX-License-Identifier: MIT
//
// Builds and writes the indexes of a snapshot whose chunks are committed.
// Memory: the rows of as many columns as there are workers, 4 to 24 bytes a row.
// Threads: sorts on all cores; everything else happens in the calling thread.
#pragma once

#include <cstdint>
#include <span>

#include "storage/batch_writer.h"
#include "storage/relation_writer.h"

namespace dirsnap {

struct IndexJob {
  StoredRelationWriter* relation = nullptr;
  std::uint32_t column = 0;
};

// REQUIRES: jobs of one relation ascend by column, as the seal wants them.
Result<void> write_indexes(Env& env, std::span<const IndexJob> jobs, BatchWriter& batch);

}  // namespace dirsnap
