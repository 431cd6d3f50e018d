// SPDX-License-Identifier: MIT
//
// dirsnap import: evidence into a new snapshot of a case.
#include <chrono>
#include <memory>
#include <optional>
#include <unistd.h>

#include <fmt/format.h>

#include "importers/registry.h"
#include "shell/commands/command.h"
#include "shell/messages.h"
#include "shell/render/escape.h"
#include "shell/signals.h"
#include "storage/base/time.h"

namespace dirsnap {
namespace {

const std::vector<std::string> kKinds = {"ese",     "registry-hive", "registry-text", "ldif",
                                         "csvde",   "exchange-csv",  "admindmp",      "esedbexport",
                                         "isinteg", "other"};
constexpr std::size_t kIssueKindsShown = 12;

struct ImportArguments {
  ImportRequest request;
  std::string case_path;
  std::vector<std::string> sources;
};

std::string human_bytes(double bytes) {
  constexpr const char* kUnits[] = {"B", "KB", "MB", "GB", "TB"};
  std::size_t unit = 0;
  while (bytes >= 1000 && unit + 1 < std::size(kUnits)) {
    bytes /= 1000;
    ++unit;
  }
  return fmt::format("{:.{}f} {}", bytes, unit == 0 ? 0 : 1, kUnits[unit]);
}

// One line on a terminal, drawn again a few times a second and removed at the end.
class ProgressLine final : public ImportProgress {
 public:
  ~ProgressLine() override {
    if (drawn_) print_raw("\r\x1b[K");
  }

