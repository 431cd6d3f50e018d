// SPDX-License-Identifier: MIT
#include "query/report_check.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include "query/error_hint.h"
#include "query/sql_text.h"
#include "storage/base/text.h"

namespace dirsnap {
namespace {

constexpr std::array<const char*, 2> kFirstColumns = {"snapshot_id", "subject"};

std::uint64_t line_at(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  return 1 + static_cast<std::uint64_t>(std::count(before.begin(), before.end(), '\n'));
}

// Line of the nth head line of a key, 0 where there is none.
std::uint64_t line_of_key(std::string_view text, std::string_view key, std::size_t nth) {
  std::uint64_t line = 0;
  while (text.starts_with("--")) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view word = text.substr(2, end - 2);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++line;
    word = word.substr(0, word.find(':'));
    if (!word.starts_with("  ") && trim_blanks(word) == key && nth-- == 0) return line;
  }
  return 0;
}

std::vector<std::string> split_parts(std::string_view text) {
  std::vector<std::string> out;
  for (;;) {
    const std::size_t comma = std::min(text.find(','), text.size());
    out.emplace_back(trim_blanks(text.substr(0, comma)));
    if (comma == text.size()) return out;
    text.remove_prefix(comma + 1);
  }
}

// The parts of a test; a comma between double quotes is part of a value, and the quotes are not.
std::vector<std::string> split_test(std::string_view text) {
  std::vector<std::string> out(1);
  bool in_quotes = false;
  for (const char c : text) {
    if (c == '"') {
      in_quotes = !in_quotes;
    } else if (c == ',' && !in_quotes) {
      out.emplace_back();
    } else {
      out.back() += c;
    }
  }
  for (std::string& part : out) part = std::string(trim_blanks(part));
  return out;
}

std::string near_miss(std::string_view word, const std::vector<std::string>& known) {
  const std::string near = nearest_name(word, known);
  return near.empty() ? "" : ", did you mean \"" + near + "\"?";
}

// True for tables that exist only in cases whose sources have them.
bool is_table_of_cases(std::string_view message) {
  constexpr std::string_view kNoTable = "no such table: ";
  const std::size_t at = message.find(kNoTable);
  if (at == std::string_view::npos) return false;
  const std::string name = to_lower_ascii(message.substr(at + kNoTable.size()));
  return name.starts_with("ese_") || name.starts_with("class_");
}

class Checker {
 public:
  Checker(Engine& engine, const Report& report, bool whole_schema)
      : engine_(engine), report_(report), whole_schema_(whole_schema) {}

  std::vector<ReportProblem> run() {
    auto statement = engine_.prepare(report_.sql);
    if (!statement) {
      note_error(statement.error());
    } else {
      check_parameters(statement->parameters());
      check_columns(statement->columns());
      check_identity(statement->columns());
    }
    note_extra_keys();
    note_defaults();
    return std::move(problems_);
  }

 private:
  void add(std::uint64_t line, std::string message) {
    problems_.push_back({.line = line, .message = std::move(message)});
  }

  void note_error(const Error& error) {
    const SqlError& where = engine_.last_error();
    const bool placed = where.message == error.what && where.byte_offset && *where.byte_offset >= 0;
    ReportProblem problem{.message = error.what};
    const std::size_t at =
        placed ? static_cast<std::size_t>(*where.byte_offset) : place_of_name(error.what);
    if (at != std::string::npos) problem.line = line_at(report_.sql, at);
    if (!whole_schema_ && is_table_of_cases(error.what)) {
      problem.is_fault = false;
      problem.message += ": a table that only cases have; name one with --case NAME=CASE";
    } else if (where.message == error.what && !where.hint.empty()) {
      problem.message += "; " + where.hint;
    }
    problems_.push_back(std::move(problem));
  }

  // Of "no such table: NAME" in the statement; the head is passed.
  [[nodiscard]] std::size_t place_of_name(std::string_view message) const {
    const std::size_t colon = message.rfind(": ");
    if (!message.starts_with("no such ") || colon == std::string_view::npos)
      return std::string::npos;
    return report_.sql.find(message.substr(colon + 2), skip_blanks_and_comments(report_.sql));
  }

  void check_parameters(const std::vector<std::string>& used) {
    std::vector<std::string> named;
    for (const ReportParam& param : report_.params) named.push_back(":" + param.name);
    for (const std::string& name : used) {
      if (std::find(named.begin(), named.end(), name) != named.end()) continue;
      add(line_at(report_.sql, report_.sql.find(name)),
          "the statement uses " + name + ", which the head does not name" + near_miss(name, named));
    }
    for (std::size_t i = 0; i < named.size(); ++i) {
      if (std::find(used.begin(), used.end(), named[i]) != used.end()) continue;
      add(line_of_key(report_.sql, "param", i),
          "param " + report_.params[i].name + ": the statement does not use " + named[i]);
    }
  }

  void check_columns(const std::vector<std::string>& columns) {
    for (std::size_t i = 0; i < kFirstColumns.size(); ++i) {
      if (i < columns.size() && columns[i] == kFirstColumns[i]) continue;
      std::string message = "column " + std::to_string(i + 1) + " of the result is ";
      message += i < columns.size() ? "\"" + columns[i] + "\"" : "missing";
      message += std::string(", must be ") + kFirstColumns[i];
      if (i < columns.size() &&
          std::find(columns.begin(), columns.end(), kFirstColumns[i]) == columns.end())
        message += std::string(" (name it with AS ") + kFirstColumns[i] + ")";
      add(0, std::move(message));
    }
    std::set<std::string> seen;
    for (const std::string& name : columns) {
      if (!seen.insert(name).second) add(0, "two columns of the result are named \"" + name + "\"");
    }
  }

