// SPDX-License-Identifier: MIT
#include "importers/store_model/store_layout.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "importers/store_model/mapi_property.h"
#include "storage/base/text.h"

namespace dirsnap::store_model {
namespace {

struct RoleOfProperty {
  std::uint16_t property;
  std::string_view letters;  // type letters that the property is read from
  Role role;
};
constexpr std::array kRolesOfProperties = {
    RoleOfProperty{0x6748, "QN", Role::kFolderId},
    RoleOfProperty{0x6749, "QN", Role::kParentId},
    RoleOfProperty{0x674F, "QN", Role::kRootId},
    RoleOfProperty{0x674A, "QN", Role::kMessageId},
    RoleOfProperty{0x3001, "S", Role::kName},
    RoleOfProperty{0x661B, "NS", Role::kOwner},
    RoleOfProperty{0x661C, "S", Role::kOwnerName},
    RoleOfProperty{0x676C, "N", Role::kGuid},
    RoleOfProperty{0x0E08, "LQ", Role::kSize},
    RoleOfProperty{0x3602, "L", Role::kMessages},
    RoleOfProperty{0x3603, "L", Role::kUnread},
    RoleOfProperty{0x66A2, "T", Role::kLastLogon},
    RoleOfProperty{0x3613, "S", Role::kContainerClass},
    RoleOfProperty{0x001A, "S", Role::kMessageClass},
    RoleOfProperty{0x0037, "S", Role::kSubject},
    RoleOfProperty{0x0C1A, "S", Role::kSender},
    RoleOfProperty{0x0C1F, "S", Role::kSenderAddress},
    RoleOfProperty{0x0042, "S", Role::kSentFor},
    RoleOfProperty{0x0065, "S", Role::kSentForAddress},
    RoleOfProperty{0x0E06, "T", Role::kReceived},
    RoleOfProperty{0x0039, "T", Role::kSent},
    RoleOfProperty{0x3007, "T", Role::kCreated},
    RoleOfProperty{0x3008, "T", Role::kChanged},
    RoleOfProperty{0x0E07, "L", Role::kFlags},
    RoleOfProperty{0x0E1B, "B", Role::kHasAttachments},
    RoleOfProperty{0x668F, "T", Role::kDeletedOn},
    RoleOfProperty{0x1000, "S", Role::kBody},
};

Role role_of_column(std::string_view name) {
  const auto column = parse_mapi_column(name);
  if (!column || column->is_multi) return Role::kNone;
  for (const RoleOfProperty& entry : kRolesOfProperties) {
    if (entry.property == column->property &&
        entry.letters.find(column->letter) != std::string_view::npos) {
      return entry.role;
    }
  }
  return Role::kNone;
}

bool is_id(Role role) {
  return role == Role::kFolderId || role == Role::kParentId || role == Role::kMessageId;
}

StoreTable with_roles(const ese::TableDef& table) {
  StoreTable out{.table = &table, .roles = {}};
  for (const ese::ColumnDef& column : table.columns) {
    const Role role = role_of_column(column.name);
    // Of two columns of one property the first one counts.
    out.roles.push_back(role == Role::kNone || out.has(role) ? Role::kNone : role);
  }
  return out;
}

bool is_named(const ese::TableDef& table, std::initializer_list<std::string_view> names) {
  return std::any_of(names.begin(), names.end(),
                     [&](std::string_view name) { return equal_ascii_nocase(table.name, name); });
}

// "1-23": the folder whose id has that replica number and counter, both in hex.
std::optional<std::int64_t> folder_of_table_name(std::string_view name) {
  constexpr unsigned kCounterBits = 48;
  const std::size_t dash = name.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  std::uint16_t replica = 0;
  std::uint64_t counter = 0;
  const char* const end = name.data() + name.size();
  const auto first = std::from_chars(name.data(), name.data() + dash, replica, 16);
  const auto second = std::from_chars(name.data() + dash + 1, end, counter, 16);
  if (first.ec != std::errc{} || first.ptr != name.data() + dash) return std::nullopt;
  if (second.ec != std::errc{} || second.ptr != end || counter >> kCounterBits != 0) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(std::uint64_t{replica} << kCounterBits | counter);
}

// Takes tables into the layout, and says what they lack.
class Finder {
 public:
  Finder(const TableSource& database, IssueSink& issues) : database_(database), issues_(issues) {}

