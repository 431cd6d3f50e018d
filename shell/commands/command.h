// SPDX-License-Identifier: MIT
//
// The commands of the program. Each add_... function declares one subcommand on the command line;
// when the user calls it, `chosen` becomes what is to be done.
// Threads: one thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "shell/exit_code.h"
#include "shell/open_case.h"
#include "shell/output.h"
#include "shell/render/renderer.h"
#include "shell/terminal.h"

namespace dirsnap {

using Command = std::function<ExitCode()>;

void add_import(CLI::App& app, Command& chosen);
void add_query(CLI::App& app, Command& chosen);
void add_shell(CLI::App& app, Command& chosen);
void add_report(CLI::App& app, Command& chosen);
void add_reports(CLI::App& app, Command& chosen);
void add_reports_validate(CLI::App& reports, Command& chosen);
void add_info(CLI::App& app, Command& chosen);
void add_verify(CLI::App& app, Command& chosen);
void add_schema(CLI::App& app, Command& chosen);
void add_schema_map(CLI::App& app, Command& chosen);
void add_help(CLI::App& app, Command& chosen);

// The options that several commands share; the same name means the same everywhere.
void add_case_arguments(CLI::App& command, CaseArguments& arguments);

struct OutputArguments {
  std::string format;  // empty: the command's default
  std::string path;    // empty: standard output
  bool force = false;
  bool exact = false;
  bool crlf = false;
  bool page = false;
  bool raw = false;
  std::string null_value;
  bool has_null_value = false;
  ColorMode color = ColorMode::kAuto;
};
void add_output_arguments(CLI::App& command, OutputArguments& arguments);
void add_color_argument(CLI::App& command, ColorMode& color);
void add_timeout_argument(CLI::App& command,
                          std::optional<double>& seconds,
                          const std::string& doc);

// Standard output or the new file the user asked for; never in the place of what `opened` holds
// or was read from.
Result<std::unique_ptr<Output>> open_output(const OutputArguments& arguments,
                                            const OpenCase& opened);
// Fails with kUsage for an unknown format, or --raw on a terminal.
Result<RenderOptions> render_options(const OutputArguments& arguments, const Output& output);

// Names the file and says how many cells were made harmless, if any.
void note_neutralised(const Renderer& renderer);

// Prints the error as one line and gives its code.
ExitCode report_failure(const Error& error, ErrorOrigin origin = ErrorOrigin::kCase);
// Ends an output: a reader that has gone is no failure.
ExitCode finish_output(Output& output);

// The page under a command's --help: two examples.
std::string examples(const char* first, const char* second);

}  // namespace dirsnap
