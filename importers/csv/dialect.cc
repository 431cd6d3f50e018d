// SPDX-License-Identifier: MIT
#include "importers/csv/dialect.h"

#include <algorithm>
#include <array>

#include "storage/base/text.h"

namespace dirsnap::csv {
namespace {

constexpr std::size_t kLongestHeader = 64 << 10;

struct Label {
  std::string_view label;  // lower case
  std::string_view name;
};
constexpr std::array kLabels = {
    Label{"obj-class", "Object-Class"},
    Label{"directory name", "Common-Name"},
    Label{"display name", "Display-Name"},
    Label{"alias name", "Mail-nickname"},
    Label{"first name", "Given-Name"},
    Label{"last name", "Surname"},
    Label{"e-mail address", "Target-Address"},
    Label{"e-mail addresses", "Proxy-Addresses"},
    Label{"members", "Member"},
    Label{"hide from ab", "Hide-From-Address-Book"},
    Label{"phone number", "Telephone-Office1"},
    Label{"mobile number", "Telephone-Mobile"},
    Label{"fax number", "Telephone-Fax"},
    Label{"home phone number", "Telephone-Home"},
    Label{"assistant phone number", "Telephone-Assistant"},
    Label{"assistant", "Assistant-Name"},
    Label{"city", "Locality-Name"},
    Label{"country", "Text-Country"},
    Label{"notes", "Comment"},
    Label{"custom attribute 1", "Extension-Attribute-1"},
    Label{"custom attribute 2", "Extension-Attribute-2"},
    Label{"custom attribute 3", "Extension-Attribute-3"},
    Label{"custom attribute 4", "Extension-Attribute-4"},
    Label{"custom attribute 5", "Extension-Attribute-5"},
    Label{"custom attribute 6", "Extension-Attribute-6"},
    Label{"custom attribute 7", "Extension-Attribute-7"},
    Label{"custom attribute 8", "Extension-Attribute-8"},
    Label{"custom attribute 9", "Extension-Attribute-9"},
    Label{"custom attribute 10", "Extension-Attribute-10"},
};
constexpr std::array kClasses = {
    Label{"mailbox", "Mailbox"},
    Label{"dl", "Distribution-List"},
    Label{"remote", "Remote-Address"},
};

template <std::size_t N>
std::string_view find(const std::array<Label, N>& labels, std::string_view text) {
  const auto found = std::find_if(labels.begin(), labels.end(), [&](const Label& entry) {
    return equal_ascii_nocase(entry.label, text);
  });
  return found == labels.end() ? text : found->name;
}

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

// The character between the values of address lists: it stands before the type of an address.
char multi_separator(std::string_view text) {
  constexpr std::string_view kSeparators = "%&^#@!$\"";
  constexpr std::array<std::string_view, 5> kTypes = {"SMTP:", "X400:", "MS:", "CCMAIL:", "X500:"};
  std::array<std::size_t, kSeparators.size()> seen{};
  for (const std::string_view type : kTypes) {
    for (std::size_t at = 0; (at = text.find(type, at)) != std::string_view::npos; ++at) {
      const std::size_t which = at == 0 ? std::string_view::npos : kSeparators.find(text[at - 1]);
      // A quote before an address usually only opens the field.
      if (which != std::string_view::npos && kSeparators[which] != '"') ++seen[which];
    }
  }
  const auto most = std::max_element(seen.begin(), seen.end());
  return *most == 0 ? '%' : kSeparators[static_cast<std::size_t>(most - seen.begin())];
}

}  // namespace

std::optional<Dialect> detect_dialect(std::string_view head) {
  const std::string_view header = head.substr(0, head.find_first_of("\r\n"));
  if (header.size() > kLongestHeader) return std::nullopt;
  Dialect dialect;
  std::size_t at = 0;
  const bool is_quoted = !header.empty() && !is_name_char(header.front());
  if (is_quoted) dialect.quote = header[at++];
  std::size_t end = at;
  while (end < header.size() && is_name_char(header[end])) ++end;
  const std::string_view first = header.substr(at, end - at);
  if (is_quoted && (end == header.size() || header[end++] != dialect.quote)) return std::nullopt;
  if (equal_ascii_nocase(first, "DN")) {
    dialect.form = Form::kCsvde;
    dialect.multi = ';';
  } else if (!equal_ascii_nocase(first, "Obj-Class") &&
             !equal_ascii_nocase(first, "Object-Class")) {
    return std::nullopt;
  }
  if (end == header.size()) return std::nullopt;  // one column is no dump
  dialect.separator = header[end];
  if (static_cast<unsigned char>(dialect.separator) >= 0x80) return std::nullopt;
  if (dialect.form == Form::kCsvde) {
    if (dialect.separator != ',') return std::nullopt;
  } else {
    if (dialect.separator == ':') return std::nullopt;  // "Object-Class: …" is no header
    dialect.multi = multi_separator(head);
  }
  return dialect;
}

std::string_view attribute_of_label(std::string_view label) { return find(kLabels, label); }

std::string_view class_of_label(std::string_view label) { return find(kClasses, label); }

}  // namespace dirsnap::csv
