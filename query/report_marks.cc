// SPDX-License-Identifier: MIT
#include "query/report_marks.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "storage/base/text.h"
#include "storage/seal.h"

namespace dirsnap {
namespace {

constexpr std::array<std::string_view, 10> kDefaultIdentity = {
    "server",   "service", "service_key", "attribute", "value_name",
    "key_path", "address", "finding",     "member",    "container"};
constexpr std::size_t kFingerprintBytes = 16;  // of the SHA-256

std::vector<std::string> identity_columns(const Report& report) {
  for (const auto& extra : report.extra) {
    if (extra.first != "x-identity") continue;
    std::vector<std::string> columns;
    std::string_view rest = extra.second;
    while (!rest.empty()) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      columns.emplace_back(trim_blanks(rest.substr(0, comma)));
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
    return columns;
  }
  return {kDefaultIdentity.begin(), kDefaultIdentity.end()};
}

// One key is one key, whether a hive (ControlSet001) or a text export (CurrentControlSet) has it.
std::string without_control_set(std::string text) {
  constexpr std::string_view kSet = "\\controlset";
  constexpr std::size_t kDigits = 3;
  const std::size_t at = text.find(kSet);
  if (at == std::string::npos) return text;
  const std::size_t end = at + kSet.size() + kDigits;
  const bool numbered = text.find_first_not_of("0123456789", at + kSet.size()) == end;
  if (numbered && text[end] == '\\') text.replace(at, end - at, "\\currentcontrolset");
  return text;
}

// What counts of a value when two findings are compared.
std::string cell_text(const OwnedValue& value) {
  if (value.type == ValueType::kInteger) return std::to_string(value.integer);
  if (value.type == ValueType::kReal) return std::to_string(value.real);
  return without_control_set(fold_case(trim_blanks(value.bytes)));
}

// Names and values, each with its length in front, so that no two lists give the same text.
void add_part(std::string& out, std::string_view part) {
  out += std::to_string(part.size());
  out += ':';
  out += part;
}

std::string identity_of(const Report& report,
                        const std::vector<std::string>& columns,
                        const ReportRun& run,
                        const Finding& finding) {
  std::string text;
  add_part(text, report.id);
  const OwnedValue* subject = find_cell(run, finding, "subject");
  add_part(text, subject != nullptr ? cell_text(*subject) : std::string());
  for (const std::string& column : columns) {
    const OwnedValue* cell = find_cell(run, finding, column);
    if (cell == nullptr || cell->type == ValueType::kNull) continue;
    add_part(text, column);
    add_part(text, cell_text(*cell));
  }
  const Digest digest = sha256(as_bytes(text));
  return to_hex(Bytes(digest).first(kFingerprintBytes));
}

// Everything a row says, to put findings of one identity into an order of their own.
std::string evidence_of(const Finding& finding) {
  std::string text;
  for (const OwnedValue& cell : finding.cells) add_part(text, cell_text(cell));
  return text;
}

std::int64_t snapshot_of(const ReportRun& run, const Finding& finding) {
  const OwnedValue* cell = find_cell(run, finding, "snapshot_id");
  return cell != nullptr ? cell->integer : 0;
}

}  // namespace

std::span<const std::string_view> default_identity() { return kDefaultIdentity; }

const OwnedValue* find_cell(const ReportRun& run, const Finding& finding, std::string_view column) {
  for (std::size_t i = 0; i < run.columns.size() && i < finding.cells.size(); ++i) {
    if (run.columns[i] == column) return &finding.cells[i];
  }
  return nullptr;
}

std::string subject_of(const ReportRun& run, const Finding& finding) {
  const OwnedValue* cell = find_cell(run, finding, "subject");
  if (cell == nullptr || cell->type == ValueType::kNull) return {};
  if (cell->type == ValueType::kInteger) return std::to_string(cell->integer);
  return cell->bytes;
}

std::vector<FindingMark> mark_findings(const Report& report, const ReportRun& run) {
  const std::vector<std::string> columns = identity_columns(report);
  std::vector<FindingMark> marks(run.findings.size());
  std::map<std::pair<std::int64_t, std::string>, std::vector<std::size_t>> alike;
  for (std::size_t i = 0; i < run.findings.size(); ++i) {
    const Finding& finding = run.findings[i];
    marks[i].fingerprint = identity_of(report, columns, run, finding);
    alike[{snapshot_of(run, finding), marks[i].fingerprint}].push_back(i);
  }
  const auto by_evidence = [&](std::size_t a, std::size_t b) {
    return evidence_of(run.findings[a]) < evidence_of(run.findings[b]);
  };
  for (auto& [key, places] : alike) {
    if (places.size() > 1) std::stable_sort(places.begin(), places.end(), by_evidence);
    for (std::size_t i = 0; i < places.size(); ++i)
      marks[places[i]].fingerprint += ":" + std::to_string(i + 1);
  }
  return marks;
}

const char* to_string(BaselineState state) {
  switch (state) {
    case BaselineState::kNew:
      return "new";
    case BaselineState::kUnchanged:
      return "unchanged";
    case BaselineState::kNone:
      break;
  }
  return "";
}

}  // namespace dirsnap