  void on_bytes(std::uint64_t done, std::uint64_t total, std::string_view what) override {
    const auto now = Clock::now();
    if (now - last_ < std::chrono::milliseconds(100)) return;
    last_ = now;
    const double seconds = std::chrono::duration<double>(now - start_).count();
    const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
    std::string line = fmt::format("{}  {} of {}", escape_for_terminal(what),
                                   human_bytes(static_cast<double>(done)),
                                   human_bytes(static_cast<double>(total)));
    if (rate > 0 && total >= done) {
      line += fmt::format("  {}/s  {:.0f} s left", human_bytes(rate),
                          static_cast<double>(total - done) / rate);
    }
    print_raw("\r\x1b[K" + line);
    drawn_ = true;
  }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_ = start_;
  bool drawn_ = false;
};

ExitCode exit_code_of(ImportFailure failure) {
  switch (failure) {
    case ImportFailure::kUsage:
      return ExitCode::kUsage;
    case ImportFailure::kSource:
      return ExitCode::kSource;
    case ImportFailure::kEnvironment:
      return ExitCode::kEnvironment;
    case ImportFailure::kCase:
      return ExitCode::kCaseRefused;
    case ImportFailure::kLimit:
      return ExitCode::kLimit;
    case ImportFailure::kInterrupted:
      return ExitCode::kInterrupted;
  }
  return ExitCode::kInternal;
}

const char* severity_word(Severity severity) {
  switch (severity) {
    case Severity::kLoss:
      return "loss";
    case Severity::kDoubt:
      return "doubt";
    case Severity::kNote:
      return "note";
  }
  return "loss";
}

std::string plural(std::uint64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

void print_sources(const ImportSummary& summary, Output& out) {
  for (const SourceFacts& source : summary.sources) {
    out.write(fmt::format("  {}  {}, {}, {}{}{}\n", escape_for_terminal(source.path), source.kind,
                          source.role, plural(source.records, "record", "records"),
                          source.server ? ", server " + escape_for_terminal(*source.server) : "",
                          source.state && *source.state != "clean" ? ", " + *source.state : ""));
    out.write(fmt::format("    SHA-256 {}  {} bytes\n",
                          source.sha256.empty() ? "none, not all could be read" : source.sha256,
                          source.size_bytes));
  }
}

void print_issues(const ImportSummary& summary, Output& out) {
  if (summary.issues.empty()) {
    out.write("Issues: none\n");
    return;
  }
  out.write(fmt::format(
      "Issues: {}, {}, {} (table import_issues)\n", plural(summary.losses, "loss", "losses"),
      plural(summary.doubts, "doubt", "doubts"), plural(summary.notes, "note", "notes")));
  for (std::size_t i = 0; i < summary.issues.size() && i < kIssueKindsShown; ++i) {
    const IssueCount& issue = summary.issues[i];
    out.write(fmt::format("  {:<5} {:>7}  {}: {}\n", severity_word(issue.severity), issue.count,
                          issue.code, escape_for_terminal(issue.example)));
  }
  if (summary.issues.size() > kIssueKindsShown)
    out.write(fmt::format("  … {} more kinds\n", summary.issues.size() - kIssueKindsShown));
}

void print_summary(const ImportSummary& summary, const std::string& case_path, Output& out) {
  const SnapshotRecord& snapshot = summary.snapshot;
  out.write(fmt::format("Snapshot {} \"{}\" sealed in {}\n", snapshot.snapshot_id,
                        escape_for_terminal(snapshot.name), escape_for_terminal(case_path)));
  print_sources(summary, out);
  out.write(fmt::format("Rows kept: {}\n", summary.rows_kept));
  print_issues(summary, out);
  out.write(fmt::format("Seal {}\n", snapshot.seal));
}

ExitCode run_import_command(const ImportArguments& arguments) {
  std::optional<ProgressLine> progress;
  if (is_terminal(STDERR_FILENO)) progress.emplace();
  const auto summary =
      run_import(arguments.request, interrupt_token(), progress ? &*progress : nullptr);
  progress.reset();
  if (!summary) {
    print_line("dirsnap: " + summary.error().error.what);
    return exit_code_of(summary.error().failure);
  }
  const auto output = Output::borrow(STDOUT_FILENO);
  print_summary(*summary, arguments.case_path, *output);
  const ExitCode written = finish_output(*output);
  const bool lossy = summary->losses + summary->doubts > 0;
  return gravest(written, lossy ? ExitCode::kLoss : ExitCode::kOk);
}

// Checks and normalises --taken-at; the message is what CLI11 shows.
std::string check_time(std::string& text) {
  const auto time = unix_us_from_iso(text);
  const auto iso = time ? iso_from_unix_us(*time) : std::nullopt;
  if (!iso) return "not a time: \"" + text + "\"; write 1999-04-21 or 1999-04-21T07:05:00Z (UTC)";
  text = *iso;
  return {};
}

// The message is what CLI11 shows.
std::string check_name(const std::string& text) {
  return text.find_first_not_of(" \t") == std::string::npos ? "is empty" : "";
}

void add_import_options(CLI::App& command, ImportRequest& request) {
  command
      .add_option("--snapshot", request.snapshot,
                  "Name of the snapshot (default: name of the first SOURCE)")
      ->check(CLI::Validator(check_name, ""))
      ->type_name("NAME");
  command
      .add_option("--server", request.options.server,
                  "Server the sources are of (default: what they tell)")
      ->type_name("NAME");
  command.add_option("--taken-at", request.taken_at, "When the backup was taken, ISO 8601, UTC")
      ->transform(CLI::Validator(check_time, ""))
      ->type_name("TIME");
  command
      .add_option("--as", request.options.as_kind,
                  "Read every SOURCE as this kind (default: by content):\n"
                  "ese registry-hive registry-text ldif csvde\n"
                  "exchange-csv admindmp esedbexport isinteg other")
      ->check(CLI::IsMember(kKinds).description(""))
      ->type_name("KIND");
  command
      .add_option("--codepage", request.options.codepage,
                  "Code page of 8-bit text, such as 1252 or 932 (default: 1252)")
      ->type_name("CP");
  command
      .add_option("--map", request.options.map_file,
                  "Overrides for the names of classes and attributes")
      ->type_name("FILE");
  command.add_flag("--no-logs", request.options.no_logs,
                   "Read hives as they lie, without the transaction logs beside them");
  command.add_flag("--with-bodies", request.options.with_bodies,
                   "Keep the content of messages and attachments of stores\n"
                   "(default: its length only)");
}

}  // namespace

void add_import(CLI::App& app, Command& chosen) {
  CLI::App* command = app.add_subcommand("import", "Read backups into a new snapshot of a case");
  const auto arguments = std::make_shared<ImportArguments>();
  command->add_option("CASE", arguments->case_path, "The case file; created if missing")
      ->required()
      ->check(CLI::Validator(check_name, ""))
      ->type_name("");
  command
      ->add_option("SOURCE", arguments->sources,
                   "Evidence files and folders; only read, never changed")
      ->required()
      ->type_name("");
  add_import_options(*command, arguments->request);
  command->footer(
      examples("dirsnap import corp.dirsnap /backup/1999-04-21 --taken-at 1999-04-21",
               "dirsnap import corp.dirsnap Dir.edb EX1.reg --snapshot before --server EX1"));
  command->callback([arguments, &chosen] {
    arguments->request.case_path = arguments->case_path;
    arguments->request.sources = {arguments->sources.begin(), arguments->sources.end()};
    chosen = [arguments] { return run_import_command(*arguments); };
  });
}

}  // namespace dirsnap
