// SPDX-License-Identifier: MIT
//
// What starts or stops a service by itself: the subkeys of TriggerInfo below its key.
// Threads: pure functions. Facts: importers/regf/FORMAT.md, "Services".
#pragma once

#include <string>

#include "importers/registry_model/key_view.h"

namespace dirsnap::registry_model {

// One subkey of TriggerInfo as a JSON object: action, type, event (of a known subtype), guid (the
// subtype; of a device its interface class, of a custom trigger its event provider) and data.
std::string trigger_json(const RegistryKey& key);

}  // namespace dirsnap::registry_model
