// SPDX-License-Identifier: MIT
//
// Every shipped report on the cases of reports/ID.cases: a healthy organisation, changed as the
// case says, imported from files, and compared with what the case expects.
// DIRSNAP_KEEP_CASES=FOLDER keeps the evidence and the case files of a run there,
// DIRSNAP_CASE_REPORTS=FOLDER runs the reports of a folder.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "query/report.h"
#include "shell/report_pages.h"
#include "storage/base/text.h"
#include "tests/integration/case_backup.h"
#include "tests/integration/report_case.h"
#include "tests/support/case_run.h"
#include "tests/support/temp_folder.h"

namespace dirsnap::test {
namespace {

namespace fs = std::filesystem;
using support::ConnectorKind;
using support::DumpObject;
using support::ExchangeSite;
using support::RegistryKey;

const fs::path& folder_of_cases() {
  static const fs::path kFolder = fs::path(DIRSNAP_TEST_DIR) / "integration/reports";
  return kFolder;
}

const std::vector<Report>& reports() {
  const char* const folder = std::getenv("DIRSNAP_CASE_REPORTS");
  if (folder == nullptr) return shipped_reports();
  static const Result<LoadedReports> kLoaded = load_reports(folder);
  if (!kLoaded) FAIL(kLoaded.error().what);
  for (const Error& refused : kLoaded->refused) FAIL(refused.what);
  return kLoaded->reports;
}

support::SiteSpec base_spec() {
  support::SiteSpec spec;
  spec.sites = {"Harbour", "Hillside"};
  spec.servers = {{"SRV1", 0}, {"SRV2", 0}, {"SRV3", 1}};
  spec.connectors = {
      {ConnectorKind::kInternetMail, 0},
      {ConnectorKind::kInternetMail, 1},
      {ConnectorKind::kMsMail, 1},
      {ConnectorKind::kCcMail, 0},
      {ConnectorKind::kX400, 1},
      {ConnectorKind::kSite, 0, false, 1},
      {ConnectorKind::kSite, 2, false, 0},
      {ConnectorKind::kDirectoryReplication, 0, false, 1},
      {ConnectorKind::kDirectoryReplication, 2, false, 0},
  };
  spec.mailboxes = 9;
  return spec;
}

// What all cases begin with: a generated organisation, completed by reports/base/*.
struct Base {
  ExchangeSite site{base_spec()};
  std::vector<DumpObject> directory;
  std::map<std::string, std::vector<RegistryKey>> registries;  // by server
  Abbreviations known;

  Base() {
    for (DumpObject& object : support::dump_objects(site)) {
      const bool is_schema = object.dn.find("/cn=Microsoft DMD") != std::string::npos;
      if (!is_schema) directory.push_back(std::move(object));
    }
    for (std::size_t i = 0; i < site.spec().servers.size(); ++i) {
      registries[site.spec().servers[i].name] = support::server_registry(site, {i, {}, {}});
    }
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder_of_cases() / "base")) {
      files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files) {
      const CaseSnapshot changes = read_base(file, known);
      for (const CaseBlock& block : changes.directory) change_directory(file, block, directory);
      for (const CaseBlock& block : changes.registries) {
        change_registry(file, block, registries[block.server]);
      }
    }
  }
};

const Base& base() {
  static const Base kMade;
  return kMade;
}

const std::vector<ReportCase>& cases_of(const std::string& id) {
  static std::map<std::string, std::vector<ReportCase>> all;
  const auto found = all.find(id);
  if (found != all.end()) return found->second;
  return all[id] = read_cases(folder_of_cases() / (id + ".cases"), base().known);
}

// The files of one snapshot.
class Evidence {
 public:
  explicit Evidence(const fs::path& folder) : folder_(folder) { fs::create_directories(folder); }

  void write(const fs::path& file, const CaseSnapshot& snapshot) const {
    write_directory(file, snapshot);
    write_registries(file, snapshot);
    write_stores(file, snapshot);
    if (snapshot.second_directory.empty() && snapshot.second_registries.empty()) return;
    CaseSnapshot second;
    second.directory = snapshot.second_directory;
    second.registries = snapshot.second_registries;
    if (second.directory.empty()) second.omitted.insert("directory");
    for (const auto& [server, keys] : base().registries) {
      const bool is_told = std::any_of(second.registries.begin(), second.registries.end(),
                                       [&](const auto& block) { return block.server == server; });
      if (!is_told) second.omitted.insert("registry " + server);
    }
    Evidence(folder_ / "second").write(file, second);
  }

 private:
  void write_text(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }

