// SPDX-License-Identifier: MIT
//
// GUIDs, SIDs and object identifiers as text.
// Facts: MS-DTYP 2.3.4 (GUID: first three fields little-endian), 2.4.2 (SID); X.690 8.19 (OID).
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/base/byte_reader.h"

namespace dirsnap {

// 16 bytes to lower-case 8-4-4-4-12; nullopt for another size.
std::optional<std::string> guid_text(Bytes bytes);

// S-1-5-...; nullopt where the length does not fit. `rid_big_endian`: the last sub-authority is
// stored big-endian, as the directory does for attribute syntax 2.5.5.17.
std::optional<std::string> sid_text(Bytes bytes, bool rid_big_endian = false);

// DER content octets of an OBJECT IDENTIFIER (without tag and length) to dotted text and back.
std::optional<std::string> oid_from_der(Bytes bytes);
std::optional<std::vector<std::uint8_t>> oid_to_der(std::string_view dotted);

}  // namespace dirsnap
