// SPDX-License-Identifier: MIT
//
// The cells of one row by what they are read for.
// Lifetime: borrows the table and the row last taken. Threads: one thread.
#pragma once

#include <array>
#include <vector>

#include "importers/store_model/store_layout.h"
#include "importers/store_model/store_value.h"

namespace dirsnap::store_model {

class RowRoles {
 public:
  explicit RowRoles(const StoreTable& table) : table_(table) {}

  // Columns that have a role, for cursors that need no others.
  [[nodiscard]] std::vector<std::uint32_t> column_ids() const {
    std::vector<std::uint32_t> ids;
    for (std::size_t i = 0; i < table_.roles.size(); ++i) {
      if (table_.roles[i] != Role::kNone) ids.push_back(table_.table->columns[i].id);
    }
    return ids;
  }

  void take(const ese::RowView& row) {
    cells_.fill(nullptr);
    const ese::ColumnDef* const first = table_.table->columns.data();
    for (const ese::CellView& cell : row.cells) {
      const auto role =
          static_cast<std::size_t>(table_.roles[static_cast<std::size_t>(cell.column - first)]);
      if (role != 0 && cells_[role] == nullptr) cells_[role] = &cell;
    }
  }

  // The first value of the column with that role, or null.
  [[nodiscard]] const ese::CellView* cell(Role role) const {
    return cells_[static_cast<std::size_t>(role)];
  }
  [[nodiscard]] std::optional<std::int64_t> number(Role role) const {
    return cell(role) == nullptr ? std::nullopt : number_of(*cell(role));
  }
  [[nodiscard]] std::optional<std::string> time(Role role) const {
    return cell(role) == nullptr ? std::nullopt : time_of(*cell(role));
  }

 private:
  const StoreTable& table_;
  std::array<const ese::CellView*, kRoles> cells_{};
};

}  // namespace dirsnap::store_model
