// SPDX-License-Identifier: MIT
#include "query/report_suppressions.h"

#include <algorithm>
#include <array>
#include <set>

#include "query/csv_records.h"
#include "query/error_hint.h"
#include "storage/base/text.h"
#include "storage/base/time.h"

namespace dirsnap {
namespace {

constexpr std::size_t kDayLength = 10;  // YYYY-MM-DD

enum Field : std::size_t { kReport, kObject, kReason, kOwner, kExpires };
const std::array<std::string, 5>& field_names() {
  static const std::array<std::string, 5> kNames = {"report", "object", "reason", "owner",
                                                    "expires"};
  return kNames;
}

class SuppressionParser {
 public:
  explicit SuppressionParser(const std::string& origin) : origin_(origin) {}

  Result<std::vector<Suppression>> parse(std::string_view text) {
    // Names in another encoding would match nothing, in silence.
    if (const auto line = line_not_utf8(text))
      return bad(*line, "the text is not UTF-8; save the file as UTF-8");
    auto records = parse_csv_records(text);
    if (!records) return bad(records.error().offset, records.error().what);
    if (records->empty())
      return bad(1, "the line \"report,object,reason,owner,expires\" is missing");
    DIRSNAP_CHECK(read_header(records->front()));
    std::vector<Suppression> out;
    for (std::size_t i = 1; i < records->size(); ++i) {
      DIRSNAP_TRY(Suppression suppression, read_record((*records)[i]));
      out.push_back(std::move(suppression));
    }
    return out;
  }

 private:
  [[nodiscard]] tl::unexpected<Error> bad(std::uint64_t line, const std::string& what) const {
    return fail(Code::kUsage, line, origin_ + " line " + std::to_string(line) + ": " + what);
  }

  Result<void> read_header(const CsvRecord& header) {
    std::set<std::size_t> seen;
    const std::string& first = header.fields.front();
    if (header.fields.size() == 1 && first.find_first_of(";\t") != std::string::npos)
      return bad(header.line, "the columns are separated by commas");
    for (const std::string& field : header.fields) {
      const std::string name = to_lower_ascii(trim_blanks(field));
      const auto known = std::find(field_names().begin(), field_names().end(), name);
      if (known == field_names().end()) {
        const std::string near = nearest_name(name, field_names());
        return bad(header.line, "unknown column \"" + std::string(field) + "\"" +
                                    (near.empty() ? "" : ", did you mean \"" + near + "\"?"));
      }
      order_.push_back(static_cast<std::size_t>(known - field_names().begin()));
      if (!seen.insert(order_.back()).second)
        return bad(header.line, "column \"" + name + "\" stands twice");
    }
    if (seen.size() == field_names().size()) return {};
    return bad(header.line, "the columns are report,object,reason,owner,expires");
  }

  Result<Suppression> read_record(const CsvRecord& record) const {
    if (record.fields.size() != order_.size()) {
      return bad(record.line, "has " + std::to_string(record.fields.size()) +
                                  " fields instead of " + std::to_string(order_.size()));
    }
    std::array<std::string, 5> values;
    for (std::size_t i = 0; i < order_.size(); ++i) {
      values[order_[i]] = trim_blanks(record.fields[i]);
      if (values[order_[i]].empty() && order_[i] != kExpires)
        return bad(record.line, field_names()[order_[i]] + " is empty");
    }
    const bool dated = !values[kExpires].empty();
    if (dated && (values[kExpires].size() != kDayLength || !unix_us_from_iso(values[kExpires])))
      return bad(record.line, "expires \"" + values[kExpires] + "\" is no day as 2027-01-31");
    return Suppression{.report = values[kReport],
                       .object = values[kObject],
                       .reason = values[kReason],
                       .owner = values[kOwner],
                       .expires = values[kExpires],
                       .line = record.line};
  }

  const std::string& origin_;
  std::vector<std::size_t> order_;  // of the file's columns in field_names()
};

// The pattern as SQL's GLOB has it: a set that begins with '!' means the same as one with '^'.
Pattern shell_pattern(std::string_view text) {
  std::string glob = fold_case(text);
  for (std::size_t i = 0; i + 1 < glob.size(); ++i) {
    if (glob[i] != '[') continue;
    if (glob[i + 1] == '!') glob[i + 1] = '^';
    const std::size_t first = i + (glob[i + 1] == '^' ? 2 : 1);
    i = std::min(glob.find(']', first + 1), glob.size());  // a ']' that comes first is a member
  }
  return Pattern(Pattern::Kind::kGlob, glob);
}

}  // namespace

Result<Suppressions> Suppressions::parse(std::string_view text,
                                         const std::string& origin,
                                         std::string_view today) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  if (text.starts_with(kMark)) text.remove_prefix(kMark.size());
  DIRSNAP_TRY(const auto all, SuppressionParser(origin).parse(text));
  Suppressions out;
  for (const Suppression& suppression : all) {
    if (!suppression.expires.empty() && suppression.expires < today) {
      out.expired_.push_back(suppression);
      continue;
    }
    out.lines_.push_back(
        {suppression, shell_pattern(suppression.report), shell_pattern(suppression.object)});
  }
  return out;
}

void Suppressions::apply(const Report& report,
                         const ReportRun& run,
                         std::vector<FindingMark>& marks) {
  const bool judged = run.status == ReportStatus::kPass || run.status == ReportStatus::kFindings;
  if (!judged) return;
  std::vector<std::string> subjects;  // folded once, for any number of lines
  for (const Finding& finding : run.findings)
    subjects.push_back(fold_case(trim_blanks(subject_of(run, finding))));
  for (Line& line : lines_) {
    if (!line.report.matches(fold_case(report.id))) continue;
    line.asked = true;
    for (std::size_t i = 0; i < subjects.size(); ++i) {
      if (!line.object.matches(subjects[i])) continue;
      line.matched = true;
      if (!marks[i].suppression) marks[i].suppression = line.suppression;
    }
  }
}

std::vector<std::pair<Suppression, std::string>> Suppressions::of_no_report(
    std::span<const Report> known) const {
  std::vector<std::string> ids;
  for (const Report& report : known) ids.push_back(report.id);
  std::vector<std::pair<Suppression, std::string>> out;
  for (const Line& line : lines_) {
    const bool named = std::any_of(ids.begin(), ids.end(), [&](const std::string& id) {
      return line.report.matches(fold_case(id));
    });
    if (!named) out.emplace_back(line.suppression, nearest_name(line.suppression.report, ids));
  }
  return out;
}

std::vector<Suppression> Suppressions::unused() const {
  std::vector<Suppression> out;
  for (const Line& line : lines_) {
    if (line.asked && !line.matched) out.push_back(line.suppression);
  }
  return out;
}

}  // namespace dirsnap
