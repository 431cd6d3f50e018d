// SPDX-License-Identifier: MIT
//
// dirsnap report: runs saved reports over a case.
#include <memory>
#include <unistd.h>

#include "shell/commands/command.h"
#include "shell/messages.h"
#include "shell/report_catalogue.h"
#include "shell/report_exports.h"
#include "shell/report_run.h"
#include "shell/review/review.h"
#include "shell/signals.h"
#include "storage/base/time.h"

namespace dirsnap {
namespace {

struct ReportArguments {
  CaseArguments where;
  OutputArguments output;
  ReportSelection selection;
  std::vector<std::string> params;
  std::vector<std::string> folders;
  std::vector<std::string> exports;
  std::string suppressions;
  std::string baseline;
  std::string fail_on;  // empty: never
  std::optional<double> timeout_seconds;
};

Result<ParamValues> parse_parameters(const std::vector<std::string>& params) {
  ParamValues values;
  for (const std::string& param : params) DIRSNAP_CHECK(add_parameter(param, values));
  return values;
}

// Everything that can be wrong with the words is told before the case is opened and any file begun.
Result<ExitCode> run_over_case(const ReportArguments& arguments,
                               const std::vector<Report>& reports) {
  DIRSNAP_TRY(const ParamValues values, parse_parameters(arguments.params));
  DIRSNAP_TRY(const auto wanted, select_reports(reports, arguments.selection));
  DIRSNAP_CHECK(check_parameters(wanted, values));
  DIRSNAP_TRY(KnownFindings known, read_known_findings(arguments.suppressions, arguments.baseline));
  DIRSNAP_TRY(const OpenCase opened, open_case(arguments.where));
  DIRSNAP_TRY(ReportTargets targets,
              ReportTargets::open(arguments.output, arguments.exports, opened));
  const InterruptScope scope(*opened.engine);
  DIRSNAP_TRY(ReportsOutcome outcome,
              run_reports(*opened.engine, wanted, values, arguments.timeout_seconds, known));
  outcome.facts.case_path = arguments.where.path;
  const ReviewOptions review{.case_path = arguments.where.path,
                             .case_size_bytes = opened.file->size_bytes(),
                             .made_at = iso_now(),
                             .params = values,
                             .limits = {}};
  const ExitCode written = targets.write(outcome, *opened.engine, review);
  if (known.suppressions) tell_suppressions(*known.suppressions, reports);
  return gravest(written, exit_code_of(outcome.results, arguments.fail_on));
}

ExitCode run_report_command(const ReportArguments& arguments) {
  const auto loaded = all_reports(arguments.folders);
  if (!loaded) return report_failure(loaded.error());
  const ExitCode refused = tell_refused(*loaded);
  const std::vector<Report>& reports = loaded->reports;
  const ReportSelection& selection = arguments.selection;
  if (selection.ids.empty() && selection.tags.empty() && !selection.all) {
    const auto output = Output::borrow(STDOUT_FILENO);
    output->write(list_reports(reports));
    output->flush();
    print_error("name a report, or run them --all");
    return ExitCode::kUsage;
  }
  const auto code = run_over_case(arguments, reports);
  return gravest(refused, code ? *code : report_failure(code.error()));
}

void add_selection_arguments(CLI::App& command, ReportArguments& arguments) {
  command.add_option("ID", arguments.selection.ids, "Reports to run; none lists what there is")
      ->type_name("");
  command.add_flag("--all", arguments.selection.all, "Run every report");
  command
      .add_option("--tag", arguments.selection.tags,
                  "Run the reports that have this tag; may be repeated")
      ->type_name("TAG")
      ->allow_extra_args(false);
  command.add_option("--param", arguments.params, "Value of a parameter; may be repeated")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  command.add_option("--reports", arguments.folders, "Folder with more reports; may be repeated")
      ->type_name("DIR")
      ->allow_extra_args(false);
}

void add_judgement_arguments(CLI::App& command, ReportArguments& arguments) {
  command
      .add_option("--fail-on", arguments.fail_on,
                  "Exit 1 on a finding of this severity or graver: error, warning, info.\n"
                  "Suppressed findings do not count; with --baseline new ones only")
      ->check(CLI::IsMember({"error", "warning", "info"}).description(""))
      ->type_name("SEVERITY");
  add_timeout_argument(command, arguments.timeout_seconds,
                       "Stop each report after S seconds: its status is error, exit 7");
  command
      .add_option("--suppressions", arguments.suppressions,
                  "CSV of accepted findings: report,object,reason,owner,expires")
      ->type_name("FILE");
  command
      .add_option("--baseline", arguments.baseline,
                  "JSON of an earlier run: findings are new or unchanged, others resolved")
      ->type_name("OLD.json");
}

}  // namespace

void add_report(CLI::App& app, Command& chosen) {
  CLI::App* command = app.add_subcommand("report", "Run saved reports over a case");
  const auto arguments = std::make_shared<ReportArguments>();
  add_case_arguments(*command, arguments->where);
  add_selection_arguments(*command, *arguments);
  command
      ->add_option("--format", arguments->output.format,
                   "text json jsonl markdown sarif junit csv tsv table box line, or\n"
                   "html: the review page, one file for a browser (default: text)")
      ->type_name("F");
  command
      ->add_option("--export", arguments->exports,
                   "Write this format to this file too; may be repeated")
      ->type_name("FORMAT=FILE")
      ->allow_extra_args(false);
  add_judgement_arguments(*command, *arguments);
  add_output_arguments(*command, arguments->output);
  command->footer(
      examples("dirsnap report corp.dirsnap connectors-without-services --param server=EX1",
               "dirsnap report corp.dirsnap --all --export html=review.html --export json=a.json"));
  command->callback(
      [arguments, &chosen] { chosen = [arguments] { return run_report_command(*arguments); }; });
}

}  // namespace dirsnap
