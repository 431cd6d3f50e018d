// SPDX-License-Identifier: MIT
//
// The files of an esedbexport folder as tables: one file a table, told by the files' first lines
// and the exported catalog among them.
// Lifetime: borrows the context and the sink; cursors borrow the tables. Threads: one thread.
// Errors: lines that do not fit their header, and values that the print does not tell, are issues
// (FORMAT.md section 4), reported by cursors that read all columns.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "importers/ese_tables/table_source.h"
#include "importers/esedbexport/catalog.h"
#include "importers/importer.h"

namespace dirsnap::esedbexport {

// "datatable" of "datatable.2", the number behind the last dot left out.
std::string_view table_name_of(std::string_view file_name);

class ExportTables final : public TableSource {
 public:
  // What a table's file told beside its rows; counted by cursors that read all columns.
  struct Losses {
    std::uint64_t bad_lines = 0;    // another number of fields than the header
    std::uint64_t bad_values = 0;   // no value of the column's type
    std::uint64_t singles = 0;      // Single values, which are printed as zero
    std::uint64_t split_texts = 0;  // texts that were split at "; "
    std::uint64_t short_texts = 0;  // fixed Unicode columns with one character
    std::vector<bool> has_value;    // by position in the table's columns
  };

  ExportTables(ImportContext& context) : context_(context) {}

  // Reads the catalog, if it lies beside the present source.
  Result<void> read_catalog();
  // Adds the table of a file beside the present source. False: it cannot be opened or is empty.
  Result<bool> add(const std::string& file_name);

  [[nodiscard]] std::span<const ese::TableDef> tables() const override { return tables_; }
  [[nodiscard]] const ese::TableDef* find_table(std::string_view name) const override;
  Result<std::unique_ptr<RowCursor>> open(const ese::TableDef& table,
                                          std::span<const std::uint32_t> column_ids) override;

  [[nodiscard]] const Catalog& catalog() const { return catalog_; }
  [[nodiscard]] const Losses& losses(const ese::TableDef& table) const;

 private:
  class Cursor;
  struct File {
    std::string name;
    std::vector<std::size_t> positions;
    Losses losses;
  };

  ImportContext& context_;
  Catalog catalog_;
  std::vector<ese::TableDef> tables_;
  std::vector<File> files_;  // parallel to tables_
};

}  // namespace dirsnap::esedbexport
