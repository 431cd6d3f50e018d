// SPDX-License-Identifier: MIT
#include "importers/ldif/reader.h"

#include <algorithm>

#include "importers/ldif/base64.h"
#include "storage/base/text.h"

namespace dirsnap::ldif {
namespace {

// A record beyond these is cut: its memory must not follow from the file. A value costs some 180
// bytes beside its text until it is a row: here, in the entry and where repeated ones are looked
// for.
constexpr std::size_t kMaxRecordBytes = std::size_t{1} << 29;
constexpr std::size_t kMaxRecordValues = 1'000'000;

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_';
}

// What stands before the colon: a name or OID, then options.
bool is_description(std::string_view text) {
  const std::size_t semicolon = std::min(text.find(';'), text.size());
  const std::string_view name = text.substr(0, semicolon);
  const auto is_option_char = [](char c) {
    return is_name_char(c) || c == '=' || c == '*' || c == ';';
  };
  const std::string_view options = text.substr(semicolon);
  return !name.empty() && std::all_of(name.begin(), name.end(), is_name_char) &&
         std::all_of(options.begin(), options.end(), is_option_char);
}

bool is_name_line(std::string_view line) {
  return line.size() >= 3 && line[2] == ':' && equal_ascii_nocase(line.substr(0, 2), "dn");
}

// What LDAP tools print behind the records.
bool is_tool_line(std::string_view name) {
  return equal_ascii_nocase(name, "search") || equal_ascii_nocase(name, "result") ||
         equal_ascii_nocase(name, "ref");
}

}  // namespace

bool looks_like_ldif(std::string_view head) {
  while (!head.empty()) {
    const std::size_t end = std::min(head.find_first_of("\r\n"), head.size());
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(std::min(end + 1, head.size()));
    // Comments may be folded.
    if (line.empty() || line.front() == '#' || line.front() == ' ') continue;
    if (is_name_line(line)) return true;
    constexpr std::string_view kVersion = "version:";
    const bool is_version = line.size() <= 16 &&
                            equal_ascii_nocase(line.substr(0, kVersion.size()), kVersion) &&
                            line.find_first_of("0123456789") != std::string_view::npos;
    if (!is_version) return false;
  }
  return false;
}

Reader::Reader(ByteSource& source,
               const dump::TextCoding& coding,
               const CancelToken& cancel,
               IssueSink& issues)
    : lines_(source, coding, cancel), issues_(&issues) {}

void Reader::seek(const dump::Place& place) {
  lines_.seek(place.offset, place.line);
  has_next_line_ = false;
}

void Reader::report(Severity severity, const char* code, std::string message) {
  issues_->report({.severity = severity,
                   .code = code,
                   .offset_bytes = line_offset_,
                   .place = "line " + std::to_string(line_),
                   .message = std::move(message)});
}

void Reader::begin_record() {
  text_.clear();
  has_line_ = false;
  state_ = State::kStart;
  has_record_ = false;
  new_rdn_ = {};
  new_superior_ = {};
  has_new_superior_ = false;
  change_ = dump::Change::kContent;
  values_.clear();
  block_ = Block::kNone;
}

Result<bool> Reader::next_line(dump::Line& line) {
  if (!has_next_line_) return lines_.next(line);
  has_next_line_ = false;
  line = next_line_;
  return true;
}

Result<bool> Reader::next(dump::Entry& entry) {
  begin_record();
  dump::Line line;
  for (;;) {
    DIRSNAP_TRY(const bool more, next_line(line));
    if (!more) break;
    if (!line.text.empty() && (line.text.front() == ' ' || line.text.front() == '\t')) {
      append_fold(line);
      continue;
    }
    finish_logical_line();
    const bool ends_here = line.text.empty();
    const bool is_next = has_record_ && is_name_line(line.text);
    if (!ends_here && !is_next) {
      start_logical_line(line);
      continue;
    }
    if (is_next) {
      line_ = line.number;
      line_offset_ = line.offset;
      report(Severity::kDoubt, "ldif-no-blank-line",
             "a record begins without a blank line before it; read as a record of its own");
      next_line_ = line;
      has_next_line_ = true;
    }
    if (has_record_) {
      give(entry);
      return true;
    }
    begin_record();
  }
  finish_logical_line();
  if (!has_record_) return false;
  give(entry);
  return true;
}

// False if the line's attribute is not wanted in this pass. Only plain values can be left out:
// the lines of change records steer what follows.
bool Reader::is_wanted_line(std::string_view text) const {
  if (!wanted_ || state_ != State::kValues) return true;
  std::size_t end = 0;
  while (end < text.size() && text[end] != ':' && text[end] != ';') ++end;
  if (end == text.size()) return true;  // the name itself is folded
  const std::string_view name = text.substr(0, end);
  return wanted_(name) || equal_ascii_nocase(name, "changetype");
}

