// SPDX-License-Identifier: MIT
//
// The second pass over a directory: the values of every row, which RowWriter turns into
// rows, and the raw relation of the same table, each record decoded once.
// Threads: one thread.
#pragma once

#include "importers/directory/survey.h"
#include "importers/ese_tables/raw_table_writer.h"

namespace dirsnap::directory {

// A directory on its way into the snapshot.
struct DirectorySource {
  TableSource& database;
  const Layout& layout;
  Survey& survey;
  Schema& schema;
  std::int64_t source_id;
  IssueSink& issues;
};

// Returns the number of objects written. Issues: "link-base" for links that no schema names,
// "link-target" and "link-source" for links that lead to or from no object, "replication-metadata".
Result<std::uint64_t> write_objects(const DirectorySource& source, ImportContext& context);

// The same for what can be recovered of the object table: rows of recovered_objects and
// recovered_attributes, and the recovered twin of the raw table. `source.survey` is that of the
// live rows. Returns the number of rows of the twin.
Result<std::uint64_t> write_recovered_objects(const DirectorySource& source,
                                              ese::Database& database,
                                              const ese::RecoveryIndex& index,
                                              ImportContext& context);

}  // namespace dirsnap::directory
