// SPDX-License-Identifier: MIT
//
// The root key of a hive, and what stands directly below it.
// Units: offsets count bytes from the start of the bins data.
// Threads: pure functions over a const Hive. Facts: FORMAT.md sections 1 and 3.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "importers/regf/hive.h"

namespace dirsnap::regf {

struct Root {
  std::uint32_t offset = 0;  // of the nk cell
  bool is_stated = true;     // the base block names it; else it was found by its flag
};

// The key that the base block names if it is flagged as a root, else the first one that is, else
// the named one. Fails with kCorrupt if there is none.
Result<Root> find_root(const Hive& hive);

// Names of the root's direct subkeys as far as they can be read, to tell what the hive is.
std::vector<std::string> root_subkey_names(const Hive& hive);

}  // namespace dirsnap::regf
