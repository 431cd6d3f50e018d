// SPDX-License-Identifier: MIT
//
// The dot-commands: one visible table of names, what they do and their functions.
// Threads: one thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shell/repl/session.h"
#include "storage/base/result.h"

namespace dirsnap {

using Words = std::vector<std::string>;  // the command's arguments, without its name

struct DotCommandInfo {
  std::string name;     // ".tables"
  std::string usage;    // ".tables [PATTERN]"
  std::string summary;  // one sentence
  Result<void> (*run)(Session& session, const Words& words);
  bool touches_files = false;  // refused with --safe
};

// By name.
const std::vector<DotCommandInfo>& dot_commands();
std::vector<std::string> dot_command_names();

// Finds the command (unambiguous prefixes will do) and runs it. Fails with kUsage for one that is
// unknown, ambiguous, unavailable here or refused.
Result<void> execute_dot_command(Session& session, std::string_view line);

// The functions, grouped by file: what is in the case, ...
Result<void> dot_tables(Session& session, const Words& words);
Result<void> dot_schema(Session& session, const Words& words);
Result<void> dot_describe(Session& session, const Words& words);
Result<void> dot_indexes(Session& session, const Words& words);
Result<void> dot_summarize(Session& session, const Words& words);
Result<void> dot_databases(Session& session, const Words& words);
Result<void> dot_reports(Session& session, const Words& words);
Result<void> dot_report(Session& session, const Words& words);
// ... and settings.
Result<void> dot_mode(Session& session, const Words& words);
Result<void> dot_headers(Session& session, const Words& words);
Result<void> dot_nullvalue(Session& session, const Words& words);
Result<void> dot_separator(Session& session, const Words& words);
Result<void> dot_width(Session& session, const Words& words);
Result<void> dot_maxrows(Session& session, const Words& words);
Result<void> dot_timer(Session& session, const Words& words);
Result<void> dot_eqp(Session& session, const Words& words);
Result<void> dot_echo(Session& session, const Words& words);
Result<void> dot_bail(Session& session, const Words& words);
Result<void> dot_show(Session& session, const Words& words);

}  // namespace dirsnap
