// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cassert>
#include <fstream>
#include <sstream>

#include "query/report.h"
#include "query/report_texts.h"
#include "storage/base/text.h"

namespace dirsnap {
namespace {

constexpr std::uintmax_t kMaxFileBytes = 1'000'000;

std::vector<Report> parse_shipped() {
  std::vector<Report> reports;
  for (const std::string_view text : shipped_report_texts()) {
    Result<Report> report = parse_report(text, "shipped");
    assert(report);  // a shipped report is our own text, and tested
    if (report) reports.push_back(*std::move(report));
  }
  return reports;
}

Result<std::string> read_text(const std::filesystem::path& path) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error) return fail(Code::kIo, path.string() + ": " + error.message());
  if (size > kMaxFileBytes) return fail(Code::kUsage, path.string() + ": longer than 1 MB");
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) return fail(Code::kIo, path.string() + ": cannot be read");
  return std::move(text).str();
}

// Hidden files are what editors leave behind.
bool is_report_name(const std::filesystem::path& path) {
  return equal_ascii_nocase(path.extension().string(), ".sql") &&
         !path.filename().string().starts_with('.');
}

// A folder, a pipe, a device. A link that leads nowhere is none of them: loading it says so.
bool is_other_kind(const std::filesystem::path& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  return std::filesystem::exists(status) && !std::filesystem::is_regular_file(status);
}

}  // namespace

const std::vector<Report>& shipped_reports() {
  static const std::vector<Report> kReports = parse_shipped();
  return kReports;
}

Result<Report> load_report(const std::filesystem::path& path) {
  DIRSNAP_TRY(const std::string text, read_text(path));
  return parse_report(text, path.string());
}

Result<std::vector<std::filesystem::path>> find_report_files(const std::filesystem::path& folder) {
  std::error_code error;
  std::vector<std::filesystem::path> files;
  for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    if (is_report_name(it->path()) && !is_other_kind(it->path())) files.push_back(it->path());
  }
  if (error) return fail(Code::kIo, folder.string() + ": " + error.message());
  std::sort(files.begin(), files.end());
  return files;
}

void add_report(Report report, LoadedReports& loaded) {
  const auto same = std::find_if(loaded.reports.begin(), loaded.reports.end(),
                                 [&](const Report& other) { return other.id == report.id; });
  if (same == loaded.reports.end()) {
    loaded.reports.push_back(std::move(report));
    return;
  }
  if (same->origin != report.origin) {
    loaded.replaced.push_back(report.origin + " takes the place of " +
                              (same->origin == "shipped"
                                   ? "the shipped report " + report.id
                                   : same->origin + ": both are " + report.id));
  }
  *same = std::move(report);
}

Result<LoadedReports> load_reports(const std::filesystem::path& folder) {
  DIRSNAP_TRY(const auto files, find_report_files(folder));
  LoadedReports loaded;
  for (const auto& path : files) {
    Result<Report> report = load_report(path);
    if (!report) {
      loaded.refused.push_back(std::move(report).error());
      continue;
    }
    add_report(*std::move(report), loaded);
  }
  return loaded;
}

}  // namespace dirsnap
