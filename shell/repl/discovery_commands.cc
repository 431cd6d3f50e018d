// SPDX-License-Identifier: MIT
//
// Dot-commands that tell what is in the case: tables, columns, values, reports.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "shell/render/escape.h"
#include "shell/render/report_output.h"
#include "shell/render/value_text.h"
#include "shell/repl/dot_command.h"
#include "shell/report_catalogue.h"
#include "shell/suggest.h"
#include "storage/base/text.h"

namespace dirsnap {
namespace {

// LIKE's % and _, and * and ? beside them; ASCII case does not count. Greedy with one point to
// return to, so its cost is bounded by the product of the lengths.
bool matches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (t < text.size()) {
    const char want = p < pattern.size() ? pattern[p] : '\0';
    if (want == '%' || want == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() &&
               (want == '_' || want == '?' || equal_ascii_nocase({&want, 1}, text.substr(t, 1)))) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && (pattern[p] == '%' || pattern[p] == '*')) ++p;
  return p == pattern.size();
}

// A pattern without wildcards matches any part of a name, for .tables and .reports.
bool matches_part(std::string_view pattern, std::string_view text) {
  if (pattern.find_first_of("%*?") != std::string_view::npos) return matches(pattern, text);
  return matches("*" + std::string(pattern) + "*", text);
}

std::string sql_name(std::string_view name) {
  const bool plain = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  }) && (name.front() < '0' || name.front() > '9');
  return plain ? std::string(name) : sql_identifier(name);
}

Result<TableInfo> find_table(Session& session, const Words& words, const char* usage) {
  if (words.size() != 1) return fail(Code::kUsage, fmt::format("Usage: {}", usage));
  DIRSNAP_TRY(auto found, session.engine().describe(words[0]));
  if (found) return *std::move(found);
  std::vector<std::string> names;
  for (const TableInfo& table : session.tables()) names.push_back(table.name);
  return fail(Code::kUsage,
              fmt::format("no such table: {}.{}", words[0], did_you_mean(words[0], names)));
}

std::string create_statement(const TableInfo& table) {
  std::string out = "CREATE TABLE " + sql_name(escape_for_terminal(table.name)) + "(";
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const ColumnInfo& column = table.columns[i];
    out +=
        fmt::format("{}\n  {}{}{}{}", i > 0 ? "," : "", sql_name(escape_for_terminal(column.name)),
                    column.type.empty() ? "" : " " + column.type, column.hidden ? " HIDDEN" : "",
                    column.indexed ? " /* indexed */" : "");
  }
  return out + "\n);\n";
}

// The number of rows as text; empty for a table that wants an argument.
Result<std::string> count_rows(Session& session, const TableInfo& table) {
  const auto count = session.evaluate("SELECT count(*) FROM " + sql_identifier(table.name));
  if (!count && count.error().code == Code::kUsage) return std::string();
  if (!count) return tl::unexpected<Error>(count.error());
  return std::to_string(count->integer);
}

void write_columns(Session& session, const TableInfo& table) {
  std::size_t widest = 0;
  for (const ColumnInfo& column : table.columns) widest = std::max(widest, column.name.size());
  for (const ColumnInfo& column : table.columns) {
    session.out().write(fmt::format("  {:<{}}  {:<8}{} {}\n", escape_for_terminal(column.name),
                                    widest, column.type, column.indexed ? " *" : "  ",
                                    escape_for_terminal(column.doc)));
  }
}

// One row of .summarize; the statement's cells are non-null, distinct, min, max, most frequent.
Result<void> summarize_column(Session& session,
                              const TableInfo& table,
                              const ColumnInfo& column,
                              Renderer& renderer) {
  const std::string from = " FROM " + sql_identifier(table.name);
  const std::string name = sql_identifier(column.name);
  const std::string sql = fmt::format(
      "SELECT count({0}), count(DISTINCT {0}), min({0}), max({0}), (SELECT {0}{1} WHERE {0} IS NOT "
      "NULL GROUP BY {0} ORDER BY count(*) DESC, {0} LIMIT 1){1}",
      name, from);
  DIRSNAP_TRY(Statement statement, session.engine().prepare(sql));
  DIRSNAP_TRY(const bool row, statement.step());
  if (!row) return {};
  std::vector<ValueView> cells = {ValueView::text(column.name)};
  for (std::size_t i = 0; i < 5; ++i) cells.push_back(statement.column(i));
  renderer.row(cells);
  return {};
}

}  // namespace