  void write_directory(const fs::path& file, const CaseSnapshot& snapshot) const {
    std::vector<DumpObject> objects = base().directory;
    for (const CaseBlock& block : snapshot.directory) change_directory(file, block, objects);
    if (snapshot.omitted.count("directory") != 0) return;
    if (snapshot.directory_form == "csv") {
      write_text("directory.csv", support::directory_csv_text(objects));
    } else if (snapshot.directory_form == "admindmp") {
      write_text("Admindmp.txt", support::admindmp_text(objects));
    } else {
      write_text("directory.ldf", support::ldif_text(objects));
    }
  }

  void write_registries(const fs::path& file, const CaseSnapshot& snapshot) const {
    auto registries = base().registries;
    for (const CaseBlock& block : snapshot.registries) {
      if (block.starts_empty) registries[block.server].clear();
      change_registry(file, block, registries[block.server]);
    }
    for (const std::string& what : snapshot.omitted) {
      if (what == "directory") continue;
      if (registries.erase(what.substr(9)) == 0) FAIL(file << ": omit " << what);
    }
    // Both forms of the registry editor in each snapshot.
    bool is_old = true;
    for (const auto& [server, keys] : registries) {
      write_text(server + ".reg",
                 is_old ? support::registry_text_nt4(keys) : support::registry_text_v5(keys));
      is_old = !is_old;
    }
  }

  void write_stores(const fs::path& file, const CaseSnapshot& snapshot) const {
    std::map<std::string, support::PrivateStore> stores;
    const auto& servers = base().site.spec().servers;
    for (const CaseBlock& block : snapshot.stores) {
      const auto server = std::find_if(servers.begin(), servers.end(),
                                       [&](const auto& of) { return of.name == block.server; });
      if (server == servers.end()) FAIL(file << ": no store of server " << block.server);
      const auto index = static_cast<std::size_t>(server - servers.begin());
      const auto made =
          stores.try_emplace(block.server, support::private_store(base().site, index, 0)).first;
      change_store(file, block, made->second);
    }
    for (const auto& [server, store] : stores) {
      fs::create_directories(folder_ / server);
      REQUIRE(support::write_private_store(store, (folder_ / server / "Priv.edb").string()));
    }
  }

  fs::path folder_;
};

// The case file of one or several snapshots, imported from their evidence.
class CaseUnderTest {
 public:
  CaseUnderTest(const fs::path& file, const std::vector<CaseSnapshot>& snapshots) {
    static int next = 0;
    const char* const kept = std::getenv("DIRSNAP_KEEP_CASES");
    const fs::path folder =
        kept != nullptr ? fs::path(kept) / std::to_string(++next) : temp_.path();
    for (const CaseSnapshot& snapshot : snapshots) {
      Evidence(folder / snapshot.name).write(file, snapshot);
      ImportRequest request;
      request.case_path = folder / "case.dirsnap";
      request.sources = {folder / snapshot.name};
      request.snapshot = snapshot.name;
      if (!snapshot.taken_at.empty()) request.taken_at = snapshot.taken_at;
      if (!snapshot.server.empty()) request.options.server = snapshot.server;
      request.options.codepage = 1252;
      const CancelToken cancel;
      const auto summary = run_import(request, cancel, nullptr);
      if (!summary) FAIL(file << ": " << summary.error().error.what);
      CHECK(summary->losses == 0);
    }
    open_ = std::make_unique<OpenCase>(folder / "case.dirsnap");
  }

  ReportRun run(const Report& report, const ParamValues& params = {}) {
    auto result = run_report(open_->engine(), report, params);
    REQUIRE(result.has_value());
    return std::move(*result);
  }

 private:
  TempFolder temp_;
  std::unique_ptr<OpenCase> open_;
};

std::string text_of(const OwnedValue& value) {
  if (value.type == ValueType::kNull) return "NULL";
  if (value.type == ValueType::kInteger) return std::to_string(value.integer);
  if (value.type == ValueType::kReal) return std::to_string(value.real);
  return value.bytes;
}

std::string line_of(const ReportRun& run, const Finding& finding) {
  std::string out = to_string(finding.severity);
  for (std::size_t i = 0; i < run.columns.size(); ++i) {
    if (finding.cells[i].type == ValueType::kNull) continue;
    out += " | " + (run.columns[i] == "subject" ? "" : run.columns[i] + "=") +
           text_of(finding.cells[i]);
  }
  return out;
}

