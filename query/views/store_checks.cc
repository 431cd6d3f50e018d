// SPDX-License-Identifier: MIT
//
// Views in the manner of isinteg's tests: what in a store does not fit together.
// Facts: what isinteg tests are for: KB Q259675 (counters), Q246079, Q254576, Q259487 (folders),
// Q249680 (messages that no folder holds wait for removal).
#include "query/views.h"

namespace dirsnap {
namespace {

constexpr ViewColumn kCountColumns[] = {
    {"snapshot_id", "INTEGER", "Snapshot the row belongs to (snapshots.snapshot_id)."},
    {"source_id", "INTEGER", "The store (sources.source_id)."},
    {"item", "TEXT", "What is counted: folder-messages or message-attachments."},
    {"id", "INTEGER", "folders.folder_id or messages.message_id."},
    {"mailbox_id", "INTEGER", "Mailbox concerned (mailboxes.mailbox_id)."},
    {"place", "TEXT", "Path of the folder, or subject of the message."},
    {"stored", "INTEGER", "What the store says; of attachments 1 or 0: whether there are any."},
    {"counted", "INTEGER", "What there is."},
};
constexpr const char* kCountExamples[] = {
    "SELECT place, stored, counted FROM store_count_mismatches WHERE item = 'folder-messages'",
};
constexpr const char* kCountSql = R"sql(
SELECT snapshot_id, source_id, 'folder-messages' AS item, folder_id AS id, mailbox_id,
       path AS place, stored_messages AS stored, counted_messages AS counted
FROM folders
WHERE stored_messages <> counted_messages
UNION ALL
SELECT snapshot_id, source_id, 'message-attachments', message_id, mailbox_id, subject,
       has_attachments, attachments
FROM messages
WHERE has_attachments <> (attachments > 0)
)sql";

constexpr ViewColumn kFolderColumns[] = {
    {"snapshot_id", "INTEGER", "Snapshot the row belongs to (snapshots.snapshot_id)."},
    {"source_id", "INTEGER", "The store (sources.source_id)."},
    {"folder_id", "INTEGER", "The folder (folders.folder_id)."},
    {"parent_id", "INTEGER", "The parent it names; NULL at the top."},
    {"mailbox_id", "INTEGER", "Mailbox that the folder itself names as its own."},
    {"name", "TEXT", "Name of the folder."},
    {"messages", "INTEGER", "Messages in it."},
    {"defect", "TEXT",
     "missing-parent, parent-loop or no-mailbox (at the top, but no mailbox's root)."},
};
constexpr const char* kFolderExamples[] = {
    "SELECT name, defect, messages FROM store_folders_without_parent",
};
constexpr const char* kFolderSql = R"sql(
SELECT snapshot_id, source_id, folder_id, parent_id, mailbox_id, name, messages, defect
FROM folders
WHERE defect IN ('missing-parent', 'parent-loop', 'no-mailbox')
)sql";

constexpr ViewColumn kMailboxColumns[] = {
    {"snapshot_id", "INTEGER", "Snapshot the row belongs to (snapshots.snapshot_id)."},
    {"source_id", "INTEGER", "The store (sources.source_id)."},
    {"mailbox_id", "INTEGER", "The mailbox (mailboxes.mailbox_id)."},
    {"display_name", "TEXT", "Name the store shows."},
    {"owner_dn", "TEXT", "Distinguished name of the owner."},
    {"root_folder_id", "INTEGER",
     "The root folder it names, which has no row; NULL: it names none."},
};
constexpr const char* kMailboxExamples[] = {
    "SELECT display_name, owner_dn FROM store_mailboxes_without_root",
};
constexpr const char* kMailboxSql = R"sql(
SELECT m.snapshot_id, m.source_id, m.mailbox_id, m.display_name, m.owner_dn, m.root_folder_id
FROM mailboxes m
WHERE m.folders IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM folders f
                  WHERE f.snapshot_id = m.snapshot_id AND f.source_id = m.source_id
                    AND f.folder_id = m.root_folder_id)
)sql";

constexpr ViewColumn kMessageColumns[] = {
    {"snapshot_id", "INTEGER", "Snapshot the row belongs to (snapshots.snapshot_id)."},
    {"source_id", "INTEGER", "The store (sources.source_id)."},
    {"message_id", "INTEGER", "The message (messages.message_id)."},
    {"folder_id", "INTEGER", "The folder it is said to lie in, which has no row; NULL: none."},
    {"subject", "TEXT", "Subject."},
    {"size_bytes", "INTEGER", "Size of the message."},
};
constexpr const char* kMessageExamples[] = {
    "SELECT count(*) AS n, sum(size_bytes) AS bytes FROM store_messages_without_folder",
};
constexpr const char* kMessageSql = R"sql(
SELECT m.snapshot_id, m.source_id, m.message_id, m.folder_id, m.subject, m.size_bytes
FROM messages m
WHERE m.folder_id IS NULL
   OR (m.snapshot_id, m.source_id, m.folder_id)
      NOT IN (SELECT snapshot_id, source_id, folder_id FROM folders)
)sql";

constexpr const char* kTheme = "stores";

constexpr ViewSpec kStoreCheckViews[] = {
    {.name = "store_count_mismatches",
     .doc = "Counters of stores that differ from what there is to count.",
     .theme = kTheme,
     .columns = kCountColumns,
     .examples = kCountExamples,
     .sql = kCountSql},
    {.name = "store_folders_without_parent",
     .doc = "Folders that hang on nothing: the parent is missing, the chain runs in a circle, or "
            "no mailbox has the folder as its root.",
     .theme = kTheme,
     .columns = kFolderColumns,
     .examples = kFolderExamples,
     .sql = kFolderSql},
    {.name = "store_mailboxes_without_root",
     .doc = "Mailboxes that name no root folder, or one that has no row.",
     .theme = kTheme,
     .columns = kMailboxColumns,
     .examples = kMailboxExamples,
     .sql = kMailboxSql},
    {.name = "store_messages_without_folder",
     .doc = "Messages that no folder holds: most wait for their removal, they are not lost.",
     .theme = kTheme,
     .columns = kMessageColumns,
     .examples = kMessageExamples,
     .sql = kMessageSql},
};

}  // namespace

std::span<const ViewSpec> store_check_views() { return kStoreCheckViews; }

}  // namespace dirsnap
