// SPDX-License-Identifier: MIT
//
// The review page as a whole: well-formed, everything on it, and data that stays text.
#include <algorithm>

#include <catch2/catch.hpp>

#include "hostile_texts.h"
#include "html_outline.h"
#include "render_helper.h"
#include "review_world.h"
#include "shell/review/html.h"
#include "shell/review/review.h"
#include "shell/review/review_assets.h"
#include "storage/base/text.h"

using namespace dirsnap;
using namespace dirsnap::test;

namespace {

OwnedValue text(std::string value) { return {ValueType::kText, 0, 0, std::move(value)}; }
OwnedValue number(std::int64_t value) { return {ValueType::kInteger, value, 0, {}}; }

Report report_of(const std::string& word) {
  Report report;
  report.id = "report-" + word;
  report.title = "title " + word;
  report.severity = FindingSeverity::kError;
  report.kb = {"Q188632" + word};
  report.remedy = "remedy " + word;
  report.sql = "SELECT 1 -- " + word;
  report.origin = "shipped";
  return report;
}

ReportRun run_of(const Report& report, std::size_t findings, const std::string& word) {
  ReportRun run;
  run.id = report.id;
  run.status = findings > 0 ? ReportStatus::kFindings : ReportStatus::kPass;
  run.columns = {"snapshot_id",     "subject",        "directory_source",
                 "registry_source", "registry_value", "detail " + word};
  for (std::size_t i = 0; i < findings; ++i) {
    run.findings.push_back({FindingSeverity::kError,
                            {number(1),
                             text("/o=Org/cn=" + word),
                             text("Dir.edb" + word),
                             {},
                             text("value " + word),
                             text("why " + word)}});
  }
  return run;
}

// The page of a world and results, whose names all contain `word`.
struct Setting {
  explicit Setting(const std::string& word) : report(report_of(word)) {
    ThreeContainers org;
    org.world.connector(org.configuration, {"lacks " + word, "type " + word, "EX1" + word});
    org.world.connector(org.site, {"deleted " + word, "imc", "EX1" + word, "key", true});
    org.world.service("EX1" + word, "MSExchangeSA");
    org.world.source("directory", "EX1" + word, "Dir.edb" + word);
    org.world.issue("loss", "code " + word, "message " + word);
    org.world.changed(2, "1998-03-02");
    snapshot = org.world.snapshot("name " + word);
    results.push_back({&report, run_of(report, 1, word)});
    results[0].run.coverage.push_back({1, "registry of server " + word, {}});
    options.case_path = "case " + word;
    options.made_at = "2001-02-03T04:05:06Z";
    options.params = {{"server", "value " + word}};
  }

  std::string page() {
    const TestCase test({snapshot});
    const auto engine = test.open();
    return captured([&](Output& output) {
      const auto done = write_review(*engine, results, options, output);
      if (!done) FAIL(done.error().what);
    });
  }

  Report report;
  SnapshotRows snapshot;
  std::vector<ReportResult> results;
  ReviewOptions options;
};

bool contains(std::string_view page, std::string_view part) { return page.find(part) != page.npos; }

}  // namespace

TEST_CASE("the page is well-formed and forbids whatever it does not carry itself") {
  const std::string page = Setting("x").page();
  const HtmlOutline outline = outline_of(page);
  CHECK(outline.fault.empty());
  CHECK(is_valid_utf8(page));
  const std::string policy =
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src " +
      policy_hash(review_style()) + "; script-src " + policy_hash(review_script()) +
      "; base-uri 'none'; form-action 'none'\">";
  CHECK(count_tag(outline, policy) == 1);
  CHECK(page.find("<meta charset=\"utf-8\">") < page.find("<title>"));
  CHECK(count_tag(outline, "<style>") == 1);
  CHECK(count_tag(outline, "<script>") == 1);
  CHECK(count_tag(outline, "<html lang=\"en\">") == 1);
  CHECK(count_tag(outline, "<h1>") == 1);
  for (const std::string& tag : outline.tags) {
    for (const char* part : {"style=", "src=", " on", "http"}) {
      INFO(tag);
      CHECK((!contains(tag, part) || contains(tag, "http-equiv")));
    }
    if (contains(tag, "href=")) CHECK(contains(tag, "href=\"#"));
  }
}