bool is_met(const ReportRun& run, const Finding& finding, const ExpectedFinding& expected) {
  if (finding.severity != expected.severity) return false;
  const auto cell = [&](const std::string& column) {
    const auto at = std::find(run.columns.begin(), run.columns.end(), column);
    if (at == run.columns.end()) return "no column " + column;
    return text_of(finding.cells[static_cast<std::size_t>(at - run.columns.begin())]);
  };
  // A case cannot tell blanks at the end.
  return trim_blanks(cell("subject")) == expected.subject &&
         std::all_of(expected.cells.begin(), expected.cells.end(),
                     [&](const auto& wanted) { return cell(wanted.first) == wanted.second; });
}

// What differs, one line each; empty if the run is what the case expects.
std::string difference(const ReportCase& of, const ReportRun& run) {
  std::string out;
  if (run.status != of.status) {
    out += "status " + std::string(to_string(run.status)) + ", not " + to_string(of.status) + " " +
           run.error + "\n";
  }
  std::vector<bool> is_used(run.findings.size());
  for (const ExpectedFinding& expected : of.findings) {
    std::size_t i = 0;
    while (i < run.findings.size() && (is_used[i] || !is_met(run, run.findings[i], expected))) ++i;
    if (i < run.findings.size()) {
      is_used[i] = true;
    } else {
      out += "line " + std::to_string(expected.line) + ": not found\n";
    }
  }
  for (std::size_t i = 0; i < run.findings.size(); ++i) {
    if (!is_used[i]) out += "not expected: " + line_of(run, run.findings[i]) + "\n";
  }
  std::vector<bool> is_noted(run.coverage.size());
  for (const std::string& note : of.notes) {
    std::size_t i = 0;
    while (i < run.coverage.size() &&
           (is_noted[i] || run.coverage[i].missing.find(note) == std::string::npos)) {
      ++i;
    }
    if (i < run.coverage.size()) {
      is_noted[i] = true;
    } else {
      out += "no note: " + note + "\n";
    }
  }
  for (std::size_t i = 0; i < run.coverage.size(); ++i) {
    if (!is_noted[i]) out += "note not expected: " + run.coverage[i].missing + "\n";
  }
  return out;
}

TEST_CASE("reports find what their cases say, and nothing else") {
  for (const Report& report : reports()) {
    DYNAMIC_SECTION(report.id) {
      for (const ReportCase& of : cases_of(report.id)) {
        DYNAMIC_SECTION(of.name) {
          INFO(of.file.string() << ":" << of.line);
          CaseUnderTest made(of.file, of.snapshots);
          CHECK(difference(of, made.run(report, of.params)) == "");
        }
      }
    }
  }
}

TEST_CASE("each report has a case with findings, one without, and one that lacks an input") {
  for (const Report& report : reports()) {
    CAPTURE(report.id);
    bool finds = false;
    bool passes = false;
    bool lacks = false;
    bool is_skipped_only = true;
    for (const ReportCase& of : cases_of(report.id)) {
      finds = finds || of.status == ReportStatus::kFindings;
      passes = passes || of.status == ReportStatus::kPass;
      lacks = lacks || of.status == ReportStatus::kSkipped || !of.notes.empty();
      is_skipped_only = is_skipped_only && of.status == ReportStatus::kSkipped;
    }
    CHECK(lacks);
    // Inputs that no importer delivers yet: the head says so.
    const bool cannot_run =
        std::any_of(report.extra.begin(), report.extra.end(),
                    [](const auto& key) { return key.first == "x-cannot-run"; });
    CHECK(cannot_run == is_skipped_only);
    CHECK((cannot_run || finds));
    CHECK((cannot_run || passes));
  }
}

TEST_CASE("every file of cases is of a shipped report") {
  std::set<std::string> ids;
  for (const Report& report : shipped_reports()) ids.insert(report.id);
  for (const auto& entry : fs::directory_iterator(folder_of_cases())) {
    if (entry.path().extension() != ".cases") continue;
    CAPTURE(entry.path().string());
    CHECK(ids.count(entry.path().stem().string()) == 1);
  }
}

TEST_CASE("the healthy organisation has no findings of warning or error") {
  const std::string form = GENERATE("ldif", "csv", "admindmp");
  CAPTURE(form);
  CaseSnapshot healthy;
  healthy.directory_form = form;
  healthy.taken_at = "1998-03-06T00:00:00Z";
  for (const auto& server : base().site.spec().servers) {
    healthy.stores.push_back({.server = server.name});
  }
  CaseUnderTest made("healthy organisation", {healthy});
  for (const Report& report : reports()) {
    CAPTURE(report.id);
    // On a day soon after the backup, for reports that look at its age.
    ParamValues params;
    for (const ReportParam& param : report.params) {
      if (param.name == "now") params[param.name] = "1998-03-07T00:00:00Z";
    }
    const ReportRun run = made.run(report, params);
    CHECK(run.error.empty());
    std::string found;
    for (const Finding& finding : run.findings) {
      if (finding.severity != FindingSeverity::kInfo) found += line_of(run, finding) + "\n";
    }
    CHECK(found == "");
  }
}