Result<void> dot_tables(Session& session, const Words& words) {
  const bool counts = !words.empty() && words[0] == "--counts";
  const std::string pattern = words.size() > (counts ? 1 : 0) ? words.back() : "";
  std::vector<std::string> themes;
  std::size_t widest = 0;
  for (const TableInfo& table : session.tables()) {
    if (!matches_part(pattern, table.name)) continue;
    widest = std::max(widest, table.name.size());
    if (std::find(themes.begin(), themes.end(), table.theme) == themes.end())
      themes.push_back(table.theme);
  }
  for (const std::string& theme : themes) {
    session.out().write(theme + "\n");
    for (const TableInfo& table : session.tables()) {
      if (table.theme != theme || !matches_part(pattern, table.name)) continue;
      std::string rows;
      if (counts) {
        DIRSNAP_TRY(const std::string count, count_rows(session, table));
        rows = fmt::format("{:>10}  ", count);
      }
      session.out().write(fmt::format("  {:<{}}  {}{}\n", escape_for_terminal(table.name), widest,
                                      rows, escape_for_terminal(table.doc)));
    }
  }
  if (themes.empty()) return fail(Code::kUsage, "no table matches \"" + pattern + "\"");
  return {};
}

Result<void> dot_schema(Session& session, const Words& words) {
  const std::string pattern = words.empty() ? "*" : words[0];
  bool any = false;
  for (const TableInfo& table : session.tables()) {
    if (!matches(pattern, table.name)) continue;
    any = true;
    DIRSNAP_TRY(const auto whole, session.engine().describe(table.name));
    if (whole) session.out().write(create_statement(*whole));
  }
  if (any) return {};
  std::vector<std::string> names;
  for (const TableInfo& table : session.tables()) names.push_back(table.name);
  return fail(Code::kUsage,
              fmt::format("no table matches \"{}\".{}", pattern, did_you_mean(pattern, names)));
}

Result<void> dot_describe(Session& session, const Words& words) {
  DIRSNAP_TRY(const TableInfo table, find_table(session, words, ".describe TABLE"));
  session.out().write(
      fmt::format("{}: {}\n\n", escape_for_terminal(table.name), escape_for_terminal(table.doc)));
  write_columns(session, table);
  session.out().write("\n* a condition on this column is fast\n");
  if (table.examples.empty()) return {};
  session.out().write("\nExamples:\n");
  for (const std::string& example : table.examples)
    session.out().write("  " + escape_for_terminal(example, LineBreaks::kKeep) + ";\n");
  return {};
}

Result<void> dot_indexes(Session& session, const Words& words) {
  for (const TableInfo& table : session.tables()) {
    if (!words.empty() && !matches(words[0], table.name)) continue;
    std::string columns;
    for (const ColumnInfo& column : table.columns) {
      if (column.indexed) columns += (columns.empty() ? "" : ", ") + column.name;
    }
    if (!columns.empty())
      session.out().write(escape_for_terminal(fmt::format("{}: {}", table.name, columns)) + "\n");
  }
  return {};
}

Result<void> dot_summarize(Session& session, const Words& words) {
  DIRSNAP_TRY(const TableInfo table, find_table(session, words, ".summarize TABLE"));
  const auto renderer = session.make_result_renderer();
  renderer->begin({"column", "values", "distinct", "min", "max", "most_frequent"});
  ResultFacts facts;
  for (const ColumnInfo& column : table.columns) {
    if (column.hidden) continue;
    DIRSNAP_CHECK(summarize_column(session, table, column, *renderer));
    ++facts.rows;
  }
  renderer->end(facts);
  return {};
}

Result<void> dot_databases(Session& session, const Words& /*words*/) {
  session.out().write(escape_for_terminal(session.case_file().path().string()) + "\n");
  const auto renderer = session.make_result_renderer();
  DIRSNAP_TRY([[maybe_unused]] const ResultFacts facts,
              session.run_into("SELECT snapshot_id, name, server, taken_at FROM snapshots "
                               "ORDER BY snapshot_id",
                               *renderer));
  return {};
}

Result<void> dot_reports(Session& session, const Words& words) {
  std::vector<Report> wanted;
  for (const Report& report : session.reports()) {
    if (words.empty() || matches_part(words[0], report.id)) wanted.push_back(report);
  }
  if (wanted.empty() && !words.empty())
    return fail(Code::kUsage, "no report matches \"" + words[0] + "\"");
  session.out().write(list_reports(wanted));
  return {};
}

Result<void> dot_report(Session& session, const Words& words) {
  if (words.empty()) return dot_reports(session, words);
  DIRSNAP_TRY(const Report* report, find_report(session.reports(), words[0]));
  ParamValues values;
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (words[i] == "--help") {
      session.out().write(escape_for_terminal(describe_report(*report), LineBreaks::kKeep));
      return {};
    }
    DIRSNAP_CHECK(add_parameter(words[i], values));
  }
  return session.show_report(*report, values);
}

}  // namespace dirsnap
