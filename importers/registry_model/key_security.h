// SPDX-License-Identifier: MIT
//
// Security descriptors of a hive's keys as SDDL. Keys share few descriptors: each is decoded once.
// Memory: texts of at most a small multiple of the hive's size. Lifetime: borrows the hive and the
// issue sink; views are valid as long as the object. Threads: one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "importers/regf/record.h"
#include "storage/base/issue.h"

namespace dirsnap::registry_model {

class KeySecurity {
 public:
  // `issues`: gets one issue for each descriptor that cannot be shown; may be null.
  KeySecurity(const regf::Hive& hive, IssueSink* issues);

  // Text of the descriptor in the sk cell at `offset`; nullopt for a key without one and for a
  // descriptor that cannot be shown.
  std::optional<std::string_view> text_at(std::uint32_t offset);

 private:
  std::string read(std::uint32_t offset);
  void report(std::uint32_t offset, std::string why);

  const regf::Hive& hive_;
  IssueSink* issues_;
  std::uint64_t bytes_left_;
  std::unordered_map<std::uint32_t, std::string> texts_;  // empty: cannot be shown
};

}  // namespace dirsnap::registry_model
