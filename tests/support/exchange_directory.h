// SPDX-License-Identifier: MIT
//
// Writes a synthetic organisation as the directory database Dir.edb of Exchange 5.5.
// Nobody has published the tables of a real one; the layout is that of its earliest documented
// relative, the directory of Windows 2000, or a variant with other names for tests that must not
// depend on them. Threads: one call, one file. Errors: Result; the file is then incomplete.
#pragma once

#include <string>

#include "storage/base/result.h"
#include "tests/support/exchange_site.h"

namespace dirsnap::support {

enum class DirectoryLayout : std::uint8_t {
  kUsual,    // datatable, link_table, hiddentable; PDNT_col tagged; 8-bit names under letter e
  kRenamed,  // other table names, columns in another order, PDNT_col fixed, names under letter m
  // Active Directory: letters of its syntaxes, large USNs, Unicode names. Format update 9 with XOR
  // checksums and pages of 8 KiB for 2000 and 2003, ECC checksums from 2008 on, pages of 32 KiB in
  // databases made by 2025. From 2003 on the parent's number is fixed, the name an attribute, the
  // security descriptors in a table of their own, and links have times.
  kWindows2000,
  kWindows2003,
  kWindows2008,
  kWindows2025,
};

// `columns`: how many the object table has at least; those that no object uses fill up. 0: only
// those that the schema of exchange_schema.h needs. A real directory has about 450.
Result<void> write_directory(const ExchangeSite& site,
                             const std::string& path,
                             DirectoryLayout layout = DirectoryLayout::kUsual,
                             std::size_t columns = 0);

}  // namespace dirsnap::support
