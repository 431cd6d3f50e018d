// SPDX-License-Identifier: MIT
#include "shell/repl/dot_command.h"

#include <algorithm>
#include <charconv>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "shell/render/report_output.h"
#include "shell/render/value_text.h"
#include "shell/repl/arguments.h"
#include "shell/suggest.h"

namespace dirsnap {
namespace {

Result<void> dot_help(Session& session, const Words& words) {
  std::size_t widest = 0;
  for (const DotCommandInfo& info : dot_commands()) widest = std::max(widest, info.usage.size());
  std::size_t shown = 0;
  for (const DotCommandInfo& info : dot_commands()) {
    if (!words.empty() && info.name.find(words[0]) == std::string::npos) continue;
    session.out().write(fmt::format("{:<{}}  {}\n", info.usage, widest, info.summary));
    ++shown;
  }
  if (shown == 0) return fail(Code::kUsage, "no command matches \"" + words[0] + "\"");
  return {};
}

Result<void> dot_quit(Session& session, const Words& /*words*/) {
  session.quit(std::nullopt);
  return {};
}

Result<void> dot_exit(Session& session, const Words& words) {
  if (words.empty()) return dot_quit(session, words);
  unsigned code = 0;
  const auto [end, error] =
      std::from_chars(words[0].data(), words[0].data() + words[0].size(), code);
  if (error != std::errc() || end != words[0].data() + words[0].size() || code > 255)
    return fail(Code::kUsage, ".exit takes a number from 0 to 255");
  session.quit(static_cast<ExitCode>(code));
  return {};
}

Result<void> dot_read(Session& session, const Words& words) {
  if (words.size() != 1) return fail(Code::kUsage, "Usage: .read FILE");
  return session.run_file(words[0]);
}

Result<void> change_output(Session& session, const Words& words, bool once) {
  const bool force = !words.empty() && words[0] == "--force";
  if (force && session.in_script())
    return fail(Code::kUsage, "--force is refused in a file that is read");
  const std::size_t at = force ? 1 : 0;
  if (words.size() > at + 1) return fail(Code::kUsage, "one file name expected");
  const std::string path = words.size() > at ? words[at] : "";
  if (once && path.empty()) return fail(Code::kUsage, "Usage: .once [--force] FILE");
  return session.redirect(path == "stdout" || path == "-" ? "" : path, once, force);
}
Result<void> dot_output(Session& session, const Words& words) {
  return change_output(session, words, false);
}
Result<void> dot_once(Session& session, const Words& words) {
  return change_output(session, words, true);
}

Result<void> dot_print(Session& session, const Words& words) {
  session.say(fmt::format("{}\n", fmt::join(words, " ")));
  return {};
}

Result<void> dot_last(Session& session, const Words& words) {
  if (words.size() > 1) return fail(Code::kUsage, "Usage: .last [MODE]");
  Format mode = session.settings.mode;
  if (!words.empty()) {
    DIRSNAP_TRY(mode, parse_format(words[0]));
  }
  return session.show_last(mode);
}

Result<void> set_parameter(Session& session, const Words& words) {
  if (words.size() != 3) return fail(Code::kUsage, "Usage: .parameter set NAME VALUE");
  const std::string name =
      words[1].front() == ':' || words[1].front() == '@' || words[1].front() == '$'
          ? words[1]
          : ":" + words[1];
  // The value may be an SQL expression; what is none is text.
  auto value = session.evaluate("SELECT " + words[2]);
  session.parameters[name] = value ? *value : OwnedValue{ValueType::kText, 0, 0, words[2]};
  return {};
}

Result<void> dot_parameter(Session& session, const Words& words) {
  const std::string verb = words.empty() ? "list" : words[0];
  if (verb == "set" && words.size() > 1 && !words[1].empty()) return set_parameter(session, words);
  if (verb == "clear") {
    session.parameters.clear();
    return {};
  }
  if (verb == "unset" && words.size() == 2) {
    session.parameters.erase(words[1]);
    session.parameters.erase(":" + words[1]);
    return {};
  }
  if (verb != "list") return fail(Code::kUsage, "Usage: .parameter set|unset|list|clear");
  for (const auto& parameter : session.parameters) {
    session.say(fmt::format(".parameter set {} {}\n", parameter.first,
                            sql_literal(view_of(parameter.second))));
  }
  return {};
}

// Commands of other shells, and what to do here instead.
const std::map<std::string, std::string>& unavailable_commands() {
  static const std::map<std::string, std::string> kCommands = {
      {".dump", "snapshots are read-only; use \".mode insert\" and SELECT"},
      {".import", "evidence comes in by \"dirsnap import CASE SOURCE\""},
      {".open", "leave and start \"dirsnap OTHER-CASE\""},
      {".save", "a case is a file: copy it"},
      {".backup", "a case is a file: copy it"},
      {".restore", "a case is a file: copy it back"},
      {".clone", "a case is a file: copy it"},
      {".shell", "the shell starts no programs"},
      {".system", "the shell starts no programs"},
      {".load", "extensions are not loaded"},
      {".excel", "use \".once FILE.csv\" and \".mode csv\""},
      {".cd", "give whole paths"},
      {".log", "use \".output FILE\""},
      {".stats", "use \".timer on\" or \".eqp on\""},
  };
  return kCommands;
}

Result<const DotCommandInfo*> find_command(const std::string& name) {
  const auto names = dot_command_names();
  const auto found = match_prefix(name, names);
  if (found.size() == 1) {
    const auto& all = dot_commands();
    return &*std::find_if(all.begin(), all.end(),
                          [&](const DotCommandInfo& info) { return info.name == found.front(); });
  }
  if (found.size() > 1) {
    return fail(Code::kUsage, fmt::format("\"{}\" may be {}", name, fmt::join(found, " or ")));
  }
  const auto& others = unavailable_commands();
  if (const auto other = others.find(name); other != others.end())
    return fail(Code::kUsage, fmt::format("\"{}\" is not available: {}", name, other->second));
  return fail(Code::kUsage, fmt::format("unknown command \"{}\".{} Use \".help\" for a list.", name,
                                        did_you_mean(name, names)));
}

}  // namespace

const std::vector<DotCommandInfo>& dot_commands() {
  static const std::vector<DotCommandInfo> kCommands = {
      {".bail", ".bail [on|off]", "End at the first error", dot_bail},
      {".databases", ".databases", "The case file and its snapshots", dot_databases},
      {".describe", ".describe TABLE", "Columns, meaning, indexes, example queries", dot_describe},
      {".echo", ".echo [on|off]", "Show each statement before it runs", dot_echo},
      {".eqp", ".eqp [on|off]", "Show the query plan before each result", dot_eqp},
      {".exit", ".exit [CODE]", "Leave with an exit code", dot_exit},
      {".headers", ".headers [on|off]", "Column names above results", dot_headers},
      {".help", ".help [NAME]", "This list", dot_help},
      {".indexes", ".indexes [TABLE]", "Columns whose conditions are fast", dot_indexes},
      {".last", ".last [MODE]", "The last result again, whole, without running it", dot_last},
      {".maxrows", ".maxrows [N]", "Rows a table shows on a terminal, 0 = all", dot_maxrows},
      {".mode", ".mode [MODE [TABLE]]", "Output format; TABLE names that of insert", dot_mode},
      {".nullvalue", ".nullvalue [TEXT]", "Text for NULL", dot_nullvalue},
      {".once", ".once [--force] FILE", "Next result to a new file", dot_once, true},
      {".output", ".output [--force] [FILE]", "Results to a new file, or back to the screen",
       dot_output, true},
      {".parameter", ".parameter set|unset|list|clear", "Values for :name in statements",
       dot_parameter},
      {".print", ".print TEXT...", "Print words", dot_print},
      {".quit", ".quit", "Leave", dot_quit},
      {".read", ".read FILE", "Run the statements of a file", dot_read, true},
      {".report", ".report ID [NAME=VALUE...]", "Run a report; ID --help tells its parameters",
       dot_report},
      {".reports", ".reports [PATTERN]", "The reports there are", dot_reports},
      {".schema", ".schema [PATTERN]", "Tables as CREATE TABLE", dot_schema},
      {".separator", ".separator [TEXT]", "Between the values of mode list", dot_separator},
      {".show", ".show", "All settings", dot_show},
      {".summarize", ".summarize TABLE", "Per column: values, distinct, min, max, most frequent",
       dot_summarize},
      {".tables", ".tables [--counts] [PATTERN]", "The tables by theme", dot_tables},
      {".timer", ".timer [on|off]", "Show how long statements take", dot_timer},
      {".width", ".width [N...]", "Widths of the columns of box and table, 0 = automatic",
       dot_width},
  };
  return kCommands;
}

std::vector<std::string> dot_command_names() {
  std::vector<std::string> names;
  for (const DotCommandInfo& info : dot_commands()) names.push_back(info.name);
  return names;
}

Result<void> execute_dot_command(Session& session, std::string_view line) {
  DIRSNAP_TRY(Words words, split_arguments(line));
  const std::string name = words.front();
  words.erase(words.begin());
  DIRSNAP_TRY(const DotCommandInfo* info, find_command(name));
  if (info->touches_files && session.options().safe)
    return fail(Code::kUsage, info->name + " is refused with --safe");
  if (info->touches_files && session.options().untrusted && session.in_script())
    return fail(Code::kUsage, info->name + " is refused in a file that is read with --untrusted");
  return info->run(session, words);
}

}  // namespace dirsnap
