// SPDX-License-Identifier: MIT
//
// The evidence of a report's case: the base organisation with the case's changes, as files.
// Directory: change records of LDIF (names in either form, attributes by any of their names;
// `delete` takes what is below along). Registry: text of the registry editor, in which "[-KEY]"
// removes a key with its subkeys, "name"=- a value, and list("a", "b") stands for REG_MULTI_SZ,
// expand("a") for REG_EXPAND_SZ. Store: lines "add DN" and "remove DN" for mailboxes.
// What does not fit the base (an object to change that is not there) throws CaseError.
// Lifetime: plain values. Threads: one thread.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/integration/report_case.h"
#include "tests/support/exchange_dumps.h"
#include "tests/support/exchange_registry.h"
#include "tests/support/exchange_store.h"

namespace dirsnap::test {

// Applies LDIF change records to the objects of a directory.
void change_directory(const std::filesystem::path& file,
                      const CaseBlock& block,
                      std::vector<support::DumpObject>& objects);

// Applies a text of the registry editor to the keys of a registry.
void change_registry(const std::filesystem::path& file,
                     const CaseBlock& block,
                     std::vector<support::RegistryKey>& keys);

// Applies "add DN" and "remove DN" to the mailboxes of a store.
void change_store(const std::filesystem::path& file,
                  const CaseBlock& block,
                  support::PrivateStore& store);

}  // namespace dirsnap::test
