// SPDX-License-Identifier: MIT
//
// The table messages: envelopes of what lies in the folders of stores.
#pragma once

#include "storage/table_spec.h"

namespace dirsnap::tables::messages {

enum Col : unsigned {
  kSourceId,
  kMessageId,
  kFolderId,
  kMailboxId,
  kSubject,
  kSender,
  kSenderAddress,
  kSentAt,
  kReceivedAt,
  kCreatedAt,
  kChangedAt,
  kSizeBytes,
  kClass,
  kFlags,
  kAttachments,
  kHasAttachments,
  kIsDeleted,
  kBody,
};

inline constexpr ColumnSpec kColumnSpecs[] = {
    {"source_id", ColumnType::kInteger, "Source the row was read from (sources.source_id)."},
    {"message_id", ColumnType::kInteger, "The store's own number of the message."},
    {"folder_id", ColumnType::kInteger,
     "Folder it lies in (folders.folder_id of the same source); NULL for a message that no folder "
     "holds.",
     Access::kIndex},
    {"mailbox_id", ColumnType::kInteger, "Mailbox of the folder (mailboxes.mailbox_id)."},
    {"subject", ColumnType::kText, "Subject."},
    {"sender", ColumnType::kText, "Display name of the sender, else of whom it was sent for."},
    {"sender_address", ColumnType::kText, "Address of the sender, else of whom it was sent for."},
    {"sent_at", ColumnType::kText, "When the client submitted it, ISO 8601 UTC."},
    {"received_at", ColumnType::kText, "When it was delivered, ISO 8601 UTC."},
    {"created_at", ColumnType::kText, "Creation time, ISO 8601 UTC."},
    {"changed_at", ColumnType::kText, "Last change, ISO 8601 UTC."},
    {"size_bytes", ColumnType::kInteger, "Size of the message."},
    {"class", ColumnType::kText, "Message class, such as IPM.Note."},
    {"flags", ColumnType::kInteger, "PR_MESSAGE_FLAGS: 1 read, 8 unsent, 16 has attachments."},
    {"attachments", ColumnType::kInteger,
     "Number of attachments; NULL where no table of attachments names messages."},
    {"has_attachments", ColumnType::kInteger,
     "1 if it has attachments, as the store's flag or the number tells."},
    {"is_deleted", ColumnType::kInteger, "1 if soft-deleted from the folder."},
    {"body", ColumnType::kText,
     "Plain text of the message; always NULL unless the import was told --with-bodies."},
};
static_assert(covers(kColumnSpecs, kBody));

inline constexpr const char* kExamples[] = {
    "SELECT m.subject, m.received_at, m.size_bytes FROM messages m JOIN folders f USING "
    "(snapshot_id, source_id, folder_id) WHERE f.queue = 'mts-out' ORDER BY m.received_at",
};

inline constexpr TableSpec kSpec{
    .name = "messages",
    .doc = "One row per message and folder that holds it: the envelope, not the content.",
    .columns = kColumnSpecs,
    .examples = kExamples,
    .in_common = true};

}  // namespace dirsnap::tables::messages
