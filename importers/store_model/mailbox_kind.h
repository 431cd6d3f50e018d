// SPDX-License-Identifier: MIT
//
// What a mailbox is for, as its owner and its folders tell.
// Facts: LAYOUT.md section 5. Threads: pure functions.
#pragma once

#include <optional>
#include <string>

namespace dirsnap::store_model {

struct MailboxKind {
  const char* kind = "unknown";  // contract, mailboxes.kind
  const char* rule = "none";     // mailboxes.kind_rule
};

// `has_queue`: MTS-IN or MTS-OUT stands directly below its root.
MailboxKind kind_of_mailbox(const std::optional<std::string>& owner_dn,
                            const std::optional<std::string>& display_name,
                            bool has_queue);

}  // namespace dirsnap::store_model
