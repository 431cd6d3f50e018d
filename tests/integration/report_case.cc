// SPDX-License-Identifier: MIT
#include "tests/integration/report_case.h"

#include <algorithm>
#include <fstream>
#include <optional>

#include "storage/base/text.h"

namespace dirsnap::test {
namespace fs = std::filesystem;
namespace {

std::vector<std::string_view> split(std::string_view text, std::string_view separator) {
  std::vector<std::string_view> parts;
  for (std::size_t at = 0;;) {
    const std::size_t end = text.find(separator, at);
    parts.push_back(trim_blanks(text.substr(at, end == text.npos ? end : end - at)));
    if (end == text.npos) return parts;
    at = end + separator.size();
  }
}

std::optional<FindingSeverity> severity_of(std::string_view text) {
  for (const auto severity :
       {FindingSeverity::kInfo, FindingSeverity::kWarning, FindingSeverity::kError}) {
    if (text == to_string(severity)) return severity;
  }
  return std::nullopt;
}

class CaseParser {
 public:
  CaseParser(const fs::path& file, Abbreviations known) : file_(file), known_(std::move(known)) {}

  void read() {
    std::ifstream in(file_, std::ios::binary);
    if (!in) fail("cannot be read");
    std::string text;
    while (std::getline(in, text)) {
      ++number_;
      take({expanded(text), number_});
    }
    finish_case();
  }

  std::vector<ReportCase> cases;
  CaseSnapshot base;
  [[nodiscard]] const Abbreviations& known() const { return known_; }

 private:
  [[noreturn]] void fail(std::string_view what) const { throw CaseError(file_, number_, what); }

