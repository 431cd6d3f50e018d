// SPDX-License-Identifier: MIT
#include "importers/store_model/store_rows.h"

#include "importers/store_model/mailbox_kind.h"

namespace dirsnap::store_model {
namespace {

// What the folders of a mailbox add up to; unsigned, so that absurd numbers wrap.
struct Sums {
  std::uint64_t folders = 0;
  std::uint64_t messages = 0;
  std::uint64_t size_bytes = 0;
  bool knows_messages = true;  // false: some folder tells no number
  std::optional<std::uint64_t> queue_in, queue_out;
  bool has_queue = false;
};

std::int64_t signed_count(std::uint64_t count) { return static_cast<std::int64_t>(count); }

class Writer {
 public:
  Writer(const StoreRows& store, RelationWriter& folders, RelationWriter& mailboxes)
      : store_(store),
        folders_(folders),
        mailboxes_(mailboxes),
        has_counts_(!store.layout.entries.empty() ||
                    (store.layout.messages && store.layout.messages->has(Role::kFolderId))),
        first_mailbox_(signed_count(mailboxes.rows()) + 1),
        sums_(store.mailboxes.size()) {}

  Result<void> run() {
    for (const Folder& folder : store_.tree.folders()) DIRSNAP_CHECK(write_folder(folder));
    for (std::size_t i = 0; i < sums_.size(); ++i) DIRSNAP_CHECK(write_mailbox(i));
    return {};
  }

 private:
  void put(std::uint32_t column, const std::optional<std::string>& text) {
    if (text) cells_.push_back({column, ValueView::text(*text)});
  }
  void put(std::uint32_t column, const std::optional<std::int64_t>& number) {
    if (number) cells_.push_back({column, ValueView::of(*number)});
  }

  Result<void> write_folder(const Folder& folder);
  Result<void> write_mailbox(std::size_t number);
  void add_up(const Folder& folder, const std::optional<std::int64_t>& messages);
  [[nodiscard]] std::int64_t size_of(const Folder& folder) const {
    return folder.stored_size_bytes.value_or(signed_count(folder.size_bytes));
  }

  const StoreRows& store_;
  RelationWriter& folders_;
  RelationWriter& mailboxes_;
  bool has_counts_;  // messages were counted by folder
  std::int64_t first_mailbox_;
  std::vector<Sums> sums_;  // by number of the mailbox
  std::vector<Cell> cells_;
};

void Writer::add_up(const Folder& folder, const std::optional<std::int64_t>& messages) {
  if (!folder.mailbox) return;
  Sums& sums = sums_[*folder.mailbox];
  ++sums.folders;
  sums.messages += static_cast<std::uint64_t>(messages.value_or(0));
  sums.knows_messages = sums.knows_messages && messages;
  sums.size_bytes += static_cast<std::uint64_t>(size_of(folder));
  if (folder.queue == Queue::kNone) return;
  sums.has_queue = true;
  if (!messages) return;
  std::optional<std::uint64_t>& queue = folder.queue == Queue::kIn ? sums.queue_in : sums.queue_out;
  queue = queue.value_or(0) + static_cast<std::uint64_t>(*messages);
}

Result<void> Writer::write_folder(const Folder& folder) {
  namespace t = tables::folders;
  const auto counted =
      has_counts_ ? std::optional(signed_count(folder.counted)) : std::optional<std::int64_t>();
  const auto messages = counted ? counted : folder.stored_messages;
  add_up(folder, messages);
  cells_.clear();
  cells_.push_back({t::kSourceId, ValueView::of(store_.source_id)});
  cells_.push_back({t::kFolderId, ValueView::of(folder.id)});
  if (folder.parent != 0) cells_.push_back({t::kParentId, ValueView::of(folder.parent)});
  if (folder.mailbox) {
    cells_.push_back({t::kMailboxId, ValueView::of(first_mailbox_ + *folder.mailbox)});
  }
  const auto path = store_.tree.path_of(folder);
  put(t::kPath, path);
  put(t::kName, folder.name);
  if (folder.queue != Queue::kNone) {
    cells_.push_back(
        {t::kQueue, ValueView::text(folder.queue == Queue::kIn ? "mts-in" : "mts-out")});
  }
  put(t::kMessages, messages);
  put(t::kCountedMessages, counted);
  put(t::kStoredMessages, folder.stored_messages);
  if (has_counts_) {
    cells_.push_back({t::kDeletedMessages, ValueView::of(signed_count(folder.deleted))});
  }
  put(t::kUnread, folder.unread);
  if (has_counts_ || folder.stored_size_bytes) {
    cells_.push_back({t::kSizeBytes, ValueView::of(size_of(folder))});
  }
  put(t::kStoredSizeBytes, folder.stored_size_bytes);
  put(t::kClass, folder.container_class);
  put(t::kCreatedAt, folder.created_at);
  put(t::kChangedAt, folder.changed_at);
  if (folder.defect != FolderDefect::kNone) {
    cells_.push_back({t::kDefect, ValueView::text(to_string(folder.defect))});
  }
  DIRSNAP_CHECK(folders_.append(cells_));
  return {};
}

Result<void> Writer::write_mailbox(std::size_t number) {
  namespace t = tables::mailboxes;
  const Mailbox& mailbox = store_.mailboxes[number];
  const Sums& sums = sums_[number];
  const MailboxKind kind = kind_of_mailbox(mailbox.owner_dn, mailbox.display_name, sums.has_queue);
  cells_.clear();
  cells_.push_back({t::kSourceId, ValueView::of(store_.source_id)});
  cells_.push_back({t::kMailboxId, ValueView::of(first_mailbox_ + signed_count(number))});
  put(t::kDisplayName, mailbox.display_name);
  put(t::kOwnerDn, mailbox.owner_dn);
  cells_.push_back({t::kKind, ValueView::text(kind.kind)});
  cells_.push_back({t::kKindRule, ValueView::text(kind.rule)});
  const bool has_folders = store_.layout.folders && store_.layout.mailboxes->has(Role::kFolderId);
  if (has_folders) {
    cells_.push_back({t::kFolders, ValueView::of(signed_count(sums.folders))});
    if (sums.knows_messages) {
      cells_.push_back({t::kMessages, ValueView::of(signed_count(sums.messages))});
    }
  }
  if (mailbox.stored_size_bytes || (has_folders && has_counts_)) {
    cells_.push_back({t::kSizeBytes, ValueView::of(mailbox.stored_size_bytes.value_or(
                                         signed_count(sums.size_bytes)))});
  }
  if (sums.queue_in) cells_.push_back({t::kQueueIn, ValueView::of(signed_count(*sums.queue_in))});
  if (sums.queue_out) {
    cells_.push_back({t::kQueueOut, ValueView::of(signed_count(*sums.queue_out))});
  }
  put(t::kLastLogonAt, mailbox.last_logon_at);
  put(t::kGuid, mailbox.guid);
  put(t::kRootFolderId, mailbox.root_folder);
  DIRSNAP_CHECK(mailboxes_.append(cells_));
  return {};
}

}  // namespace

Result<void> write_store_rows(const StoreRows& store, ImportContext& context) {
  DIRSNAP_TRY(RelationWriter* const folders, context.table(tables::folders::kSpec));
  DIRSNAP_TRY(RelationWriter* const mailboxes, context.table(tables::mailboxes::kSpec));
  return Writer(store, *folders, *mailboxes).run();
}

}  // namespace dirsnap::store_model
