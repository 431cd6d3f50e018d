// SPDX-License-Identifier: MIT
#include "importers/store_model/store_import.h"

#include <algorithm>

#include "importers/ese_tables/raw_table_writer.h"
#include "importers/store_model/folder_tree.h"
#include "importers/store_model/mapi_property.h"
#include "importers/store_model/message_entries.h"
#include "importers/store_model/message_rows.h"
#include "importers/store_model/store_rows.h"
#include "importers/store_model/store_value.h"

namespace dirsnap::store_model {
namespace {

// Negative sizes count as none.
std::uint64_t size_of(const RowRoles& row) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(row.number(Role::kSize).value_or(0), 0));
}

class Import {
 public:
  Import(const StoreTables& source, const std::function<bool(const ese::TableDef&)>& is_raw)
      : source_(source), is_raw_(is_raw), text_(source.context.options().codepage) {}

  Result<RecordCounts> run() {
    const Layout& layout = source_.layout;
    if (layout.mailboxes) DIRSNAP_CHECK(read_mailboxes(*layout.mailboxes));
    if (layout.folders) DIRSNAP_CHECK(read_folders(*layout.folders));
    settle();
    for (const Layout::Entries& entries : layout.entries) DIRSNAP_CHECK(read_entries(entries));
    entries_.sort();
    for (const StoreTable& table : layout.attachments) DIRSNAP_CHECK(read_attachments(table));
    attachments_.sort();
    if (layout.messages) DIRSNAP_CHECK(read_messages(*layout.messages));
    const bool has_counts =
        !layout.entries.empty() || (layout.messages && layout.messages->has(Role::kFolderId));
    DIRSNAP_CHECK(write_store_rows({.tree = tree_,
                                    .mailboxes = mailboxes_,
                                    .source_id = source_.facts.source_id,
                                    .has_folders = layout.folders && knows_roots(),
                                    .has_counts = has_counts},
                                   source_.context));
    const auto& told = source_.context.options().server;
    source_.facts.server = told ? told : server_of(mailboxes_);
    report();
    return std::move(counts_);
  }

 private:
  // Calls `on_row` for each row of the table, which its raw relation gets as well if it is to.
  template <class OnRow>
  Result<void> each_row(const StoreTable& table, OnRow on_row) {
    RowRoles roles(table);
    std::optional<RawTableWriter> raw;
    if (is_raw_(*table.table)) {
      DIRSNAP_TRY(raw, RawTableWriter::create(source_.context, source_.facts.source_id,
                                              *table.table, RawRows::kLive, RawColumns::kMapi));
    }
    const std::vector<std::uint32_t> wanted =
        raw ? std::vector<std::uint32_t>() : roles.column_ids();
    DIRSNAP_TRY(const auto rows, source_.tables.open(*table.table, wanted));
    for (std::uint64_t count = 0;; ++count) {
      DIRSNAP_TRY(const bool more, rows->next());
      if (!more) break;
      if (raw) DIRSNAP_CHECK(raw->append(rows->row()));
      roles.take(rows->row());
      DIRSNAP_CHECK(on_row(roles));
      if (count % kRowsPerCheck == 0) DIRSNAP_CHECK(source_.context.cancel().check());
    }
    if (raw) {
      DIRSNAP_CHECK(raw->finish(source_.context));
      counts_[table.table] = raw->records();
    }
    return {};
  }

  std::optional<std::string> text(const RowRoles& row, Role role) {
    const ese::CellView* const cell = row.cell(role);
    if (cell == nullptr) return std::nullopt;
    arena_.reset();
    const auto text = text_.text_of(*cell, arena_);
    return text ? std::optional(std::string(*text)) : std::nullopt;
  }

  Result<void> read_mailboxes(const StoreTable& table);
  void take_folder(const RowRoles& row);
  Result<void> read_folders(const StoreTable& table);
  [[nodiscard]] bool knows_roots() const {
    return source_.layout.mailboxes && source_.layout.mailboxes->has(Role::kFolderId);
  }
  void settle();
  Result<void> read_entries(const Layout::Entries& entries);
  Result<void> read_attachments(const StoreTable& table);
  Result<void> place_by_row(const RowRoles& row, MessageRows& rows);
  Result<void> place_by_entries(const RowRoles& row, std::int64_t id, MessageRows& rows);
  Result<void> read_messages(const StoreTable& table);
  void report_bodies();
  void report();
  void report_doubt(const char* code, std::string place, std::string message);

