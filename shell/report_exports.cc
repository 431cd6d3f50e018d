// SPDX-License-Identifier: MIT
#include "shell/report_exports.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>

#include <fmt/format.h>

#include "shell/messages.h"

namespace dirsnap {
namespace {

bool to_stdout(std::string_view path) { return path.empty() || path == "-"; }

// Two spellings of one name are one file.
std::string file_key(const std::string& path) {
  std::error_code error;
  const auto absolute = std::filesystem::absolute(path, error);
  if (error) return path;
  const auto full = std::filesystem::weakly_canonical(absolute, error);
  return error ? path : full.string();
}

// What a table of findings cannot show.
void tell_rest(const std::vector<ReportResult>& results) {
  for (const std::string& line : coverage_lines(results)) print_note("not judged: " + line);
  for (const ReportResult& result : results) {
    if (result.run.status == ReportStatus::kSkipped && result.run.coverage.empty())
      print_note("skipped: " + result.run.id + ": there is no snapshot to judge");
    if (result.run.status == ReportStatus::kError)
      print_error(result.run.id + ": " + result.run.error);
  }
}

void note_neutralised_cells(std::uint64_t count) {
  if (count == 0) return;
  print_note(fmt::format(
      "{} cell{} that a spreadsheet would compute got a leading '; --exact leaves them alone",
      count, count == 1 ? "" : "s"));
}

}  // namespace

Result<ExportRequest> parse_export(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0 || equals + 1 == text.size())
    return fail(Code::kUsage, fmt::format("--export takes FORMAT=FILE, got \"{}\"", text));
  ExportRequest request;
  DIRSNAP_TRY(request.format, parse_report_format(text.substr(0, equals)));
  request.path = text.substr(equals + 1);
  return request;
}

Result<void> ReportTargets::add(const OutputArguments& arguments,
                                const ExportRequest& request,
                                const OpenCase& opened) {
  OutputArguments own = arguments;
  own.path = request.path;
  own.format.clear();  // reports have formats that rows do not have
  Target target;
  target.format = request.format;
  DIRSNAP_TRY(target.output, open_output(own, opened));
  DIRSNAP_TRY(target.options, render_options(own, *target.output));
  target.is_shown = to_stdout(request.path);
  if (!target.is_shown) {
    target.options.color = arguments.color == ColorMode::kAlways;
    target.options.width.reset();
    target.options.page = true;  // a file of its own is looked at with a browser
  }
  targets_.push_back(std::move(target));
  return {};
}

Result<ReportTargets> ReportTargets::open(const OutputArguments& arguments,
                                          const std::vector<std::string>& exports,
                                          const OpenCase& opened) {
  std::vector<ExportRequest> requests;
  for (const std::string& text : exports) {
    DIRSNAP_TRY(ExportRequest request, parse_export(text));
    requests.push_back(std::move(request));
  }
  const auto shown = std::count_if(requests.begin(), requests.end(),
                                   [](const auto& request) { return to_stdout(request.path); });
  const bool asked = !arguments.path.empty() || !arguments.format.empty();
  if (shown > 1 || (shown == 1 && asked && to_stdout(arguments.path)))
    return fail(Code::kUsage, "only one output can go to standard output");
  if (shown == 0 || asked) {
    ExportRequest main;
    DIRSNAP_TRY(main.format,
                parse_report_format(arguments.format.empty() ? "text" : arguments.format));
    main.path = arguments.path;
    requests.insert(requests.begin(), main);
  }
  std::set<std::string> files;
  for (const ExportRequest& request : requests) {
    if (!to_stdout(request.path) && !files.insert(file_key(request.path)).second)
      return fail(Code::kUsage, request.path + ": two outputs to one file");
  }
  ReportTargets targets;
  for (const ExportRequest& request : requests)
    DIRSNAP_CHECK(targets.add(arguments, request, opened));
  return targets;
}

ExitCode ReportTargets::write(const ReportsOutcome& outcome,
                              Engine& engine,
                              const ReviewOptions& review) {
  bool has_table = false;
  std::uint64_t neutralised = 0;
  for (Target& target : targets_) {
    if (target.format.kind == ReportFormat::kReview) {
      const auto written = write_review(engine, outcome.results, review, *target.output);
      if (!written) return report_failure(written.error());  // every file is taken back
    } else {
      neutralised += render_reports(outcome.results, target.format, target.options, *target.output,
                                    outcome.facts);
    }
    target.output->flush();
    const bool shown_table = target.format.kind == ReportFormat::kTabular && target.is_shown;
    has_table = has_table || shown_table;
    if (!target.output->ok() && !target.output->reader_gone())
      return finish_output(*target.output);  // says what failed; the rest is taken back
  }
  ExitCode code = ExitCode::kOk;
  for (Target& target : targets_) {
    code = gravest(code, finish_output(*target.output));
    if (code != ExitCode::kOk) return code;
  }
  note_neutralised_cells(neutralised);
  if (has_table) tell_rest(outcome.results);
  return code;
}

}  // namespace dirsnap
