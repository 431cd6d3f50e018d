// SPDX-License-Identifier: MIT
//
// Security descriptors that the objects of a directory share: from Windows Server 2003 on they
// stand in a table of their own (sd_table), and an object has the number of its descriptor.
// Memory: the descriptors up to kMostBytes and 32 bytes each.
// Lifetime: what find() returns borrows the object.
// Threads: const methods are safe together.
// Facts: columns sd_id and sd_value, and the four bytes before the descriptor of row 1 (libyal's
// notes on Active Directory's database, DSInternals); LAYOUT.md sections 1 and 4.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "importers/directory/layout.h"
#include "storage/base/byte_reader.h"
#include "storage/base/cancel.h"
#include "storage/base/issue.h"

namespace dirsnap::directory {

class SharedDescriptors {
 public:
  // The number that a cell of NT-Security-Descriptor holds in place of a descriptor: eight bytes,
  // little-endian. nullopt for anything else.
  static std::optional<std::int64_t> number_in(Bytes cell);

  // Reads the table; nothing where the layout has none. What finds no room is an issue
  // ("descriptor-limit"), and its values stay numbers.
  Result<void> read(TableSource& database,
                    const Layout& layout,
                    IssueSink& issues,
                    const CancelToken& cancel);

  // False: the directory keeps descriptors with the objects.
  [[nodiscard]] bool has_table() const { return has_table_; }
  // The descriptor, self-relative; nullopt: there is none of that number.
  [[nodiscard]] std::optional<Bytes> find(std::int64_t number) const;

 private:
  static constexpr std::size_t kMostBytes = std::size_t{64} << 20;

  struct Place {
    std::uint32_t begin = 0;
    std::uint32_t size = 0;
  };

  bool keep(std::int64_t number, Bytes descriptor);

  bool has_table_ = false;
  std::string bytes_;
  std::unordered_map<std::int64_t, Place> places_;
};

}  // namespace dirsnap::directory