void Reader::start_logical_line(const dump::Line& line) {
  has_line_ = true;
  line_ = line.number;
  line_offset_ = line.offset;
  is_cut_ = line.is_cut;
  is_dropped_ = line.text.front() == '#' || state_ == State::kIgnore || !is_wanted_line(line.text);
  begin_ = text_.size();
  if (!is_dropped_) text_ += line.text;
}

void Reader::append_fold(const dump::Line& line) {
  if (!has_line_) {
    line_ = line.number;
    line_offset_ = line.offset;
    report(Severity::kLoss, "ldif-line", "a continuation line that continues nothing; passed over");
    return;
  }
  if (is_dropped_) return;
  if (line.text.front() == '\t') {
    report(Severity::kDoubt, "ldif-tab-fold",
           "a line continued behind a TAB, which is no fold mark; joined all the same");
  }
  if (line.is_cut || text_.size() - begin_ + line.text.size() > dump::kMaxLineBytes) {
    is_cut_ = true;
    return;
  }
  text_ += line.text.substr(1);
}

// Takes the line at begin_ apart; false if it is none of LDIF's.
bool Reader::split(Parts& parts) {
  const std::string_view line = std::string_view(text_).substr(begin_);
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return false;
  const std::string_view description = line.substr(0, colon);
  if (!is_description(description)) return false;
  const std::size_t name_size = std::min(description.find(';'), description.size());
  parts.attribute = {begin_, name_size};
  parts.options = {begin_ + name_size, colon - name_size};
  std::size_t at = colon + 1;
  if (at < line.size() && line[at] == ':') {
    parts.form = dump::ValueForm::kOctets;
    ++at;
  } else if (at < line.size() && line[at] == '<') {
    parts.form = dump::ValueForm::kReference;
    ++at;
  }
  while (at < line.size() && line[at] == ' ') ++at;
  parts.bytes = {begin_ + at, line.size() - at};
  return true;
}

void Reader::decode_value(Parts& parts) {
  if (is_cut_) {
    parts.form = dump::ValueForm::kLost;
    parts.bytes.size = 0;
    report(Severity::kLoss, "ldif-long-value", "a value longer than 256 MiB; not kept");
  } else if (parts.form == dump::ValueForm::kReference) {
    report(Severity::kLoss, "ldif-url",
           "the value lies in a file or location that the dump names; it was not opened");
  } else if (parts.form == dump::ValueForm::kOctets) {
    const auto size = decode_base64(std::span(text_).subspan(parts.bytes.begin, parts.bytes.size));
    if (size) {
      parts.bytes.size = *size;
    } else {
      parts.form = dump::ValueForm::kLost;
      parts.bytes.size = 0;
      report(Severity::kLoss, "ldif-base64", "a value that is no base64; kept without its bytes");
    }
  }
  text_.resize(parts.bytes.begin + parts.bytes.size);
}

void Reader::finish_logical_line() {
  if (!has_line_) return;
  has_line_ = false;
  if (is_dropped_) return;
  if (state_ == State::kModify && std::string_view(text_).substr(begin_) == "-") {
    close_block();
    text_.resize(begin_);
    return;
  }
  Parts parts;
  if (!split(parts)) {
    report(Severity::kLoss, "ldif-line", "a line that is no attribute and value; passed over");
    text_.resize(begin_);
    return;
  }
  decode_value(parts);
  switch (state_) {
    case State::kStart:
      take_first_line(parts);
      break;
    case State::kValues:
      take_values_line(parts);
      break;
    case State::kModify:
      take_modify_line(parts);
      break;
    case State::kRename:
      take_rename_line(parts);
      break;
    case State::kIgnore:
      break;
  }
}

void Reader::take_first_line(const Parts& parts) {
  const std::string_view name = view(parts.attribute);
  if (equal_ascii_nocase(name, "version")) return;
  if (equal_ascii_nocase(name, "dn") && parts.form != dump::ValueForm::kLost) {
    dn_ = parts.bytes;
    place_ = {.offset = line_offset_, .line = line_};
    has_record_ = true;
    state_ = State::kValues;
    return;
  }
  state_ = State::kIgnore;
  if (is_tool_line(name)) return;
  report(Severity::kLoss, "ldif-no-name", "a record without a name (dn); passed over");
}

bool Reader::has_controls_only() const {
  return std::all_of(values_.begin(), values_.end(), [this](const Pending& value) {
    return equal_ascii_nocase(view(value.attribute), "control");
  });
}

