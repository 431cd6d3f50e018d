// SPDX-License-Identifier: MIT
//
// The head of a report file. A line "-- key: value" sets a key, a line "--   text" with two or
// more blanks continues the value above it, an empty comment line is skipped; the head ends at the
// first line that is no comment.
#include <algorithm>
#include <array>
#include <set>

#include "query/error_hint.h"
#include "query/report.h"
#include "query/report_value.h"
#include "query/sql_text.h"
#include "storage/base/text.h"

namespace dirsnap {
namespace {

constexpr std::size_t kMaxReportBytes = 1'000'000;

const std::array<std::string, 12>& known_keys() {
  static const std::array<std::string, 12> kHeadKeys = {"id",      "title", "severity", "kb",
                                                        "applies", "needs", "tags",     "param",
                                                        "remedy",  "test",  "dialect",  "scope"};
  return kHeadKeys;
}

const std::array<std::string, 4>& known_roles() {
  static const std::array<std::string, 4> kRoles = {"directory", "registry", "private-store",
                                                    "public-store"};
  return kRoles;
}

template <class List>
bool contains(const List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view word = trim_blanks(text.substr(0, comma));
    if (!word.empty()) out.emplace_back(word);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return out;
}

bool is_kb(std::string_view text) {
  return text.size() > 1 && text[0] == 'Q' &&
         text.find_first_not_of("0123456789", 1) == std::string_view::npos;
}

bool is_name(std::string_view text) {
  return !text.empty() &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") == std::string_view::npos;
}

// Takes the text up to the first blank.
std::string_view take_word(std::string_view& text) {
  text = trim_blanks(text);
  const std::size_t end = std::min(text.find(' '), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(end);
  return word;
}

bool is_param_name(std::string_view text) {
  return is_name(text) && text.find('-') == std::string_view::npos;
}

// Takes a type; the list of a choice may have blanks.
std::string_view take_type(std::string_view& text) {
  const std::string_view all = trim_blanks(text);
  const std::string_view word = take_word(text);
  const std::size_t close = all.find(')');
  if (word.find('(') == std::string_view::npos || close < word.size() ||
      close == std::string_view::npos)
    return word;
  text = all.substr(close + 1);
  return all.substr(0, close + 1);
}

// Takes a default: text in single quotes, or what stands before two blanks. nullopt: a quote is
// not closed.
std::optional<std::string> take_default(std::string_view& text) {
  text = trim_blanks(text);
  std::string out;
  if (!text.starts_with('\'')) {
    const std::size_t end = std::min(text.find("  "), text.size());
    out = trim_blanks(text.substr(0, end));
    text.remove_prefix(end);
    return out;
  }
  std::size_t at = 1;
  for (; at < text.size(); ++at) {
    if (text[at] == '\'') {
      if (at + 1 == text.size() || text[at + 1] != '\'') break;
      ++at;
    }
    out.push_back(text[at]);
  }
  if (at == text.size()) return std::nullopt;
  text.remove_prefix(at + 1);
  return out;
}

// Editors of Windows begin a file with a byte order mark.
std::string_view without_mark(std::string_view text) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  if (text.starts_with(kMark)) text.remove_prefix(kMark.size());
  return text;
}

// `, did you mean "X"?` or nothing.
template <class List>
std::string near_miss(std::string_view word, const List& known) {
  const std::string near = nearest_name(word, known);
  return near.empty() ? "" : ", did you mean \"" + near + "\"?";
}

const std::array<std::string, 3>& known_severities() {
  static const std::array<std::string, 3> kSeverities = {"info", "warning", "error"};
  return kSeverities;
}

class ReportParser {
 public:
  ReportParser(std::string_view text, std::string origin) : text_(without_mark(text)) {
    report_.sql = text_;
    report_.origin = std::move(origin);
  }