TEST_CASE("hostile names change neither the elements nor the attributes of the page") {
  const std::vector<std::string> expected = outline_of(Setting("harmless").page()).tags;
  for (std::string hostile : hostile_texts()) {
    INFO(hostile.substr(0, 60));
    const std::string page = Setting(hostile).page();
    const HtmlOutline outline = outline_of(page);
    CHECK(outline.fault.empty());
    CHECK(is_valid_utf8(page));
    CHECK(std::none_of(page.begin(), page.end(), [](char c) {
      return (static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7F;
    }));
    std::vector<std::string> tags;
    for (const std::string& tag : outline.tags) {
      // A line feed and a cut are shown by elements of their own; a long value has its own line.
      if (tag != "<br>" && tag != "<small>" && tag != "</small>")
        tags.push_back(tag == "<div class=\"long\">" ? "<div>" : tag);
    }
    std::vector<std::string> wanted;
    for (const std::string& tag : expected) {
      if (tag != "<br>" && tag != "<small>" && tag != "</small>")
        wanted.push_back(tag == "<div class=\"long\">" ? "<div>" : tag);
    }
    CHECK(tags == wanted);
  }
}

TEST_CASE("the connector without its service is drawn as such") {
  const HtmlOutline outline = outline_of(Setting("x").page());
  // In the summary and in the tree.
  CHECK(count_tag(outline, "<li class=\"leaf missing\">") == 2);
  CHECK(count_tag(outline, "<use href=\"#w-missing\"/>") == 2);
  CHECK(count_tag(outline, "<li class=\"leaf deleted\">") == 1);
  CHECK(count_tag(outline, "<use href=\"#w-present\"/>") == 0);
  CHECK(contains(outline.text, "Service missing"));
  for (const char* level : {"organization", "site", "configuration"})
    CHECK(contains(outline.text, std::string(level) + " level"));
}

TEST_CASE("one fault in many snapshots is told once, and those not drawn are counted") {
  Setting setting("x");
  std::vector<SnapshotRows> snapshots;
  for (const char* name : {"1", "2", "3", "4"}) {
    snapshots.push_back(setting.snapshot);
    snapshots.back().name = name;
  }
  setting.options.limits.trees = 3;
  const TestCase test(snapshots);
  const auto engine = test.open();
  const std::string page = captured([&](Output& output) {
    REQUIRE(write_review(*engine, setting.results, setting.options, output));
  });
  const std::string summary = page.substr(0, page.find("id=\"findings\""));
  const HtmlOutline outline = outline_of(page);
  CHECK(outline.fault.empty());
  CHECK(contains(summary, ", in 1 container, and 2 older snapshots"));
  CHECK(contains(summary, "1 more snapshot with such connectors"));
  CHECK(count_tag(outline, "<li class=\"leaf missing\">") == 1 + 3);
}

TEST_CASE("a finding tells both sides, the source of each and the remedy") {
  const std::string page = Setting("x").page();
  const std::string card =
      page.substr(page.find("<article"), page.find("</article>") - page.find("<article"));
  CHECK(contains(card, "/o=Org/cn=x"));
  CHECK(contains(card, "<h6><bdi>directory</bdi></h6>"));
  CHECK(contains(card, "<bdi>Dir.edbx</bdi>"));
  CHECK(contains(card, "1,253,376 bytes, SHA-256 <a class=\"hash\" href=\"#s1-1\">"));
  CHECK(contains(card, "<h6><bdi>registry</bdi></h6>"));
  CHECK(contains(card, "<dt><bdi>value</bdi></dt><dd><bdi>value x</bdi></dd>"));
  CHECK(contains(card, "<bdi>why x</bdi>"));
  CHECK(contains(page, "remedy x"));
  CHECK(contains(page, "Q188632x"));
}

TEST_CASE("what was not judged never looks like what passed") {
  Setting setting("x");
  const Report skipped = report_of("skipped");
  const Report partly = report_of("partly");
  const Report broken = report_of("broken");
  const Report sound = report_of("sound");
  setting.results.push_back({&skipped, run_of(skipped, 0, "x")});
  setting.results.back().run.status = ReportStatus::kSkipped;
  setting.results.push_back({&partly, run_of(partly, 0, "x")});
  setting.results.back().run.coverage.push_back({1, "private store of server EX2", {}});
  setting.results.push_back({&broken, run_of(broken, 0, "x")});
  setting.results.back().run.status = ReportStatus::kError;
  setting.results.back().run.error = "no such column: x";
  setting.results.push_back({&sound, run_of(sound, 0, "x")});
  const std::string page = setting.page();
  const HtmlOutline outline = outline_of(page);
  CHECK(outline.fault.empty());
  CHECK(count_tag(outline, "<span class=\"badge pass\">") == 1);
  CHECK(count_tag(outline, "<span class=\"badge part\">") == 1);
  CHECK(count_tag(outline, "<span class=\"badge skip\">") == 1);
  CHECK(contains(page, "no such column: x"));
  CHECK(contains(page, "private store of server EX2"));
  CHECK(contains(page, "registry of server x"));
  CHECK(contains(page, "</svg><b>1</b> <span>skipped</span>"));
  CHECK(contains(page, "</svg><b>1</b> <span>passed</span>"));
  CHECK(contains(page, "</svg><b>1</b> <span>failed to run</span>"));
}

TEST_CASE("the first findings of a report are drawn and the rest is counted and named") {
  Setting setting("x");
  setting.results[0].run = run_of(setting.report, 150, "x");
  setting.options.limits.findings_per_report = 20;
  const std::string page = setting.page();
  const HtmlOutline outline = outline_of(page);
  CHECK(outline.fault.empty());
  std::size_t cards = 0;
  for (const std::string& tag : outline.tags) cards += tag.rfind("<article", 0) == 0 ? 1U : 0U;
  CHECK(cards == 20);
  CHECK(contains(page, "</svg><b>150</b> <span>errors</span>"));
  CHECK(contains(page, "Not listed here: 130 findings of this report."));
}

TEST_CASE("many reports share the room, and each keeps its first ten findings") {
  Setting setting("x");
  setting.results[0].run = run_of(setting.report, 50, "x");
  const Report other = report_of("other");
  setting.results.push_back({&other, run_of(other, 50, "x")});
  setting.options.limits.findings = 40;
  const HtmlOutline outline = outline_of(setting.page());
  std::size_t cards = 0;
  for (const std::string& tag : outline.tags) cards += tag.rfind("<article", 0) == 0 ? 1U : 0U;
  CHECK(cards == 50);
  CHECK(contains(outline.text, "Not listed here: 50 findings."));
}

TEST_CASE("suppressed findings stay on the page, marked and last, and are not counted as errors") {
  Setting setting("x");
  setting.results[0].run = run_of(setting.report, 3, "x");
  setting.results[0].marks.resize(3);
  Suppression suppression;
  suppression.reason = "wizard <b>ran</b> again";
  suppression.owner = "J. Doe";
  suppression.expires = "2027-01-31";
  setting.results[0].marks[0].suppression = suppression;
  setting.results[0].marks[1].baseline = BaselineState::kNew;
  setting.results[0].marks[2].baseline = BaselineState::kUnchanged;
  const std::string page = setting.page();
  const HtmlOutline outline = outline_of(page);
  CHECK(outline.fault.empty());
  CHECK(count_tag(outline, "<article class=\"finding suppressed\" id=\"f3\">") == 1);
  CHECK(contains(page, "</svg><b>2</b> <span>errors</span>"));
  CHECK(contains(page, "wizard &lt;b&gt;ran&lt;/b&gt; again (J. Doe, until 2027-01-31)"));
  CHECK(contains(page, "<td>Suppressed</td>"));
  CHECK(contains(page, "<td>New</td>"));
  CHECK(contains(page, "<td>Unchanged</td>"));
  CHECK(contains(page, "3 findings, 1 suppressed"));
}

TEST_CASE("what is gone since the baseline is listed, and told apart from what was not judged") {
  Setting setting("x");
  setting.results[0].run = run_of(setting.report, 0, "x");
  for (const bool certain : {true, false}) {
    ResolvedFinding gone;
    gone.certain = certain;
    gone.cells = {{"subject", text("/o=Org/cn=gone <i>")}};
    setting.results[0].resolved.push_back(gone);
  }
  const std::string page = setting.page();
  CHECK(outline_of(page).fault.empty());
  CHECK(contains(page, "Gone since the baseline"));
  CHECK(contains(page, "/o=Org/cn=gone &lt;i&gt;"));
  CHECK(contains(page, "<td>resolved</td>"));
  CHECK(contains(page, "<td>not judged again: may still be there</td>"));
  CHECK(contains(page, "Gone since then: 2."));
}

TEST_CASE("without suppressions and baseline no status is shown") {
  const std::string page = Setting("x").page();
  CHECK_FALSE(contains(page, "Status</th>"));
  CHECK_FALSE(contains(page, "since the baseline"));
}

TEST_CASE("links lead to places that are on the page, and no id stands twice") {
  const HtmlOutline outline = outline_of(Setting("x").page());
  std::vector<std::string> ids;
  std::vector<std::string> targets;
  const auto value_of = [](const std::string& tag, const std::string& name) {
    const std::size_t at = tag.find(" " + name + "=\"");
    if (at == tag.npos) return std::string();
    const std::size_t first = at + name.size() + 3;
    return tag.substr(first, tag.find('"', first) - first);
  };
  for (const std::string& tag : outline.tags) {
    if (const auto id = value_of(tag, "id"); !id.empty()) ids.push_back(id);
    if (const auto target = value_of(tag, "href"); !target.empty())
      targets.push_back(target.substr(1));
  }
  std::sort(ids.begin(), ids.end());
  CHECK(std::adjacent_find(ids.begin(), ids.end()) == ids.end());
  for (const std::string& target : targets) {
    INFO(target);
    CHECK(std::binary_search(ids.begin(), ids.end(), target));
  }
}

TEST_CASE("every table has a caption and every header cell a scope") {
  const HtmlOutline outline = outline_of(Setting("x").page());
  std::size_t tables = 0;
  for (const std::string& tag : outline.tags) {
    if (tag == "<table>" || tag.rfind("<table ", 0) == 0) ++tables;
    if (tag == "<th>" || tag.rfind("<th ", 0) == 0) CHECK(contains(tag, " scope=\""));
  }
  CHECK(tables > 5);
  CHECK(count_tag(outline, "<caption>") == tables);
}

TEST_CASE("a case without directory, findings or issues still gives a whole page") {
  Setting setting("x");
  setting.snapshot = ReviewWorld().snapshot("empty");
  setting.results[0].run = run_of(setting.report, 0, "x");
  const std::string page = setting.page();
  CHECK(outline_of(page).fault.empty());
  CHECK(contains(page, "No report found anything in what could be judged."));
  CHECK(contains(page, "No snapshot has a connector."));
}

TEST_CASE("a failure leaves the output empty") {
  const TestCase test({Setting("x").snapshot});
  const auto engine = test.open();
  engine->set_deadline(std::chrono::steady_clock::now() - std::chrono::seconds(1));
  bool failed = false;
  const std::string page =
      captured([&](Output& output) { failed = !write_review(*engine, {}, {}, output); });
  CHECK(failed);
  CHECK(page.empty());
}
