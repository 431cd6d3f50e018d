// SPDX-License-Identifier: MIT
//
// A store's tables into the snapshot: mailboxes, folders and messages, and the raw relations of
// the same tables, each record decoded once.
// Memory: that of folder_tree.h and message_entries.h, and about 200 bytes a mailbox.
// Threads: one thread. Errors: fails on cancellation and when the medium or the case fails; the
// rest is issues: "store-table", "store-entry", "text-codepage", "bodies-left-out".
#pragma once

#include <functional>
#include <map>

#include "importers/ese_tables/table_source.h"
#include "importers/importer.h"
#include "importers/store_model/store_layout.h"

namespace dirsnap::store_model {

struct StoreTables {
  TableSource& tables;
  const Layout& layout;
  SourceFacts& facts;  // server and role are filled in
  ImportContext& context;
  IssueSink& issues;
};

// Records of the tables whose raw relations were written.
using RecordCounts = std::map<const ese::TableDef*, std::uint64_t>;

// `is_raw`: true for the tables that are to have their raw relation written.
Result<RecordCounts> import_store(const StoreTables& source,
                                  const std::function<bool(const ese::TableDef&)>& is_raw);

}  // namespace dirsnap::store_model
