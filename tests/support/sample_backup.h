// SPDX-License-Identifier: MIT
//
// The sample backup of the repository (tests/fixtures/sample): KB Q188632 at server SRV1.
// Threads: one call, one folder. Errors: Result; the folder is then incomplete.
#pragma once

#include <filesystem>

#include "storage/base/result.h"

namespace dirsnap::support {

// Writes Dir.edb, SRV1.reg, SRV2.reg and README.txt into `folder`, which is created if need be.
Result<void> write_sample(const std::filesystem::path& folder);

}  // namespace dirsnap::support
