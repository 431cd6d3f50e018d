// SPDX-License-Identifier: MIT
//
// Security descriptors that the objects of a directory share: from Windows Server 2003 on they
// stand in a table of their own (sd_table), and an object has the number of its descriptor.
// Memory: the descriptors up to kHeldBytes, 16 bytes each; those that find no room are read again
// where they are wanted.
// Lifetime: borrows the source it was read from. What find() returns is valid until its next call.
// Threads: one thread.
// Facts: columns sd_id and sd_value, and the four bytes before the descriptor of row 1 (libyal's
// notes on Active Directory's database, DSInternals); LAYOUT.md sections 1 and 4.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "importers/directory/layout.h"
#include "importers/directory/schema.h"
#include "importers/directory/syntax.h"
#include "importers/directory/well_known.h"
#include "storage/base/byte_reader.h"
#include "storage/base/cancel.h"
#include "storage/base/issue.h"
#include "storage/value.h"

namespace dirsnap::directory {

class SharedDescriptors {
 public:
  // The number that a cell of NT-Security-Descriptor holds in place of a descriptor: eight bytes,
  // little-endian. nullopt for anything else.
  static std::optional<std::int64_t> number_in(Bytes cell);

  // Reads the table; nothing where the layout has none. What finds no room and cannot be read
  // again (exported text has no places) is an issue ("descriptor-limit"), its values stay numbers.
  Result<void> read(TableSource& database,
                    const Layout& layout,
                    IssueSink& issues,
                    const CancelToken& cancel);

  // True if values of the attribute may be numbers of descriptors.
  [[nodiscard]] bool serves(const Attribute& attribute) const {
    return has_table_ && (attribute.syntax == syntax::kSecurityDescriptor ||
                          attribute.id == attr::kNtSecurityDescriptor);
  }
  // The descriptor that the cell's number names; `native` where it holds none, or where there is
  // none of that number. REQUIRES: serves() the cell's attribute.
  Result<ValueView> resolve(const ese::CellView& cell, const ValueView& native);
  // How often resolve() found no descriptor.
  [[nodiscard]] std::uint64_t missing() const { return missing_; }
  // The descriptor, self-relative; nullopt: there is none of that number. Fails when the medium
  // does.
  [[nodiscard]] Result<std::optional<Bytes>> find(std::int64_t number);

 private:
  static constexpr std::size_t kHeldBytes = std::size_t{32} << 20;

  // Where a descriptor is: held (first byte and size), or in the table (page and tag).
  struct Place {
    std::int64_t number = 0;
    std::uint32_t at = 0;
    std::uint32_t size_or_tag = 0;
  };
  static constexpr std::uint32_t kInTable = std::uint32_t{1} << 31;  // bit of size_or_tag

  bool keep(std::int64_t number, Bytes descriptor, const ese::RowView& row);
  void order();

  bool has_table_ = false;
  std::uint64_t missing_ = 0;
  const ese::ColumnDef* value_column_ = nullptr;
  std::string bytes_;
  std::vector<Place> places_;  // by number
  std::unique_ptr<RowCursor> again_;
};

}  // namespace dirsnap::directory
