// SPDX-License-Identifier: MIT
#include "importers/store_model/message_rows.h"

namespace dirsnap::store_model {
namespace {

namespace t = tables::messages;

constexpr std::int64_t kHasAttachments = 0x10;  // MSGFLAG_HASATTACH

}  // namespace

Result<MessageRows> MessageRows::create(ImportContext& context,
                                        std::int64_t source_id,
                                        TextDecoder& decoder) {
  DIRSNAP_TRY(RelationWriter* const writer, context.table(t::kSpec));
  DIRSNAP_TRY(const RelationWriter* const mailboxes, context.table(tables::mailboxes::kSpec));
  MessageRows rows(*writer, source_id, decoder);
  rows.first_mailbox_ = static_cast<std::int64_t>(mailboxes->rows()) + 1;
  rows.with_bodies_ = context.options().with_bodies;
  return rows;
}

void MessageRows::put_text(std::uint32_t column, const RowRoles& row, Role role, Role otherwise) {
  const ese::CellView* cell = row.cell(role);
  if (cell == nullptr || cell->bytes.empty()) cell = row.cell(otherwise);
  if (cell == nullptr) return;
  if (const auto text = decoder_->text_of(*cell, arena_)) {
    envelope_.push_back({column, ValueView::text(*text)});
  }
}

void MessageRows::put_time(std::uint32_t column, const RowRoles& row, Role role) {
  if (const auto time = row.time(role)) {
    envelope_.push_back({column, ValueView::text(arena_.keep(*time))});
  }
}

void MessageRows::begin(const RowRoles& row, std::int64_t message_id) {
  arena_.reset();
  envelope_.clear();
  envelope_.push_back({t::kSourceId, ValueView::of(source_id_)});
  envelope_.push_back({t::kMessageId, ValueView::of(message_id)});
  put_text(t::kSubject, row, Role::kSubject, Role::kNone);
  put_text(t::kSender, row, Role::kSender, Role::kSentFor);
  put_text(t::kSenderAddress, row, Role::kSenderAddress, Role::kSentForAddress);
  put_time(t::kSentAt, row, Role::kSent);
  put_time(t::kReceivedAt, row, Role::kReceived);
  put_time(t::kCreatedAt, row, Role::kCreated);
  put_time(t::kChangedAt, row, Role::kChanged);
  if (const auto size = row.number(Role::kSize)) {
    envelope_.push_back({t::kSizeBytes, ValueView::of(*size)});
  }
  put_text(t::kClass, row, Role::kMessageClass, Role::kNone);
  const auto flags = row.number(Role::kFlags);
  if (flags) envelope_.push_back({t::kFlags, ValueView::of(*flags)});
  const auto has_attachments = row.number(Role::kHasAttachments);
  has_attachments_ = has_attachments || flags;
  if (has_attachments_) {
    const bool has = has_attachments ? *has_attachments != 0 : (*flags & kHasAttachments) != 0;
    envelope_.push_back({t::kHasAttachments, ValueView::of(has ? 1 : 0)});
  }
  if (with_bodies_) put_text(t::kBody, row, Role::kBody, Role::kNone);
}

void MessageRows::set_attachments(std::int64_t count) {
  envelope_.push_back({t::kAttachments, ValueView::of(count)});
  if (!has_attachments_) {
    envelope_.push_back({t::kHasAttachments, ValueView::of(count > 0 ? 1 : 0)});
  }
}

Result<void> MessageRows::append(const MessagePlace& place) {
  cells_ = envelope_;
  if (place.folder_id) cells_.push_back({t::kFolderId, ValueView::of(*place.folder_id)});
  if (place.mailbox) {
    cells_.push_back({t::kMailboxId, ValueView::of(first_mailbox_ + *place.mailbox)});
  }
  cells_.push_back({t::kIsDeleted, ValueView::of(place.is_deleted ? 1 : 0)});
  DIRSNAP_CHECK(writer_->append(cells_));
  return {};
}

}  // namespace dirsnap::store_model
