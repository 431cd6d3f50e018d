// SPDX-License-Identifier: MIT
#include "importers/directory/shared_descriptors.h"

#include <array>

#include "importers/ese/cell_value.h"

namespace dirsnap::directory {
namespace {

constexpr std::uint64_t kCancelStep = 4096;

// The root's descriptor has a word before it; a descriptor itself begins with its revision, 1.
Bytes without_prefix(Bytes value) {
  constexpr std::size_t kPrefix = 4;
  const bool has_prefix = value.size() > kPrefix && load_le<std::uint32_t>(value, 0) == 0x0F &&
                          value[kPrefix] == std::byte{1};
  return has_prefix ? value.subspan(kPrefix) : value;
}

}  // namespace

std::optional<std::int64_t> SharedDescriptors::number_in(Bytes cell) {
  if (cell.size() != sizeof(std::int64_t)) return std::nullopt;
  return load_le<std::int64_t>(cell, 0);
}

bool SharedDescriptors::keep(std::int64_t number, Bytes descriptor) {
  if (bytes_.size() + descriptor.size() > kMostBytes) return false;
  const Place place{.begin = static_cast<std::uint32_t>(bytes_.size()),
                    .size = static_cast<std::uint32_t>(descriptor.size())};
  if (places_.try_emplace(number, place).second) bytes_.append(as_chars(descriptor));
  return true;
}

Result<void> SharedDescriptors::read(TableSource& database,
                                     const Layout& layout,
                                     IssueSink& issues,
                                     const CancelToken& cancel) {
  if (layout.descriptors == nullptr) return {};
  has_table_ = true;
  const std::array<std::uint32_t, 2> columns = {layout.descriptor_id->id,
                                                layout.descriptor_value->id};
  DIRSNAP_TRY(const auto rows_of, database.open(*layout.descriptors, columns));
  RowCursor& cursor = *rows_of;
  std::uint64_t left_out = 0;
  for (std::uint64_t rows = 1;; ++rows) {
    DIRSNAP_TRY(const bool more, cursor.next());
    if (!more) break;
    std::optional<std::int64_t> number;
    Bytes value;
    for (const ese::CellView& cell : cursor.row().cells) {
      if (cell.column == layout.descriptor_id) {
        number = ese::integer_value(*cell.column, cell.bytes);
      } else if (!cell.lost) {
        value = cell.bytes;
      }
    }
    if (number && !value.empty() && !keep(*number, without_prefix(value))) ++left_out;
    if (rows % kCancelStep == 0) DIRSNAP_CHECK(cancel.check());
  }
  if (left_out == 0) return {};
  issues.report({.severity = Severity::kDoubt,
                 .code = "descriptor-limit",
                 .place = "table " + layout.descriptors->name,
                 .message = "the security descriptors are more than " +
                            std::to_string(kMostBytes >> 20) + " MiB; the objects of " +
                            std::to_string(left_out) +
                            " of them show their number, which the raw table resolves"});
  return {};
}

std::optional<Bytes> SharedDescriptors::find(std::int64_t number) const {
  const auto found = places_.find(number);
  if (found == places_.end()) return std::nullopt;
  return as_bytes(bytes_).subspan(found->second.begin, found->second.size);
}

}  // namespace dirsnap::directory
