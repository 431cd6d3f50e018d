// SPDX-License-Identifier: MIT
#include "query/csv_records.h"

#include <algorithm>

namespace dirsnap {
namespace {

class CsvParser {
 public:
  explicit CsvParser(std::string_view text) : text_(text) {}

  Result<std::vector<CsvRecord>> parse() {
    std::vector<CsvRecord> records;
    while (at_ < text_.size()) {
      if (skip_line()) continue;
      DIRSNAP_TRY(CsvRecord record, take_record());
      records.push_back(std::move(record));
    }
    return records;
  }

 private:
  [[nodiscard]] bool at_break() const {
    return at_ == text_.size() || text_[at_] == '\n' ||
           (text_[at_] == '\r' && (at_ + 1 == text_.size() || text_[at_ + 1] == '\n'));
  }

  void take_break() {
    at_ = std::min(text_.find('\n', at_), text_.size() - 1) + 1;
    ++line_;
  }

  // Passes an empty line or a comment.
  bool skip_line() {
    if (!at_break() && text_[at_] != '#') return false;
    take_break();
    return true;
  }

  Result<CsvRecord> take_record() {
    CsvRecord record{.line = line_, .fields = {}};
    for (;;) {
      DIRSNAP_TRY(std::string field, take_field());
      record.fields.push_back(std::move(field));
      if (at_break()) {
        if (at_ < text_.size()) take_break();
        return record;
      }
      ++at_;  // the comma
    }
  }

  Result<std::string> take_field() {
    if (at_ < text_.size() && text_[at_] == '"') return take_quoted();
    std::string field;
    while (!at_break() && text_[at_] != ',') field += text_[at_++];
    return field;
  }

  Result<std::string> take_quoted() {
    const std::uint64_t opened = line_;
    std::string field;
    for (++at_; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '"' && (at_ + 1 == text_.size() || text_[at_ + 1] != '"')) {
        ++at_;
        if (at_break() || text_[at_] == ',') return field;
        return fail(Code::kUsage, line_, "text stands between a closing quote and the comma");
      }
      if (c == '"') ++at_;
      if (c == '\n') ++line_;
      field += c;
    }
    return fail(Code::kUsage, opened, "a quote is opened here and not closed");
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::uint64_t line_ = 1;
};

}  // namespace

Result<std::vector<CsvRecord>> parse_csv_records(std::string_view text) {
  return CsvParser(text).parse();
}

}  // namespace dirsnap