void Reader::take_values_line(const Parts& parts) {
  const bool is_change =
      equal_ascii_nocase(view(parts.attribute), "changetype") && has_controls_only();
  if (is_change) {
    take_change_type(parts);
  } else {
    add_value(parts, dump::Edit::kAdd);
  }
}

void Reader::take_change_type(const Parts& parts) {
  const std::string type = to_lower_ascii(trim_blanks(view(parts.bytes)));
  values_.clear();  // controls: they steer the server that the record was meant for
  if (type == "delete") {
    change_ = dump::Change::kDelete;
  } else if (type == "modify") {
    change_ = dump::Change::kModify;
    state_ = State::kModify;
  } else if (type == "modrdn" || type == "moddn") {
    change_ = dump::Change::kRename;
    state_ = State::kRename;
  } else if (type != "add") {
    report(Severity::kDoubt, "ldif-changetype",
           "a change of a kind that LDIF does not have; read as if it were add");
  }
}

void Reader::take_modify_line(const Parts& parts) {
  const std::string_view name = view(parts.attribute);
  const bool is_of_block =
      block_ != Block::kNone && equal_ascii_nocase(name, view(block_attribute_.attribute));
  Block opened = Block::kNone;
  if (equal_ascii_nocase(name, "add")) opened = Block::kAdd;
  if (equal_ascii_nocase(name, "delete")) opened = Block::kDelete;
  if (equal_ascii_nocase(name, "replace")) opened = Block::kReplace;
  if (equal_ascii_nocase(name, "increment")) opened = Block::kOther;
  if (opened != Block::kNone && !is_of_block) {
    close_block();
    const std::string_view description = view(parts.bytes);
    const std::size_t size = std::min(description.find(';'), description.size());
    block_attribute_.attribute = {parts.bytes.begin, size};
    block_attribute_.options = {parts.bytes.begin + size, description.size() - size};
    block_attribute_.bytes = {parts.bytes.begin, 0};
    block_ = opened;
    block_values_ = 0;
    if (opened == Block::kReplace) add_value(block_attribute_, dump::Edit::kClear);
    return;
  }
  if (!is_of_block || block_ == Block::kOther) {
    report(Severity::kDoubt, "ldif-modify",
           "a line of a modify record that cannot be followed; passed over");
    return;
  }
  ++block_values_;
  add_value(parts, block_ == Block::kDelete ? dump::Edit::kRemove : dump::Edit::kAdd);
}

void Reader::close_block() {
  if (block_ == Block::kDelete && block_values_ == 0) {
    add_value(block_attribute_, dump::Edit::kClear);
  }
  block_ = Block::kNone;
}

void Reader::take_rename_line(const Parts& parts) {
  const std::string_view name = view(parts.attribute);
  if (equal_ascii_nocase(name, "newrdn")) {
    new_rdn_ = parts.bytes;
  } else if (equal_ascii_nocase(name, "newsuperior")) {
    new_superior_ = parts.bytes;
    has_new_superior_ = true;
  } else if (!equal_ascii_nocase(name, "deleteoldrdn")) {
    report(Severity::kDoubt, "ldif-modify",
           "a line of a rename record that cannot be followed; passed over");
  }
}

void Reader::add_value(const Parts& parts, dump::Edit edit) {
  if (state_ == State::kModify && wanted_ && !wanted_(view(parts.attribute))) return;
  if (values_.size() >= kMaxRecordValues || text_.size() > kMaxRecordBytes) {
    report(Severity::kLoss, "ldif-record-size",
           "a record of more than " + std::to_string(kMaxRecordValues) + " values or " +
               std::to_string(kMaxRecordBytes >> 20) + " MiB; the rest of it is not kept");
    text_.resize(begin_);
    state_ = State::kIgnore;
    return;
  }
  values_.push_back({.attribute = parts.attribute,
                     .options = parts.options,
                     .bytes = parts.bytes,
                     .form = parts.form,
                     .edit = edit,
                     .line = line_});
}

void Reader::give(dump::Entry& entry) {
  if (state_ == State::kModify) close_block();
  entry.dn = view(dn_);
  entry.change = change_;
  entry.new_rdn = view(new_rdn_);
  entry.new_superior = view(new_superior_);
  entry.has_new_superior = has_new_superior_;
  entry.place = place_;
  entry.values.clear();
  for (const Pending& value : values_) {
    entry.values.push_back({.attribute = view(value.attribute),
                            .options = view(value.options),
                            .bytes = view(value.bytes),
                            .form = value.form,
                            .edit = value.edit,
                            .line = value.line});
  }
}

}  // namespace dirsnap::ldif