  const StoreTables& source_;
  const std::function<bool(const ese::TableDef&)>& is_raw_;
  TextDecoder text_;
  RowArena arena_;
  std::vector<Mailbox> mailboxes_;
  FolderTree tree_;
  MessageEntries entries_;
  AttachmentCounts attachments_;
  RecordCounts counts_;
  std::uint64_t without_id_ = 0;  // rows of the present table
};

Result<void> Import::read_mailboxes(const StoreTable& table) {
  return each_row(table, [&](const RowRoles& row) -> Result<void> {
    Mailbox& mailbox = mailboxes_.emplace_back();
    mailbox.root_folder = row.number(Role::kFolderId);
    mailbox.stored_size_bytes = row.number(Role::kSize);
    mailbox.display_name = text(row, Role::kName);
    if (!mailbox.display_name) mailbox.display_name = text(row, Role::kOwnerName);
    if (const auto* cell = row.cell(Role::kOwner)) mailbox.owner_dn = owner_dn_of(*cell, text_);
    if (const auto* cell = row.cell(Role::kGuid)) mailbox.guid = guid_of(*cell);
    mailbox.last_logon_at = row.time(Role::kLastLogon);
    return {};
  });
}

void Import::take_folder(const RowRoles& row) {
  const auto id = row.number(Role::kFolderId);
  if (!id) {
    ++without_id_;
    return;
  }
  Folder folder;
  folder.id = *id;
  folder.parent = row.number(Role::kParentId).value_or(0);
  folder.root = row.number(Role::kRootId);
  folder.name = text(row, Role::kName);
  folder.container_class = text(row, Role::kContainerClass);
  folder.created_at = row.time(Role::kCreated);
  folder.changed_at = row.time(Role::kChanged);
  folder.stored_messages = row.number(Role::kMessages);
  folder.unread = row.number(Role::kUnread);
  folder.stored_size_bytes = row.number(Role::kSize);
  tree_.add(std::move(folder));
}

Result<void> Import::read_folders(const StoreTable& table) {
  without_id_ = 0;
  DIRSNAP_CHECK(each_row(table, [&](const RowRoles& row) -> Result<void> {
    take_folder(row);
    return {};
  }));
  if (without_id_ == 0) return {};
  report_doubt("store-folder", "table " + table.table->name,
               std::to_string(without_id_) + " folders have no id; kept in the raw table only");
  return {};
}

void Import::settle() {
  const FolderTree::RootMap roots = roots_of(mailboxes_);
  const Layout& layout = source_.layout;
  tree_.settle(knows_roots() ? &roots : nullptr);
  entries_.set_folders(static_cast<std::uint32_t>(tree_.folders().size()));
  source_.facts.role = layout.role();
  // A public store has one tree.
  if (layout.mailboxes || !layout.folders || tree_.roots() < 2) return;
  source_.facts.role = "other";
  report_doubt("store-table", {},
               "several root folders, as in a private store, but no table Mailbox: whose the "
               "folders are cannot be told");
}

Result<void> Import::read_entries(const Layout::Entries& entries) {
  return each_row(entries.table, [&](const RowRoles& row) -> Result<void> {
    const auto message = row.number(Role::kMessageId);
    const auto folder_id = entries.folder_id ? entries.folder_id : row.number(Role::kFolderId);
    if (!message || !folder_id) return {};
    const auto known = tree_.find(*folder_id);
    const bool is_deleted = row.time(Role::kDeletedOn).has_value();
    if (known) {
      Folder& folder = tree_.folders()[*known];
      ++(is_deleted ? folder.deleted : folder.counted);
    }
    entries_.add({*message, known ? *known : entries_.stranger(*folder_id), is_deleted});
    return {};
  });
}