  // Findings are told apart by these columns; one that is not there tells nothing apart.
  void check_identity(const std::vector<std::string>& columns) {
    for (const auto& [key, value] : report_.extra) {
      if (key != "x-identity") continue;
      for (const std::string& name : split_parts(value)) {
        const bool shown = name != "severity" && name != "missing";
        if (shown && std::find(columns.begin(), columns.end(), name) != columns.end()) continue;
        add(line_of_key(report_.sql, key, 0),
            "x-identity: the result has no column \"" + name + "\"" + near_miss(name, columns));
      }
    }
  }

  void note(std::uint64_t line, std::string message) {
    problems_.push_back({.line = line, .message = std::move(message), .is_fault = false});
  }

  void note_extra_keys() {
    static const std::vector<std::string> kMeant = {"x-why", "x-logic", "x-identity"};
    for (const auto& extra : report_.extra) {
      const std::string& key = extra.first;
      const std::string near = nearest_name(key, kMeant);
      if (near.empty() || near == key) continue;
      note(line_of_key(report_.sql, key, 0),
           "key \"" + key + "\" has no meaning" + near_miss(key, kMeant));
    }
  }

  void note_defaults() {
    for (std::size_t i = 0; i < report_.params.size(); ++i) {
      const ReportParam& param = report_.params[i];
      const bool swallowed = param.type == ParamType::kText && param.doc.empty() &&
                             param.default_value.value_or("").find(' ') != std::string::npos;
      if (swallowed)
        note(line_of_key(report_.sql, "param", i), "param " + param.name + ": the default is \"" +
                                                       *param.default_value +
                                                       "\"; a description begins after two blanks");
    }
  }

  Engine& engine_;
  const Report& report_;
  bool whole_schema_;
  std::vector<ReportProblem> problems_;
};

std::optional<std::uint64_t> count_in(std::string_view text) {
  std::uint64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return count;
}

// One part behind the name of the case; the message of what is wrong with it, or nothing.
std::string take_part(std::string_view part, ReportTest& test) {
  const std::size_t equals = part.find('=');
  if (equals != std::string_view::npos) {
    const std::string name(trim_blanks(part.substr(0, equals)));
    const bool is_new = test.params.emplace(name, trim_blanks(part.substr(equals + 1))).second;
    return is_new ? "" : "test: " + name + " stands twice";
  }
  for (const auto status : {ReportStatus::kPass, ReportStatus::kFindings, ReportStatus::kSkipped}) {
    if (part != to_string(status)) continue;
    const bool is_new = !test.status;
    test.status = status;
    return is_new ? "" : "test: says two statuses";
  }
  const std::size_t blank = std::min(part.find(' '), part.size());
  const std::string_view word = part.substr(0, blank);
  if (word == "rows" && test.rows) return "test: rows stands twice";
  test.rows = count_in(trim_blanks(part.substr(blank)));
  if (word == "rows" && test.rows) return {};
  return "test: \"" + std::string(part) +
         "\" is none of rows N, pass, findings, skipped, NAME=VALUE" +
         (word == "rows" ? std::string()
                         : near_miss(word, {"rows", "pass", "findings", "skipped"}));
}

}  // namespace

std::vector<ReportProblem> check_report(Engine& engine, const Report& report, bool whole_schema) {
  return Checker(engine, report, whole_schema).run();
}

Result<std::vector<ReportTest>> parse_report_tests(const Report& report) {
  std::vector<ReportTest> tests;
  for (std::size_t i = 0; i < report.tests.size(); ++i) {
    const std::vector<std::string> parts = split_test(report.tests[i]);
    ReportTest test{.case_name = parts.front()};
    test.line = line_of_key(report.sql, "test", i);
    std::string wrong;
    if (test.case_name.empty() || parts.size() < 2)
      wrong = "test: expected \"NAME OF A CASE, rows N\"";
    for (std::size_t p = 1; p < parts.size() && wrong.empty(); ++p)
      wrong = take_part(parts[p], test);
    if (wrong.empty() && !test.rows && !test.status) wrong = "test: says neither rows nor a status";
    if (!wrong.empty()) return fail(Code::kUsage, test.line, wrong);
    tests.push_back(std::move(test));
  }
  return tests;
}

Result<std::optional<std::string>> run_report_test(Engine& engine,
                                                   const Report& report,
                                                   const ReportTest& test) {
  DIRSNAP_TRY(const ReportRun run, run_report(engine, report, test.params));
  if (run.status == ReportStatus::kError) return std::optional("it failed: " + run.error);
  std::string wrong;
  if (test.rows && *test.rows != run.findings.size()) {
    wrong =
        "rows " + std::to_string(run.findings.size()) + " instead of " + std::to_string(*test.rows);
  }
  if (test.status && *test.status != run.status) {
    wrong += wrong.empty() ? "" : ", ";
    wrong += std::string(to_string(run.status)) + " instead of " + to_string(*test.status);
  }
  // Nothing could be judged: that is no proof of zero rows.
  if (wrong.empty() && !test.status && run.status == ReportStatus::kSkipped)
    wrong = "skipped: an input is missing";
  if (wrong.empty()) return std::optional<std::string>();
  return std::optional(wrong);
}

}  // namespace dirsnap
