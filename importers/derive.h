// SPDX-License-Identifier: MIT
//
// Rows that need more than one source: services and connectors, written when all sources of the
// snapshot have been read.
#pragma once

#include "importers/importer.h"

namespace dirsnap {

Result<void> derive_rows(ImportContext& context);

}  // namespace dirsnap
