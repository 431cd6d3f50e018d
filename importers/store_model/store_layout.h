// SPDX-License-Identifier: MIT
//
// Which tables and columns of a database hold an information store. Columns are told by the MAPI
// property in their name, tables by their name; what is not found is an issue and stays raw.
// Facts: LAYOUT.md.
// Lifetime: pointers point into the source's tables. Threads: one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "importers/ese_tables/table_source.h"
#include "storage/base/issue.h"

namespace dirsnap::store_model {

// What a column is read for.
enum class Role : std::uint8_t {
  kNone,
  kFolderId,
  kParentId,
  kRootId,
  kMessageId,
  kName,
  kOwner,
  kOwnerName,
  kGuid,
  kSize,
  kMessages,
  kUnread,
  kLastLogon,
  kContainerClass,
  kMessageClass,
  kSubject,
  kSender,
  kSenderAddress,
  kSentFor,
  kSentForAddress,
  kReceived,
  kSent,
  kCreated,
  kChanged,
  kFlags,
  kHasAttachments,
  kDeletedOn,
  kBody,
};
inline constexpr std::size_t kRoles = static_cast<std::size_t>(Role::kBody) + 1;

// A table and the role of each of its columns.
struct StoreTable {
  const ese::TableDef* table = nullptr;
  std::vector<Role> roles;  // by position in table->columns
  [[nodiscard]] bool has(Role role) const;
};

struct Layout {
  std::optional<StoreTable> mailboxes;
  std::optional<StoreTable> folders;
  std::optional<StoreTable> messages;

  // Which message lies in which folder.
  struct Entries {
    StoreTable table;
    std::optional<std::int64_t> folder_id;  // the table is of one folder alone
  };
  std::vector<Entries> entries;
  std::vector<StoreTable> attachments;  // tables that name the message of each attachment

  // contract, sources.role; of a store without mailboxes a second look is needed
  // (StoreSummary::root_folders).
  [[nodiscard]] const char* role() const;
  [[nodiscard]] bool has_part(const ese::TableDef& table) const;
};

// True if some table has a column that holds ids of folders or messages.
bool looks_like_store(const TableSource& database);

// True if the names of a table's columns are enough to tell that it is a store's.
bool is_store_table(const ese::TableDef& table);

// The layout, or nullopt if the database holds no store. Issues "store-table" and "store-column".
std::optional<Layout> find_layout(const TableSource& database, IssueSink& issues);

}  // namespace dirsnap::store_model