  // {NAME} is replaced; braces around anything but capitals, digits and _ stay.
  std::string expanded(const std::string& text) const {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t open = text.find('{', at);
      const std::size_t close = open == text.npos ? open : text.find('}', open);
      if (close == text.npos) return out + text.substr(at);
      const std::string name = text.substr(open + 1, close - open - 1);
      const bool is_name = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
      });
      out.append(text, at, open - at);
      if (!is_name) {
        out.append(text, open, close + 1 - open);
      } else if (const auto found = known_.find(name); found != known_.end()) {
        out += found->second;
      } else {
        fail("no \"let " + name + " = ...\"");
      }
      at = close + 1;
    }
    return out;
  }

  // The text behind a heading's words; nullopt if the line does not begin so.
  static std::optional<std::string> after(const std::string& text, std::string_view words) {
    if (!text.starts_with(words)) return std::nullopt;
    return std::string(trim_blanks(std::string_view(text).substr(words.size())));
  }

  void take(const CaseLine& line) {
    const std::string& text = line.text;
    if (text.starts_with('#')) return;
    if (take_head(text) || take_expectation(text) || take_heading(text)) return;
    if (block_ != nullptr) {
      block_->lines.push_back(line);
    } else if (!trim_blanks(text).empty()) {
      fail("\"" + text + "\" is no line of a case, nor below a heading");
    }
  }

  // Lines that stand for themselves.
  bool take_head(const std::string& text) {
    if (const auto rest = after(text, "let ")) {
      const std::size_t equals = rest->find(" = ");
      if (equals == rest->npos) fail("not of the form let NAME = text");
      known_[rest->substr(0, equals)] = trim_blanks(std::string_view(*rest).substr(equals + 3));
    } else if (const auto name = after(text, "case: ")) {
      finish_case();
      if (name->empty()) fail("a case needs a name");
      cases.push_back({.file = file_, .line = number_, .name = *name});
      has_snapshot_ = has_expectation_ = false;
    } else if (const auto snapshot_name = after(text, "snapshot: ")) {
      if (has_snapshot_) current_case().snapshots.emplace_back();
      has_snapshot_ = true;
      snapshot().name = *snapshot_name;
    } else if (const auto time = after(text, "taken at ")) {
      snapshot().taken_at = *time;
    } else if (const auto name_of_server = after(text, "server ")) {
      snapshot().server = *name_of_server;
    } else if (const auto what = after(text, "omit ")) {
      if (*what != "directory" && !what->starts_with("registry ")) {
        fail("omit takes directory or registry SERVER");
      }
      snapshot().omitted.insert(*what);
    } else if (const auto server = after(text, "with store ")) {
      snapshot().stores.push_back({.server = *server});
    } else if (const auto param = after(text, "param: ")) {
      const std::size_t equals = param->find(" = ");
      if (equals == param->npos) fail("not of the form param: NAME = value");
      current_case().params[param->substr(0, equals)] = param->substr(equals + 3);
    } else {
      return false;
    }
    block_ = nullptr;
    return true;
  }

  bool take_expectation(const std::string& text) {
    if (const auto status = after(text, "expect: ")) {
      for (const auto known :
           {ReportStatus::kPass, ReportStatus::kFindings, ReportStatus::kSkipped}) {
        if (*status != to_string(known)) continue;
        current_case().status = known;
        has_expectation_ = true;
        block_ = nullptr;
        return true;
      }
      fail("expect takes pass, findings or skipped");
    }
    if (!has_expectation_) return false;
    if (const auto note = after(text, "note: ")) {
      current_case().notes.push_back(*note);
      return true;
    }
    const auto parts = split(text, " | ");
    const auto severity = severity_of(parts.front());
    if (!severity) return false;
    if (parts.size() < 2) fail("a finding is: severity | subject | column=value ...");
    ExpectedFinding finding{
        .severity = *severity, .subject = std::string(parts[1]), .cells = {}, .line = number_};
    for (std::size_t i = 2; i < parts.size(); ++i) {
      const std::size_t equals = parts[i].find('=');
      if (equals == parts[i].npos) fail("\"" + std::string(parts[i]) + "\" is not column=value");
      finding.cells.emplace_back(parts[i].substr(0, equals), parts[i].substr(equals + 1));
    }
    current_case().findings.push_back(std::move(finding));
    return true;
  }

  // Lines that begin a block.
  bool take_heading(const std::string& text) {
    if (has_expectation_ || !text.ends_with(':')) return false;
    const std::string_view words = std::string_view(text).substr(0, text.size() - 1);
    CaseBlock block;
    std::vector<CaseBlock>* into = nullptr;
    if (words == "directory") {
      into = &snapshot().directory;
    } else if (words.starts_with("directory as ")) {
      snapshot().directory_form = words.substr(13);
      if (words.substr(13) != "ldif" && words.substr(13) != "csv" &&
          words.substr(13) != "admindmp") {
        fail("a directory is written as ldif, csv or admindmp");
      }
      into = &snapshot().directory;
    } else if (words == "second directory") {
      into = &snapshot().second_directory;
    } else if (words.starts_with("registry ") || words.starts_with("second registry ")) {
      const bool is_second = words.starts_with("second ");
      const std::string_view server = words.substr(is_second ? 16 : 9);
      block.starts_empty = server.ends_with(" only");
      block.server = server.substr(0, server.size() - (block.starts_empty ? 5 : 0));
      into = is_second ? &snapshot().second_registries : &snapshot().registries;
    } else if (words.starts_with("store ")) {
      block.server = words.substr(6);
      into = &snapshot().stores;
    } else {
      return false;
    }
    into->push_back(std::move(block));
    block_ = &into->back();
    return true;
  }

  ReportCase& current_case() {
    if (cases.empty()) fail("stands before the first \"case: \"");
    return cases.back();
  }
  CaseSnapshot& snapshot() { return cases.empty() ? base : cases.back().snapshots.back(); }

  void finish_case() {
    block_ = nullptr;
    if (cases.empty()) return;
    const ReportCase& last = cases.back();
    if (!has_expectation_) throw CaseError(file_, last.line, "the case expects nothing");
    if (!last.findings.empty() && last.status != ReportStatus::kFindings) {
      throw CaseError(file_, last.line, "findings, but not \"expect: findings\"");
    }
    if (last.findings.empty() && last.status == ReportStatus::kFindings) {
      throw CaseError(file_, last.line, "\"expect: findings\" without any");
    }
  }

  fs::path file_;
  Abbreviations known_;
  std::size_t number_ = 0;
  CaseBlock* block_ = nullptr;
  bool has_snapshot_ = false;
  bool has_expectation_ = false;
};

}  // namespace

CaseError::CaseError(const fs::path& file, std::size_t line, std::string_view what)
    : std::runtime_error(file.string() + ":" + std::to_string(line) + ": " + std::string(what)) {}

std::vector<ReportCase> read_cases(const fs::path& file, Abbreviations known) {
  CaseParser parser(file, std::move(known));
  parser.read();
  if (parser.cases.empty()) throw CaseError(file, 1, "no case");
  return std::move(parser.cases);
}

CaseSnapshot read_base(const fs::path& file, Abbreviations& known) {
  CaseParser parser(file, known);
  parser.read();
  if (!parser.cases.empty()) throw CaseError(file, parser.cases.front().line, "a case in a base");
  known = parser.known();
  return std::move(parser.base);
}

}  // namespace dirsnap::test
