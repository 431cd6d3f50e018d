// SPDX-License-Identifier: MIT
//
// One run as a SARIF 2.1.0 log. A finding is a result whose logical location is its subject and
// whose physical locations are the sources; a report that was skipped or failed is a notification
// of the invocation and carries its status in the rule's properties, for a log without results
// reads like a clean bill of health.
// Facts: SARIF 2.1.0 (OASIS), sections 3.14 run, 3.27 result, 3.33 logicalLocation, 3.35
// suppression.
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "shell/render/report_output.h"
#include "shell/render/report_sarif_parts.h"
#include "shell/render/value_text.h"
#include "storage/base/dn.h"
#include "storage/base/text.h"

namespace dirsnap {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kSchema =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
constexpr const char* kFingerprint = "dirsnapFinding/v1";

Json logical_location(const std::string& subject) {
  const bool key = equal_ascii_nocase(std::string_view(subject).substr(0, 5), "HKEY_");
  std::string name = subject;
  if (key) {
    name = subject.substr(subject.rfind('\\') + 1);
  } else if (const auto rdn = dn_rdn(subject); rdn && !rdn->empty()) {
    name = *rdn;
  }
  return {{"name", name},
          {"fullyQualifiedName", subject},
          {"kind", key ? "registryKey" : "directoryObject"}};
}

Json json_of(const OwnedValue& value) {
  switch (value.type) {
    case ValueType::kNull:
      return nullptr;
    case ValueType::kInteger:
      return value.integer;
    case ValueType::kReal:
      return value.real;
    case ValueType::kText:
    case ValueType::kBlob:
      break;
  }
  return value_text(view_of(value));
}

// Title, subject and every value: what a reader of the message alone needs.
std::string finding_text(const ReportResult& result, const Finding& finding) {
  std::string text = result.report->title;
  const std::string subject = subject_of(result.run, finding);
  if (!subject.empty()) text += ": " + subject;
  text += '.';
  for (std::size_t i = 0; i < finding.cells.size() && i < result.run.columns.size(); ++i) {
    const std::string& name = result.run.columns[i];
    if (name == "subject" || name == "snapshot_id") continue;
    if (finding.cells[i].type == ValueType::kNull) continue;
    text += fmt::format(" {}: {};", name, value_text(view_of(finding.cells[i])));
  }
  if (text.back() == ';') text.back() = '.';
  return text;
}

class SarifWriter {
 public:
  SarifWriter(std::span<const ReportResult> results, const RunFacts& facts, Output& output)
      : results_(results), facts_(facts), artifacts_(facts), output_(output) {}

  void write() {
    output_.write("{\"$schema\":" + sarif::dump(kSchema) + ",\"version\":\"2.1.0\",\"runs\":[{\n");
    output_.write("\"tool\":" + sarif::dump(tool()) + ",\n");
    output_.write("\"invocations\":[" + sarif::dump(invocation()) + "],\n");
    output_.write("\"artifacts\":" + sarif::dump(artifacts_.all()) + ",\n");
    output_.write("\"properties\":" + sarif::dump(properties()) + ",\n");
    output_.write("\"results\":[");
    for (std::size_t rule = 0; rule < results_.size(); ++rule) write_results(rule);
    output_.write("\n]}]}\n");
  }

 private:
  [[nodiscard]] Json tool() const {
    Json rules = Json::array();
    for (const ReportResult& result : results_) rules.push_back(sarif::rule_of(result));
    return {{"driver",
             {{"name", "dirsnap"},
              {"version", DIRSNAP_VERSION},
              {"semanticVersion", DIRSNAP_VERSION},
              {"shortDescription", {{"text", "SQL over directory snapshots"}}},
              {"rules", rules}}}};
  }

  [[nodiscard]] Json invocation() const {
    Json notifications = Json::array();
    bool successful = true;
    for (std::size_t rule = 0; rule < results_.size(); ++rule) {
      successful = successful && results_[rule].run.status != ReportStatus::kError;
      for (Json& item : sarif::notifications_of(results_[rule], rule))
        notifications.push_back(std::move(item));
    }
    return {{"executionSuccessful", successful}, {"toolExecutionNotifications", notifications}};
  }

