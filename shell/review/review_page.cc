// SPDX-License-Identifier: MIT
#include "shell/review/review_page.h"

#include <array>

#include "shell/review/review_assets.h"

namespace dirsnap {
namespace {

struct Section {
  Markup id;
  Markup title;
  void (*write)(const ReviewPage& page, HtmlWriter& out);
};

constexpr Section kSections[] = {
    {"findings", "Findings", write_findings},
    {"tree", "Connectors and their services", write_trees},
    {"coverage", "What was judged", write_coverage},
    {"changes", "Changes over time", write_charts},
    {"classes", "Objects per class", write_classes},
    {"issues", "Import issues", write_issues},
    {"provenance", "Provenance", write_provenance},
    {"statements", "Statements of the reports", write_statements},
};

void write_head(const ReviewPage& page, Output& output, HtmlWriter& out) {
  out.raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
  out.raw("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src ");
  output.write(policy_hash(review_style()));
  out.raw("; script-src ");
  output.write(policy_hash(review_script()));
  out.raw("; base-uri 'none'; form-action 'none'\">\n");
  out.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
  out.raw("<meta name=\"color-scheme\" content=\"light dark\">\n");
  out.raw("<meta name=\"referrer\" content=\"no-referrer\">\n<title>Directory review: ");
  out.title(page.options.case_path).raw("</title>\n<style>");
  out.asset(review_style()).raw("</style>\n</head>\n");
}

void write_header(const ReviewPage& page, HtmlWriter& out) {
  out.raw("<header class=\"top\">\n<p class=\"kind\">dirsnap directory review</p>\n<h1>");
  out.text(page.options.case_path).raw("</h1>\n<dl class=\"key\">\n");
  out.raw("<div><dt>Made</dt><dd>").text(page.options.made_at).raw("</dd></div>\n");
  out.raw("<div><dt>Program</dt><dd>dirsnap ").raw(DIRSNAP_VERSION).raw("</dd></div>\n");
  out.raw("<div><dt>Case file</dt><dd>");
  out.number(static_cast<std::int64_t>(page.options.case_size_bytes)).raw(" bytes</dd></div>\n");
  const std::size_t snapshots = page.model.snapshots.size() + page.model.snapshots_left;
  const std::size_t sources = page.model.sources.size() + page.model.sources_left;
  out.raw("<div><dt>Evidence</dt><dd>").count(sources, "source").raw(" in ");
  out.count(snapshots, "snapshot").raw("</dd></div>\n<div><dt>Reports run</dt><dd>");
  out.number(static_cast<std::int64_t>(page.results.size())).raw("</dd></div>\n</dl>\n</header>\n");
}

void write_contents(HtmlWriter& out) {
  out.raw("<nav class=\"contents\" aria-label=\"Contents\">\n<ol>\n");
  out.raw("<li><a href=\"#summary\">Summary</a></li>\n");
  for (const Section& section : kSections) {
    out.raw("<li><a href=\"#").raw(section.id).raw("\">").raw(section.title);
    out.raw("</a></li>\n");
  }
  out.raw("</ol>\n</nav>\n");
}

void write_sections(const ReviewPage& page, HtmlWriter& out) {
  out.raw("<main id=\"main\">\n<section id=\"summary\" aria-labelledby=\"h-summary\">\n");
  out.raw("<h2 id=\"h-summary\">Summary</h2>\n");
  write_summary(page, out);
  out.raw("</section>\n");
  for (const Section& section : kSections) {
    out.raw("<section id=\"").raw(section.id).raw("\" aria-labelledby=\"h-").raw(section.id);
    out.raw("\">\n<h2 id=\"h-").raw(section.id).raw("\">").raw(section.title).raw("</h2>\n");
    section.write(page, out);
    out.raw("</section>\n");
  }
  out.raw("</main>\n");
}

}  // namespace

Result<void> write_review(Engine& engine,
                          std::span<const ReportResult> results,
                          const ReviewOptions& options,
                          Output& output) {
  DIRSNAP_TRY(const ReviewModel model, gather_review(engine, options.limits));
  const ReviewPage page{model, results, options};
  HtmlWriter out(output);
  write_head(page, output, out);
  out.raw("<body>\n");
  write_symbols(out);
  out.raw("<a class=\"jump\" href=\"#main\">Skip to the findings</a>\n");
  write_header(page, out);
  out.raw("<div class=\"layout\">\n");
  write_contents(out);
  write_sections(page, out);
  out.raw("</div>\n<footer>Made by dirsnap ").raw(DIRSNAP_VERSION);
  out.raw(
      ". This page loads nothing from elsewhere. Absence of evidence is shown as not known, "
      "never as missing.</footer>\n<script>");
  out.asset(review_script()).raw("</script>\n</body>\n</html>\n");
  return {};
}

}  // namespace dirsnap
