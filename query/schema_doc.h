// SPDX-License-Identifier: MIT
//
// The generated reference: every fixed table, column and function. query/SCHEMA.md is its output;
// a test fails when the two differ. Threads: pure function.
#pragma once

#include <string>

namespace dirsnap {

std::string schema_markdown();

}  // namespace dirsnap
