// SPDX-License-Identifier: MIT
//
// The importers of text dumps of a directory.
#pragma once

#include "importers/importer.h"

namespace dirsnap::dump_model {

extern const Importer kLdifImporter;
extern const Importer kCsvdeImporter;
extern const Importer kExchangeCsvImporter;
extern const Importer kAdmindmpImporter;

}  // namespace dirsnap::dump_model
