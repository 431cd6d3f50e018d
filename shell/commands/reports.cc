// SPDX-License-Identifier: MIT
//
// dirsnap reports: which saved reports there are, or one of them whole.
#include <memory>
#include <unistd.h>

#include "shell/commands/command.h"
#include "shell/render/escape.h"
#include "shell/report_catalogue.h"

namespace dirsnap {
namespace {

struct ReportsArguments {
  std::string id;
  std::vector<std::string> folders;
};

ExitCode run_reports(const ReportsArguments& arguments) {
  const auto reports = all_reports(arguments.folders);
  if (!reports) return report_failure(reports.error());
  const auto output = Output::borrow(STDOUT_FILENO);
  if (arguments.id.empty()) {
    output->write(list_reports(*reports));
    return finish_output(*output);
  }
  const auto report = find_report(*reports, arguments.id);
  if (!report) return report_failure(report.error());
  // The file's text: its head is the documentation, its SQL the definition.
  output->write(output->is_terminal() ? escape_for_terminal((*report)->sql, LineBreaks::kKeep)
                                      : (*report)->sql);
  if ((*report)->sql.empty() || (*report)->sql.back() != '\n') output->write("\n");
  return finish_output(*output);
}

}  // namespace

void add_reports(CLI::App& app, Command& chosen) {
  CLI::App* command = app.add_subcommand("reports", "List the saved reports, or show one whole");
  const auto arguments = std::make_shared<ReportsArguments>();
  command->add_option("ID", arguments->id, "Show this report: head and SQL")->type_name("");
  command->add_option("--reports", arguments->folders, "Folder with more reports; may be repeated")
      ->type_name("DIR")
      ->allow_extra_args(false);
  command->footer(examples("dirsnap reports", "dirsnap reports connectors-without-services"));
  command->callback(
      [arguments, &chosen] { chosen = [arguments] { return run_reports(*arguments); }; });
}

}  // namespace dirsnap
