// SPDX-License-Identifier: MIT
//
// dirsnap reports: which saved reports there are, or one of them whole.
#include <memory>
#include <unistd.h>

#include "shell/commands/command.h"
#include "shell/render/escape.h"
#include "shell/report_catalogue.h"
#include "shell/report_pages.h"

namespace dirsnap {
namespace {

struct ReportsArguments {
  std::string id;
  std::vector<std::string> folders;
  std::vector<std::string> cases;
  bool markdown = false;
};

// The reference page of the shipped reports and those of --reports, whatever the user's own folder
// holds; samples come from the cases, the first in which a report finds something.
ExitCode write_page(const ReportsArguments& arguments) {
  LoadedReports loaded{.reports = shipped_reports(), .refused = {}};
  for (const std::string& folder : arguments.folders) {
    if (const auto merged = merge_folder(folder, loaded); !merged)
      return report_failure(merged.error());
  }
  const ExitCode refused = tell_refused(loaded);
  const std::vector<Report>& reports = loaded.reports;
  ReportSamples samples;
  for (const std::string& path : arguments.cases) {
    const auto opened = open_case({.path = path, .snapshots = {}});
    if (!opened) return report_failure(opened.error());
    for (const Report& report : reports) {
      if (samples.count(report.id) != 0) continue;
      const auto run = run_report(*opened->engine, report, {});
      if (!run) return report_failure(run.error());
      if (!run->findings.empty()) samples[report.id] = sample_of(*run);
    }
  }
  const auto output = Output::borrow(STDOUT_FILENO);
  output->write(reports_markdown(reports, samples));
  return gravest(refused, finish_output(*output));
}

ExitCode run_reports(const ReportsArguments& arguments) {
  if (arguments.markdown) return write_page(arguments);
  const auto loaded = all_reports(arguments.folders);
  if (!loaded) return report_failure(loaded.error());
  const ExitCode refused = tell_refused(*loaded);
  const auto output = Output::borrow(STDOUT_FILENO);
  if (arguments.id.empty()) {
    output->write(list_reports(loaded->reports));
    return gravest(refused, finish_output(*output));
  }
  const auto report = find_report(loaded->reports, arguments.id);
  if (!report) return report_failure(report.error());
  // The file's text: its head is the documentation, its SQL the definition.
  output->write(output->is_terminal() ? escape_for_terminal((*report)->sql, LineBreaks::kKeep)
                                      : (*report)->sql);
  if ((*report)->sql.empty() || (*report)->sql.back() != '\n') output->write("\n");
  return gravest(refused, finish_output(*output));
}

}  // namespace

void add_reports(CLI::App& app, Command& chosen) {
  CLI::App* command = app.add_subcommand("reports", "List the saved reports, or show one whole");
  const auto arguments = std::make_shared<ReportsArguments>();
  command->add_option("ID", arguments->id, "Show this report: head and SQL")->type_name("");
  command->add_option("--reports", arguments->folders, "Folder with more reports; may be repeated")
      ->type_name("DIR")
      ->allow_extra_args(false);
  command->add_flag("--markdown", arguments->markdown,
                    "All of them as a page: why, logic, parameters, remedy");
  command
      ->add_option("--case", arguments->cases,
                   "With --markdown: show what they find in this case; may be repeated")
      ->type_name("CASE")
      ->allow_extra_args(false);
  command->footer(examples("dirsnap reports", "dirsnap reports connectors-without-services"));
  add_reports_validate(*command, chosen);
  command->callback([arguments, command, &chosen] {
    if (!command->get_subcommands().empty()) return;  // it has chosen already
    chosen = [arguments] { return run_reports(*arguments); };
  });
}

}  // namespace dirsnap
