// SPDX-License-Identifier: MIT
#include "importers/csv/reader.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "storage/base/dn.h"
#include "storage/base/text.h"

namespace dirsnap::csv {
namespace {

// A quoted field that goes on longer than this was never closed.
constexpr std::size_t kMaxOpenBytes = std::size_t{1} << 20;
// What may be searched in vain for the ends of quotes, behind them all: so many times the source's
// size, and this. Each search reads again what the rows behind it hold.
constexpr std::uint64_t kMaxSearches = 4;
constexpr std::uint64_t kFreeSearchBytes = std::uint64_t{16} << 20;

bool is_row_name(std::string_view attribute) {
  for (const std::string_view name : {"DN", "Obj-Dist-Name", "Common-Name", "Obj-Container", "Mode",
                                      "Object-Class", "Mail-nickname", "Display-Name"}) {
    if (equal_ascii_nocase(attribute, name)) return true;
  }
  return false;
}

// "Recipients/cn=Letters" and "/o=Org/ou=Site/cn=Recipients" as an X.500 name.
std::string container_name(std::string_view text) {
  text = trim_blanks(text);
  if (text.empty() || text.front() == '/') return std::string(text);
  const std::size_t slash = std::min(text.find('/'), text.size());
  const bool is_typed = text.substr(0, slash).find('=') != std::string_view::npos;
  return (is_typed ? "/" : "/cn=") + std::string(text);
}

std::string_view rdn_type_of(std::string_view class_name) {
  if (equal_ascii_nocase(class_name, "Organization")) return "o";
  if (equal_ascii_nocase(class_name, "Organizational-Unit")) return "ou";
  return "cn";
}

}  // namespace

Reader::Reader(ByteSource& source,
               const dump::TextCoding& coding,
               const Dialect& dialect,
               const CancelToken& cancel,
               IssueSink& issues)
    : lines_(source, coding, cancel),
      dialect_(dialect),
      issues_(&issues),
      max_search_bytes_(kMaxSearches * source.size_bytes() + kFreeSearchBytes) {}

void Reader::seek(const dump::Place& place) {
  const dump::Place& to = has_header_ && place.offset < body_.offset ? body_ : place;
  lines_.seek(to.offset, to.line);
}

void Reader::report(Severity severity, const char* code, std::string message) {
  issues_->report({.severity = severity,
                   .code = code,
                   .offset_bytes = place_.offset,
                   .place = "line " + std::to_string(place_.line),
                   .message = std::move(message)});
}

void Reader::begin_fields() {
  fields_.clear();
  field_begin_ = 0;
  in_quotes_ = false;
  was_quoted_ = false;
}

bool Reader::scan(std::size_t from) {
  const char quote = dialect_.quote;
  for (std::size_t i = from; i < row_.size(); ++i) {
    const char c = row_[i];
    if (in_quotes_) {
      if (c != quote) continue;
      const bool is_doubled = i + 1 < row_.size() && row_[i + 1] == quote;
      if (is_doubled) {
        ++i;
      } else {
        in_quotes_ = false;
        was_quoted_ = true;
      }
    } else if (c == dialect_.separator) {
      fields_.push_back({field_begin_, i - field_begin_});
      field_begin_ = i + 1;
      was_quoted_ = false;
    } else if (c == quote) {
      // At the start of the field, or (4.0) of a value behind a quoted one.
      in_quotes_ = i == field_begin_ || (was_quoted_ && row_[i - 1] == dialect_.multi);
    }
  }
  return in_quotes_;
}

// Adds lines to row_ until its open quote is closed; false if it never is. `line` is the row's
// first one. The next line is then the one behind it again.
Result<bool> Reader::read_to_quote(dump::Line& line) {
  if (place_.offset > last_search_) return false;
  const std::size_t first_line = row_.size();
  std::string ending(line.ending);
  std::optional<dump::Place> second;
  for (;;) {
    DIRSNAP_TRY(const bool more, lines_.next(line));
    if (more && !second) second = {.offset = line.offset, .line = line.number};
    if (!more || row_.size() > kMaxOpenBytes + first_line) break;
    const std::size_t from = row_.size();
    row_ += ending;
    row_ += line.text;
    ending = line.ending;
    if (!scan(from)) return true;
  }
  // What follows is read again as rows of its own.
  if (second) lines_.seek(second->offset, second->line);
  note_search(row_.size() - first_line);
  return false;
}

// A search for the end of a quote was in vain. Where rows are read again they fall as before.
void Reader::note_search(std::uint64_t size_bytes) {
  if (place_.offset >= searched_to_) {
    searched_to_ = place_.offset + 1;
    searched_bytes_ += size_bytes;
    if (searched_bytes_ > max_search_bytes_) last_search_ = std::min(last_search_, place_.offset);
  }
  if (place_.offset != last_search_) return;
  report(Severity::kLoss, "csv-quote-limit",
         "too many quoted fields that are never closed; behind this row every field ends with its "
         "line");
}

// Reads the next row into row_ and fields_; blank lines are passed over.
Result<bool> Reader::read_row() {
  dump::Line line;
  do {
    DIRSNAP_TRY(const bool more, lines_.next(line));
    if (!more) return false;
  } while (line.text.empty());
  place_ = {.offset = line.offset, .line = line.number};
  row_ = line.text;
  begin_fields();
  const std::size_t first_line = row_.size();
  const bool is_cut = line.is_cut;
  if (scan(0)) {
    DIRSNAP_TRY(const bool is_closed, read_to_quote(line));
    if (!is_closed) {
      report(Severity::kLoss, "csv-quote",
             "a quoted field that is never closed; the line ends it here");
      line.is_cut = is_cut;
      row_.resize(first_line);
      begin_fields();
      (void)scan(0);
    }
  }
  if (line.is_cut) report(Severity::kLoss, "csv-long-line", "a line longer than 256 MiB; cut");
  fields_.push_back({field_begin_, row_.size() - std::min(field_begin_, row_.size())});
  return true;
}

Result<bool> Reader::read_header() {
  DIRSNAP_TRY(const bool has_row, read_row());
  if (!has_row) return false;
  has_header_ = true;
  for (const Span& field : fields_) {
    std::string_view name = trim_blanks(std::string_view(row_).substr(field.begin, field.size));
    if (name.size() >= 2 && name.front() == dialect_.quote && name.back() == dialect_.quote) {
      name = name.substr(1, name.size() - 2);
    }
    if (dialect_.form == Form::kExchange) name = attribute_of_label(name);
    columns_.push_back({.attribute = std::string(name)});
  }
  return true;
}

void Reader::add_value(std::size_t column, Span bytes) {
  Pending value{.column = column, .bytes = bytes};
  if (dialect_.form == Form::kExchange) {
    value.form = dump::ValueForm::kHexText;
  } else {
    (void)decode_hex(value);
  }
  values_.push_back(value);
}

// X'0a0b' becomes octets, in place.
bool Reader::decode_hex(Pending& value) {
  const std::string_view text = std::string_view(text_).substr(value.bytes.begin, value.bytes.size);
  const bool is_hex = text.size() >= 3 && (text[0] == 'X' || text[0] == 'x') && text[1] == '\'' &&
                      text.back() == '\'' && text.size() % 2 == 1;
  if (!is_hex) return false;
  std::string octets;
  for (std::size_t i = 2; i + 1 < text.size(); i += 2) {
    unsigned byte = 0;
    const auto [end, error] = std::from_chars(text.data() + i, text.data() + i + 2, byte, 16);
    if (error != std::errc{} || end != text.data() + i + 2) return false;
    octets.push_back(static_cast<char>(byte));
  }
  text_.replace(value.bytes.begin, value.bytes.size, octets);
  value.bytes.size = octets.size();
  value.form = dump::ValueForm::kOctets;
  return true;
}

// Text without its quotes: values stand between multi-value separators, a '\' before such a
// separator makes it text.
void Reader::split_values(std::size_t column, std::string_view text) {
  Column& target = columns_[column];
  if (!target.is_known) {
    target.is_single =
        equal_ascii_nocase(target.attribute, "DN") || (is_single_ && is_single_(target.attribute));
    target.is_known = true;
  }
  const bool is_dn = dialect_.form == Form::kCsvde && equal_ascii_nocase(target.attribute, "DN");
  std::size_t begin = text_.size();
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool is_escape = !is_dn && c == '\\' && i + 1 < text.size();
    if (is_escape && (text[i + 1] == dialect_.multi ||
                      (dialect_.form == Form::kExchange && text[i + 1] == '\\'))) {
      text_.push_back(text[++i]);
    } else if (is_escape && text[i + 1] == '\\') {
      // csvde: how a backslash is written differs between versions; both stay.
      text_ += "\\\\";
      ++i;
    } else if (c == dialect_.multi && !target.is_single) {
      add_value(column, {begin, text_.size() - begin});
      begin = text_.size();
    } else {
      text_.push_back(c);
    }
  }
  add_value(column, {begin, text_.size() - begin});
}

