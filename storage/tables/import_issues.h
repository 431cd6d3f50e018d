// SPDX-License-Identifier: MIT
//
// The table import_issues. Contract: section 3.
#pragma once

#include "storage/table_spec.h"

namespace dirsnap::tables::import_issues {

enum Col : unsigned {
  kSourceId,
  kSeverity,
  kCode,
  kOffsetBytes,
  kSizeBytes,
  kPlace,
  kMessage,
  kRepeated,
};

inline constexpr ColumnSpec kColumnSpecs[] = {
    {"source_id", ColumnType::kInteger, "Source concerned, NULL for the snapshot as a whole."},
    {"severity", ColumnType::kText,
     "loss (not had), doubt (had, perhaps wrong) or note (information)."},
    {"code", ColumnType::kText, "Stable name of the kind of issue."},
    {"offset_bytes", ColumnType::kInteger, "Place in the source, bytes from its start."},
    {"size_bytes", ColumnType::kInteger, "Bytes concerned, 0 where unknown."},
    {"place", ColumnType::kText, "Page, table, record, line or key concerned."},
    {"message", ColumnType::kText, "What was wrong, what is kept, what is lost."},
    {"repeated", ColumnType::kInteger,
     "Further issues of the same source and code that are counted only."},
};
static_assert(covers(kColumnSpecs, kRepeated));

inline constexpr const char* kExamples[] = {
    "SELECT severity, code, count(*) AS n FROM import_issues GROUP BY severity, code",
};

inline constexpr TableSpec kSpec{.name = "import_issues",
                                 .doc =
                                     "One row per issue met while importing; repetitions over "
                                     "1,000 of a kind are counted in the last row.",
                                 .columns = kColumnSpecs,
                                 .examples = kExamples};

}  // namespace dirsnap::tables::import_issues
