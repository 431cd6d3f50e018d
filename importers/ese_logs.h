// SPDX-License-Identifier: MIT
//
// What lies beside a database that was not shut down cleanly: its transaction logs and what they
// could change. They are named, never applied.
// Threads: one thread.
#pragma once

#include "importers/ese/database.h"
#include "importers/importer.h"

namespace dirsnap {

// Reports "logs-not-replayed" (there are logs) or "logs-missing" (there are none) for a database
// that is not clean; nothing for one that is.
void report_logs(const ese::FileHeader& header, const ImportContext& context, IssueSink& issues);

}  // namespace dirsnap
