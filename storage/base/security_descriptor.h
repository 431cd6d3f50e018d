// SPDX-License-Identifier: MIT
//
// Security descriptors as text (SDDL, MS-DTYP 2.5.1): the SQL function sddl() and the registry's
// key security share it.
// Threads: pure functions.
// Facts: MS-DTYP 2.4.4 (ACE), 2.4.5 (ACL), 2.4.6 (SECURITY_DESCRIPTOR), 2.4.2.4 (well-known SIDs).
#pragma once

#include <optional>
#include <string>

#include "storage/base/byte_reader.h"

namespace dirsnap {

// Owner, group and access lists of a self-relative descriptor; what follows it is left alone.
// nullopt if an offset or a size in it does not fit.
std::optional<std::string> sddl_text(Bytes bytes);

}  // namespace dirsnap
