// SPDX-License-Identifier: MIT
#include "importers/admindmp/reader.h"

#include <algorithm>

#include "storage/base/dn.h"
#include "storage/base/text.h"

namespace dirsnap::admindmp {
namespace {

constexpr std::size_t kMaxValueBytes = std::size_t{16} << 20;
constexpr std::size_t kMaxProperties = 1'000'000;
constexpr std::string_view kValues = "values:";

bool is_hex(std::string_view text) {
  return text.find_first_not_of("0123456789ABCDEFabcdef") == std::string_view::npos;
}

// "Name:   rest": the name of an attribute before a colon, a quote or "values:" behind it.
struct PropertyLine {
  std::string_view name;
  std::string_view rest;
};
bool split_property(std::string_view text, PropertyLine& out) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return false;
  out.name = trim_blanks(text.substr(0, colon));
  out.rest = trim_blanks(text.substr(colon + 1));
  const bool is_name =
      !out.name.empty() && std::all_of(out.name.begin(), out.name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == ' ' || c == '_';
      });
  if (!is_name) return false;
  return out.rest.starts_with('\'') ||
         equal_ascii_nocase(out.rest.substr(0, kValues.size()), kValues);
}

// "[3] 'value'": the quoted part, or nothing.
std::string_view listed_value(std::string_view text) {
  text = trim_blanks(text);
  if (!text.starts_with('[')) return {};
  const std::size_t close = text.find(']');
  if (close == std::string_view::npos || close < 2 ||
      text.substr(1, close - 1).find_first_not_of("0123456789 ") != std::string_view::npos) {
    return {};
  }
  const std::string_view rest = trim_blanks(text.substr(close + 1));
  return rest.starts_with('\'') ? rest : std::string_view();
}

// The name in the line that begins an object, if it stands there.
std::string name_in(std::string_view text) {
  for (const std::string_view top : {"/o=", "/O="}) {
    const std::size_t at = text.find(top);
    if (at == std::string_view::npos) continue;
    std::string_view name = text.substr(at);
    // A date follows behind blanks; names hold single ones.
    const std::size_t end = std::min(name.find_first_of("'\"\t"), name.find("  "));
    return std::string(trim_blanks(name.substr(0, end)));
  }
  return {};
}

}  // namespace

bool looks_like_dump(std::string_view head) {
  constexpr int kEnough = 3;
  int properties = 0;
  bool has_class = false;
  while (!head.empty()) {
    const std::size_t end = std::min(head.find_first_of("\r\n"), head.size());
    PropertyLine line;
    if (split_property(head.substr(0, end), line)) {
      ++properties;
      has_class = has_class || equal_ascii_nocase(line.name, "Object-Class") ||
                  equal_ascii_nocase(line.name, "Obj-Dist-Name");
    }
    head.remove_prefix(std::min(end + 1, head.size()));
  }
  return has_class && properties >= kEnough;
}

Reader::Reader(ByteSource& source,
               const dump::TextCoding& coding,
               const CancelToken& cancel,
               IssueSink& issues)
    : lines_(source, coding, cancel), issues_(&issues) {}

void Reader::seek(const dump::Place& place) {
  lines_.seek(place.offset, place.line);
  has_next_ = false;
}

void Reader::report(Severity severity, const char* code, std::string message) {
  issues_->report({.severity = severity,
                   .code = code,
                   .offset_bytes = place_.offset,
                   .place = "line " + std::to_string(place_.line),
                   .message = std::move(message)});
}

void Reader::begin_object(const dump::Line& line) {
  place_ = {.offset = line.offset, .line = line.number};
  dn_ = name_in(line.text);
  properties_.clear();
  list_.clear();
  is_open_ = false;
  has_object_ = true;
}

void Reader::add_value(std::string_view attribute, std::string_view quoted, std::uint64_t line) {
  if (properties_.size() >= kMaxProperties) {
    report(Severity::kLoss, "admindmp-size", "an object of more than 1,000,000 values; cut");
    return;
  }
  quoted.remove_prefix(1);
  is_open_ = !quoted.ends_with('\'');
  if (!is_open_) quoted.remove_suffix(1);
  properties_.push_back(
      {.attribute = std::string(attribute), .value = std::string(quoted), .line = line});
  is_hex_ = is_hex(quoted);
}

// The rest of a value whose quote was not closed on its line. Long lines and octets are wrapped;
// other values hold a line break themselves.
void Reader::append_wrapped(std::string_view text) {
  constexpr std::size_t kWrapColumn = 70;
  std::string& value = properties_.back().value;
  if (last_.text_size >= kWrapColumn || (is_hex_ && !value.empty())) {
    text = text.substr(std::min(text.find_first_not_of(" \t"), text.size()));
  } else {
    value += last_.ending;
    is_hex_ = is_hex_ && last_.ending.empty();
  }
  is_open_ = !text.ends_with('\'');
  if (!is_open_) text.remove_suffix(1);
  if (value.size() + text.size() > kMaxValueBytes) {
    report(Severity::kLoss, "admindmp-size", "a value of more than 16 MiB; cut");
    is_open_ = false;
    return;
  }
  value += text;
  is_hex_ = is_hex_ && is_hex(text);
}

