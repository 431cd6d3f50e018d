// SPDX-License-Identifier: MIT
//
// The exported catalog, file MSysObjects.0: the columns and types of every table, without which an
// export is text only.
// Threads: one thread.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "importers/dump/line_reader.h"
#include "importers/ese/table_def.h"

namespace dirsnap::esedbexport {

class Catalog {
 public:
  // True for the first line of an exported catalog.
  static bool is_header(std::string_view line);

  // Takes the lines of an exported catalog; damaged ones are passed over.
  Result<void> read(dump::LineReader& lines);

  // The definition of the table with the columns that an export's first line names: types from the
  // catalog, guessed where it does not know them. Columns are in ascending order of their ids;
  // `positions` tells which of them each field of a line belongs to.
  [[nodiscard]] ese::TableDef table(std::string_view name,
                                    std::string_view header,
                                    std::vector<std::size_t>& positions) const;
  [[nodiscard]] bool knows(std::string_view table) const;

 private:
  struct Table {
    std::string name;
    std::map<std::string, ese::ColumnDef> columns;  // by name
  };
  std::map<std::string, Table> tables_;  // by object number, as printed
};

}  // namespace dirsnap::esedbexport
