// SPDX-License-Identifier: MIT
//
// The importer of folders that esedbexport wrote.
#pragma once

#include "importers/importer.h"

namespace dirsnap::esedbexport {

extern const Importer kExportImporter;

}  // namespace dirsnap::esedbexport