  Result<Report> parse() {
    if (text_.size() > kMaxReportBytes) return bad("the report is longer than 1 MB");
    DIRSNAP_CHECK(check_text());
    while (take_comment_line()) DIRSNAP_CHECK(take_line());
    DIRSNAP_CHECK(finish_key());
    DIRSNAP_CHECK(check_rest());
    for (const char* key : {"id", "title", "severity"}) {
      if (seen_.count(key) == 0) return bad(std::string("key \"") + key + "\" is missing");
    }
    if (skip_blanks_and_comments(report_.sql) == report_.sql.size()) {
      return bad("no statement follows the head");
    }
    return std::move(report_);
  }

 private:
  [[nodiscard]] tl::unexpected<Error> bad(const std::string& what) const {
    return fail(Code::kUsage, key_line_,
                report_.origin + " line " + std::to_string(key_line_) + ": " + what);
  }

  // Names in another encoding would match nothing, in silence.
  Result<void> check_text() {
    if (text_.starts_with("\xFF\xFE") || text_.starts_with("\xFE\xFF"))
      return bad("the file is UTF-16; save it as UTF-8");
    if (const auto line = line_not_utf8(text_)) {
      key_line_ = *line;
      return bad("the text is not UTF-8; save the file as UTF-8");
    }
    if (!text_.starts_with("--"))
      return bad("the file does not begin with a head of lines \"-- key: value\"");
    return {};
  }

  // A line of the head below its end would be a comment that nobody heeds.
  Result<void> check_rest() {
    std::string_view rest = text_;
    for (std::uint64_t line = line_ + 1; !rest.empty(); ++line) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      const std::string_view text = trim_blanks(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
      if (!text.empty() && !text.starts_with("--")) break;
      const std::string_view comment = text.substr(std::min<std::size_t>(2, text.size()));
      const std::string_view key = trim_blanks(comment.substr(0, comment.find(':')));
      if (comment.find(':') == std::string_view::npos || !contains(known_keys(), key)) continue;
      key_line_ = line;
      return bad("key \"" + std::string(key) +
                 "\" stands below the end of the head; the head has no empty line");
    }
    return {};
  }

  // The next line of the head without "--"; false where the head ends.
  bool take_comment_line() {
    if (!text_.starts_with("--")) return false;
    const std::size_t end = std::min(text_.find('\n'), text_.size());
    comment_ = text_.substr(2, end - 2);
    if (comment_.ends_with('\r')) comment_.remove_suffix(1);
    text_.remove_prefix(std::min(end + 1, text_.size()));
    ++line_;
    return true;
  }

  Result<void> take_line() {
    if (trim_blanks(comment_).empty()) return {};
    if (comment_.starts_with("  ")) {
      if (key_.empty()) return bad("a continuation line without a key above it");
      value_.append(" ").append(trim_blanks(comment_));
      return {};
    }
    DIRSNAP_CHECK(finish_key());
    key_line_ = line_;
    const std::size_t colon = comment_.find(':');
    if (!comment_.starts_with(' ') || colon == std::string_view::npos) {
      return bad("expected \"-- key: value\"");
    }
    key_ = trim_blanks(comment_.substr(0, colon));
    value_ = trim_blanks(comment_.substr(colon + 1));
    return {};
  }

  // Stores the key whose lines are complete.
  Result<void> finish_key() {
    if (key_.empty()) return {};
    const std::string key = std::exchange(key_, {});
    if (key == "SPDX-License-Identifier") return {};
    if (key.starts_with("x-")) {
      report_.extra.emplace_back(key, value_);
      return {};
    }
    if (!contains(known_keys(), key)) {
      return bad("unknown key \"" + key + "\"" + near_miss(key, known_keys()));
    }
    const bool repeatable = key == "param" || key == "test";
    if (!seen_.insert(key).second && !repeatable) return bad("key \"" + key + "\" stands twice");
    if (value_.empty()) return bad("key \"" + key + "\" has no value");
    return store(key);
  }

  Result<void> store(const std::string& key) {
    if (key == "id") return store_id();
    if (key == "severity") return store_severity();
    if (key == "param") return store_param();
    if (key == "needs") return store_needs();
    if (key == "kb") return store_kb();
    if (key == "title") report_.title = value_;
    if (key == "applies") report_.applies = split_list(value_);
    if (key == "tags") report_.tags = split_list(value_);
    if (key == "remedy") report_.remedy = value_;
    if (key == "test") report_.tests.push_back(value_);
    if (key == "scope") report_.extra.emplace_back(key, value_);
    if (key == "dialect" && value_ != "sqlite") return bad("dialect \"" + value_ + "\" is unknown");
    return {};
  }

