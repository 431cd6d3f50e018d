// SPDX-License-Identifier: MIT
//
// dirsnap shell: the interactive shell, or statements from standard input.
#include <memory>

#include "shell/commands/command.h"
#include "shell/repl/repl.h"

namespace dirsnap {
namespace {

struct ShellArguments {
  CaseArguments where;
  ReplOptions repl;
  bool no_init = false;
};

ExitCode run_shell(ShellArguments arguments) {
  arguments.repl.read_init_file = !arguments.no_init;
  arguments.repl.untrusted = arguments.where.untrusted;
  auto opened = open_case(arguments.where);
  if (!opened) return report_failure(opened.error());
  const auto code = run_repl(*opened, arguments.repl);
  return code ? *code : report_failure(code.error());
}

}  // namespace

void add_shell(CLI::App& app, Command& chosen) {
  CLI::App* command = app.add_subcommand("shell", "SQL shell over a case; also \"dirsnap CASE\"");
  const auto arguments = std::make_shared<ShellArguments>();
  add_case_arguments(*command, arguments->where);
  command
      ->add_option("--format", arguments->repl.format,
                   "First mode (default: box on a terminal, csv elsewhere)")
      ->type_name("F");
  command->add_flag("--bail", arguments->repl.bail, "End at the first error");
  command->add_flag("--safe", arguments->repl.safe, "Refuse commands that touch files");
  command->add_flag("--no-init", arguments->no_init,
                    "Do not read $XDG_CONFIG_HOME/dirsnap/init.sql");
  add_color_argument(*command, arguments->repl.color);
  command->footer(examples("dirsnap shell corp.dirsnap --snapshot 1999-04-21",
                           "dirsnap shell corp.dirsnap --bail < audit.sql"));
  command->callback(
      [arguments, &chosen] { chosen = [arguments] { return run_shell(*arguments); }; });
}

}  // namespace dirsnap
