// SPDX-License-Identifier: MIT
//
// ESE databases as sources: every table becomes a raw SQL table; a database that holds a
// directory becomes objects, attributes and connectors as well.
// Threads: one import at a time.
#pragma once

#include "importers/importer.h"

namespace dirsnap {

extern const Importer kEseImporter;

}  // namespace dirsnap
