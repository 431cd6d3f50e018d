// SPDX-License-Identifier: MIT
#include <algorithm>
#include <map>
#include <set>

#include "query/error_hint.h"
#include "query/report.h"
#include "query/report_value.h"

namespace dirsnap {
namespace {

// What a coverage note calls an absent role.
const char* role_name(std::string_view role) {
  if (role == "directory") return "directory database";
  if (role == "registry") return "registry";
  if (role == "private-store") return "private store";
  return "public store";
}

class ReportRunner {
 public:
  ReportRunner(Engine& engine, const Report& report, const ParamValues& params)
      : engine_(engine), report_(report), params_(params) {
    run_.id = report.id;
  }

  Result<ReportRun> run() {
    DIRSNAP_CHECK(read_params());
    if (auto done = judge(); !done) {
      // An interruption ends the whole run; every other failure belongs to the report.
      if (done.error().code == Code::kInterrupted)
        return tl::unexpected<Error>(std::move(done).error());
      fail_with(done.error());
    }
    return std::move(run_);
  }

 private:
  Result<void> judge() {
    DIRSNAP_CHECK(judge_inputs());
    DIRSNAP_CHECK(note_losses());
    collect_unjudged();
    run_.status = ReportStatus::kSkipped;
    if (!some_complete_) return {};
    DIRSNAP_CHECK(query());
    DIRSNAP_CHECK(note_unknown_server());
    collect_unjudged();
    if (!run_.findings.empty()) {
      run_.status = ReportStatus::kFindings;
    } else if (has_judged_some()) {
      run_.status = ReportStatus::kPass;
    }
    return {};
  }

  void fail_with(const Error& error) {
    run_.findings.clear();
    run_.status = ReportStatus::kError;
    run_.error = error.what;
    run_.error_code = error.code;
    const SqlError& where = engine_.last_error();
    if (where.message == run_.error && !where.hint.empty()) run_.error += "; " + where.hint;
  }

  Result<void> read_params() {
    for (const ReportParam& param : report_.params) {
      OwnedValue& value = values_[":" + param.name];
      if (const auto given = params_.find(param.name); given != params_.end()) {
        DIRSNAP_TRY(value, param_value(param, given->second));
      } else if (param.default_value) {
        DIRSNAP_TRY(value, param_value(param, *param.default_value));
      }
    }
    for (const auto& given : params_) {
      if (values_.count(":" + given.first) == 0) return unknown_param(given.first);
    }
    return {};
  }

  Result<void> unknown_param(const std::string& name) const {
    std::vector<std::string> names;
    for (const ReportParam& param : report_.params) names.push_back(param.name);
    const std::string near = nearest_name(name, names);
    return fail(Code::kUsage, "report " + report_.id + " has no parameter \"" + name + "\"" +
                                  (near.empty() ? "" : ", did you mean \"" + near + "\"?"));
  }

  // Notes the roles that each snapshot lacks.
  Result<void> judge_inputs() {
    DIRSNAP_TRY(Statement snapshots, engine_.prepare("SELECT snapshot_id FROM snapshots"));
    std::map<std::int64_t, std::set<std::string>> roles;
    for (;;) {
      DIRSNAP_TRY(const bool row, snapshots.step());
      if (!row) break;
      roles[snapshots.column(0).integer];
    }
    // A source of which nothing could be read is no input.
    DIRSNAP_TRY(Statement sources,
                engine_.prepare("SELECT DISTINCT s.snapshot_id, s.role FROM sources s WHERE "
                                "(s.role <> 'directory' OR EXISTS (SELECT 1 FROM objects o "
                                "WHERE o.snapshot_id = s.snapshot_id)) AND "
                                "(s.role <> 'registry' OR EXISTS (SELECT 1 FROM registry_keys k "
                                "WHERE k.snapshot_id = s.snapshot_id))"));
    for (;;) {
      DIRSNAP_TRY(const bool row, sources.step());
      if (!row) break;
      roles[sources.column(0).integer].emplace(sources.column(1).bytes);
    }
    for (const auto& snapshot : roles) {
      bool complete = true;
      for (const std::string& role : report_.needs) {
        if (snapshot.second.count(role) != 0) continue;
        complete = false;
        run_.coverage.push_back(
            {.snapshot_id = snapshot.first, .missing = role_name(role), .cells = {}});
      }
      run_.snapshots.push_back(snapshot.first);
      if (!complete) incomplete_.insert(snapshot.first);
      some_complete_ = some_complete_ || complete;
    }
    return {};
  }

