// SPDX-License-Identifier: MIT
//
// The table services, derived from the records that all registry sources of a snapshot left in
// the context.
// Threads: one thread. Facts: importers/regf/FORMAT.md, "Services".
#pragma once

#include <string_view>

#include "importers/importer.h"

namespace dirsnap::registry_model {

// kernel-driver, own-process-interactive and so on; unknown where Type is absent or foreign.
std::string_view service_kind(const ServiceRecord& service);
// boot, system, automatic, manual, disabled; empty where Start is absent or foreign.
std::string_view service_start_type(const ServiceRecord& service);
// True if an automatic start waits until the others are done.
bool service_start_is_delayed(const ServiceRecord& service);
// True if Control Panel > Services lists it.
bool service_in_control_panel(const ServiceRecord& service);
// True for a key that no service can run from.
bool service_is_stub(const ServiceRecord& service);

// Appends one row for each record of context.services. Call once, when all sources are read.
Result<void> write_services(ImportContext& context);

}  // namespace dirsnap::registry_model
