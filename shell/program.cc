// SPDX-License-Identifier: MIT
#include "shell/program.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <histedit.h>

#include "query/engine.h"
#include "shell/commands/command.h"
#include "shell/messages.h"
#include "shell/suggest.h"
#include "storage/case_file.h"

namespace dirsnap {
namespace {

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  return names;
}

// The long option names of a command, with their dashes.
std::vector<std::string> option_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

void add_commands(CLI::App& app, Command& chosen) {
  add_import(app, chosen);
  add_query(app, chosen);
  add_shell(app, chosen);
  add_report(app, chosen);
  add_reports(app, chosen);
  add_info(app, chosen);
  add_verify(app, chosen);
  add_schema(app, chosen);
  add_schema_map(app, chosen);
  add_help(app, chosen);
}

// The first word is a command, or a case for the shell. Says what is wrong with any other.
// False: the error was printed.
bool resolve_first_word(const CLI::App& app, std::vector<std::string>& arguments) {
  if (arguments.empty() || arguments.front().empty() || arguments.front().front() == '-')
    return true;
  const std::string word = arguments.front();
  const auto names = command_names(app);
  if (std::find(names.begin(), names.end(), word) != names.end()) return true;
  std::error_code ignored;
  if (std::filesystem::exists(word, ignored)) {
    arguments.insert(arguments.begin(), "shell");
    return true;
  }
  print_error(
      fmt::format("\"{}\" is neither a command nor a case file.{} \"dirsnap --help\" lists "
                  "the commands",
                  word, did_you_mean(word, names)));
  return false;
}

// What CLI11 found wrong, in one line, with the nearest option where one was mistyped.
std::string parse_advice(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App* called = &app;
  std::string path = "dirsnap";
  for (auto below = called->get_subcommands(); !below.empty(); below = called->get_subcommands()) {
    called = below.front();
    path += " " + called->get_name();
  }
  const CLI::App& command = *called;
  std::string text = error.what();
  for (const std::string& extra : command.remaining()) {
    const std::string name = extra.substr(0, extra.find('='));
    if (name.size() < 2 || name.front() != '-') continue;
    text = fmt::format("unknown option \"{}\".{}", name, did_you_mean(name, option_names(command)));
    break;
  }
  std::replace(text.begin(), text.end(), '\n', ' ');
  return fmt::format("{}\nSee \"{} --help\"", text, path);
}

void print_advice(const std::string& advice) {
  const std::size_t line = advice.find('\n');
  print_error(advice.substr(0, line));
  print_line(advice.substr(line + 1));
}

}  // namespace

std::string version_text(bool verbose) {
  std::string text = fmt::format("dirsnap {}\n", DIRSNAP_VERSION);
  if (!verbose) return text;
  text += fmt::format("case format {}\n", kCaseFormatVersion);
  text += fmt::format("SQLite {}\n", sqlite_version());
  text += fmt::format("LMDB {}\n", lmdb_version());
  text += fmt::format("CLI11 {}\n", CLI11_VERSION);
  text += fmt::format("libedit {}.{}\n", LIBEDIT_MAJOR, LIBEDIT_MINOR);
  text += fmt::format("fmt {}.{}.{}\n", FMT_VERSION / 10000, FMT_VERSION / 100 % 100,
                      FMT_VERSION % 100);
  return text;
}

ExitCode run_program(std::vector<std::string> arguments) {
  CLI::App app("SQL over snapshots of Windows directories", "dirsnap");
  app.require_subcommand(0, 1);
  app.get_formatter()->column_width(28);
  app.footer("\"dirsnap CASE\" opens the shell.\n\n" +
             examples("dirsnap import corp.dirsnap /backup/1999-04-21",
                      "dirsnap report corp.dirsnap connectors-without-services"));
  bool version = false;
  bool verbose = false;
  app.add_flag("--version", version, "Print the version");
  app.add_flag("--verbose", verbose, "With --version: those of the libraries too");
  Command chosen;
  add_commands(app, chosen);
  if (!resolve_first_word(app, arguments)) return ExitCode::kUsage;
  try {
    std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them from the back
    app.parse(arguments);
  } catch (const CLI::CallForHelp&) {
    const auto called = app.get_subcommands();
    const std::string text = called.empty() ? app.help() : called.front()->help("dirsnap");
    const auto output = Output::borrow(STDOUT_FILENO);
    output->write(text);
    return finish_output(*output);
  } catch (const CLI::ParseError& error) {
    print_advice(parse_advice(app, error));
    return ExitCode::kUsage;
  }
  if (version) {
    const auto output = Output::borrow(STDOUT_FILENO);
    output->write(version_text(verbose));
    return finish_output(*output);
  }
  if (chosen) return chosen();
  print_raw(app.help());
  return ExitCode::kUsage;
}

}  // namespace dirsnap
