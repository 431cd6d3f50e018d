// SPDX-License-Identifier: MIT
//
// The reports the user can call: shipped ones, those of the user's configuration, those of
// --reports. Threads: one thread.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "query/report.h"
#include "shell/exit_code.h"

namespace dirsnap {

// Later folders replace reports of the same id. `folders` are those of --reports; the user's own
// $XDG_CONFIG_HOME/dirsnap/reports is read before them where it exists. A file that is no report
// is among the refused and keeps no other from running.
Result<LoadedReports> all_reports(const std::vector<std::string>& folders);

// Adds the reports of a folder; one of an id that is there takes its place.
Result<void> merge_folder(const std::filesystem::path& folder, LoadedReports& loaded);

// Tells each refused file and gives the gravest code of them: the id that such a file meant, and
// whether it was to take another report's place, is not known, so no run beside it is whole.
ExitCode tell_refused(const LoadedReports& loaded);

// Fails with kUsage and names the nearest id.
Result<const Report*> find_report(const std::vector<Report>& reports, std::string_view id);

// One line for each report: id, severity, title.
std::string list_reports(const std::vector<Report>& reports);

// NAME=VALUE; fails with kUsage.
Result<void> add_parameter(std::string_view text, ParamValues& values);

}  // namespace dirsnap
