// SPDX-License-Identifier: MIT
//
// Printed registries: RegEdt32's "Save Subtree As" (Windows NT) and the output of `reg query`.
// Both are made for people: what they do not print, or print in two ways, is reported.
// Threads: one thread per call. Facts: FORMAT.md sections 5 and 6.
#pragma once

#include "importers/reg_text/parse_context.h"
#include "storage/base/result.h"

namespace dirsnap::reg_text {

// Paths are relative to the window's root, which is not printed.
[[nodiscard]] Result<void> parse_regedt32(ParseContext context);
[[nodiscard]] Result<void> parse_reg_query(ParseContext context);

}  // namespace dirsnap::reg_text
