// SPDX-License-Identifier: MIT
//
// The importers of registry sources: text exports and hives. Both fill registry_keys and
// registry_values and leave service records in the context (services.h writes them).
#pragma once

#include "importers/importer.h"

namespace dirsnap::registry_model {

extern const Importer kRegTextImporter;
extern const Importer kHiveImporter;

}  // namespace dirsnap::registry_model
