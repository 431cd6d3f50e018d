// SPDX-License-Identifier: MIT
//
// The table folders. Contract: section 3.
#pragma once

#include "storage/table_spec.h"

namespace dirsnap::tables::folders {

enum Col : unsigned {
  kSourceId,
  kFolderId,
  kParentId,
  kMailboxId,
  kPath,
  kName,
  kQueue,
  kMessages,
  kCountedMessages,
  kStoredMessages,
  kDeletedMessages,
  kUnread,
  kSizeBytes,
  kStoredSizeBytes,
  kClass,
  kCreatedAt,
  kChangedAt,
  kDefect,
};

inline constexpr ColumnSpec kColumnSpecs[] = {
    {"source_id", ColumnType::kInteger, "Source the row was read from (sources.source_id)."},
    {"folder_id", ColumnType::kInteger, "The store's own number of the folder, as in its table.",
     Access::kIndex},
    {"parent_id", ColumnType::kInteger,
     "folder_id of the parent in the same source; NULL at the top.", Access::kIndex},
    {"mailbox_id", ColumnType::kInteger,
     "Mailbox it belongs to (mailboxes.mailbox_id); NULL in a public store and where unknown.",
     Access::kIndex},
    {"path", ColumnType::kText,
     "Names from the mailbox's root down: /Top of Information Store/Inbox; / is the root. A slash "
     "or backslash in a name has a backslash before it. Without the leading slash where the chain "
     "of parents breaks, NULL where it runs in a circle.",
     Access::kIndex, Collation::kFold},
    {"name", ColumnType::kText, "Display name; NULL for most roots.", Access::kIndex,
     Collation::kFold},
    {"queue", ColumnType::kText,
     "mts-in or mts-out: the folder is a queue of the connector that owns the mailbox."},
    {"messages", ColumnType::kInteger,
     "Messages in it: counted_messages where entries could be read, else stored_messages."},
    {"counted_messages", ColumnType::kInteger,
     "Messages counted, soft-deleted ones left out; NULL where the store has no readable entries."},
    {"stored_messages", ColumnType::kInteger, "The store's own counter."},
    {"deleted_messages", ColumnType::kInteger, "Soft-deleted messages that are still kept."},
    {"unread", ColumnType::kInteger, "The store's own counter of unread messages."},
    {"size_bytes", ColumnType::kInteger,
     "Size the store counts for it, else the sum of its messages' sizes."},
    {"stored_size_bytes", ColumnType::kInteger, "The store's own size of the folder."},
    {"class", ColumnType::kText, "Container class, such as IPF.Note."},
    {"created_at", ColumnType::kText, "Creation time, ISO 8601 UTC."},
    {"changed_at", ColumnType::kText, "Last change, ISO 8601 UTC."},
    {"defect", ColumnType::kText,
     "NULL, or missing-parent, parent-loop, no-mailbox (at the top, but no mailbox has it as its "
     "root), duplicate-id."},
};
static_assert(covers(kColumnSpecs, kDefect));

inline constexpr const char* kExamples[] = {
    "SELECT m.display_name, f.path, f.messages FROM folders f JOIN mailboxes m USING "
    "(snapshot_id, mailbox_id) WHERE f.queue = 'mts-out'",
    "SELECT path, messages, size_bytes FROM folders WHERE name = 'Inbox'",
};

inline constexpr TableSpec kSpec{
    .name = "folders",
    .doc = "One row per folder of every private and public store, all mailboxes.",
    .columns = kColumnSpecs,
    .examples = kExamples,
    .in_common = true};

}  // namespace dirsnap::tables::folders
