// SPDX-License-Identifier: MIT
//
// dirsnap query: one statement, one result.
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "shell/commands/command.h"
#include "shell/messages.h"
#include "shell/run_statement.h"
#include "shell/signals.h"

namespace dirsnap {
namespace {

struct QueryArguments {
  CaseArguments where;
  OutputArguments output;
  std::string sql;
  std::optional<std::uint64_t> max_rows;
  std::optional<double> timeout_seconds;
};

std::string read_standard_input() {
  return {std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
}

// The engine's own words about a statement, or those of the limit that stopped it.
ExitCode sql_failure(Engine& engine, const std::string& sql, const Error& error) {
  const SqlError& detail = engine.last_error();
  if (error.code == Code::kUsage && !detail.message.empty()) {
    print_raw(describe_sql_error("", sql, detail));
  } else if (error.code == Code::kNotFound) {
    print_error("there is no SQL statement in the text");
  } else if (error.code == Code::kInterrupted) {
    print_line("interrupted");
  } else {
    print_error(error.what);
  }
  return exit_code_of(error);
}

ExitCode run_query(const QueryArguments& arguments) {
  const std::string sql = arguments.sql == "-" ? read_standard_input() : arguments.sql;
  auto opened = open_case(arguments.where);
  if (!opened) return report_failure(opened.error());
  Engine& engine = *opened->engine;
  const InterruptScope scope(engine);
  set_deadline(engine, arguments.timeout_seconds);
  auto statement = engine.prepare(sql);
  if (!statement) return sql_failure(engine, sql, statement.error());

  auto output = open_output(arguments.output, *opened);
  if (!output) return report_failure(output.error());
  const auto options = render_options(arguments.output, **output);
  if (!options) return report_failure(options.error());
  const auto renderer = make_renderer(*options, **output);
  const auto facts = run_statement(*statement, *renderer, **output, arguments.max_rows);
  if (!facts) {
    (*output)->flush();
    return sql_failure(engine, sql, facts.error());
  }
  const ExitCode written = finish_output(**output);
  note_neutralised(*renderer);
  if (!facts->cut) return written;
  print_note(fmt::format("stopped after {} rows (--max-rows); more exist", facts->rows));
  return gravest(written, ExitCode::kLimit);
}

// A number with a sign would wrap around. The message is what CLI11 shows.
std::string check_count(const std::string& text) {
  return text.starts_with('-') ? "is negative" : "";
}

}  // namespace

void add_query(CLI::App& app, Command& chosen) {
  CLI::App* command = app.add_subcommand("query", "Run one SQL statement over a case");
  const auto arguments = std::make_shared<QueryArguments>();
  add_case_arguments(*command, arguments->where);
  command->add_option("SQL", arguments->sql, "The statement; - reads it from standard input")
      ->required()
      ->type_name("");
  command
      ->add_option("--format", arguments->output.format,
                   "box table csv tsv json jsonl markdown html line insert list quote\n"
                   "(default: box on a terminal, csv elsewhere)")
      ->type_name("F");
  command->add_option("--max-rows", arguments->max_rows, "Stop after N rows, exit 7 if more exist")
      ->check(CLI::Validator(check_count, ""))
      ->type_name("N");
  add_timeout_argument(*command, arguments->timeout_seconds, "Stop after S seconds, exit 7");
  add_output_arguments(*command, arguments->output);
  command->footer(
      examples("dirsnap query corp.dirsnap \"SELECT name, server FROM connectors\"",
               "dirsnap query corp.dirsnap - --format csv --output out.csv < audit.sql"));
  command->callback(
      [arguments, &chosen] { chosen = [arguments] { return run_query(*arguments); }; });
}

}  // namespace dirsnap
