// SPDX-License-Identifier: MIT
//
// dirsnap schema: every table, column and function, without a case.
#include <memory>
#include <unistd.h>

#include <fmt/format.h>

#include "query/engine.h"
#include "query/schema_doc.h"
#include "shell/commands/command.h"

namespace dirsnap {

namespace {

std::string plain_schema() {
  std::string out;
  std::string theme;
  for (const TableInfo& table : fixed_tables()) {
    if (table.theme != theme) {
      theme = table.theme;
      out += fmt::format("{}== {} ==\n", out.empty() ? "" : "\n", theme);
    }
    out += fmt::format("\n{}: {}\n", table.name, table.doc);
    for (const ColumnInfo& column : table.columns) {
      out += fmt::format("  {:<20} {:<8} {}{}\n", column.name, column.type, column.doc,
                         column.indexed ? " [indexed]" : "");
    }
  }
  out += "\n== functions ==\n\n";
  for (const FunctionInfo& function : sql_functions())
    out += fmt::format("  {:<24} {}\n", function.signature, function.doc);
  return out;
}

}  // namespace

void add_schema(CLI::App& app, Command& chosen) {
  CLI::App* command = app.add_subcommand("schema", "Every table, column and function");
  const auto markdown = std::make_shared<bool>(false);
  command->add_flag("--markdown", *markdown, "As the Markdown page query/SCHEMA.md");
  command->footer(examples("dirsnap schema", "dirsnap schema --markdown > SCHEMA.md"));
  command->callback([markdown, &chosen] {
    chosen = [markdown] {
      const auto output = Output::borrow(STDOUT_FILENO);
      output->write(*markdown ? schema_markdown() : plain_schema());
      return finish_output(*output);
    };
  });
}

}  // namespace dirsnap
