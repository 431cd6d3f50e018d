// SPDX-License-Identifier: MIT
//
// dirsnap report: runs saved reports over a case.
#include <memory>
#include <optional>
#include <unistd.h>

#include <fmt/format.h>

#include "shell/commands/command.h"
#include "shell/messages.h"
#include "shell/render/report_output.h"
#include "shell/report_catalogue.h"
#include "shell/review/review.h"
#include "shell/signals.h"
#include "storage/base/time.h"

namespace dirsnap {
namespace {

struct ReportArguments {
  CaseArguments where;
  OutputArguments output;
  std::vector<std::string> ids;
  std::vector<std::string> params;
  std::vector<std::string> folders;
  bool all = false;
  std::string fail_on;  // empty: never
};

std::optional<FindingSeverity> severity_of(std::string_view word) {
  if (word == "error") return FindingSeverity::kError;
  if (word == "warning") return FindingSeverity::kWarning;
  if (word == "info") return FindingSeverity::kInfo;
  return std::nullopt;
}

Result<std::vector<const Report*>> wanted_reports(const std::vector<Report>& reports,
                                                  const ReportArguments& arguments) {
  std::vector<const Report*> wanted;
  if (arguments.all) {
    for (const Report& report : reports) wanted.push_back(&report);
    return wanted;
  }
  for (const std::string& id : arguments.ids) {
    DIRSNAP_TRY(const Report* report, find_report(reports, id));
    wanted.push_back(report);
  }
  return wanted;
}

bool has_parameter(const Report& report, std::string_view name) {
  for (const ReportParam& param : report.params) {
    if (param.name == name) return true;
  }
  return false;
}

// With several reports a parameter goes to those that have it, and one must.
Result<ParamValues> values_for(const Report& report,
                               const ParamValues& values,
                               const std::vector<const Report*>& wanted) {
  if (wanted.size() == 1) return values;
  ParamValues own;
  for (const auto& value : values) {
    if (has_parameter(report, value.first)) own.insert(value);
    bool known = false;
    for (const Report* other : wanted) known = known || has_parameter(*other, value.first);
    if (!known)
      return fail(Code::kUsage,
                  fmt::format("no report of this run has a parameter \"{}\"", value.first));
  }
  return own;
}

Result<std::vector<ReportResult>> run_all(Engine& engine,
                                          const std::vector<const Report*>& wanted,
                                          const ParamValues& values) {
  std::vector<ReportResult> results;
  for (const Report* report : wanted) {
    DIRSNAP_TRY(const ParamValues own, values_for(*report, values, wanted));
    DIRSNAP_TRY(ReportRun run, run_report(engine, *report, own));
    results.push_back({report, std::move(run)});
  }
  return results;
}

ExitCode outcome(const std::vector<ReportResult>& results, std::string_view fail_on) {
  const auto threshold = severity_of(fail_on);
  ExitCode code = ExitCode::kOk;
  for (const ReportResult& result : results) {
    if (result.run.status == ReportStatus::kError) code = gravest(code, ExitCode::kUsage);
    for (const Finding& finding : result.run.findings) {
      if (threshold && finding.severity >= *threshold) code = gravest(code, ExitCode::kFailOn);
    }
  }
  return code;
}

// What a table of findings cannot show.
void tell_rest(const std::vector<ReportResult>& results) {
  for (const std::string& line : coverage_lines(results)) print_note("not judged: " + line);
  for (const ReportResult& result : results) {
    if (result.run.status == ReportStatus::kError)
      print_error(result.run.id + ": " + result.run.error);
  }
}

Result<void> write_review_of(const OpenCase& opened,
                             const CaseArguments& where,
                             const std::vector<ReportResult>& results,
                             const ParamValues& values,
                             Output& output) {
  ReviewOptions options;
  options.case_path = where.path;
  options.case_size_bytes = opened.file->size_bytes();
  options.made_at = iso_now();
  options.params = values;
  return write_review(*opened.engine, results, options, output);
}

ExitCode write_page(const OpenCase& opened,
                    const std::vector<ReportResult>& results,
                    const ParamValues& values,
                    const ReportArguments& arguments) {
  auto output = open_output(arguments.output);
  if (!output) return report_failure(output.error());
  const auto written = write_review_of(opened, arguments.where, results, values, **output);
  if (!written) return report_failure(written.error());
  return finish_output(**output);
}

ExitCode write_results(const std::vector<ReportResult>& results,
                       const ReportFormatChoice& choice,
                       const ReportArguments& arguments) {
  auto output = open_output(arguments.output);
  if (!output) return report_failure(output.error());
  OutputArguments plain = arguments.output;
  plain.format.clear();  // `text` is none of the row formats
  const auto options = render_options(plain, **output);
  if (!options) return report_failure(options.error());
  render_reports(results, choice, *options, **output);
  const ExitCode written = finish_output(**output);
  if (choice.kind == ReportFormat::kTabular) tell_rest(results);
  return written;
}

ExitCode run_report_command(const ReportArguments& arguments) {
  const auto choice =
      parse_report_format(arguments.output.format.empty() ? "text" : arguments.output.format);
  if (!choice) return report_failure(choice.error());
  const auto reports = all_reports(arguments.folders);
  if (!reports) return report_failure(reports.error());
  if (arguments.ids.empty() && !arguments.all) {
    const auto output = Output::borrow(STDOUT_FILENO);
    output->write(list_reports(*reports));
    output->flush();
    print_error("name a report, or run them --all");
    return ExitCode::kUsage;
  }
  ParamValues values;
  for (const std::string& param : arguments.params) {
    if (const auto added = add_parameter(param, values); !added)
      return report_failure(added.error());
  }
  const auto wanted = wanted_reports(*reports, arguments);
  if (!wanted) return report_failure(wanted.error());
  auto opened = open_case(arguments.where);
  if (!opened) return report_failure(opened.error());
  const InterruptScope scope(*opened->engine);
  const auto results = run_all(*opened->engine, *wanted, values);
  if (!results) return report_failure(results.error());
  const ExitCode written = choice->kind == ReportFormat::kReview
                               ? write_page(*opened, *results, values, arguments)
                               : write_results(*results, *choice, arguments);
  return gravest(written, outcome(*results, arguments.fail_on));
}

}  // namespace

void add_report(CLI::App& app, Command& chosen) {
  CLI::App* command = app.add_subcommand("report", "Run saved reports over a case");
  const auto arguments = std::make_shared<ReportArguments>();
  add_case_arguments(*command, arguments->where);
  command->add_option("ID", arguments->ids, "Reports to run; none lists what there is")
      ->type_name("");
  command->add_flag("--all", arguments->all, "Run every report");
  command->add_option("--param", arguments->params, "Value of a parameter; may be repeated")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  command
      ->add_option("--format", arguments->output.format,
                   "text json jsonl markdown csv tsv table box line, or html: the review\n"
                   "page, one file for a browser (default: text)")
      ->type_name("F");
  command
      ->add_option("--fail-on", arguments->fail_on,
                   "Exit 1 on a finding of this severity or graver: error, warning, info")
      ->check(CLI::IsMember({"error", "warning", "info"}).description(""))
      ->type_name("SEVERITY");
  command->add_option("--reports", arguments->folders, "Folder with more reports; may be repeated")
      ->type_name("DIR")
      ->allow_extra_args(false);
  add_output_arguments(*command, arguments->output);
  command->footer(
      examples("dirsnap report corp.dirsnap connectors-without-services --param server=EX1",
               "dirsnap report corp.dirsnap --all --format html --output review.html"));
  command->callback(
      [arguments, &chosen] { chosen = [arguments] { return run_report_command(*arguments); }; });
}

}  // namespace dirsnap