  Result<void> store_id() {
    if (!is_name(value_)) return bad("id \"" + value_ + "\" has other than a-z, 0-9, - and _");
    if (value_.front() == '-') return bad("id \"" + value_ + "\" begins with -, as an option does");
    report_.id = value_;
    return {};
  }

  Result<void> store_severity() {
    for (const auto severity :
         {FindingSeverity::kInfo, FindingSeverity::kWarning, FindingSeverity::kError}) {
      if (value_ != to_string(severity)) continue;
      report_.severity = severity;
      return {};
    }
    return bad("severity \"" + value_ + "\" is none of info, warning, error" +
               near_miss(value_, known_severities()));
  }

  Result<void> store_needs() {
    report_.needs = split_list(value_);
    for (const std::string& role : report_.needs) {
      if (!contains(known_roles(), role)) {
        return bad("needs: \"" + role +
                   "\" is none of directory, registry, private-store, public-store" +
                   near_miss(role, known_roles()));
      }
    }
    return {};
  }

  Result<void> store_kb() {
    report_.kb = split_list(value_);
    for (const std::string& article : report_.kb) {
      if (!is_kb(article)) return bad("kb: \"" + article + "\" is no Q number");
    }
    return {};
  }

  // name type [= default]   description
  Result<void> store_param() {
    std::string_view rest = value_;
    ReportParam param;
    param.name = take_word(rest);
    if (!is_param_name(param.name))
      return bad("param: name \"" + param.name + "\" has other than a-z, 0-9 and _");
    for (const ReportParam& other : report_.params) {
      if (other.name == param.name) return bad("param " + param.name + " stands twice");
    }
    if (auto type = parse_param_type(take_type(rest), param); !type) {
      return bad("param " + param.name + ": " + type.error().what);
    }
    const bool has_doc = rest.starts_with("  ");
    rest = trim_blanks(rest);
    if (rest.starts_with('=')) {
      DIRSNAP_CHECK(store_default(rest, param));
    } else if (!has_doc) {
      DIRSNAP_CHECK(check_doc(rest, param));
    }
    param.doc = trim_blanks(rest);
    report_.params.push_back(std::move(param));
    return {};
  }

  // Takes "= default".
  Result<void> store_default(std::string_view& rest, ReportParam& param) const {
    rest.remove_prefix(1);
    const bool quoted = trim_blanks(rest).starts_with('\'');
    const auto text = take_default(rest);
    if (!text) return bad("param " + param.name + ": the quote of the default is not closed");
    if (!quoted && *text == "NULL") return {};
    if (const auto value = param_value(param, *text); !value) {
      const bool two = !quoted && text->find(' ') != std::string::npos;
      return bad(value.error().what + (two ? "; a description begins after two blanks" : ""));
    }
    param.default_value = *text;
    return {};
  }

  // A default without "=" would be taken for words of the description, and the parameter be NULL.
  Result<void> check_doc(std::string_view doc, const ReportParam& param) const {
    if (param.type == ParamType::kText || doc.empty()) return {};
    const std::string_view word = take_word(doc);
    if (!param_value(param, word)) return {};
    return bad("param " + param.name + ": a default is written \"= " + std::string(word) + "\"");
  }

  std::string_view text_;
  Report report_;
  std::string_view comment_;
  std::uint64_t line_ = 0;
  std::string key_;
  std::string value_;
  std::uint64_t key_line_ = 1;
  std::set<std::string> seen_;
};

}  // namespace

Result<Report> parse_report(std::string_view text, std::string origin) {
  return ReportParser(text, std::move(origin)).parse();
}

const char* to_string(FindingSeverity severity) {
  switch (severity) {
    case FindingSeverity::kInfo:
      return "info";
    case FindingSeverity::kWarning:
      return "warning";
    case FindingSeverity::kError:
      break;
  }
  return "error";
}

}  // namespace dirsnap
