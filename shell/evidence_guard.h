// SPDX-License-Identifier: MIT
//
// Keeps results from taking the place of what they were made from: --force replaces files, but
// neither the case nor a source of it.
// Threads: pure functions.
#pragma once

#include <filesystem>

#include "storage/case_file.h"

namespace dirsnap {

// Fails with kUsage where `path` names the case, its lock file or a source of any of its snapshots,
// under whatever spelling or link.
Result<void> spare_evidence(const CaseFile& file, const std::filesystem::path& path);

}  // namespace dirsnap
