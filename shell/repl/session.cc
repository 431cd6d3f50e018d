// SPDX-License-Identifier: MIT
#include "shell/repl/session.h"

#include <fstream>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

#include "shell/evidence_guard.h"
#include "shell/messages.h"
#include "shell/render/escape.h"
#include "shell/render/report_output.h"
#include "shell/repl/dot_command.h"
#include "shell/repl/interpreter.h"
#include "shell/run_statement.h"
#include "shell/signals.h"
#include "shell/terminal.h"

namespace dirsnap {
namespace {

constexpr int kDeepestRead = 16;
// A statement that visited this many rows, and this many times more than it gave, earns a hint.
constexpr std::uint64_t kManyRows = 100'000;
constexpr std::uint64_t kManyTimes = 100;

// A text of the user's between values: tabs stay.
std::string shown_separator(std::string_view text) {
  std::string shown;
  while (true) {
    const std::size_t tab = std::min(text.find('\t'), text.size());
    shown += escape_for_terminal(text.substr(0, tab), LineBreaks::kKeep);
    if (tab == text.size()) return shown;
    shown += '\t';
    text.remove_prefix(tab + 1);
  }
}

}  // namespace

Session::Session(Engine& engine,
                 const CaseFile& file,
                 std::vector<Report> reports,
                 const SessionOptions& options)
    : engine_(engine),
      file_(file),
      reports_(std::move(reports)),
      tables_(engine.tables()),
      options_(options),
      standard_(Output::borrow(STDOUT_FILENO)) {
  settings.mode = standard_->is_terminal() ? Format::kBox : Format::kCsv;
  if (options_.interactive) settings.max_rows = 200;
}

RenderOptions Session::render_options(Format mode) const {
  RenderOptions options;
  options.format = mode;
  options.headers = settings.headers;
  options.null_text = settings.null_text;
  options.separator = settings.separator;
  options.insert_table = settings.insert_table;
  options.columns = settings.widths;
  const bool on_terminal = !file_output_ && standard_->is_terminal();
  options.to_terminal = on_terminal;
  if (on_terminal) {
    options.width = terminal_width(STDOUT_FILENO);
    options.max_rows = settings.max_rows;
    options.footer = mode == Format::kBox && options_.interactive;
    options.color = options_.color;
    if (options.null_text) options.null_text = escape_for_terminal(*options.null_text);
    options.separator = shown_separator(options.separator);
    options.insert_table = escape_for_terminal(options.insert_table);
  }
  return options;
}

std::unique_ptr<Renderer> Session::make_result_renderer() {
  return make_renderer(render_options(settings.mode), out());
}

void Session::say(std::string_view text) {
  out().write(out().is_terminal() ? escape_for_terminal(text, LineBreaks::kKeep)
                                  : std::string(text));
}

bool Session::should_stop() const {
  return quit_ || (settings.bail && failed_) || interrupt_token().requested();
}

void Session::run_sql(std::string_view sql, std::string_view place) {
  if (settings.echo) say(std::string(sql) + "\n");
  if (settings.eqp) show_plan(sql);
  const auto facts = prepare_and_run(sql);
  out().flush();
  if (facts) {
    after_statement(*facts);
  } else if (facts.error().code == Code::kInterrupted) {
    fail_with(ExitCode::kInterrupted, place, "stopped by Ctrl-C");
  } else if (facts.error().code == Code::kUsage && !engine_.last_error().message.empty()) {
    print_raw(describe_sql_error(place, sql, engine_.last_error()));
    failed_ = true;
    worst_ = gravest(worst_, ExitCode::kUsage);
  } else if (facts.error().code != Code::kNotFound) {  // only comments: nothing to do
    fail_with(exit_code_of(facts.error()), place, facts.error().what);
  }
  close_once();
}

Result<ResultFacts> Session::prepare_and_run(std::string_view sql) {
  const InterruptScope scope(engine_);
  DIRSNAP_TRY(Statement statement, engine_.prepare(sql));
  DIRSNAP_CHECK(bind_parameters(statement));
  const auto renderer = make_recorder(make_result_renderer(), last_);
  DIRSNAP_TRY(const ResultFacts facts, run_statement(statement, *renderer, out(), std::nullopt));
  if (out().reader_gone()) quit(std::nullopt);
  if (renderer->neutralised() > 0) {
    print_note(fmt::format("{} cells that a spreadsheet would compute got a leading '",
                           renderer->neutralised()));
  }
  return facts;
}

Result<void> Session::bind_parameters(Statement& statement) {
  for (const std::string& name : statement.parameters()) {
    const auto value = parameters.find(name);
    if (value == parameters.end()) continue;  // stays NULL, as in other SQL shells
    DIRSNAP_CHECK(statement.bind(name, view_of(value->second)));
  }
  return {};
}

void Session::show_plan(std::string_view sql) {
  const auto renderer = make_renderer(render_options(Format::kList), out());
  const auto shown = run_into("EXPLAIN QUERY PLAN " + std::string(sql), *renderer);
  if (!shown && shown.error().code != Code::kUsage) print_error(shown.error().what);
}

void Session::after_statement(const ResultFacts& facts) {
  if (settings.timer) print_line(fmt::format("Run time: {:.3f} s", facts.seconds));
  if (options_.interactive) hint_full_scan(facts);
}

void Session::hint_full_scan(const ResultFacts& facts) {
  const std::uint64_t visited = engine_.counters().rows_visited;
  if (hinted_ || visited < kManyRows || visited / kManyTimes < facts.rows) return;
  hinted_ = true;
  print_note(
      fmt::format("{} rows were visited for {}. A condition on an indexed column would be "
                  "faster; \".describe TABLE\" names them.",
                  visited, facts.rows));
}

Result<ResultFacts> Session::run_into(const std::string& sql, Renderer& renderer) {
  const InterruptScope scope(engine_);
  DIRSNAP_TRY(Statement statement, engine_.prepare(sql));
  return run_statement(statement, renderer, out(), std::nullopt);
}

Result<OwnedValue> Session::evaluate(const std::string& sql) {
  const InterruptScope scope(engine_);
  DIRSNAP_TRY(Statement statement, engine_.prepare(sql));
  DIRSNAP_TRY(const bool row, statement.step());
  if (!row) return OwnedValue{};
  const ValueView value = statement.column(0);
  return OwnedValue{value.type, value.integer, value.real, std::string(value.bytes)};
}

Result<void> Session::show_last(Format mode) {
  if (!last_.complete)
    return fail(Code::kUsage, "there is no last result to show, or it was too large to keep");
  RenderOptions options = render_options(mode);
  options.max_rows.reset();
  last_.replay(*make_renderer(options, out()));
  return {};
}

Result<void> Session::show_report(const Report& report, const ParamValues& values) {
  const InterruptScope scope(engine_);
  DIRSNAP_TRY(ReportRun run, run_report(engine_, report, values));
  std::vector<ReportResult> results;
  results.push_back({&report, std::move(run)});
  const RenderOptions options = render_options(Format::kBox);
  render_reports_text(results, options.color, out());
  if (results.front().run.status == ReportStatus::kError)
    return fail(Code::kUsage, results.front().run.error);
  return {};
}

void Session::run_dot_command(std::string_view line, std::string_view place) {
  if (settings.echo) say(std::string(line) + "\n");
  const auto done = execute_dot_command(*this, line);
  out().flush();
  if (!done) fail_with(exit_code_of(done.error()), place, done.error().what);
}

Result<void> Session::run_file(const std::string& path) {
  if (depth_ >= kDeepestRead)
    return fail(Code::kUsage, fmt::format("{}: .read is nested too deeply", path));
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored))
    return fail(Code::kUsage, fmt::format("{}: not a file that can be read", path));
  std::ifstream file(path, std::ios::binary);
  if (!file || file.peek() == std::ifstream::traits_type::eof())
    return fail(Code::kUsage, fmt::format("{}: cannot be read, or is empty", path));
  ++depth_;
  Interpreter interpreter(*this, path);
  for (std::string line; !should_stop() && std::getline(file, line);) interpreter.add_line(line);
  interpreter.finish();
  --depth_;
  return {};
}

