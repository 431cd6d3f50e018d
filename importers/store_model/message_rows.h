// SPDX-License-Identifier: MIT
//
// Rows of the table messages: the envelope once, then a row for each folder that holds it.
// Lifetime: borrows context, decoder and, between begin() and the last append(), the row.
// Threads: one thread.
#pragma once

#include <optional>
#include <vector>

#include "importers/importer.h"
#include "importers/store_model/row_roles.h"

namespace dirsnap::store_model {

// Where a message lies.
struct MessagePlace {
  std::optional<std::int64_t> folder_id = {};
  std::optional<std::uint32_t> mailbox = {};  // number in the store's list
  bool is_deleted = false;                    // soft-deleted
};

class MessageRows {
 public:
  // Mailbox numbers count on from the rows that the table mailboxes has.
  static Result<MessageRows> create(ImportContext& context,
                                    std::int64_t source_id,
                                    TextDecoder& decoder);

  void begin(const RowRoles& row, std::int64_t message_id);
  // Between begin() and the first append().
  void set_attachments(std::int64_t count);
  Result<void> append(const MessagePlace& place);

 private:
  MessageRows(RelationWriter& writer, std::int64_t source_id, TextDecoder& decoder)
      : writer_(&writer), source_id_(source_id), decoder_(&decoder) {}
  void put_text(std::uint32_t column, const RowRoles& row, Role role, Role otherwise);
  void put_time(std::uint32_t column, const RowRoles& row, Role role);

  RelationWriter* writer_;
  std::int64_t source_id_;
  TextDecoder* decoder_;
  std::int64_t first_mailbox_ = 0;  // mailbox_id of the store's mailbox number 0
  bool with_bodies_ = false;
  bool has_attachments_ = false;
  RowArena arena_;
  std::vector<Cell> envelope_, cells_;
};

}  // namespace dirsnap::store_model
