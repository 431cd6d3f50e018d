// SPDX-License-Identifier: MIT
//
// The table services. Contract: section 3.
#pragma once

#include "storage/table_spec.h"

namespace dirsnap::tables::services {

enum Col : unsigned {
  kServer,
  kName,
  kDisplayName,
  kStart,
  kStartType,
  kType,
  kKind,
  kImagePath,
  kAccount,
  kDependsOn,
  kDependsOnGroup,
  kErrorControl,
  kLoadGroup,
  kInControlPanel,
  kIsStub,
  kControlSet,
  kIsCurrent,
  kKeyPath,
  kChangedAt,
  kSourceId,
  kImagePathExpanded,
  kDelayedStart,
  kTriggers,
  kDisabledInProfiles,
  kMarkedForDeletion,
  kDescription,
};

inline constexpr ColumnSpec kColumnSpecs[] = {
    {"server", ColumnType::kText, "Computer name of the registry.", Access::kIndex,
     Collation::kFold},
    {"name", ColumnType::kText, "Name of the service key.", Access::kIndex, Collation::kFold},
    {"display_name", ColumnType::kText, "DisplayName, NULL where the value is absent."},
    {"start", ColumnType::kInteger, "Start: 0 boot, 1 system, 2 automatic, 3 manual, 4 disabled."},
    {"start_type", ColumnType::kText, "boot, system, automatic, manual or disabled."},
    {"type", ColumnType::kInteger, "Type bits as stored."},
    {"kind", ColumnType::kText,
     "kernel-driver, file-system-driver, adapter, own-process, shared-process, "
     "own-process-interactive, shared-process-interactive or unknown."},
    {"image_path", ColumnType::kText, "ImagePath as stored."},
    {"account", ColumnType::kText, "ObjectName: the account of the service."},
    {"depends_on", ColumnType::kText,
     "JSON array of the services it depends on, then of the groups, each with a + in front."},
    {"depends_on_group", ColumnType::kText,
     "JSON array of the groups alone, without the +; NULL where there are none."},
    {"error_control", ColumnType::kInteger,
     "ErrorControl: 0 ignore, 1 normal, 2 severe, 3 critical."},
    {"load_group", ColumnType::kText, "Group: the load-order group."},
    {"in_control_panel", ColumnType::kInteger,
     "1 if Control Panel > Services lists it (Type has 0x10 or 0x20)."},
    {"is_stub", ColumnType::kInteger,
     "1 for a key without Type, Start and ImagePath, or a Win32 service without ImagePath: no "
     "runnable service."},
    {"control_set", ColumnType::kText,
     "Control set the key stands in, e.g. ControlSet001 or CurrentControlSet.", Access::kScan,
     Collation::kFold},
    {"is_current", ColumnType::kInteger, "1 for the control set in force."},
    {"key_path", ColumnType::kText, "Registry path of the key.", Access::kIndex, Collation::kFold},
    {"changed_at", ColumnType::kText, "Last-written time of the key, NULL for text exports."},
    {"source_id", ColumnType::kInteger, "Source the row was read from (sources.source_id)."},
    {"image_path_expanded", ColumnType::kText,
     "ImagePath as a path of the machine: variables, \\SystemRoot\\, \\??\\ and relative paths "
     "resolved, the default image of a driver without one. A variable whose value no source "
     "tells stays."},
    {"delayed_start", ColumnType::kInteger,
     "1 for an automatic start that waits for the others (DelayedAutostart)."},
    {"triggers", ColumnType::kText,
     "JSON array of TriggerInfo: objects of action, type, event, guid and data; NULL where there "
     "are none."},
    {"disabled_in_profiles", ColumnType::kText,
     "JSON array of the hardware profiles that disable it, e.g. [\"0001\"]; NULL where none does. "
     "The profile in force is hardware_profile of server_facts."},
    {"marked_for_deletion", ColumnType::kInteger, "1 if DeleteFlag is set."},
    {"description", ColumnType::kText, "Description as stored, NULL where the value is absent."},
};
static_assert(covers(kColumnSpecs, kDescription));

inline constexpr const char* kExamples[] = {
    "SELECT server, name, start_type, image_path FROM services WHERE name LIKE 'MSExchange%' AND "
    "is_current = 1",
};

inline constexpr TableSpec kSpec{
    .name = "services",
    .doc = "One row per service or driver key of every loaded registry and control set.",
    .columns = kColumnSpecs,
    .examples = kExamples,
    .in_common = true};

}  // namespace dirsnap::tables::services