// What each report finds in its first case that has findings.
ReportSamples samples_of_cases() {
  ReportSamples samples;
  for (const Report& report : shipped_reports()) {
    for (const ReportCase& of : cases_of(report.id)) {
      if (of.status != ReportStatus::kFindings) continue;
      CaseUnderTest made(of.file, of.snapshots);
      samples[report.id] = sample_of(made.run(report, of.params));
      break;
    }
  }
  return samples;
}

TEST_CASE("REPORTS.md is what the heads and the cases generate") {
  const std::string page = reports_markdown(shipped_reports(), samples_of_cases());
  const fs::path path = fs::path(DIRSNAP_TEST_DIR) / "../query/reports/REPORTS.md";
  if (std::getenv("DIRSNAP_UPDATE_GOLDEN") != nullptr)
    std::ofstream(path, std::ios::binary) << page;
  std::ifstream file(path, std::ios::binary);
  const std::string committed{std::istreambuf_iterator<char>(file), {}};
  const bool same = committed == page;
  INFO("DIRSNAP_UPDATE_GOLDEN=1 rewrites " << path);
  CHECK(same);
}

// Broken files of cases, with what they are told.
TEST_CASE("a broken file of cases is refused with file and line") {
  const TempFolder folder;
  const auto refusal = [&](const std::string& text) {
    const fs::path file = folder.write("broken.cases", text);
    try {
      for (const ReportCase& of : read_cases(file, base().known)) {
        std::vector<DumpObject> objects = base().directory;
        std::vector<RegistryKey> keys = base().registries.at("SRV1");
        for (const CaseSnapshot& snapshot : of.snapshots) {
          for (const CaseBlock& block : snapshot.directory) change_directory(file, block, objects);
          for (const CaseBlock& block : snapshot.registries) change_registry(file, block, keys);
        }
      }
    } catch (const CaseError& error) {
      const std::string what = error.what();
      return what.substr(what.find("broken.cases"));
    }
    return std::string("none");
  };
  const std::string head = "case: c\n";
  CHECK(refusal("") == "broken.cases:1: no case");
  CHECK(refusal(head) == "broken.cases:1: the case expects nothing");
  CHECK(refusal("expect: pass\n") == "broken.cases:1: stands before the first \"case: \"");
  CHECK(refusal(head + "expect: failure\n") ==
        "broken.cases:2: expect takes pass, findings or skipped");
  CHECK(refusal(head + "expect: findings\n") == "broken.cases:1: \"expect: findings\" without any");
  CHECK(refusal(head + "expect: pass\nerror | /o=X\n") ==
        "broken.cases:1: findings, but not \"expect: findings\"");
  CHECK(refusal(head + "expect: findings\nerror | /o=X | server\n") ==
        "broken.cases:3: \"server\" is not column=value");
  CHECK(refusal(head + "omit everything\n") ==
        "broken.cases:2: omit takes directory or registry SERVER");
  CHECK(refusal(head + "{NOWHERE}\n") == "broken.cases:2: no \"let NOWHERE = ...\"");
  CHECK(refusal(head + "directory:\ndn: /o=X\nchangetype: delete\n\nexpect: pass\n") ==
        "broken.cases:3: no object /o=X");
  CHECK(refusal(head + "directory:\ndn: {HARBOUR}\nchangetype: modify\nadd: Nonsense\n"
                       "expect: pass\n") == "broken.cases:5: no attribute \"Nonsense\"");
  CHECK(refusal(head + "registry SRV1:\n[-{SERVICES}\\None]\nexpect: pass\n") ==
        "broken.cases:3: no key HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\None");
  CHECK(refusal(head + "registry SRV1:\n[{SERVICES}\\None]\n\"x\"=-\nexpect: pass\n") ==
        "broken.cases:4: no value x");
  CHECK(refusal(head + "registry SRV1:\n[{SERVICES}\\None]\n\"x\"=multi\nexpect: pass\n") ==
        "broken.cases:4: data is \"text\", dword:, hex:, expand(\"text\") or list(\"a\", \"b\")");
}

}  // namespace
}  // namespace dirsnap::test
