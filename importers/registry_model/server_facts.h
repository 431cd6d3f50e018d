// SPDX-License-Identifier: MIT
//
// The table server_facts: which values of a registry tell something about its server, and the
// rows made of them when all sources of the snapshot are read.
// Threads: one thread. Facts: importers/regf/FORMAT.md, "Facts about the server".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "importers/importer.h"
#include "importers/registry_model/key_view.h"

namespace dirsnap::registry_model {

// Below which root a key stands.
enum class FactScope : std::uint8_t {
  kControlSet,  // HKEY_LOCAL_MACHINE\SYSTEM\<control set>
  kSoftware,    // HKEY_LOCAL_MACHINE\SOFTWARE
};

// Appends what the key tells; `rest` is its path below the root of the scope.
void collect_facts(FactScope scope,
                   std::string_view rest,
                   const RegistryKey& key,
                   std::vector<ServerFact>& facts);

// The first one of that name, or null.
const ServerFact* find_fact(const std::vector<ServerFact>& facts, std::string_view name);

// A hive that names no server gets the one that all hives in its folder name: a machine keeps its
// hives together. Call once, when all sources are read.
void settle_servers(std::vector<RegistrySource>& registries);

// Drops guesses about what another registry of the same server states. Call after settle_servers().
void drop_guesses(std::vector<RegistrySource>& registries);

// Services of a registry that names no server belong to the server that was settled for it. Call
// after settle_servers().
void settle_services(std::vector<ServiceRecord>& services,
                     const std::vector<RegistrySource>& registries);

// Appends one row for each fact of context.registries.
Result<void> write_server_facts(ImportContext& context);

}  // namespace dirsnap::registry_model