  // Rows that were lost may be what the statement does not find: whatever it says then carries a
  // note.
  Result<void> note_losses() {
    DIRSNAP_TRY(Statement sources,
                engine_.prepare("SELECT s.snapshot_id, s.role, s.path FROM sources s "
                                "WHERE EXISTS (SELECT 1 FROM import_issues i "
                                "WHERE i.snapshot_id = s.snapshot_id "
                                "AND i.source_id = s.source_id AND i.severity = 'loss') "
                                "ORDER BY s.snapshot_id, s.source_id"));
    for (;;) {
      DIRSNAP_TRY(const bool row, sources.step());
      if (!row) return {};
      const std::string_view role = sources.column(1).bytes;
      const bool is_needed =
          std::find(report_.needs.begin(), report_.needs.end(), role) != report_.needs.end();
      const std::int64_t snapshot = sources.column(0).integer;
      if (!is_needed || incomplete_.count(snapshot) != 0) continue;
      run_.coverage.push_back({.snapshot_id = snapshot,
                               .missing = role_name(role) + std::string(": some of it was lost"),
                               .cells = {{"source", own(sources.column(2))}}});
    }
  }

  Result<void> query() {
    DIRSNAP_TRY(Statement statement, engine_.prepare(report_.sql));
    for (const std::string& name : statement.parameters()) {
      const auto value = values_.find(name);
      if (value == values_.end()) {
        return fail(Code::kUsage, "the statement uses " + name + ", which the head does not name");
      }
      DIRSNAP_CHECK(statement.bind(name, view(value->second)));
    }
    read_columns(statement.columns());
    for (;;) {
      DIRSNAP_TRY(const bool row, statement.step());
      if (!row) return {};
      DIRSNAP_CHECK(take_row(statement));
    }
  }

  // Of a server that nothing in a snapshot tells of, the statement finds nothing whatever its
  // state is: that is no verdict. The parameter has this meaning by its name.
  Result<void> note_unknown_server() {
    const auto server = values_.find(":server");
    if (server == values_.end() || server->second.type != ValueType::kText) return {};
    std::set<std::int64_t> told = incomplete_;
    for (const CoverageNote& note : run_.coverage) told.insert(note.snapshot_id);
    told.insert(found_in_.begin(), found_in_.end());
    for (const std::int64_t snapshot : run_.snapshots) {
      if (told.count(snapshot) != 0) continue;
      DIRSNAP_TRY(const bool known, knows_server(snapshot, server->second));
      if (known) continue;
      unjudged_.insert(snapshot);
      run_.coverage.push_back(
          {.snapshot_id = snapshot, .missing = "server " + server->second.bytes, .cells = {}});
    }
    return {};
  }

  Result<bool> knows_server(std::int64_t snapshot, const OwnedValue& server) {
    DIRSNAP_TRY(Statement known,
                engine_.prepare("SELECT 1 FROM sources WHERE snapshot_id = :id AND server = :name "
                                "UNION ALL SELECT 1 FROM services "
                                "WHERE snapshot_id = :id AND server = :name "
                                "UNION ALL SELECT 1 FROM connectors "
                                "WHERE snapshot_id = :id AND server = :name "
                                "UNION ALL SELECT 1 FROM objects WHERE snapshot_id = :id AND "
                                "rdn = :name AND class IN ('computer', 'server', "
                                "'msExchExchangeServer') LIMIT 1"));
    DIRSNAP_CHECK(known.bind(":id", ValueView::of(snapshot)));
    DIRSNAP_CHECK(known.bind(":name", view(server)));
    return known.step();
  }

  void read_columns(const std::vector<std::string>& names) {
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (names[i] == "missing") {
        missing_column_ = i;
      } else if (names[i] == "severity") {
        severity_column_ = i;
      } else {
        if (names[i] == "snapshot_id") snapshot_column_ = i;
        if (names[i] == "subject") subject_column_ = i;
        run_.columns.push_back(names[i]);
        shown_.push_back(i);
      }
    }
  }

  Result<void> take_row(const Statement& statement) {
    DIRSNAP_TRY(const std::int64_t snapshot, snapshot_of(statement));
    if (missing_column_ && !statement.column(*missing_column_).is_null())
      return take_note(statement, snapshot);
    // Where an input is absent its absence proves nothing, whatever the statement says.
    if (incomplete_.count(snapshot) != 0) return {};
    if (subject_column_ && statement.column(*subject_column_).is_null()) {
      return fail(Code::kUsage,
                  "column subject is NULL in a row; it must name the object or key of a finding");
    }
    DIRSNAP_TRY(const FindingSeverity severity, severity_of(statement));
    Finding& finding = run_.findings.emplace_back();
    finding.severity = severity;
    for (const std::size_t i : shown_) finding.cells.push_back(own(statement.column(i)));
    found_in_.insert(snapshot);
    return {};
  }

