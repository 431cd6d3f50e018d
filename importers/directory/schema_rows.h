// SPDX-License-Identifier: MIT
//
// Rows of schema_classes and schema_attributes: everything that the database's schema or an
// override names, and built-in entries that objects use. Threads: one thread.
#pragma once

#include "importers/directory/schema.h"
#include "importers/importer.h"

namespace dirsnap::directory {

Result<void> write_schema(const Schema& schema, std::int64_t source_id, ImportContext& context);

}  // namespace dirsnap::directory
