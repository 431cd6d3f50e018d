// SPDX-License-Identifier: MIT
//
// dirsnap info: snapshots, sources, rows, sizes and issues of a case, asked for in SQL.
#include <memory>
#include <unistd.h>

#include <fmt/format.h>

#include "shell/commands/command.h"
#include "shell/messages.h"
#include "shell/render/escape.h"
#include "shell/render/value_text.h"
#include "shell/run_statement.h"
#include "shell/signals.h"

namespace dirsnap {
namespace {

struct InfoArguments {
  CaseArguments where;
  OutputArguments output;
};

struct InfoSection {
  const char* name;   // key in JSON
  const char* title;  // heading in text
  const char* sql;
};

constexpr InfoSection kInfoSections[] = {
    {"snapshots", "Snapshots",
     "SELECT snapshot_id, name, server, organization, taken_at, imported_at, sources, issues, seal "
     "FROM snapshots ORDER BY snapshot_id"},
    {"sources", "Sources",
     "SELECT snapshot_id, source_id, path, kind, role, server, state, records, size_bytes, issues, "
     "sha256 FROM sources ORDER BY snapshot_id, source_id"},
    {"issues", "Issues",
     "SELECT snapshot_id, severity, code, count(*) AS issues, min(message) AS example "
     "FROM import_issues GROUP BY snapshot_id, severity, code "
     "ORDER BY snapshot_id, CASE severity WHEN 'loss' THEN 0 WHEN 'doubt' THEN 1 ELSE 2 END, code"},
};

// Rows of every table that has any, as the rows of a result.
Result<void> render_row_counts(Engine& engine, Renderer& renderer) {
  renderer.begin({"table", "rows", "theme"});
  ResultFacts facts;
  for (const TableInfo& table : engine.tables()) {
    if (table.theme == kClassTables) continue;  // their rows are those of objects
    auto count = engine.prepare("SELECT count(*) FROM " + sql_identifier(table.name));
    if (!count && count.error().code == Code::kUsage) continue;  // a table that wants an argument
    if (!count) return tl::unexpected<Error>(count.error());
    DIRSNAP_TRY(const bool row, count->step());
    if (!row || count->column(0).integer == 0) continue;
    renderer.row(std::vector<ValueView>{ValueView::text(table.name),
                                        ValueView::of(count->column(0).integer),
                                        ValueView::text(table.theme)});
    ++facts.rows;
  }
  renderer.end(facts);
  return {};
}

Result<void> render_section(Engine& engine,
                            const InfoSection& section,
                            Renderer& renderer,
                            Output& output) {
  DIRSNAP_TRY(Statement statement, engine.prepare(section.sql));
  DIRSNAP_TRY([[maybe_unused]] const ResultFacts facts,
              run_statement(statement, renderer, output, std::nullopt));
  return {};
}

Result<void> write_json(Engine& engine, const CaseFile& file, Output& output) {
  RenderOptions options;
  options.format = Format::kJson;
  std::string head = "{\"case\":";
  append_json_text(head, file.path().string());
  head += fmt::format(",\"size_bytes\":{},\"format_version\":{}", file.size_bytes(),
                      kCaseFormatVersion);
  output.write(head);
  for (const InfoSection& section : kInfoSections) {
    output.write(fmt::format(",\"{}\":", section.name));
    DIRSNAP_CHECK(render_section(engine, section, *make_renderer(options, output), output));
  }
  output.write(",\"tables\":");
  DIRSNAP_CHECK(render_row_counts(engine, *make_renderer(options, output)));
  output.write("}\n");
  return {};
}

Result<void> write_text(Engine& engine,
                        const CaseFile& file,
                        const RenderOptions& options,
                        Output& output) {
  output.write(fmt::format("{}  {} bytes, case format {}\n",
                           escape_for_terminal(file.path().string()), file.size_bytes(),
                           kCaseFormatVersion));
  for (const InfoSection& section : kInfoSections) {
    output.write(fmt::format("\n{}\n", section.title));
    DIRSNAP_CHECK(render_section(engine, section, *make_renderer(options, output), output));
  }
  output.write("\nRows\n");
  return render_row_counts(engine, *make_renderer(options, output));
}

ExitCode run_info(const InfoArguments& arguments) {
  const bool json = arguments.output.format == "json";
  if (!json && !arguments.output.format.empty() && arguments.output.format != "text") {
    print_error("info has the formats text and json");
    return ExitCode::kUsage;
  }
  auto opened = open_case(arguments.where);
  if (!opened) return report_failure(opened.error());
  const InterruptScope scope(*opened->engine);
  auto output = open_output(arguments.output, *opened);
  if (!output) return report_failure(output.error());
  OutputArguments plain = arguments.output;
  plain.format = "box";
  auto options = render_options(plain, **output);
  if (!options) return report_failure(options.error());
  options->footer = false;
  options->null_text = arguments.output.has_null_value ? arguments.output.null_value : "";
  const auto done = json ? write_json(*opened->engine, *opened->file, **output)
                         : write_text(*opened->engine, *opened->file, *options, **output);
  if (!done) return report_failure(done.error());
  return finish_output(**output);
}

}  // namespace

void add_info(CLI::App& app, Command& chosen) {
  CLI::App* command =
      app.add_subcommand("info", "Snapshots, sources, row counts, sizes and issues of a case");
  const auto arguments = std::make_shared<InfoArguments>();
  add_case_arguments(*command, arguments->where);
  command->add_option("--format", arguments->output.format, "text or json (default: text)")
      ->type_name("F");
  add_output_arguments(*command, arguments->output);
  command->footer(examples("dirsnap info corp.dirsnap", "dirsnap info corp.dirsnap --format json"));
  command->callback(
      [arguments, &chosen] { chosen = [arguments] { return run_info(*arguments); }; });
}

}  // namespace dirsnap
