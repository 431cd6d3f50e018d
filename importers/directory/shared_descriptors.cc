// SPDX-License-Identifier: MIT
#include "importers/directory/shared_descriptors.h"

#include <algorithm>
#include <array>

#include "importers/ese/cell_value.h"

namespace dirsnap::directory {
namespace {

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

// False: there is no room, and the row has no place.
bool SharedDescriptors::keep(std::int64_t number, Bytes descriptor, const ese::RowView& row) {
  if (bytes_.size() + descriptor.size() <= kHeldBytes) {
    places_.push_back({.number = number,
                       .at = static_cast<std::uint32_t>(bytes_.size()),
                       .size_or_tag = static_cast<std::uint32_t>(descriptor.size())});
    bytes_.append(as_chars(descriptor));
    return true;
  }
  if (row.page_no == 0) return false;
  places_.push_back({.number = number, .at = row.page_no, .size_or_tag = row.tag | kInTable});
  return true;
}

// Rows come by number; of two with one number the first counts.
void SharedDescriptors::order() {
  const auto less = [](const Place& a, const Place& b) { return a.number < b.number; };
  if (!std::is_sorted(places_.begin(), places_.end(), less)) {
    std::stable_sort(places_.begin(), places_.end(), less);
  }
}

Result<void> SharedDescriptors::read(TableSource& database,
                                     const Layout& layout,
                                     IssueSink& issues,
                                     const CancelToken& cancel) {
  if (layout.descriptors == nullptr) return {};
  has_table_ = true;
  value_column_ = layout.descriptor_value;
  const std::array<std::uint32_t, 2> columns = {layout.descriptor_id->id, value_column_->id};
  DIRSNAP_TRY(again_, database.open(*layout.descriptors, columns));
  RowCursor& cursor = *again_;
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
    if (number && !value.empty() && !keep(*number, without_prefix(value), cursor.row())) ++left_out;
    if (rows % kStepsPerCheck == 0) DIRSNAP_CHECK(cancel.check());
  }
  order();
  if (left_out == 0) return {};
  issues.report({.severity = Severity::kDoubt,
                 .code = "descriptor-limit",
                 .place = "table " + layout.descriptors->name,
                 .message = "the security descriptors are more than " +
                            std::to_string(kHeldBytes >> 20) + " MiB; the objects of " +
                            std::to_string(left_out) +
                            " of them show their number, which the raw table resolves"});
  return {};
}

Result<ValueView> SharedDescriptors::resolve(const ese::CellView& cell, const ValueView& native) {
  const auto number = number_in(cell.bytes);
  if (!number) return native;
  DIRSNAP_TRY(const std::optional<Bytes> descriptor, find(*number));
  if (descriptor) return ValueView::blob(as_chars(*descriptor));
  ++missing_;
  return native;
}

Result<std::optional<Bytes>> SharedDescriptors::find(std::int64_t number) {
  const auto place =
      std::lower_bound(places_.begin(), places_.end(), number,
                       [](const Place& p, std::int64_t wanted) { return p.number < wanted; });
  if (place == places_.end() || place->number != number) return std::optional<Bytes>();
  if ((place->size_or_tag & kInTable) == 0) {
    return std::optional(as_bytes(bytes_).subspan(place->at, place->size_or_tag));
  }
  DIRSNAP_TRY(const bool found, again_->go_to(place->at, place->size_or_tag & ~kInTable));
  if (!found) return std::optional<Bytes>();
  for (const ese::CellView& cell : again_->row().cells) {
    if (cell.column == value_column_ && !cell.lost)
      return std::optional(without_prefix(cell.bytes));
  }
  return std::optional<Bytes>();
}

}  // namespace dirsnap::directory
