// SPDX-License-Identifier: MIT
//
// A directory's tables into the snapshot: names and schema first, then rows, then what the whole
// snapshot learns from it: its server and its organization.
// Threads: one thread.
#pragma once

#include "importers/directory/layout.h"
#include "importers/directory/override_map.h"
#include "importers/directory/survey.h"
#include "importers/ese_tables/table_source.h"
#include "importers/importer.h"

namespace dirsnap::directory {

struct DirectoryTables {
  TableSource& tables;
  const Layout& layout;
  const OverrideMap& overrides;
  SourceFacts& facts;
  ImportContext& context;
  IssueSink& issues;
};

// A directory whose rows have been read; needed again for rows that are recovered.
struct ReadDirectory {
  Schema schema;
  Survey survey;
};

// Returns the number of objects. Issue "class-from-category" where objects have no classes.
Result<std::uint64_t> import_directory(const DirectoryTables& source, ReadDirectory& read);

// The override map that the user named; empty where there is none.
Result<OverrideMap> overrides_of(const ImportOptions& options);

}  // namespace dirsnap::directory
