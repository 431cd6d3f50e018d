// SPDX-License-Identifier: MIT
#include "importers/directory/osi_address.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

#include "storage/base/text.h"

namespace dirsnap::directory {
namespace {

// BER tags as their one octet: class, constructed bit, number.
namespace tag {
constexpr std::uint8_t kOctets = 0x04;
constexpr std::uint8_t kNumericString = 0x12;
constexpr std::uint8_t kPrintableString = 0x13;
constexpr std::uint8_t kSequence = 0x30;
constexpr std::uint8_t kSet = 0x31;
constexpr std::uint8_t kOrName = 0x60;
constexpr std::uint8_t kCountry = 0x61;
constexpr std::uint8_t kAdministrationDomain = 0x62;
constexpr std::uint8_t context(std::uint8_t n) { return static_cast<std::uint8_t>(0x80 | n); }
constexpr std::uint8_t constructed(std::uint8_t n) { return static_cast<std::uint8_t>(0xA0 | n); }
}  // namespace tag

struct Element {
  std::uint8_t tag = 0;
  Bytes content;
};

// Elements one after the other, of short tags and definite lengths.
class Elements {
 public:
  explicit Elements(Bytes bytes) : rest_(bytes) {}

  // The next element; nullopt at the end and for what is none: at_end() tells.
  std::optional<Element> next() {
    constexpr std::uint8_t kLongTag = 0x1F;
    if (rest_.size() < 2) return std::nullopt;
    Element element{.tag = std::to_integer<std::uint8_t>(rest_[0]), .content = {}};
    if ((element.tag & kLongTag) == kLongTag) return std::nullopt;
    std::size_t size = std::to_integer<std::size_t>(rest_[1]);
    std::size_t begin = 2;
    if (size >= 0x80) {
      const std::size_t digits = size & 0x7F;
      if (digits == 0 || digits > 4 || rest_.size() - begin < digits) return std::nullopt;
      size = 0;
      for (std::size_t i = 0; i < digits; ++i) {
        size = size << 8 | std::to_integer<std::size_t>(rest_[begin + i]);
      }
      begin += digits;
    }
    if (rest_.size() - begin < size) return std::nullopt;
    element.content = rest_.subspan(begin, size);
    rest_ = rest_.subspan(begin + size);
    return element;
  }
  // The next element if it has the tag.
  std::optional<Bytes> take(std::uint8_t wanted) {
    if (rest_.empty() || std::to_integer<std::uint8_t>(rest_[0]) != wanted) return std::nullopt;
    const auto element = next();
    return element ? std::optional(element->content) : std::nullopt;
  }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  Bytes rest_;
};

// The content of the one element that all of `bytes` is.
std::optional<Bytes> only(Bytes bytes, std::uint8_t wanted) {
  Elements elements(bytes);
  const auto content = elements.take(wanted);
  return content && elements.at_end() ? content : std::nullopt;
}

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

// Octets that are printable ASCII, each character in one octet or in two as UTF-16.
std::optional<std::string> printable_text(Bytes bytes) {
  std::string_view chars = as_chars(bytes);
  if (chars.empty()) return std::nullopt;
  if (is_printable(chars)) return std::string(chars);
  std::string text;
  if (chars.size() % 2 != 0) return std::nullopt;
  for (std::size_t i = 0; i < chars.size(); i += 2) {
    if (chars[i + 1] != '\0') return std::nullopt;
    text += chars[i];
  }
  while (text.ends_with('\0')) text.pop_back();
  return !text.empty() && is_printable(text) ? std::optional(text) : std::nullopt;
}

// An O/R address in the making: "key=value;" by key.
class OrAddress {
 public:
  // False for a value that is not printable.
  bool add(std::string_view key, Bytes content) {
    const std::string_view value = as_chars(content);
    if (!is_printable(value)) return false;
    text_.append(key).append("=");
    for (const char c : value) text_.append(c == ';' ? 2 : 1, c);
    text_ += ';';
    return true;
  }
  // The same of a value that is a number or a text, by its own tag.
  bool add_choice(std::string_view key, Bytes content) {
    for (const std::uint8_t kind : {tag::kNumericString, tag::kPrintableString}) {
      if (const auto value = only(content, kind)) return add(key, *value);
    }
    return false;
  }
  void append(const OrAddress& other) { text_ += other.text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }
  std::string take() && { return std::move(text_); }

