// SPDX-License-Identifier: MIT
#include "shell/report_catalogue.h"

#include <algorithm>
#include <system_error>

#include <fmt/format.h>

#include "shell/messages.h"
#include "shell/render/escape.h"
#include "shell/suggest.h"
#include "shell/user_folders.h"

namespace dirsnap {

Result<void> merge_folder(const std::filesystem::path& folder, LoadedReports& loaded) {
  DIRSNAP_TRY(LoadedReports found, load_reports(folder));
  loaded.refused.insert(loaded.refused.end(), found.refused.begin(), found.refused.end());
  loaded.replaced.insert(loaded.replaced.end(), found.replaced.begin(), found.replaced.end());
  for (Report& report : found.reports) add_report(std::move(report), loaded);
  return {};
}

Result<LoadedReports> all_reports(const std::vector<std::string>& folders) {
  LoadedReports loaded{.reports = shipped_reports(), .refused = {}};
  if (const auto config = config_folder()) {
    std::error_code ignored;
    const auto own = *config / "reports";
    if (std::filesystem::is_directory(own, ignored)) {
      DIRSNAP_CHECK(merge_folder(own, loaded));
    }
  }
  for (const std::string& folder : folders) {
    DIRSNAP_CHECK(merge_folder(folder, loaded));
  }
  return loaded;
}

ExitCode tell_refused(const LoadedReports& loaded) {
  ExitCode code = ExitCode::kOk;
  for (const std::string& replaced : loaded.replaced) print_note(replaced);
  for (const Error& refused : loaded.refused) {
    print_error(refused.what);
    code = gravest(code, exit_code_of(refused));
  }
  return code;
}

Result<const Report*> find_report(const std::vector<Report>& reports, std::string_view id) {
  std::vector<std::string> ids;
  for (const Report& report : reports) {
    if (report.id == id) return &report;
    ids.push_back(report.id);
  }
  return fail(Code::kUsage, fmt::format("unknown report \"{}\".{} \"dirsnap reports\" lists them",
                                        id, did_you_mean(id, ids)));
}

std::string list_reports(const std::vector<Report>& reports) {
  std::size_t widest = 2;
  for (const Report& report : reports) widest = std::max(widest, report.id.size());
  std::string out = fmt::format("{:<{}}  {:<8}  {}\n", "ID", widest, "SEVERITY", "TITLE");
  for (const Report& report : reports) {
    out += fmt::format("{:<{}}  {:<8}  {}\n", report.id, widest, to_string(report.severity),
                       escape_for_terminal(report.title));
  }
  return out;
}

Result<void> add_parameter(std::string_view text, ParamValues& values) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0)
    return fail(Code::kUsage, fmt::format("a parameter is NAME=VALUE, got \"{}\"", text));
  values[std::string(text.substr(0, equals))] = std::string(text.substr(equals + 1));
  return {};
}

}  // namespace dirsnap