  [[nodiscard]] Json properties() const {
    Json snapshots = Json::array();
    for (const RunSnapshot& snapshot : facts_.snapshots) {
      snapshots.push_back({{"snapshot_id", snapshot.snapshot_id},
                           {"name", snapshot.name},
                           {"seal", snapshot.seal}});
    }
    return {{"case", facts_.case_path}, {"snapshots", snapshots}};
  }

  void write_item(const Json& item) {
    output_.write(first_ ? "\n" : ",\n");
    output_.write(sarif::dump(item));
    first_ = false;
  }

  void write_results(std::size_t rule) {
    const ReportResult& result = results_[rule];
    for (std::size_t i = 0; i < result.run.findings.size(); ++i) write_finding(rule, i);
    for (const ResolvedFinding& finding : result.resolved) {
      if (finding.certain) write_absent(rule, finding);
    }
  }

  [[nodiscard]] Json base(std::size_t rule,
                          FindingSeverity severity,
                          const std::string& text,
                          const std::string& fingerprint) const {
    Json item = {{"ruleId", results_[rule].run.id},
                 {"ruleIndex", rule},
                 {"kind", "fail"},
                 {"level", sarif::level_of(severity)},
                 {"message", {{"text", sarif::message_text(text)}}}};
    if (!fingerprint.empty()) item["partialFingerprints"] = {{kFingerprint, fingerprint}};
    return item;
  }

  void write_finding(std::size_t rule, std::size_t number) {
    const ReportResult& result = results_[rule];
    const Finding& finding = result.run.findings[number];
    const FindingMark& mark = mark_of(result, number);
    Json item = base(rule, finding.severity, finding_text(result, finding), mark.fingerprint);
    add_locations(item, result, finding);
    if (facts_.has_suppressions) item["suppressions"] = suppressions(mark);
    if (mark.baseline != BaselineState::kNone) item["baselineState"] = to_string(mark.baseline);
    Json row = Json::object();
    for (std::size_t i = 0; i < finding.cells.size() && i < result.run.columns.size(); ++i)
      row[repair_utf8(result.run.columns[i]).text] = json_of(finding.cells[i]);
    item["properties"] = {{"row", row}};
    write_item(item);
  }

  void write_absent(std::size_t rule, const ResolvedFinding& finding) {
    std::string subject;
    for (const auto& [name, cell] : finding.cells) {
      if (name == "subject") subject = value_text(view_of(cell));
    }
    const std::string text = results_[rule].report->title + ": " + subject + ". Resolved.";
    Json item = base(rule, finding.severity, text, finding.fingerprint);
    item["baselineState"] = "absent";
    if (!subject.empty()) item["locations"] = {{{"logicalLocations", {logical_location(subject)}}}};
    write_item(item);
  }

  void add_locations(Json& item, const ReportResult& result, const Finding& finding) const {
    Json location = Json::object();
    Json related = Json::array();
    const auto places = artifacts_.of(result, finding);
    for (const auto& [index, what] : places) {
      if (location.empty()) location["physicalLocation"] = artifacts_.location(index);
      related.push_back({{"id", related.size() + 1},
                         {"physicalLocation", artifacts_.location(index)},
                         {"message", {{"text", sarif::message_text(what)}}}});
    }
    const std::string subject = subject_of(result.run, finding);
    if (!subject.empty()) location["logicalLocations"] = {logical_location(subject)};
    if (!location.empty()) item["locations"] = {location};
    if (places.size() > 1) item["relatedLocations"] = related;
  }

  // An empty list says that the finding is known not to be suppressed.
  [[nodiscard]] static Json suppressions(const FindingMark& mark) {
    Json list = Json::array();
    if (!mark.suppression) return list;
    Json properties = {{"owner", mark.suppression->owner}};
    if (!mark.suppression->expires.empty()) properties["expires"] = mark.suppression->expires;
    list.push_back({{"kind", "external"},
                    {"status", "accepted"},
                    {"justification", mark.suppression->reason},
                    {"properties", properties}});
    return list;
  }

  std::span<const ReportResult> results_;
  const RunFacts& facts_;
  sarif::Artifacts artifacts_;
  Output& output_;
  bool first_ = true;
};

}  // namespace

void render_reports_sarif(std::span<const ReportResult> results,
                          const RunFacts& facts,
                          Output& output) {
  SarifWriter(results, facts, output).write();
}

}  // namespace dirsnap