 private:
  std::string text_;
};

struct Field {
  std::uint8_t tag;
  const char* key;
};

// Fields in the order of their tags, each once at most.
template <std::size_t N>
bool add_fields(Bytes content, const std::array<Field, N>& fields, OrAddress& out) {
  Elements elements(content);
  for (const Field& field : fields) {
    if (const auto value = elements.take(field.tag)) {
      if (!out.add(field.key, *value)) return false;
    }
  }
  return elements.at_end();
}

// The parts of an O/R address in the order of its text.
struct OrParts {
  OrAddress domains;  // c, a, p, o, ou1 ...
  OrAddress common_name;
  OrAddress person;
  OrAddress numbers;
  OrAddress defined;  // by the domain
};

bool read_units(Bytes content, OrAddress& out) {
  constexpr std::array<const char*, 4> kKeys = {"ou1", "ou2", "ou3", "ou4"};
  Elements units(content);
  for (const char* key : kKeys) {
    if (const auto unit = units.take(tag::kPrintableString)) {
      if (!out.add(key, *unit)) return false;
    }
  }
  return units.at_end();
}

bool read_standard(Bytes content, OrParts& out) {
  constexpr std::array<Field, 4> kPerson = {{{tag::context(0), "s"},
                                             {tag::context(1), "g"},
                                             {tag::context(2), "i"},
                                             {tag::context(3), "q"}}};
  Elements elements(content);
  bool good = true;
  if (const auto value = elements.take(tag::kCountry)) {
    good = good && out.domains.add_choice("c", *value);
  }
  if (const auto value = elements.take(tag::kAdministrationDomain)) {
    good = good && out.domains.add_choice("a", *value);
  }
  if (const auto value = elements.take(tag::context(0))) {
    good = good && out.numbers.add("x.121", *value);
  }
  if (const auto value = elements.take(tag::context(1))) {
    good = good && out.numbers.add("t-id", *value);
  }
  if (const auto value = elements.take(tag::constructed(2))) {
    good = good && out.domains.add_choice("p", *value);
  }
  if (const auto value = elements.take(tag::context(3))) {
    good = good && out.domains.add("o", *value);
  }
  if (const auto value = elements.take(tag::context(4))) {
    good = good && out.numbers.add("n-id", *value);
  }
  if (const auto value = elements.take(tag::constructed(5))) {
    good = good && add_fields(*value, kPerson, out.person);
  }
  if (const auto value = elements.take(tag::constructed(6))) {
    good = good && read_units(*value, out.domains);
  }
  return good && elements.at_end();
}

bool read_defined(Bytes content, OrAddress& out) {
  Elements elements(content);
  while (const auto one = elements.take(tag::kSequence)) {
    Elements pair(*one);
    const auto type = pair.take(tag::kPrintableString);
    const auto value = pair.take(tag::kPrintableString);
    if (!type || !value || !pair.at_end() || !is_printable(as_chars(*type))) return false;
    if (!out.add("dda:" + std::string(as_chars(*type)), *value)) return false;
  }
  return elements.at_end();
}

// Of the extensions the common name alone has a key.
bool read_extensions(Bytes content, OrAddress& out) {
  constexpr std::byte kCommonName{1};
  Elements elements(content);
  while (const auto one = elements.take(tag::kSequence)) {
    Elements pair(*one);
    const auto type = pair.take(tag::context(0));
    const auto value = pair.take(tag::constructed(1));
    const bool known = type && type->size() == 1 && type->front() == kCommonName && out.empty();
    if (!known || !value || !pair.at_end()) return false;
    const auto name = only(*value, tag::kPrintableString);
    if (!name || !out.add("cn", *name)) return false;
  }
  return elements.at_end();
}

std::optional<std::string> or_address_of_ber(Bytes bytes) {
  auto content = only(bytes, tag::kSequence);
  if (!content) content = only(bytes, tag::kOrName);
  if (!content) return std::nullopt;
  Elements elements(*content);
  OrParts parts;
  const auto standard = elements.take(tag::kSequence);
  if (!standard || !read_standard(*standard, parts)) return std::nullopt;
  if (const auto defined = elements.take(tag::kSequence)) {
    if (!read_defined(*defined, parts.defined)) return std::nullopt;
  }
  if (const auto extensions = elements.take(tag::kSet)) {
    if (!read_extensions(*extensions, parts.common_name)) return std::nullopt;
  }
  if (!elements.at_end()) return std::nullopt;
  OrAddress all;
  for (const OrAddress* part :
       {&parts.domains, &parts.common_name, &parts.person, &parts.numbers, &parts.defined}) {
    all.append(*part);
  }
  if (all.empty()) return std::nullopt;
  return std::move(all).take();
}

bool is_or_key(std::string_view key) {
  constexpr std::array<std::string_view, 17> kKeys = {"c",   "a",   "p",     "o",    "ou",  "ou1",
                                                      "ou2", "ou3", "ou4",   "cn",   "s",   "g",
                                                      "i",   "q",   "x.121", "t-id", "n-id"};
  const std::string lower = to_lower_ascii(key);
  return lower.starts_with("dda:") || std::find(kKeys.begin(), kKeys.end(), lower) != kKeys.end();
}

// "key=value;" at least twice, with every key known.
bool is_or_text(std::string_view text) {
  std::size_t elements = 0;
  while (!text.empty()) {
    std::size_t end = 0;
    for (end = text.find(';'); end != text.npos && text.substr(end + 1).starts_with(';');) {
      end = text.find(';', end + 2);
    }
    const std::string_view element = text.substr(0, end);
    const std::size_t equals = element.find('=');
    if (equals == element.npos || !is_or_key(element.substr(0, equals))) return false;
    ++elements;
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
  return elements >= 2;
}

// A selector as RFC 1278 writes it.
std::string selector_text(const std::optional<Bytes>& selector) {
  if (!selector || selector->empty()) return R"("")";
  const std::string_view chars = as_chars(*selector);
  const bool plain = std::all_of(chars.begin(), chars.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' ||
           c == '-' || c == '.';
  });
  return plain ? '"' + std::string(chars) + '"' : "'" + to_hex(*selector) + "'H";
}

std::optional<std::string> presentation_address_of_ber(Bytes bytes) {
  const auto content = only(bytes, tag::kSequence);
  if (!content) return std::nullopt;
  Elements elements(*content);
  std::array<std::optional<Bytes>, 3> selectors;  // presentation, session, transport
  for (std::uint8_t i = 0; i < selectors.size(); ++i) {
    const auto wrapped = elements.take(tag::constructed(i));
    if (!wrapped) continue;
    selectors[i] = only(*wrapped, tag::kOctets);
    if (!selectors[i]) return std::nullopt;
  }
  const auto wrapped = elements.take(tag::constructed(3));
  const auto addresses = wrapped ? only(*wrapped, tag::kSet) : std::nullopt;
  if (!addresses || !elements.at_end()) return std::nullopt;
  std::string text;
  for (const auto& selector : selectors) {
    if (selector || !text.empty()) text += selector_text(selector) + "/";
  }
  Elements list(*addresses);
  bool first = true;
  while (const auto address = list.take(tag::kOctets)) {
    text += (first ? "NS+" : "_NS+") + to_hex(*address);
    first = false;
  }
  return list.at_end() && !first ? std::optional(text) : std::nullopt;
}

}  // namespace

std::optional<std::string> or_address_text(Bytes bytes) {
  if (auto text = or_address_of_ber(bytes)) return text;
  auto text = printable_text(bytes);
  if (!text) return std::nullopt;
  std::string_view address = *text;
  constexpr std::string_view kType = "X400:";
  if (equal_ascii_nocase(address.substr(0, kType.size()), kType)) {
    address.remove_prefix(kType.size());
  }
  return is_or_text(address) ? std::optional(std::string(address)) : std::nullopt;
}

std::optional<std::string> presentation_address_text(Bytes bytes) {
  constexpr std::size_t kSizeBytes = 4;
  if (auto text = presentation_address_of_ber(bytes)) return text;
  const bool sized = bytes.size() > kSizeBytes && load_le<std::uint32_t>(bytes, 0) == bytes.size();
  auto text = printable_text(sized ? bytes.subspan(kSizeBytes) : bytes);
  // Every network address has one: NS+, TELEX+, X121+ ...
  const bool is_address = text && text->find('+') != std::string::npos;
  return is_address ? text : std::nullopt;
}

}  // namespace dirsnap::directory
