// SPDX-License-Identifier: MIT
#include "importers/reg_text/regedit_parser.h"

#include <optional>

#include "importers/reg_text/detect.h"
#include "importers/reg_text/regedit_lex.h"
#include "importers/reg_text/value_bytes.h"
#include "importers/reg_text/wine_syntax.h"
#include "storage/base/text.h"

namespace dirsnap::reg_text {
namespace {

// A string of more bytes or lines than this is a lost quotation mark, not a value.
constexpr std::size_t kMaxStringBytes = kMaxLineBytes;
constexpr std::size_t kMaxStringLines = std::size_t{1} << 18;
// A name holds 16,383 units, which is three bytes each, of which any may be escaped.
constexpr std::size_t kMaxNameBytes = std::size_t{1} << 17;
// More blank lines and comments than this inside a list end it.
constexpr std::size_t kMaxFillerLines = 1024;

bool is_string_type(std::uint32_t type) {
  return type == kRegString || type == kRegExpandString || type == kRegLink ||
         type == kRegMultiString;
}

}  // namespace

Result<void> RegeditParser::run() {
  Line line;
  while (true) {
    DIRSNAP_TRY(const bool has_line, context_.lines.next(line));
    if (!has_line) return {};
    if (line.number % 4096 == 0) DIRSNAP_CHECK(context_.cancel.check());
    DIRSNAP_CHECK(parse_line(line));
  }
}

Result<void> RegeditParser::parse_line(Line& line) {
  DIRSNAP_CHECK(join_name(line));
  const std::string kept = line.text;  // parse_assignment may read on into `line`
  const std::string_view text = trim_blanks(kept);
  if (form_ == Form::kWine) parse_wine_note(text);
  if (is_blank_line(text) || is_comment(text)) return {};
  if (line.is_cut) {
    report_line(context_, Severity::kLoss, "reg-line-too-long", line,
                "the line is longer than 64 MB and was passed over");
    return {};
  }
  if (text.front() == '[') {
    if (form_ == Form::kWine) {
      parse_wine_section(line, text);
    } else {
      parse_section(line, text);
    }
    return {};
  }
  if (text.front() == '"' || text.front() == '@') {
    // Blanks at the end may belong to a string that goes on in the next line.
    const auto begin = static_cast<std::size_t>(text.data() - kept.data());
    return parse_assignment(line, std::string_view(kept).substr(begin));
  }
  if (!parse_header(line, text)) {
    report_line(context_, Severity::kLoss, "reg-unreadable-line", line, "unreadable line");
  }
  return {};
}

// The header of one more export that was joined to the text, which may be of the other version.
bool RegeditParser::parse_header(const Line& line, std::string_view text) {
  const auto form = header_form(text);
  if (!form || form_ == Form::kWine || *form == Form::kWine) return false;
  if (!is_end(behind_header(text))) return false;
  form_ = *form;
  is_deleting_ = false;
  context_.builder.close_key();
  report_line(context_, Severity::kNote, "reg-joined-texts", line, "one more export begins here");
  return true;
}

void RegeditParser::parse_section(const Line& line, std::string_view text) {
  const std::size_t end = text.rfind(']');
  is_deleting_ = false;
  if (end == std::string_view::npos || end < 2) {
    // Whose values follow is not known: they are reported one by one.
    context_.builder.close_key();
    report_line(context_, Severity::kLoss, "reg-unreadable-line", line, "unreadable key line");
    return;
  }
  if (!is_end(text.substr(end + 1))) {
    report_line(context_, Severity::kLoss, "reg-unreadable-line", line,
                "text behind the key is passed over");
  }
  open_section(line, text.substr(1, end - 1));
}

void RegeditParser::open_section(const Line& line, std::string_view name) {
  is_deleting_ = name.front() == '-';
  if (is_deleting_) name.remove_prefix(1);
  const std::string path = expand_root(context_.codec.text(name));
  if (!is_deleting_) {
    context_.builder.open_key(path, line.offset);
    return;
  }
  context_.builder.delete_key(path);
  report_line(context_, Severity::kNote, "reg-deleted-key", line,
              "the text deletes this key and all below it");
}

void RegeditParser::parse_wine_section(const Line& line, std::string_view text) {
  const auto key = parse_wine_key(context_.codec.text(text));
  if (!key || (key->path.empty() && root_.empty())) {
    context_.builder.close_key();
    report_line(context_, Severity::kLoss, "reg-unreadable-line", line, "unreadable key line");
    return;
  }
  context_.builder.open_key(root_.empty() ? key->path : root_ + '\\' + key->path, line.offset);
  context_.builder.current().filetime = key->filetime;
}

// The comments and # lines that mean something.
void RegeditParser::parse_wine_note(std::string_view text) {
  if (text.starts_with(";;")) {
    if (auto root = parse_wine_root(context_.codec.text(text))) root_ = *std::move(root);
  }
  if (!text.starts_with('#') || !context_.builder.has_current()) return;
  Key& key = context_.builder.current();
  if (const auto filetime = parse_wine_time(text)) key.filetime = filetime;
  if (const auto name = find_wine_class(text)) key.class_name = unescape(*name);
}

// A value name may hold line ends as a string may: appends the lines up to the one that closes it.
// Leaves the line as it is where no assignment comes of it.
Result<void> RegeditParser::join_name(Line& line) {
  const std::string_view begin = skip_blanks(line.text);
  if (!begin.starts_with('"') || find_quote(begin.substr(1)) != std::string_view::npos) return {};
  Line joined = line;
  std::vector<Line> taken;
  while (joined.text.size() < kMaxNameBytes) {
    Line next;
    DIRSNAP_TRY(const bool has_line, context_.lines.next(next));
    if (!has_line) break;
    taken.push_back(std::move(next));
    const Line& last = taken.back();
    if (last.is_cut) break;
    joined.text += joined.ending + last.text;
    joined.ending = last.ending;
    joined.size_bytes += last.size_bytes;
    const std::size_t quote = find_quote(last.text);
    if (quote == std::string_view::npos) continue;
    const std::string_view rest = skip_blanks(std::string_view(last.text).substr(quote + 1));
    if (!rest.starts_with('=')) break;
    line = std::move(joined);
    return {};
  }
  context_.lines.unread(std::move(taken));
  return {};
}

// A name or string without its quotation marks, to WTF-8.
std::string RegeditParser::unescape(std::string_view raw) {
  if (form_ == Form::kWine) return unescape_wine(context_.codec.text(raw));
  return context_.codec.text(unescape_regedit(raw));
}

Result<void> RegeditParser::parse_assignment(Line& line, std::string_view text) {
  Value value;
  value.offset = line.offset;
  if (text.front() == '@') {
    text.remove_prefix(1);
  } else {
    text.remove_prefix(1);
    const std::size_t quote = find_quote(text);
    if (quote == std::string_view::npos) {
      report_line(context_, Severity::kLoss, "reg-unreadable-line", line,
                  "unreadable line: the value name has no end");
      return {};
    }
    value.name = unescape(text.substr(0, quote));
    text.remove_prefix(quote + 1);
  }
  text = skip_blanks(text);
  if (text.empty() || text.front() != '=') {
    report_line(context_, Severity::kLoss, "reg-unreadable-line", line,
                "unreadable line: no = behind the value name");
    return {};
  }
  return parse_data(line, skip_blanks(text.substr(1)), std::move(value));
}

Result<void> RegeditParser::parse_data(Line& line, std::string_view data, Value value) {
  if (data.starts_with('-') && is_end(data.substr(1))) {
    delete_value(line, value.name);
    return {};
  }
  if (data.starts_with('"')) {
    value.type = kRegString;
    return parse_string(line, data.substr(1), std::move(value));
  }
  if (take_word(data, "dword:")) {
    value.type = kRegDword;
    parse_number(line, data, sizeof(std::uint32_t), std::move(value));
    return {};
  }
  if (take_word(data, "qword:")) {
    value.type = kRegQword;
    parse_number(line, data, sizeof(std::uint64_t), std::move(value));
    return {};
  }
  if (take_word(data, "hex:")) {
    value.type = kRegBinary;
    return parse_list(line, data, std::move(value));
  }
  if (take_word(data, "hex(")) {
    const auto type = take_hex(data, 8);
    if (type && data.starts_with("):")) {
      value.type = static_cast<std::uint32_t>(*type);
      return parse_list(line, data.substr(2), std::move(value));
    }
  }
  if (take_word(data, "str:\"")) {
    value.type = kRegString;
    return parse_string(line, data, std::move(value));
  }
  if (take_word(data, "str(")) {
    const auto type = take_hex(data, 8);
    if (type && data.starts_with("):\"")) {
      value.type = static_cast<std::uint32_t>(*type);
      if (form_ == Form::kWine) return parse_string(line, data.substr(3), std::move(value));
      parse_bare_string(line, data.substr(3), std::move(value));
      return {};
    }
  }
  report_line(context_, Severity::kLoss, "reg-unreadable-line", line,
              "unreadable line: data of an unknown form");
  return {};
}

// The string mode of a hive export tool: one line, backslashes are not escaped, quotation marks
// are; so the last mark of the line closes the string.
void RegeditParser::parse_bare_string(const Line& line, std::string_view text, Value value) {
  const std::size_t quote = text.rfind('"');
  if (quote == std::string_view::npos || !is_end(text.substr(quote + 1))) {
    report_line(context_, Severity::kLoss, "reg-unterminated-string", line,
                "unterminated string; the value is lost");
    return;
  }
  std::string raw;
  for (std::size_t i = 0; i < quote; ++i) {
    const bool is_escape = text[i] == '\\' && i + 1 < quote && text[i + 1] == '"';
    if (!is_escape) raw.push_back(text[i]);
  }
  value.data = string_bytes(context_.codec.text(raw));
  store(line, std::move(value));
}

Result<void> RegeditParser::parse_string(Line& line, std::string_view text, Value value) {
  const Line first = line;
  std::string raw;
  DIRSNAP_TRY(const bool is_complete, read_quoted(line, text, raw));
  if (!is_complete) {
    report_line(context_, Severity::kLoss, "reg-unterminated-string", first,
                "unterminated string; the value is lost");
    return {};
  }
  if (!is_end(text)) {
    report_line(context_, Severity::kLoss, "reg-unreadable-line", line,
                "text behind the closing quotation mark is passed over");
  }
  value.data = string_bytes(unescape(raw));
  store(first, std::move(value));
  return {};
}

// The string up to the closing quotation mark, which may stand some lines further; then `rest` is
// what follows it, borrowed from `line`. False if there is none: the lines are given back.
Result<bool> RegeditParser::read_quoted(Line& line, std::string_view& rest, std::string& raw) {
  std::vector<Line> taken;
  std::size_t quote = find_quote(rest);
  while (quote == std::string_view::npos) {
    raw.append(rest).append(line.ending);
    Line next;
    DIRSNAP_TRY(const bool has_line, context_.lines.next(next));
    // A string holds no quotation marks that are not escaped, so another assignment is none of it.
    if (!has_line || next.is_cut || is_named_assignment(skip_blanks(next.text)) ||
        raw.size() > kMaxStringBytes || taken.size() > kMaxStringLines) {
      if (has_line) taken.push_back(std::move(next));
      context_.lines.unread(std::move(taken));
      return false;
    }
    taken.push_back(next);
    line = std::move(next);
    rest = line.text;
    // A backslash as the last character escapes the line end and changes nothing.
    quote = find_quote(rest);
  }
  raw.append(rest.substr(0, quote));
  rest.remove_prefix(quote + 1);
  return true;
}

void RegeditParser::parse_number(const Line& line,
                                 std::string_view digits,
                                 std::size_t bytes,
                                 Value value) {
  digits = skip_blanks(digits);
  const auto number = take_hex(digits, bytes * 2);
  if (!number || !is_end(digits)) {
    report_line(context_, Severity::kLoss, "reg-bad-number", line, "bad number; the value is lost");
    return;
  }
  for (std::size_t i = 0; i < bytes; ++i) {
    value.data.push_back(static_cast<char>(*number >> (8 * i)));
  }
  store(line, std::move(value));
}

Result<void> RegeditParser::parse_list(Line& line, std::string_view list, Value value) {
  const Line first = line;
  DIRSNAP_TRY(const ListEnd end, read_list(line, list, value.data));
  if (end == ListEnd::kBadNumber) {
    report_line(context_, Severity::kLoss, "reg-bad-number", line,
                "bad byte in a list; the value is lost");
    return {};
  }
  if (end == ListEnd::kMissingContinuation) {
    report_line(context_, Severity::kLoss, "reg-list-ends-early", line,
                "the list goes on behind this line, which is not there; kept is what was read");
  }
  if (form_ == Form::kRegedit4 && is_string_type(value.type)) {
    value.data = context_.codec.utf16_from_ansi(value.data);
  }
  store(first, std::move(value));
  return {};
}

// `line` ends as the last line that belongs to the list.
Result<RegeditParser::ListEnd> RegeditParser::read_list(Line& line,
                                                        std::string_view list,
                                                        std::string& bytes) {
  const Line first = line;
  bool is_bad = false;
  while (true) {
    PieceEnd end = parse_piece(list, bytes);
    if (end == PieceEnd::kBad) {
      is_bad = true;  // what continues a bad line is no line of its own either
      end = ends_in_backslash(list) ? PieceEnd::kContinues : PieceEnd::kDone;
    }
    if (end == PieceEnd::kDone) return is_bad ? ListEnd::kBadNumber : ListEnd::kComplete;
    DIRSNAP_TRY(const bool goes_on, read_continuation(first, line));
    if (!goes_on) return is_bad ? ListEnd::kBadNumber : ListEnd::kMissingContinuation;
    list = line.text;
  }
}

// The next line of a list. Blank lines and comments between are passed over with a note; a line
// that cannot belong to a list is left to be read, and the result is false.
Result<bool> RegeditParser::read_continuation(const Line& first, Line& line) {
  std::vector<Line> passed;
  while (passed.size() <= kMaxFillerLines) {
    Line next;
    DIRSNAP_TRY(const bool has_line, context_.lines.next(next));
    if (!has_line) break;
    const std::string_view text = trim_blanks(next.text);
    const bool is_filler = text.empty() || is_comment(text);
    const bool is_list = !text.empty() && (hex_digit(text.front()) || text.front() == '\\');
    passed.push_back(next);
    if (is_filler) continue;
    if (!is_list || next.is_cut) break;
    if (passed.size() > 1) {
      report_line(context_, Severity::kNote, "reg-comment-in-list", first,
                  "a blank line or comment stands inside the list");
    }
    line = std::move(next);
    return true;
  }
  context_.lines.unread(std::move(passed));
  return false;
}

void RegeditParser::store(const Line& line, Value value) {
  if (is_deleting_) {
    report_line(context_, Severity::kNote, "reg-ignored-value", line,
                "a value under a deleted key has no effect");
  } else {
    store_value(context_, line, std::move(value));
  }
}

void RegeditParser::delete_value(const Line& line, std::string_view name) {
  if (!is_deleting_ && context_.builder.has_current()) context_.builder.delete_value(name);
  report_line(context_, Severity::kNote, "reg-deleted-value", line, "the text deletes this value");
}

}  // namespace dirsnap::reg_text
