// SPDX-License-Identifier: MIT
//
// The private information store (Priv.edb) of one server of a synthetic organisation: mailboxes,
// folders and messages as plain structures, and as a database.
// Columns are MAPI property ids as the Knowledge Base prints them (Q6748 folder id, S3001 name);
// the form of the owner entry and the use of Q674F as root id are assumed.
// Threads: one call, one file. Errors: Result; the file is then incomplete.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "storage/base/result.h"
#include "tests/support/exchange_site.h"

namespace dirsnap::support {

struct StoreMailbox {
  std::uint64_t root_folder = 0;  // 0: none
  std::string display_name;
  std::string owner_dn;  // as the directory has it; the store keeps it in upper case
};

struct StoreFolder {
  std::uint64_t id = 0;
  std::uint64_t parent = 0;  // 0: the root of a mailbox
  std::uint64_t root = 0;
  std::string name;  // empty for a root
  std::uint32_t messages = 0;
  std::uint32_t unread = 0;
};

struct StoreMessage {
  std::uint64_t id = 0;
  std::uint64_t folder = 0;
  std::uint32_t size_bytes = 0;
  std::string subject;
  // Only where StoreForm::has_details:
  std::string sender = {};
  std::string body = {};
  std::uint32_t attachments = 0;
  bool is_deleted = false;  // soft-deleted from the folder
};

struct PrivateStore {
  std::vector<StoreMailbox> mailboxes;
  std::vector<StoreFolder> folders;    // ascending id
  std::vector<StoreMessage> messages;  // ascending id
};

// How a store is written. A table without a name is left out.
struct StoreForm {
  std::string mailboxes = "Mailbox";
  std::string folders = "Folder";
  std::string messages = "Msg";
  std::string entries = "MsgFolder";
  bool has_details = false;     // sender, flags, body, soft deletion; table Attachment; last logon
  bool has_wide_names = false;  // names of folders in UTF-16, in columns of code page 1252
};

// The store of `server`: its people, its System Attendant, and its gateway connectors, of which
// each has `queued` messages in MTS-OUT.
PrivateStore private_store(const ExchangeSite& site, std::size_t server, std::uint32_t queued);

Result<void> write_private_store(const PrivateStore& store,
                                 const std::string& path,
                                 const StoreForm& form = {});

}  // namespace dirsnap::support
