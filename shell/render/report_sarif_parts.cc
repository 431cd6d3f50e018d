// SPDX-License-Identifier: MIT
#include "shell/render/report_sarif_parts.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "shell/render/value_text.h"

namespace dirsnap::sarif {
namespace {

using Json = nlohmann::ordered_json;

std::string_view extra_of(const Report& report, std::string_view key) {
  for (const auto& extra : report.extra) {
    if (extra.first == key) return extra.second;
  }
  return {};
}

Json text_object(std::string_view text) { return {{"text", std::string(text)}}; }

std::string help_text(const Report& report) {
  std::string text;
  if (const auto why = extra_of(report, "x-why"); !why.empty()) text += fmt::format("{}\n\n", why);
  if (const auto logic = extra_of(report, "x-logic"); !logic.empty())
    text += fmt::format("{}\n\n", logic);
  text += fmt::format("Remedy: {}", report.remedy.empty() ? "none is known." : report.remedy);
  if (!report.kb.empty()) text += fmt::format("\n\nKnowledge base: {}", fmt::join(report.kb, ", "));
  return text;
}

Json notification(const ReportResult& result,
                  std::size_t rule,
                  const char* level,
                  const std::string& text) {
  return {{"level", level},
          {"message", text_object(message_text(text))},
          {"associatedRule", {{"id", result.run.id}, {"index", rule}}},
          {"properties", {{"status", to_string(result.run.status)}}}};
}

}  // namespace

const char* level_of(FindingSeverity severity) {
  switch (severity) {
    case FindingSeverity::kInfo:
      return "note";
    case FindingSeverity::kWarning:
      return "warning";
    case FindingSeverity::kError:
      break;
  }
  return "error";
}

std::string message_text(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    out += text[i];
    if (text[i] == ']' && i + 1 < text.size() && text[i + 1] == '(') out += ' ';
  }
  return out;
}

std::string file_uri(std::string_view path) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
  std::string out = path.starts_with('/') ? "file://" : "";
  for (const char c : path) {
    if (kPlain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::string dump(const Json& json) {
  const std::string text = json.dump(-1, ' ', true, Json::error_handler_t::replace);
  std::string out;
  for (const char c : text) {
    if (c == '/' && !out.empty() && out.back() == '<') out += '\\';
    out += c;
  }
  return out;
}

Json rule_of(const ReportResult& result) {
  const Report& report = *result.report;
  const std::string_view why = extra_of(report, "x-why");
  Json properties = {{"kb", report.kb},
                     {"applies", report.applies},
                     {"needs", report.needs},
                     {"status", to_string(result.run.status)}};
  std::vector<std::string> tags;
  for (const std::string& tag : report.tags) {
    if (std::find(tags.begin(), tags.end(), tag) == tags.end()) tags.push_back(tag);
  }
  if (!tags.empty()) properties["tags"] = tags;
  return {{"id", report.id},
          {"shortDescription", text_object(message_text(report.title))},
          {"fullDescription", text_object(message_text(why.empty() ? report.title : why))},
          {"help", text_object(message_text(help_text(report)))},
          {"defaultConfiguration", {{"level", level_of(report.severity)}}},
          {"properties", properties}};
}

std::vector<Json> notifications_of(const ReportResult& result, std::size_t rule) {
  const ReportRun& run = result.run;
  std::vector<Json> out;
  if (run.status == ReportStatus::kError)
    out.push_back(notification(result, rule, "error", run.id + " failed to run: " + run.error));
  const bool skipped = run.status == ReportStatus::kSkipped;
  if (skipped)
    out.push_back(notification(result, rule, "warning",
                               run.id + " was skipped: an input is missing, nothing was judged"));
  for (const CoverageNote& note : run.coverage) {
    out.push_back(notification(
        result, rule, skipped ? "warning" : "note",
        fmt::format("{}: snapshot {}: not judged: {}", run.id, note.snapshot_id, note.missing)));
    out.back()["properties"]["snapshot_id"] = note.snapshot_id;
  }
  for (const ResolvedFinding& finding : result.resolved) {
    if (finding.certain) continue;
    out.push_back(notification(
        result, rule, "warning",
        fmt::format("{}: a finding of the baseline could not be judged again", run.id)));
    out.back()["properties"]["fingerprint"] = finding.fingerprint;
  }
  return out;
}

Artifacts::Artifacts(const RunFacts& facts) : facts_(facts) {
  for (std::size_t i = 0; i < facts.sources.size(); ++i) {
    const RunSource& source = facts.sources[i];
    by_path_.emplace(std::pair(source.snapshot_id, source.path), i);
  }
}

std::string Artifacts::uri(std::size_t index) const {
  const RunSource& source = facts_.sources[index];
  return file_uri(source.absolute_path.empty() ? source.path : source.absolute_path);
}

Json Artifacts::all() const {
  Json list = Json::array();
  for (std::size_t i = 0; i < facts_.sources.size(); ++i) {
    const RunSource& source = facts_.sources[i];
    Json artifact = {{"location", {{"uri", uri(i)}}}, {"roles", {"analysisTarget"}}};
    if (source.size_bytes > 0) artifact["length"] = source.size_bytes;
    if (!source.sha256.empty()) artifact["hashes"] = {{"sha-256", source.sha256}};
    artifact["properties"] = {{"snapshot_id", source.snapshot_id},
                              {"source_id", source.source_id},
                              {"role", source.role},
                              {"server", source.server},
                              {"path", source.path}};
    list.push_back(std::move(artifact));
  }
  return list;
}

std::vector<std::pair<std::size_t, std::string>> Artifacts::of(const ReportResult& result,
                                                               const Finding& finding) const {
  const OwnedValue* snapshot = find_cell(result.run, finding, "snapshot_id");
  const std::int64_t id = snapshot != nullptr ? snapshot->integer : 0;
  std::vector<std::pair<std::size_t, std::string>> out;
  const auto add = [&](std::size_t index, std::string_view what) {
    const bool known = std::any_of(out.begin(), out.end(),
                                   [&](const auto& place) { return place.first == index; });
    if (!known) out.emplace_back(index, what);
  };
  for (std::size_t i = 0; i < finding.cells.size() && i < result.run.columns.size(); ++i) {
    const auto place = by_path_.find({id, finding.cells[i].bytes});
    if (place != by_path_.end()) add(place->second, result.run.columns[i]);
  }
  if (!out.empty()) return out;
  for (const std::string& role : result.report->needs) {
    for (std::size_t i = 0; i < facts_.sources.size(); ++i) {
      if (facts_.sources[i].snapshot_id != id || facts_.sources[i].role != role) continue;
      add(i, role);
      break;
    }
  }
  return out;
}

Json Artifacts::location(std::size_t index) const {
  return {{"artifactLocation", {{"uri", uri(index)}, {"index", index}}}};
}

}  // namespace dirsnap::sarif