// A field that begins with a quote: one quoted part is the whole field, several are its values.
void Reader::take_quoted(std::size_t column, std::string_view field) {
  std::vector<std::string> parts(1);
  bool inside = true;
  for (std::size_t i = 1; i < field.size(); ++i) {
    const bool is_quote = field[i] == dialect_.quote;
    const bool is_doubled = is_quote && i + 1 < field.size() && field[i + 1] == dialect_.quote;
    if (inside && is_doubled) {
      parts.back().push_back(field[i++]);
    } else if (is_quote) {
      inside = !inside;
    } else if (!inside && field[i] == dialect_.multi) {
      parts.emplace_back();
    } else {
      parts.back().push_back(field[i]);
    }
  }
  if (parts.size() == 1) {
    split_values(column, parts.front());
    return;
  }
  for (const std::string& part : parts) {
    add_value(column, {text_.size(), part.size()});
    text_ += part;
  }
}

void Reader::take_field(std::size_t column, std::string_view field) {
  const std::string_view trimmed = trim_blanks(field);
  if (trimmed.empty()) return;
  if (trimmed.front() == dialect_.quote) {
    take_quoted(column, trimmed);
  } else {
    split_values(column, dialect_.form == Form::kExchange ? trimmed : field);
  }
}

std::string Reader::first_value(std::string_view attribute) const {
  for (const Pending& value : values_) {
    if (equal_ascii_nocase(columns_[value.column].attribute, attribute)) {
      return text_.substr(value.bytes.begin, value.bytes.size);
    }
  }
  return {};
}

