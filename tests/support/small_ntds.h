// SPDX-License-Identifier: MIT
//
// Writes a directory database as Active Directory since 2008 R2 lays it out: object table and link
// table with the columns of value replication and recycle bin, with nothing but what a test says.
// The built-in tables name its attributes; it has no schema of its own.
// Units: times are seconds since 1601. Threads: one call, one file. Errors: Result.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/base/result.h"

namespace dirsnap::support {

struct NtdsObject {
  std::int32_t dnt = 0;
  std::int32_t parent = 2;
  std::string rdn;
  std::uint32_t object_class = 655368;    // group
  std::uint8_t is_object = 1;             // 0: a phantom
  std::string replication_metadata = {};  // replPropertyMetaData
  std::string invocation_id = {};
};

struct NtdsLink {
  std::int32_t from = 0;
  std::int32_t to = 0;
  std::uint32_t base = 1;  // member
  std::optional<std::int64_t> deleted_at = {}, deactivated_at = {}, usn_changed = {};
  std::string data = {};  // with its size before it
};

// One entry of replPropertyMetaData, 48 octets.
struct NtdsMetadata {
  std::uint32_t attribute_id = 0;
  std::uint32_t version = 1;
  std::int64_t changed_at = 0;
  std::string originating_id;  // 16 octets
  std::int64_t originating_usn = 0;
  std::int64_t local_usn = 0;
};
// The value: version 1, the count, the entries.
std::string replication_metadata(const std::vector<NtdsMetadata>& entries);

// Objects by ascending DNT from 3 on; links in any order. Rows 1 and 2 are the placeholders.
Result<void> write_small_ntds(const std::string& path,
                              const std::vector<NtdsObject>& objects,
                              const std::vector<NtdsLink>& links);

}  // namespace dirsnap::support
