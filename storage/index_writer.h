// SPDX-License-Identifier: MIT
//
// Builds and writes the indexes of a snapshot whose chunks are committed.
// Memory: the rows of the columns that the workers sort and write and of as many that wait, 4 to 24
// bytes a row, the rows by kind of the relations they are at, and the hash indexes, which wait for
// the columns before them, 4 bytes a row.
// Threads: while one worker writes, the others sort; the one that writes a hash index has its next
// slice sorted by a thread more. `batch` is used by one at a time.
#pragma once

#include <cstdint>
#include <vector>

#include "storage/batch_writer.h"
#include "storage/relation_writer.h"

namespace dirsnap {

// Writes the indexes of every column that is declared to have one.
Result<void> write_indexes(Env& env,
                           const std::vector<StoredRelationWriter*>& relations,
                           BatchWriter& batch);

}  // namespace dirsnap
