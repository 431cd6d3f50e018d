// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cassert>
#include <fstream>
#include <sstream>

#include "query/report.h"
#include "query/report_texts.h"

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
  if (size > kMaxFileBytes) return fail(Code::kLimit, path.string() + ": longer than 1 MB");
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) return fail(Code::kIo, path.string() + ": cannot be read");
  return std::move(text).str();
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
    std::error_code ignored;
    if (it->path().extension() == ".sql" && it->is_regular_file(ignored)) {
      files.push_back(it->path());
    }
  }
  if (error) return fail(Code::kIo, folder.string() + ": " + error.message());
  std::sort(files.begin(), files.end());
  return files;
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
    std::erase_if(loaded.reports, [&](const Report& earlier) { return earlier.id == report->id; });
    loaded.reports.push_back(*std::move(report));
  }
  return loaded;
}

}  // namespace dirsnap