  // A row tells which snapshot it speaks of, or nobody could look it up.
  [[nodiscard]] Result<std::int64_t> snapshot_of(const Statement& statement) const {
    if (!snapshot_column_) return 0;
    const ValueView value = statement.column(*snapshot_column_);
    const bool is_known = value.type == ValueType::kInteger &&
                          std::find(run_.snapshots.begin(), run_.snapshots.end(), value.integer) !=
                              run_.snapshots.end();
    if (is_known) return value.integer;
    return fail(Code::kUsage, "column snapshot_id holds " + quoted(value) +
                                  ", which is no snapshot that is looked at");
  }

  static std::string quoted(const ValueView& value) {
    if (value.is_null()) return "NULL";
    if (value.type == ValueType::kInteger) return std::to_string(value.integer);
    if (value.type == ValueType::kReal) return std::to_string(value.real);
    return "\"" + std::string(value.bytes) + "\"";
  }

  // Whether the statement could say anything of at least one snapshot.
  [[nodiscard]] bool has_judged_some() const {
    return run_.unjudged.empty() || run_.unjudged.size() < run_.snapshots.size();
  }

  void collect_unjudged() {
    std::set<std::int64_t> without = incomplete_;
    without.insert(unjudged_.begin(), unjudged_.end());
    run_.unjudged.assign(without.begin(), without.end());
  }

  Result<void> take_note(const Statement& statement, std::int64_t snapshot) {
    const ValueView missing = statement.column(*missing_column_);
    if (missing.type != ValueType::kText) {
      return fail(Code::kUsage, "column missing holds " + quoted(missing) +
                                    ", which is no text; a column of another meaning needs "
                                    "another name");
    }
    if (severity_column_ && statement.column(*severity_column_).bytes == "skipped") {
      unjudged_.insert(snapshot);
    }
    CoverageNote note{.snapshot_id = snapshot, .missing = {}, .cells = {}};
    note.missing = missing.bytes;
    for (std::size_t i = 0; i < shown_.size(); ++i) {
      const ValueView value = statement.column(shown_[i]);
      if (value.is_null() || shown_[i] == snapshot_column_) continue;
      note.cells.emplace_back(run_.columns[i], own(value));
    }
    run_.coverage.push_back(std::move(note));
    return {};
  }

  [[nodiscard]] Result<FindingSeverity> severity_of(const Statement& statement) const {
    if (!severity_column_ || statement.column(*severity_column_).is_null()) return report_.severity;
    const ValueView value = statement.column(*severity_column_);
    for (const auto severity :
         {FindingSeverity::kInfo, FindingSeverity::kWarning, FindingSeverity::kError}) {
      if (value.type == ValueType::kText && value.bytes == to_string(severity)) return severity;
    }
    return fail(Code::kUsage, "column severity holds " + quoted(value) +
                                  ", which is none of info, warning, error; a column of "
                                  "another meaning needs another name");
  }

  Engine& engine_;
  const Report& report_;
  const ParamValues& params_;
  ReportRun run_;
  std::map<std::string, OwnedValue> values_;  // by ":name"
  std::set<std::int64_t> incomplete_;         // snapshots that lack a needed role
  std::set<std::int64_t> unjudged_;           // snapshots that a note says to be skipped
  std::set<std::int64_t> found_in_;           // snapshots with a finding
  bool some_complete_ = false;
  std::vector<std::size_t> shown_;  // result columns of a finding
  std::optional<std::size_t> missing_column_;
  std::optional<std::size_t> severity_column_;
  std::optional<std::size_t> snapshot_column_;
  std::optional<std::size_t> subject_column_;
};

}  // namespace

Result<ReportRun> run_report(Engine& engine, const Report& report, const ParamValues& params) {
  return ReportRunner(engine, report, params).run();
}

const char* to_string(ReportStatus status) {
  switch (status) {
    case ReportStatus::kPass:
      return "pass";
    case ReportStatus::kFindings:
      return "findings";
    case ReportStatus::kSkipped:
      return "skipped";
    case ReportStatus::kError:
      break;
  }
  return "error";
}

}  // namespace dirsnap