// The distinguished name of a row of the Administrator's: a column of its own, or the container
// and the directory name.
void Reader::name_row(dump::Entry& entry) {
  if (dialect_.form == Form::kCsvde) {
    dn_ = first_value("DN");
    entry.dn = dn_;
    return;
  }
  if (equal_ascii_nocase(first_value("Mode"), "Delete")) change_ = dump::Change::kDelete;
  dn_ = first_value("Obj-Dist-Name");
  if (dn_.empty()) {
    std::string name = first_value("Common-Name");
    for (const char* other : {"Mail-nickname", "Display-Name"}) {
      if (!name.empty()) break;
      name = first_value(other);
      if (name.empty()) continue;
      report(Severity::kDoubt, "csv-name",
             std::string("a row without a directory name; named by its ") + other);
    }
    if (!name.empty()) {
      dn_ = dn_append_x500(container_name(first_value("Obj-Container")),
                           rdn_type_of(first_value("Object-Class")), name);
    }
  }
  // An empty name would be the root's.
  entry.dn = dn_.empty() ? std::string_view("/") : std::string_view(dn_);
}

void Reader::give(dump::Entry& entry) {
  entry.values.clear();
  for (const Pending& value : values_) {
    const Column& column = columns_[value.column];
    const bool is_pseudo = dialect_.form == Form::kCsvde
                               ? equal_ascii_nocase(column.attribute, "DN")
                               : equal_ascii_nocase(column.attribute, "Mode") ||
                                     equal_ascii_nocase(column.attribute, "Obj-Container");
    if (is_pseudo || (wanted_ && !wanted_(column.attribute))) continue;
    std::string_view bytes = std::string_view(text_).substr(value.bytes.begin, value.bytes.size);
    if (equal_ascii_nocase(column.attribute, "Object-Class")) bytes = class_of_label(bytes);
    entry.values.push_back({.attribute = column.attribute,
                            .options = {},
                            .bytes = bytes,
                            .form = value.form,
                            .line = place_.line});
  }
  entry.change = change_;
  entry.place = place_;
  entry.new_rdn = {};
  entry.new_superior = {};
  entry.has_new_superior = false;
}

Result<bool> Reader::next(dump::Entry& entry) {
  if (!has_header_) {
    DIRSNAP_TRY(const bool has_row, read_header());
    if (!has_row) return false;
    dump::Line line;
    DIRSNAP_TRY(const bool has_body, lines_.next(line));
    if (!has_body) return false;
    body_ = {.offset = line.offset, .line = line.number};
    lines_.seek(body_.offset, body_.line);
  }
  DIRSNAP_TRY(const bool has_row, read_row());
  if (!has_row) return false;
  text_.clear();
  values_.clear();
  change_ = dump::Change::kContent;
  if (fields_.size() < columns_.size()) {
    report(Severity::kDoubt, "csv-columns",
           "a row of " + std::to_string(fields_.size()) + " fields under a header of " +
               std::to_string(columns_.size()) + "; the last ones count as empty");
  }
  const std::size_t count = std::min(fields_.size(), columns_.size());
  for (std::size_t i = 0; i < count; ++i) {
    const std::string& attribute = columns_[i].attribute;
    if (wanted_ && !is_row_name(attribute) && !wanted_(attribute)) continue;
    take_field(i, std::string_view(row_).substr(fields_[i].begin, fields_[i].size));
  }
  if (fields_.size() > columns_.size()) {
    report(Severity::kLoss, "csv-columns",
           std::to_string(fields_.size() - columns_.size()) +
               " fields stand behind the last column of the header; not kept");
  }
  name_row(entry);
  give(entry);
  return true;
}

}  // namespace dirsnap::csv