// A line with a name or a date stands at the head of an object; one with a quoted value does not.
bool Reader::is_header(std::string_view text) const {
  if (text.find("'/o=") != std::string_view::npos || text.find("'/O=") != std::string_view::npos ||
      trim_blanks(text).ends_with('\'')) {
    return false;
  }
  if (!name_in(text).empty()) return true;
  return text.find('\'') == std::string_view::npos &&
         (properties_.empty() || text.find_first_of("0123456789") != std::string_view::npos);
}

void Reader::take_line(const dump::Line& line) {
  PropertyLine property;
  const std::string_view item = listed_value(line.text);
  const std::string_view listed = list_.empty() ? std::string_view() : item;
  const bool is_property = split_property(line.text, property);
  if (is_open_ && !is_property && item.empty()) {
    append_wrapped(line.text);
    last_ = {line.text.size(), std::string(line.ending)};
    return;
  }
  last_ = {line.text.size(), std::string(line.ending)};
  if (is_open_) {
    report(Severity::kDoubt, "admindmp-value",
           "the value before line " + std::to_string(line.number) + " has no end; it may be cut");
    is_open_ = false;
  }
  if (!listed.empty()) {
    add_value(list_, listed, line.number);
  } else if (is_property && property.rest.starts_with('\'')) {
    list_.clear();
    add_value(property.name, property.rest, line.number);
  } else if (is_property) {
    list_ = property.name;
    const std::string_view count = trim_blanks(property.rest.substr(kValues.size()));
    if (count.find_first_not_of("0123456789") != std::string_view::npos) {
      report(Severity::kDoubt, "admindmp-line",
             "line " + std::to_string(line.number) + " holds more than the number of values");
    }
  } else {
    report(Severity::kLoss, "admindmp-line",
           "line " + std::to_string(line.number) + " is no property; passed over");
  }
}

Result<bool> Reader::next(dump::Entry& entry) {
  has_object_ = false;
  dump::Line line;
  for (;;) {
    if (has_next_) {
      line = next_;
      has_next_ = false;
    } else {
      DIRSNAP_TRY(const bool more, lines_.next(line));
      if (!more) break;
    }
    const bool is_blank = trim_blanks(line.text).empty();
    // Behind a blank line a name at the margin is the next object's head, quote or no quote.
    const bool is_head =
        was_blank_ &&
        name_in(line.text) == trim_blanks(line.text.substr(0, line.text.find("  "))) &&
        !name_in(line.text).empty();
    was_blank_ = is_blank;
    if (is_blank && !is_open_) continue;
    PropertyLine property;
    if (is_open_ && is_head) {
      report(Severity::kDoubt, "admindmp-value", "the last value has no end; it may be cut");
      is_open_ = false;
    }
    const bool is_line =
        split_property(line.text, property) || is_open_ || !listed_value(line.text).empty();
    if (has_object_ && (is_line || !is_header(line.text))) {
      take_line(line);
      continue;
    }
    if (has_object_ && !properties_.empty()) {
      next_ = line;
      has_next_ = true;
      break;
    }
    if (!has_object_) {
      begin_object(line);
      if (!is_line && !is_header(line.text)) take_line(line);  // says that it is none
    } else if (dn_.empty()) {
      dn_ = name_in(line.text);  // a second line of the head
    }
    if (is_line) take_line(line);
  }
  if (!has_object_) return false;
  give(entry);
  return true;
}

void Reader::give(dump::Entry& entry) {
  const auto value_of = [this](std::string_view name) -> std::string_view {
    for (const Property& property : properties_) {
      if (equal_ascii_nocase(property.attribute, name)) return property.value;
    }
    return {};
  };
  if (!value_of("Obj-Dist-Name").empty()) dn_ = value_of("Obj-Dist-Name");
  if (dn_.empty() && !value_of("Common-Name").empty()) {
    dn_ = dn_append_x500("", "cn", value_of("Common-Name"));
    report(Severity::kDoubt, "admindmp-name",
           "an object whose full name is not in the dump; its own name only");
  }
  entry.dn = dn_.empty() ? std::string_view("/") : std::string_view(dn_);
  entry.change = dump::Change::kContent;
  entry.new_rdn = {};
  entry.new_superior = {};
  entry.has_new_superior = false;
  entry.place = place_;
  entry.values.clear();
  for (const Property& property : properties_) {
    if (wanted_ && !wanted_(property.attribute)) continue;
    entry.values.push_back({.attribute = property.attribute,
                            .options = {},
                            .bytes = property.value,
                            .form = dump::ValueForm::kHexText,
                            .line = property.line});
  }
}

}  // namespace dirsnap::admindmp
