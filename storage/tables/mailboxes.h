// SPDX-License-Identifier: MIT
//
// The table mailboxes. Contract: section 3.
#pragma once

#include "storage/table_spec.h"

namespace dirsnap::tables::mailboxes {

enum Col : unsigned {
  kSourceId,
  kMailboxId,
  kDisplayName,
  kOwnerDn,
  kKind,
  kKindRule,
  kFolders,
  kMessages,
  kSizeBytes,
  kQueueIn,
  kQueueOut,
  kLastLogonAt,
  kGuid,
  kRootFolderId,
};

inline constexpr ColumnSpec kColumnSpecs[] = {
    {"source_id", ColumnType::kInteger, "Source the row was read from (sources.source_id)."},
    {"mailbox_id", ColumnType::kInteger, "Number of the mailbox inside its snapshot.",
     Access::kDense},
    {"display_name", ColumnType::kText,
     "Name the store shows; it lags behind the directory's, so it is no key.", Access::kIndex,
     Collation::kFold},
    {"owner_dn", ColumnType::kText,
     "Distinguished name of the owner in X.500 form, as the store keeps it (upper case).",
     Access::kIndex, Collation::kFold},
    {"kind", ColumnType::kText, "user, system, connector or unknown."},
    {"kind_rule", ColumnType::kText,
     "How the kind was told: queue (folders MTS-IN or MTS-OUT), dn, name or none."},
    {"folders", ColumnType::kInteger,
     "Number of its folders, the root among them; NULL where folders cannot be had."},
    {"messages", ColumnType::kInteger, "Sum of folders.messages over its folders."},
    {"size_bytes", ColumnType::kInteger,
     "Size the store counts for it, else the sum of its folders' sizes."},
    {"queue_in", ColumnType::kInteger,
     "Messages in the connector queue MTS-IN; NULL without such a folder."},
    {"queue_out", ColumnType::kInteger,
     "Messages in the connector queue MTS-OUT; NULL without such a folder."},
    {"last_logon_at", ColumnType::kText, "Last logon, ISO 8601 UTC, where the store keeps it."},
    {"guid", ColumnType::kText, "GUID of the mailbox, lower case."},
    {"root_folder_id", ColumnType::kInteger, "Root folder (folders.folder_id of the same source)."},
};
static_assert(covers(kColumnSpecs, kRootFolderId));

inline constexpr const char* kExamples[] = {
    "SELECT display_name, owner_dn, queue_out FROM mailboxes WHERE kind = 'connector'",
    "SELECT kind, count(*) AS n, sum(size_bytes) AS bytes FROM mailboxes GROUP BY kind",
};

inline constexpr TableSpec kSpec{.name = "mailboxes",
                                 .doc = "One row per mailbox of every private store.",
                                 .columns = kColumnSpecs,
                                 .examples = kExamples,
                                 .in_common = true};

}  // namespace dirsnap::tables::mailboxes
