// SPDX-License-Identifier: MIT
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "importers/reg_text/dump_parsers.h"
#include "importers/reg_text/regedit_lex.h"
#include "importers/reg_text/value_bytes.h"
#include "storage/base/registry_type.h"
#include "storage/base/text.h"

namespace dirsnap::reg_text {
namespace {

constexpr std::uint32_t kTypeResourceList = 8;
constexpr std::uint32_t kTypeResourceRequirements = 10;

// The text behind a label, or nullopt if the line has another one.
std::optional<std::string> behind_label(std::string_view text, std::string_view label) {
  if (!text.starts_with(label)) return std::nullopt;
  return std::string(trim_blanks(text.substr(label.size())));
}

// "Value 12"
bool is_value_head(std::string_view text) {
  constexpr std::string_view kWord = "Value ";
  if (!text.starts_with(kWord) || text.size() == kWord.size()) return false;
  return std::all_of(text.begin() + kWord.size(), text.end(),
                     [](char c) { return c >= '0' && c <= '9'; });
}

// "00000000   06 00 ... - 2d 00 ...  text": appends the bytes; false if the row does not continue
// what is there.
bool take_row(std::string_view row, std::string& data) {
  std::uint64_t offset = 0;
  std::size_t at = 0;
  for (; at < 8 && at < row.size(); ++at) {
    const auto digit = hex_digit(row[at]);
    if (!digit) return false;
    offset = offset << 4 | *digit;
  }
  if (at != 8 || offset != data.size()) return false;
  while (at < row.size() && row[at] == ' ') ++at;
  for (int i = 0; i < 16 && at + 1 < row.size(); ++i) {
    const auto byte = hex_bytes(row.substr(at, 2));
    if (!byte) return i > 0;
    data += *byte;
    at += 2;
    if (row.substr(at, 3) == " - ") {
      at += 3;
    } else if (at < row.size() && row[at] == ' ') {
      ++at;
    } else {
      break;
    }
    if (at < row.size() && row[at] == ' ') break;  // two blanks: the text column follows
  }
  return true;
}

class RegEdt32Parser {
 public:
  explicit RegEdt32Parser(ParseContext context) : context_(context) {}

  Result<void> run();

 private:
  void parse_line(Line& line);
  bool parse_label(const Line& line, std::string_view text);
  bool parse_value_label(std::string_view text);
  void finish_value();
  std::optional<std::string> data_bytes() const;

  ParseContext context_;
  Line first_;                  // of the value being read
  std::optional<Value> value_;  // without its data
  bool has_type_ = false;
  bool is_in_data_ = false;
  bool saw_times_ = false;
  std::vector<std::string> data_;  // lines of it
};

Result<void> RegEdt32Parser::run() {
  Line line;
  while (true) {
    DIRSNAP_TRY(const bool has_line, context_.lines.next(line));
    if (!has_line) break;
    if (line.number % 4096 == 0) DIRSNAP_CHECK(context_.cancel.check());
    parse_line(line);
  }
  finish_value();
  if (saw_times_) {
    context_.issues.report({.severity = Severity::kNote,
                            .code = "reg-local-times",
                            .place = {},
                            .message = "last-write times are local times of the exporting user in "
                                       "the format of his locale; they are not taken"});
  }
  return {};
}

void RegEdt32Parser::parse_line(Line& line) {
  const std::string_view text = trim_blanks(line.text);
  if (is_blank_line(text)) {
    is_in_data_ = false;
    return;
  }
  if (parse_label(line, text)) return;
  const bool is_resource = value_ && has_type_ && value_->type >= kTypeResourceList &&
                           value_->type <= kTypeResourceRequirements;
  if (is_in_data_) {
    data_.push_back(context_.codec.text(text));
  } else if (!is_resource) {
    report_line(context_, Severity::kLoss, "reg-unreadable-line", line, "unreadable line");
  }
}

// True if the line was one of the labelled ones.
bool RegEdt32Parser::parse_label(const Line& line, std::string_view text) {
  if (const auto path = behind_label(text, "Key Name:")) {
    finish_value();
    context_.builder.open_key(context_.codec.text(*path), line.offset);
  } else if (is_value_head(text)) {
    finish_value();
    first_ = line;
    value_.emplace().offset = line.offset;
  } else if (const auto name = behind_label(text, "Class Name:"); name && !value_) {
    if (context_.builder.has_current() && *name != "<NO CLASS>") {
      context_.builder.current().class_name = context_.codec.text(*name);
    }
  } else if (behind_label(text, "Last Write Time:") && !value_) {
    saw_times_ = true;
  } else {
    return value_ && !is_in_data_ && parse_value_label(text);
  }
  return true;
}

bool RegEdt32Parser::parse_value_label(std::string_view text) {
  if (const auto name = behind_label(text, "Name:")) {
    if (*name != "<NO NAME>") value_->name = context_.codec.text(*name);
  } else if (const auto type = behind_label(text, "Type:")) {
    const auto number = registry_type_of_name(*type);
    has_type_ = number.has_value();
    value_->type = number.value_or(kRegNone);
  } else if (const auto data = behind_label(text, "Data:")) {
    is_in_data_ = true;
    if (!data->empty()) data_.push_back(context_.codec.text(*data));
  } else {
    return false;
  }
  return true;
}

std::optional<std::string> RegEdt32Parser::data_bytes() const {
  std::string data;
  switch (value_->type) {
    case kRegString:
    case kRegExpandString:
    case kRegLink:
      for (const std::string& line : data_) data += (data.empty() ? "" : "\r\n") + line;
      return string_bytes(data);
    case kRegMultiString:
      return multi_string_bytes(data_);
    case kRegDword:
      return data_.size() == 1 ? number_bytes(data_[0], 4) : std::nullopt;
    case kRegQword:
      return data_.size() == 1 ? number_bytes(data_[0], 8) : std::nullopt;
    default:
      for (const std::string& line : data_) {
        if (!take_row(line, data)) return std::nullopt;
      }
      return data;
  }
}

void RegEdt32Parser::finish_value() {
  if (value_) {
    const bool is_resource =
        value_->type >= kTypeResourceList && value_->type <= kTypeResourceRequirements;
    auto data = has_type_ && !is_resource ? data_bytes() : std::nullopt;
    if (!data) {
      report_line(context_, Severity::kLoss, is_resource ? "reg-resource-text" : "reg-bad-number",
                  first_,
                  is_resource ? "resources are printed as text; their bytes are not there"
                              : "type or data cannot be read; the data is lost");
    }
    if (has_type_) {
      value_->data = data.value_or("");
      store_value(context_, first_, *std::move(value_));
    }
  }
  value_.reset();
  has_type_ = false;
  is_in_data_ = false;
  data_.clear();
}

}  // namespace

Result<void> parse_regedt32(ParseContext context) { return RegEdt32Parser(context).run(); }

}  // namespace dirsnap::reg_text
