// SPDX-License-Identifier: MIT
//
// The table sources. Contract: section 3.
#pragma once

#include "storage/table_spec.h"

namespace dirsnap::tables::sources {

enum Col : unsigned {
  kSourceId,
  kKind,
  kRole,
  kServer,
  kPath,
  kContainerPath,
  kAbsolutePath,
  kSizeBytes,
  kSha256,
  kModifiedAt,
  kImportedAt,
  kProgramVersion,
  kState,
  kRecords,
  kIssues,
  kDetails,
};

inline constexpr ColumnSpec kColumnSpecs[] = {
    {"source_id", ColumnType::kInteger, "Number of the source inside its snapshot.",
     Access::kDense},
    {"kind", ColumnType::kText,
     "ese, registry-hive, registry-text, ldif, csvde, exchange-csv, admindmp, isinteg, "
     "esedbexport or other."},
    {"role", ColumnType::kText, "directory, private-store, public-store, registry or other."},
    {"server", ColumnType::kText,
     "Server the source belongs to, as its content or the command line tells it.", Access::kScan,
     Collation::kFold},
    {"path", ColumnType::kText, "Path as given on the command line."},
    {"container_path", ColumnType::kText,
     "Path inside an archive or backup set, NULL for a plain file."},
    {"absolute_path", ColumnType::kText, "Absolute path at import time."},
    {"size_bytes", ColumnType::kInteger, "Size of the source in bytes."},
    {"sha256", ColumnType::kText, "SHA-256 of the whole byte stream, lower-case hex."},
    {"modified_at", ColumnType::kText, "Modification time of the file, ISO 8601 UTC."},
    {"imported_at", ColumnType::kText, "Time the import of this source began, ISO 8601 UTC."},
    {"program_version", ColumnType::kText, "Version of dirsnap that read the source."},
    {"state", ColumnType::kText,
     "clean, dirty or damaged; NULL where the format has no such state."},
    {"records", ColumnType::kInteger, "Live records read from the source."},
    {"issues", ColumnType::kInteger,
     "Issues recorded for the source, uncounted repetitions included."},
    {"details", ColumnType::kText,
     "JSON object of format facts: version, page size, logs applied, code page."},
};
static_assert(covers(kColumnSpecs, kDetails));

inline constexpr const char* kExamples[] = {
    "SELECT path, kind, role, server, state, sha256 FROM sources",
};

inline constexpr TableSpec kSpec{
    .name = "sources",
    .doc = "One row per evidence file of a snapshot, skipped files included.",
    .columns = kColumnSpecs,
    .examples = kExamples};

}  // namespace dirsnap::tables::sources
