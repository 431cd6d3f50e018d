// SPDX-License-Identifier: MIT
#include "importers/store_model/mailbox_kind.h"

#include <algorithm>
#include <string_view>

#include "storage/base/dn.h"
#include "storage/base/text.h"

namespace dirsnap::store_model {
namespace {

bool has_container(const std::vector<Rdn>& names, std::string_view wanted) {
  return names.size() > 1 && std::any_of(names.begin(), names.end() - 1, [&](const Rdn& name) {
           return equal_ascii_nocase(name.type, "cn") && equal_ascii_nocase(name.value, wanted);
         });
}

// Agents with a mailbox among the recipients: the mailbox manager (KB Q188594) and the free/busy
// connector (Q145874).
bool is_agent(const Rdn& name) {
  return equal_ascii_nocase(name.value, "MSExchangeMCA") ||
         equal_ascii_nocase(name.value, "ADMINSCH");
}

// Mailboxes that the store of Exchange 2000 and later keeps for itself.
bool is_system_name(std::string_view name) {
  const std::string lower = to_lower_ascii(name);
  return lower.starts_with("systemmailbox{") || lower.starts_with("smtp (");
}

}  // namespace

MailboxKind kind_of_mailbox(const std::optional<std::string>& owner_dn,
                            const std::optional<std::string>& display_name,
                            bool has_queue) {
  if (has_queue) return {"connector", "queue"};
  const auto names = owner_dn ? parse_dn_x500(*owner_dn) : std::nullopt;
  if (names && !names->empty()) {
    if (has_container(*names, "Connections")) return {"connector", "dn"};
    if (has_container(*names, "Configuration") || is_agent(names->back())) return {"system", "dn"};
  }
  if (display_name && is_system_name(*display_name)) return {"system", "name"};
  if (names && !names->empty()) return {"user", "dn"};
  return {};
}

}  // namespace dirsnap::store_model
