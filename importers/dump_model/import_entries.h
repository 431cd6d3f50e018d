// SPDX-License-Identifier: MIT
//
// A text dump into the snapshot: rows of objects, attributes, links, containers, the schema tables
// and candidates for connectors, by the same code as a database's. Two passes over the source:
// names and schema first (survey.h), then rows. Memory: as the survey, plus one object. Threads:
// one thread.
#pragma once

#include <functional>
#include <memory>

#include "importers/dump/entry.h"
#include "importers/importer.h"

namespace dirsnap::dump_model {

struct DumpSource {
  // A reader at the start of the source. Called twice: records of one object that lie apart are
  // read by a second one.
  std::function<std::unique_ptr<dump::EntryReader>(IssueSink& issues)> open;
  SourceFacts& facts;
  ImportContext& context;
  IssueSink& issues;
};

// Fills facts.role and facts.records. Issues: FORMAT.md of the readers; "dump-…" from here.
Result<void> import_entries(const DumpSource& source);

}  // namespace dirsnap::dump_model