  Layout find() {
    for (const ese::TableDef& table : database_.tables()) take(table);
    require(layout_.folders.has_value(), "Folder or Folders", "folders");
    require(layout_.messages.has_value(), "Msg", "messages");
    // Without mailboxes a store with folders and messages is a public one, for all its tables tell.
    const bool may_be_public = layout_.folders && layout_.messages;
    require(layout_.mailboxes.has_value(), "Mailbox", "mailboxes", may_be_public);
    const bool has_entries =
        !layout_.entries.empty() || !layout_.messages || layout_.messages->has(Role::kFolderId);
    require(has_entries, "MsgFolder", "folder_id of messages, and counts of folders");
    return std::move(layout_);
  }

 private:
  void take(const ese::TableDef& table) {
    StoreTable part = with_roles(table);
    const auto folder = folder_of_table_name(table.name);
    if (is_named(table, {"Mailbox"}) && !layout_.mailboxes) {
      expect(part, Role::kFolderId, "root folder (6748)", "its folders and messages");
      expect(part, Role::kOwner, "owner (661B)", "owner_dn");
      layout_.mailboxes = std::move(part);
    } else if (is_named(table, {"Folder", "Folders"}) && !layout_.folders) {
      if (!expect(part, Role::kFolderId, "folder id (6748)", "folders")) return;
      expect(part, Role::kParentId, "parent folder id (6749)", "parent_id and path");
      layout_.folders = std::move(part);
    } else if (is_named(table, {"Msg"}) && !layout_.messages) {
      if (!expect(part, Role::kMessageId, "message id (674A)", "messages")) return;
      layout_.messages = std::move(part);
    } else if (!part.has(Role::kMessageId)) {
      return;
    } else if (is_named(table, {"MsgFolder"}) && part.has(Role::kFolderId)) {
      layout_.entries.push_back({.table = std::move(part), .folder_id = {}});
    } else if (is_named(table, {"Attachment", "Attachments"})) {
      layout_.attachments.push_back(std::move(part));
    } else if (folder) {
      layout_.entries.push_back({.table = std::move(part), .folder_id = folder});
    }
  }

  bool expect(const StoreTable& table, Role role, const char* what, const char* lost) {
    if (table.has(role)) return true;
    issues_.report({.severity = Severity::kDoubt,
                    .code = "store-column",
                    .place = "table " + table.table->name,
                    .message = std::string("has no column of the ") + what + ": " + lost +
                               " cannot be told; kept as a raw table"});
    return false;
  }

  void require(bool is_there, const char* table, const char* lost, bool is_note = false) {
    if (is_there) return;
    std::string message = std::string("no usable table ") + table + ": ";
    message += is_note ? "taken for a public store" : std::string(lost) + " cannot be told";
    issues_.report({.severity = is_note ? Severity::kNote : Severity::kDoubt,
                    .code = "store-table",
                    .place = {},
                    .message = std::move(message)});
  }

  const TableSource& database_;
  IssueSink& issues_;
  Layout layout_;
};

}  // namespace

bool StoreTable::has(Role role) const {
  return std::find(roles.begin(), roles.end(), role) != roles.end();
}

const char* Layout::role() const {
  if (mailboxes) return "private-store";
  return folders && messages ? "public-store" : "other";
}

bool Layout::has_part(const ese::TableDef& table) const {
  const auto is_it = [&](const auto& part) { return part && part->table == &table; };
  return is_it(mailboxes) || is_it(folders) || is_it(messages) ||
         std::any_of(entries.begin(), entries.end(),
                     [&](const Entries& e) { return e.table.table == &table; }) ||
         std::any_of(attachments.begin(), attachments.end(),
                     [&](const StoreTable& t) { return t.table == &table; });
}

bool is_store_table(const ese::TableDef& table) {
  return std::any_of(table.columns.begin(), table.columns.end(), [](const ese::ColumnDef& column) {
    return is_id(role_of_column(column.name));
  });
}

bool looks_like_store(const TableSource& database) {
  const auto tables = database.tables();
  return std::any_of(tables.begin(), tables.end(), is_store_table);
}

std::optional<Layout> find_layout(const TableSource& database, IssueSink& issues) {
  if (!looks_like_store(database)) return std::nullopt;
  return Finder(database, issues).find();
}

}  // namespace dirsnap::store_model
