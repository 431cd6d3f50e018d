// SPDX-License-Identifier: MIT
//
// The importer of isinteg's dumps: mailboxes and folders without the store itself.
#pragma once

#include "importers/importer.h"

namespace dirsnap::store_model {

extern const Importer kIsintegImporter;

}  // namespace dirsnap::store_model
