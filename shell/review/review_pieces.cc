// SPDX-License-Identifier: MIT
//
// Icons, labels and small pieces that several sections of the review page use.
#include <algorithm>

#include "shell/review/review_page.h"

namespace dirsnap {

Verdict verdict_of(const ReportRun& run) {
  switch (run.status) {
    case ReportStatus::kFindings:
      return Verdict::kFindings;
    case ReportStatus::kPass:
      return run.coverage.empty() ? Verdict::kPassed : Verdict::kPassedInPart;
    case ReportStatus::kSkipped:
      return Verdict::kSkipped;
    case ReportStatus::kError:
      break;
  }
  return Verdict::kFailed;
}

// Shapes differ as well as colours. Wires lead from a connector to its service.
void write_symbols(HtmlWriter& out) {
  out.raw(R"svg(<svg class="defs" width="0" height="0" aria-hidden="true" focusable="false">
<symbol id="i-error" viewBox="0 0 16 16"><path d="M5 1h6l4 4v6l-4 4H5l-4-4V5z" fill="currentColor"/><path d="M5.2 5.2l5.6 5.6m0-5.6l-5.6 5.6" class="cut"/></symbol>
<symbol id="i-warning" viewBox="0 0 16 16"><path d="M8 1.2L15.4 14.5H.6z" fill="currentColor"/><path d="M8 6v4m0 1.6v1.4" class="cut"/></symbol>
<symbol id="i-info" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7" fill="currentColor"/><path d="M8 3.6v1.6m0 1.8v5.4" class="cut"/></symbol>
<symbol id="i-pass" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6.6" class="ring"/><path d="M4.6 8.3l2.4 2.4 4.4-5" class="line"/></symbol>
<symbol id="i-part" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6.6" class="ring"/><path d="M8 1.4a6.6 6.6 0 0 1 0 13.2z" fill="currentColor"/></symbol>
<symbol id="i-skip" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6.6" class="ring dash"/><path d="M3.6 12.4l8.8-8.8" class="line"/></symbol>
<symbol id="i-fail" viewBox="0 0 16 16"><path d="M9.5 1L3 9h4l-1 6 6.6-8.4H8.5z" fill="currentColor"/></symbol>
<symbol id="i-missing" viewBox="0 0 16 16"><path d="M5 1h6l4 4v6l-4 4H5l-4-4V5z" fill="currentColor"/><path d="M5.2 5.2l5.6 5.6m0-5.6l-5.6 5.6" class="cut"/></symbol>
<symbol id="i-disabled" viewBox="0 0 16 16"><rect x="1.4" y="1.4" width="13.2" height="13.2" rx="2" fill="currentColor"/><path d="M6 4.8v6.4m4-6.4v6.4" class="cut"/></symbol>
<symbol id="i-unknown" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6.6" class="ring dash"/><path d="M5.9 6.1c.2-2.9 4.4-2.7 4.2 0-.1 1.5-2.1 1.5-2.1 3.1m0 1.6v1.3" class="line"/></symbol>
<symbol id="i-present" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7" fill="currentColor"/><path d="M4.6 8.3l2.4 2.4 4.4-5" class="cut"/></symbol>
<symbol id="i-none" viewBox="0 0 16 16"><path d="M3 8h10" class="line"/></symbol>
<symbol id="i-deleted" viewBox="0 0 16 16"><path d="M3 4.5h10M6.2 4V2.3h3.6V4M4.3 4.7l.7 9h6l.7-9" class="line"/></symbol>
<symbol id="w-present" viewBox="0 0 48 16"><path d="M0 8h48" class="line"/></symbol>
<symbol id="w-missing" viewBox="0 0 48 16"><path d="M0 8h14m20 0h14" class="line"/><path d="M19 3l10 10m0-10L19 13" class="line bold"/></symbol>
<symbol id="w-disabled" viewBox="0 0 48 16"><path d="M0 8h18m12 0h18" class="line"/><path d="M21 3v10m6-10v10" class="line bold"/></symbol>
<symbol id="w-unknown" viewBox="0 0 48 16"><path d="M0 8h48" class="line dots"/></symbol>
</svg>
)svg");
}

namespace {

void write_badge(HtmlWriter& out, Markup style, Markup icon, Markup label) {
  out.raw("<span class=\"badge ").raw(style).raw("\"><svg class=\"i\" aria-hidden=\"true\">");
  out.raw("<use href=\"#i-").raw(icon).raw("\"/></svg>").raw(label).raw("</span>");
}

}  // namespace

void write_severity(HtmlWriter& out, FindingSeverity severity) {
  switch (severity) {
    case FindingSeverity::kError:
      return write_badge(out, "error", "error", "Error");
    case FindingSeverity::kWarning:
      return write_badge(out, "warning", "warning", "Warning");
    case FindingSeverity::kInfo:
      break;
  }
  write_badge(out, "info", "info", "Info");
}

void write_verdict(HtmlWriter& out, Verdict verdict) {
  switch (verdict) {
    case Verdict::kFindings:
      return write_badge(out, "found", "warning", "Findings");
    case Verdict::kPassed:
      return write_badge(out, "pass", "pass", "Passed");
    case Verdict::kPassedInPart:
      return write_badge(out, "part", "part", "Passed in part");
    case Verdict::kSkipped:
      return write_badge(out, "skip", "skip", "Skipped");
    case Verdict::kFailed:
      break;
  }
  write_badge(out, "error", "fail", "Failed to run");
}

void write_snapshot(const ReviewPage& page, HtmlWriter& out, std::int64_t snapshot_id) {
  const auto& all = page.model.snapshots;
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const auto& entry) { return entry.id == snapshot_id; });
  if (found == all.end()) {
    out.digits(snapshot_id);
    return;
  }
  out.raw("<a href=\"#s").digits(snapshot_id).raw("\">").digits(snapshot_id).raw("</a> ");
  out.text(found->name);
}

void write_left_over(HtmlWriter& out, std::uint64_t left, Markup noun) {
  if (left == 0) return;
  out.raw("<p class=\"left\">Not listed here: ").count(left, noun).raw(".</p>\n");
}

void write_optional(HtmlWriter& out, std::string_view text) {
  if (text.empty()) {
    out.raw("<span class=\"none\">not known</span>");
  } else {
    out.text(text);
  }
}

void write_number_cell(HtmlWriter& out, std::int64_t value) {
  out.raw("<td class=\"n\">").number(value).raw("</td>");
}

Markup icon_of(ServiceState state) {
  switch (state) {
    case ServiceState::kMissing:
      return "missing";
    case ServiceState::kDisabled:
      return "disabled";
    case ServiceState::kUnknown:
      return "unknown";
    case ServiceState::kPresent:
      return "present";
    case ServiceState::kNotNeeded:
      return "none";
    case ServiceState::kDeleted:
      break;
  }
  return "deleted";
}

Markup style_of(ServiceState state) {
  return state == ServiceState::kNotNeeded ? Markup("unneeded") : icon_of(state);
}

Markup label_of(ServiceState state) {
  switch (state) {
    case ServiceState::kMissing:
      return "Service missing";
    case ServiceState::kDisabled:
      return "Service disabled";
    case ServiceState::kUnknown:
      return "Not known";
    case ServiceState::kPresent:
      return "Service present";
    case ServiceState::kNotNeeded:
      return "Needs no service";
    case ServiceState::kDeleted:
      break;
  }
  return "Deleted";
}

}  // namespace dirsnap
