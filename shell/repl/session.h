// SPDX-License-Identifier: MIT
//
// The state of one shell: settings, where results go, parameters, the last result; runs SQL
// statements and dot-commands.
// Lifetime: borrows the engine and the case file. Threads: one thread; Ctrl-C through signals.h.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "query/engine.h"
#include "query/report.h"
#include "shell/exit_code.h"
#include "shell/output.h"
#include "shell/render/renderer.h"
#include "shell/repl/stored_result.h"

namespace dirsnap {

struct ShellSettings {
  Format mode = Format::kCsv;
  bool headers = true;
  std::optional<std::string> null_text;  // unset: by mode
  std::string separator = "|";           // of mode list
  std::string insert_table = "result";   // of mode insert
  std::vector<std::size_t> widths;       // of mode box and table; 0 = automatic
  std::optional<std::size_t> max_rows;   // box on a terminal: rows shown; unset = all
  bool timer = false;
  bool eqp = false;   // show the query plan before each statement
  bool echo = false;  // show each statement before it runs
  bool bail = false;  // end at the first error
};

struct SessionOptions {
  bool interactive = false;  // prompts, colour, footers, hints
  bool safe = false;         // no dot-command that touches files
  bool untrusted = false;    // none of these in a file that is read, either
  bool color = false;
};

class Session {
 public:
  Session(Engine& engine,
          const CaseFile& file,
          std::vector<Report> reports,
          const SessionOptions& options);

  // Runs one statement and shows its result. `place` goes before an error: "audit.sql:14: ".
  void run_sql(std::string_view sql, std::string_view place);
  // Runs one dot-command; `line` begins with the dot.
  void run_dot_command(std::string_view line, std::string_view place);
  // Runs a script file; fails if it cannot be read.
  Result<void> run_file(const std::string& path);

  // Renders rows that do not come from one statement, as results are rendered.
  std::unique_ptr<Renderer> make_result_renderer();
  // Prepares and steps a statement of the shell itself; the renderer gets its rows.
  Result<ResultFacts> run_into(const std::string& sql, Renderer& renderer);
  // The first column of the first row, as an owned value.
  Result<OwnedValue> evaluate(const std::string& sql);
  // Shows the last result again.
  Result<void> show_last(Format mode);
  // Runs a report and shows it as text.
  Result<void> show_report(const Report& report, const ParamValues& values);

  // Results from now on (or, with `once`, of the next statement) go to a new file; an empty path
  // means standard output again.
  Result<void> redirect(const std::string& path, bool once, bool force);

  void fail_with(ExitCode code, std::string_view place, std::string_view message);
  // Writes words of the shell or the user; on a terminal without what could drive it.
  void say(std::string_view text);
  void quit(std::optional<ExitCode> code);
  // Nothing more is to be run: the user left, or Ctrl-C or a failure ended the script.
  [[nodiscard]] bool should_stop() const;
  // True while a file is read.
  [[nodiscard]] bool in_script() const { return depth_ > 0; }
  // The gravest failure so far, or the code of .exit.
  [[nodiscard]] ExitCode exit_code() const { return asked_code_.value_or(worst_); }
  [[nodiscard]] std::optional<ExitCode> asked_code() const { return asked_code_; }

  // Writes what is left for standard output. Fails with kIo; a reader that has gone is no failure.
  [[nodiscard]] Result<void> finish_standard();
  [[nodiscard]] Output& out() { return file_output_ ? *file_output_ : *standard_; }
  [[nodiscard]] Engine& engine() { return engine_; }
  [[nodiscard]] const CaseFile& case_file() const { return file_; }
  [[nodiscard]] const std::vector<Report>& reports() const { return reports_; }
  [[nodiscard]] const std::vector<TableInfo>& tables() const { return tables_; }
  [[nodiscard]] const SessionOptions& options() const { return options_; }
  [[nodiscard]] const std::string& redirected_to() const { return output_path_; }

  ShellSettings settings;
  std::map<std::string, OwnedValue> parameters;  // ":name" to value

 private:
  RenderOptions render_options(Format mode) const;
  Result<ResultFacts> prepare_and_run(std::string_view sql);
  Result<void> bind_parameters(Statement& statement);
  void show_plan(std::string_view sql);
  void after_statement(const ResultFacts& facts);
  void hint_full_scan(const ResultFacts& facts);
  void close_once();

  Engine& engine_;
  const CaseFile& file_;
  std::vector<Report> reports_;
  std::vector<TableInfo> tables_;
  SessionOptions options_;
  std::unique_ptr<Output> standard_;
  std::unique_ptr<Output> file_output_;
  std::string output_path_;
  bool once_ = false;
  StoredResult last_;
  int depth_ = 0;  // of .read
  bool hinted_ = false;
  bool failed_ = false;
  bool quit_ = false;
  ExitCode worst_ = ExitCode::kOk;
  std::optional<ExitCode> asked_code_;
};

}  // namespace dirsnap
