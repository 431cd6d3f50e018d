// SPDX-License-Identifier: MIT
//
// Rows of the tables folders and mailboxes, once everything of a store has been counted.
// Threads: one thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "importers/importer.h"
#include "importers/store_model/folder_tree.h"
#include "importers/store_model/store_layout.h"

namespace dirsnap::store_model {

struct Mailbox {
  std::optional<std::int64_t> root_folder;
  std::optional<std::int64_t> stored_size_bytes;
  std::optional<std::string> display_name, owner_dn, guid, last_logon_at;
};

struct StoreRows {
  const FolderTree& tree;
  const std::vector<Mailbox>& mailboxes;
  const Layout& layout;
  std::int64_t source_id;
};

// Mailbox ids are the numbers of the rows in the snapshot, from 1.
Result<void> write_store_rows(const StoreRows& store, ImportContext& context);

}  // namespace dirsnap::store_model