Result<void> Import::read_attachments(const StoreTable& table) {
  return each_row(table, [&](const RowRoles& row) -> Result<void> {
    if (const auto message = row.number(Role::kMessageId)) attachments_.add(*message);
    return {};
  });
}

// A message whose own row names its folder, if anything does.
Result<void> Import::place_by_row(const RowRoles& row, MessageRows& rows) {
  const auto folder_id = row.number(Role::kFolderId);
  const auto known = folder_id ? tree_.find(*folder_id) : std::nullopt;
  if (!known) return rows.append({.folder_id = folder_id});
  Folder& folder = tree_.folders()[*known];
  ++folder.counted;
  folder.size_bytes += size_of(row);
  return rows.append({.folder_id = folder_id, .mailbox = folder.mailbox});
}

Result<void> Import::place_by_entries(const RowRoles& row, std::int64_t id, MessageRows& rows) {
  const auto entries = entries_.of(id);
  if (entries.empty()) return rows.append({});
  for (const Entry& entry : entries) {
    MessagePlace place{.is_deleted = entry.is_deleted};
    if (entry.folder < tree_.folders().size()) {
      Folder& folder = tree_.folders()[entry.folder];
      if (!entry.is_deleted) folder.size_bytes += size_of(row);
      place.folder_id = folder.id;
      place.mailbox = folder.mailbox;
    } else {
      place.folder_id = entries_.stranger_id(entry.folder);
    }
    DIRSNAP_CHECK(rows.append(place));
  }
  return {};
}

Result<void> Import::read_messages(const StoreTable& table) {
  DIRSNAP_TRY(MessageRows rows,
              MessageRows::create(source_.context, source_.facts.source_id, text_));
  without_id_ = 0;
  DIRSNAP_CHECK(each_row(table, [&](const RowRoles& row) -> Result<void> {
    const auto id = row.number(Role::kMessageId);
    if (!id) {
      ++without_id_;
      return {};
    }
    rows.begin(row, *id);
    if (!source_.layout.attachments.empty()) rows.set_attachments(attachments_.of(*id));
    return source_.layout.entries.empty() ? place_by_row(row, rows)
                                          : place_by_entries(row, *id, rows);
  }));
  if (without_id_ == 0) return {};
  report_doubt("store-message", "table " + table.table->name,
               std::to_string(without_id_) + " messages have no id; kept in the raw table only");
  return {};
}

void Import::report_doubt(const char* code, std::string place, std::string message) {
  source_.issues.report({.severity = Severity::kDoubt,
                         .code = code,
                         .place = std::move(place),
                         .message = std::move(message)});
}

// Content that stands as its length in the raw relations written here.
void Import::report_bodies() {
  if (source_.context.options().with_bodies) return;
  std::string columns;
  for (const ese::TableDef& table : source_.tables.tables()) {
    if (!is_raw_(table)) continue;
    for (const ese::ColumnDef& column : table.columns) {
      const auto name = parse_mapi_column(column.name);
      if (!name || !is_body_property(name->property)) continue;
      if (!columns.empty()) columns += ", ";
      columns += table.name + "." + column.name;
    }
  }
  if (columns.empty()) return;
  source_.issues.report({.severity = Severity::kNote,
                         .code = "bodies-left-out",
                         .place = {},
                         .message = "the content of messages (" + columns +
                                    ") stands as its length; --with-bodies keeps it"});
}

void Import::report() {
  report_bodies();
  if (text_.guessed() > 0) {
    report_doubt("text-codepage", {},
                 std::to_string(text_.guessed()) +
                     " texts beyond ASCII stand in columns without a code page; read as 1252; "
                     "--codepage names another");
  }
  if (source_.layout.messages && entries_.unused() > 0) {
    report_doubt("store-entry", {},
                 std::to_string(entries_.unused()) +
                     " entries of folders name messages that have no row; counted in their "
                     "folders, not among messages");
  }
}

}  // namespace

Result<RecordCounts> import_store(const StoreTables& source,
                                  const std::function<bool(const ese::TableDef&)>& is_raw) {
  return Import(source, is_raw).run();
}

}  // namespace dirsnap::store_model
