// SPDX-License-Identifier: MIT
#include "shell/repl/repl.h"

#include <iostream>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

#include "shell/messages.h"
#include "shell/render/escape.h"
#include "shell/repl/interpreter.h"
#include "shell/repl/line_editor.h"
#include "shell/repl/session.h"
#include "shell/report_catalogue.h"
#include "shell/signals.h"
#include "shell/user_folders.h"

namespace dirsnap {
namespace {

constexpr const char* kPrompt = "dirsnap> ";
constexpr const char* kContinuation = "    ...> ";

void print_banner(Session& session) {
  const auto snapshots = session.evaluate("SELECT count(*) FROM snapshots");
  const auto count = snapshots ? snapshots->integer : 0;
  session.out().write(fmt::format(
      "dirsnap {}: {}, {} snapshot{}, read-only\n"
      "\".tables\" what is here, \".reports\" what can be checked, \".help\", \".quit\"\n",
      DIRSNAP_VERSION, escape_for_terminal(session.case_file().path().string()), count,
      count == 1 ? "" : "s"));
  session.out().flush();
}

void read_init_file(Session& session) {
  const auto folder = config_folder();
  if (!folder) return;
  const auto path = *folder / "init.sql";
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return;
  if (const auto done = session.run_file(path.string()); !done) print_error(done.error().what);
}

void run_interactive(Session& session) {
  Interpreter interpreter(session, "");
  const Catalogue catalogue = make_catalogue(session.tables(), session.reports());
  std::optional<std::filesystem::path> history = state_folder();
  if (history) *history /= "history";
  LineEditor editor(history, [&](std::string_view before, std::string_view after) {
    const std::string text = std::string(interpreter.pending()) + std::string(before);
    return complete(catalogue, text, after);
  });
  bool hide = false;  // the statement began with a blank: not for the history
  for (clear_interrupt(); !session.should_stop(); clear_interrupt()) {
    const bool open = interpreter.is_open();
    const LineEditor::Input input = editor.read(open ? kContinuation : kPrompt);
    if (input.status == LineEditor::Status::kInterrupted) {
      interpreter.clear();
      print_raw("\n");
      continue;
    }
    if (input.status == LineEditor::Status::kEnd) {
      print_raw("\n");
      break;
    }
    if (!open) hide = !input.line.empty() && input.line.front() == ' ';
    const std::string ran = interpreter.add_line(input.line);
    if (!ran.empty() && !hide) editor.add_history(ran);
  }
}

void run_batch(Session& session) {
  Interpreter interpreter(session, "stdin");
  for (std::string line; !session.should_stop() && std::getline(std::cin, line);)
    interpreter.add_line(line);
  interpreter.finish();
  session.quit(std::nullopt);  // what .output began gets its name
}

// What a batch came to: that not all was run or written weighs more than what its statements met.
ExitCode batch_code(Session& session) {
  if (const auto written = session.finish_standard(); !written) {
    print_error(written.error().what);
    return exit_code_of(written.error());
  }
  return interrupt_token().requested() ? ExitCode::kInterrupted : session.exit_code();
}

}  // namespace

Result<ExitCode> run_repl(OpenCase& opened, const ReplOptions& options) {
  DIRSNAP_TRY(LoadedReports loaded, all_reports({}));
  tell_refused(loaded);  // the shell is of use without them
  const bool interactive = is_terminal(STDIN_FILENO) && is_terminal(STDOUT_FILENO);
  SessionOptions session_options;
  session_options.interactive = interactive;
  session_options.safe = options.safe;
  session_options.untrusted = options.untrusted;
  session_options.color = use_color(options.color, STDOUT_FILENO);
  Session session(*opened.engine, *opened.file, std::move(loaded.reports), session_options);
  session.settings.bail = options.bail;
  if (!options.format.empty()) {
    DIRSNAP_TRY(session.settings.mode, parse_format(options.format));
  }
  if (!interactive) {
    run_batch(session);
    return batch_code(session);
  }
  print_banner(session);
  if (options.read_init_file) read_init_file(session);
  run_interactive(session);
  session.quit(std::nullopt);
  if (termination_requested()) return ExitCode::kInterrupted;
  // At the prompt mistakes are part of the work; only .exit CODE speaks to the caller.
  return session.asked_code().value_or(ExitCode::kOk);
}

}  // namespace dirsnap
