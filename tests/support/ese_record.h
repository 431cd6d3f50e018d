// SPDX-License-Identifier: MIT
//
// Rows and their encoding as ESE records, in both layouts of the tagged columns.
// Units: bytes. Lifetime: a Row owns its values; cells are views into it.
// Threads: values; an encoder belongs to one thread. Errors: Result.
// Facts: the engine's published source.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include "storage/base/result.h"
#include "tests/support/bytes.h"
#include "tests/support/ese_format.h"

namespace dirsnap::support {

// The values of one row. A column that is added twice is multi-valued. Reuse a Row through
// clear(): it keeps its memory.
class Row {
 public:
  struct Cell {
    ColumnId column;
    bool is_null;  // an explicit NULL, which overrides a default
    std::uint32_t offset;
    std::uint32_t size;
  };

  void clear() {
    cells_.clear();
    bytes_.clear();
  }
  void add(ColumnId column, std::string_view bytes) {
    cells_.push_back({column, false, static_cast<std::uint32_t>(bytes_.size()),
                      static_cast<std::uint32_t>(bytes.size())});
    bytes_.append(bytes);
  }
  template <class T>
  void add_number(ColumnId column, T value) {
    static_assert(std::is_arithmetic_v<T>);
    add(column, le_bytes(value));
  }
  void set_null(ColumnId column) { cells_.push_back({column, true, 0, 0}); }

  // The cells by ascending column, values of one column in the order they were added.
  const std::vector<Cell>& sorted_cells();
  std::string_view bytes(const Cell& cell) const {
    return std::string_view(bytes_).substr(cell.offset, cell.size);
  }
  const std::vector<Cell>& cells() const { return cells_; }
  // First value of a column, nullptr if there is none or it is NULL.
  const Cell* find(ColumnId column) const;

 private:
  std::vector<Cell> cells_;
  std::string bytes_;
};

// Turns rows of one table into records. Lifetime: borrows the columns of the TableSpec.
class RecordEncoder {
 public:
  // Stores a long value elsewhere and returns its id as it stands in the record.
  using LongValueStore =
      std::function<Result<std::string>(std::string_view value, const ColumnSpec& column)>;

  RecordEncoder(const Layout& layout, const TableSpec& table);

  // The record of `row`; values that are too long go to `store`.
  Result<std::string> encode(Row& row, const LongValueStore& store);
  const ColumnSpec* find(ColumnId id) const;

 private:
  // One value of a tagged column on its way into the record.
  struct Value {
    std::string_view bytes;
    std::string owned;  // compressed bytes or a long-value id
    bool is_separated = false;
    bool is_compressed = false;
    std::string_view view() const { return owned.empty() ? bytes : std::string_view(owned); }
  };
  // All values of one tagged column.
  struct Field {
    const ColumnSpec* column = nullptr;
    bool is_null = false;
    std::vector<Value> values;
  };

  Result<void> append_fixed(const Row& row, std::string& record) const;
  Result<void> append_variable(const Row& row, std::string& record) const;
  Result<std::vector<Field>> collect(Row& row) const;
  Result<void> separate(std::vector<Field>& fields, std::size_t room, const LongValueStore& store);
  void compress(std::vector<Field>& fields) const;
  std::size_t tagged_size(const std::vector<Field>& fields) const;
  Result<void> append_linear(const std::vector<Field>& fields, std::string& record) const;
  Result<void> append_array(const std::vector<Field>& fields, std::string& record) const;
  std::string field_bytes(const Field& field, std::uint8_t& info) const;

  Layout layout_;
  std::unordered_map<ColumnId, const ColumnSpec*> columns_;
  std::unordered_map<ColumnId, std::uint32_t> fixed_offsets_;
};

// Offset of a fixed column inside the record.
std::uint32_t record_offset(const TableSpec& table, ColumnId id);

// The longest record of a tree page; long values leave the record until it fits.
std::size_t longest_record(const Layout& layout);

}  // namespace dirsnap::support
