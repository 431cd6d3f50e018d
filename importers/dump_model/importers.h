// SPDX-License-Identifier: MIT
//
// The importers of text dumps of a directory.
#pragma once

#include "importers/importer.h"

namespace dirsnap::dump_model {

extern const Importer kLdifImporter;

}  // namespace dirsnap::dump_model
