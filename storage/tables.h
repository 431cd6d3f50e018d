// SPDX-License-Identifier: MIT
//
// The one visible list of the fixed tables. `snapshots` is not among them: its rows are the
// snapshot records of the case, not rows inside a snapshot.
#pragma once

#include <array>

#include "storage/tables/attributes.h"
#include "storage/tables/class_attributes.h"
#include "storage/tables/connectors.h"
#include "storage/tables/containers.h"
#include "storage/tables/ese_columns.h"
#include "storage/tables/ese_tables.h"
#include "storage/tables/folders.h"
#include "storage/tables/import_issues.h"
#include "storage/tables/links.h"
#include "storage/tables/mailboxes.h"
#include "storage/tables/messages.h"
#include "storage/tables/objects.h"
#include "storage/tables/recovered_attributes.h"
#include "storage/tables/recovered_objects.h"
#include "storage/tables/recovered_registry_keys.h"
#include "storage/tables/recovered_registry_values.h"
#include "storage/tables/registry_keys.h"
#include "storage/tables/registry_values.h"
#include "storage/tables/replication_metadata.h"
#include "storage/tables/schema_attributes.h"
#include "storage/tables/schema_classes.h"
#include "storage/tables/server_facts.h"
#include "storage/tables/services.h"
#include "storage/tables/sources.h"

namespace dirsnap {

inline constexpr std::array kFixedTables = {
    &tables::sources::kSpec,
    &tables::import_issues::kSpec,
    &tables::objects::kSpec,
    &tables::attributes::kSpec,
    &tables::links::kSpec,
    &tables::replication_metadata::kSpec,
    &tables::containers::kSpec,
    &tables::connectors::kSpec,
    &tables::recovered_objects::kSpec,
    &tables::recovered_attributes::kSpec,
    &tables::services::kSpec,
    &tables::server_facts::kSpec,
    &tables::registry_keys::kSpec,
    &tables::registry_values::kSpec,
    &tables::recovered_registry_keys::kSpec,
    &tables::recovered_registry_values::kSpec,
    &tables::mailboxes::kSpec,
    &tables::folders::kSpec,
    &tables::messages::kSpec,
    &tables::schema_classes::kSpec,
    &tables::schema_attributes::kSpec,
    &tables::class_attributes::kSpec,
    &tables::ese_tables::kSpec,
    &tables::ese_columns::kSpec,
};

}  // namespace dirsnap
