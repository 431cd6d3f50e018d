// SPDX-License-Identifier: MIT
//
// Object identifiers and the 32-bit numbers that stand for them (ATTRTYP): the high 16 bits index
// a table of OID prefixes, the low 16 bits are the last arc. A last arc of 16384 or more is stored
// as (arc mod 16384) + 32768 and its upper part belongs to the prefix.
// Facts: [MS-DRSR] 5.16.4; the built-in prefixes 0-38 are those of [MS-DRSR] and DSInternals; for
// Exchange 5.5 itself 0-3 are printed in the Programmer's Reference.
// Threads: const methods are safe together.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "storage/base/byte_reader.h"

namespace dirsnap::directory {

class PrefixMap {
 public:
  PrefixMap();  // the built-in prefixes

  // Adds the entries of a prefixMap attribute: u32 count, u32 total size, then per entry u16
  // index, u16 length, DER bytes. Returns how many were read; stops at the first damaged entry.
  std::size_t add_blob(Bytes blob);

  // Adds one prefix, a dotted OID without its last arc. False: no such OID.
  bool add(std::uint16_t index, std::string_view oid);

  // Dotted OID of a number; nullopt if its prefix is unknown, for msDS-IntId values (0x80000000
  // to 0xBFFFFFFF) and for internal ones (0xFFFF0000 and up).
  [[nodiscard]] std::optional<std::string> oid_of(std::uint32_t number) const;

  // Number of a dotted OID, the reverse; nullopt where no prefix fits.
  [[nodiscard]] std::optional<std::uint32_t> number_of(std::string_view oid) const;

 private:
  std::map<std::uint16_t, std::string> der_by_index_;  // DER content octets of the prefix
  std::map<std::string, std::uint16_t> index_by_der_;
};

}  // namespace dirsnap::directory