Result<void> Session::redirect(const std::string& path, bool once, bool force) {
  std::unique_ptr<Output> next;
  if (!path.empty()) {
    DIRSNAP_CHECK(spare_evidence(file_, path));
    DIRSNAP_TRY(next, Output::create(path, force));
  }
  const std::unique_ptr<Output> previous = std::exchange(file_output_, std::move(next));
  output_path_ = path;
  once_ = once && !path.empty();
  return previous ? previous->finish() : Result<void>{};
}

void Session::close_once() {
  if (!once_) return;
  if (const auto done = redirect("", false, false); !done)
    fail_with(exit_code_of(done.error()), "", done.error().what);
}

void Session::fail_with(ExitCode code, std::string_view place, std::string_view message) {
  failed_ = true;
  worst_ = gravest(worst_, code);
  print_line(fmt::format("{}Error: {}", place, message));
}

Result<void> Session::finish_standard() {
  const auto done = standard_->finish();
  return standard_->reader_gone() ? Result<void>{} : done;
}

void Session::quit(std::optional<ExitCode> code) {
  quit_ = true;
  if (code) asked_code_ = code;
  if (const auto done = redirect("", false, false); !done)
    fail_with(exit_code_of(done.error()), "", done.error().what);
}

}  // namespace dirsnap
