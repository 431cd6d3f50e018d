// SPDX-License-Identifier: MIT
#include "importers/reg_text/wine_syntax.h"

#include <charconv>

#include "importers/reg_text/value_bytes.h"
#include "storage/base/text.h"
#include "storage/base/time.h"
#include "storage/base/wtf8.h"

namespace dirsnap::reg_text {
namespace {

// The character of a one-letter escape.
std::optional<char> plain_escape(char c) {
  switch (c) {
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'a':
      return '\a';
    case 'e':
      return '\x1B';
    case '0':
      return '\0';
    case '\\':
    case '"':
    case '[':
    case ']':
      return c;
    default:
      return std::nullopt;
  }
}

// Index of the first `mark` that is not escaped, or npos.
std::size_t find_unescaped(std::string_view text, char mark) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == mark) return i;
    if (text[i] == '\\') ++i;
  }
  return std::string_view::npos;
}

template <class T>
std::optional<T> parse_number(std::string_view text, int base) {
  T value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::string unescape_wine(std::string_view raw) {
  // Through UTF-16: two \x escapes may make one character.
  std::string wide;
  std::size_t begin = 0;
  const auto flush = [&](std::size_t end) {
    wide += utf16le_from_wtf8(raw.substr(begin, end - begin));
  };
  for (std::size_t i = 0; i + 1 < raw.size(); ++i) {
    if (raw[i] != '\\') continue;
    const auto plain = plain_escape(raw[i + 1]);
    std::size_t length = 2;
    unsigned unit = plain ? static_cast<unsigned char>(*plain) : 0;
    if (raw[i + 1] == 'x') {
      while (length < 6 && i + length < raw.size()) {
        const auto digit = hex_digit(raw[i + length]);
        if (!digit) break;
        unit = unit << 4 | *digit;
        ++length;
      }
    }
    if (!plain && length == 2) continue;  // no escape: both characters stay
    flush(i);
    wide.push_back(static_cast<char>(unit & 0xFF));
    wide.push_back(static_cast<char>(unit >> 8));
    begin = i + length;
    i = begin - 1;
  }
  flush(raw.size());
  return wtf8_from_utf16le(as_bytes(wide));
}

std::optional<WineKey> parse_wine_key(std::string_view text) {
  text.remove_prefix(1);
  const std::size_t end = find_unescaped(text, ']');
  if (end == std::string_view::npos) return std::nullopt;
  WineKey key{.path = unescape_wine(text.substr(0, end)), .filetime = std::nullopt};
  const auto seconds = parse_number<std::uint32_t>(trim_blanks(text.substr(end + 1)), 10);
  if (seconds && *seconds != 0) {
    key.filetime = (std::uint64_t{*seconds} + kSecondsFrom1601To1970) * 10'000'000;
  }
  return key;
}

std::optional<std::string> parse_wine_root(std::string_view comment) {
  constexpr std::string_view kMarker = "All keys relative to ";
  const std::size_t at = comment.find(kMarker);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string path = unescape_wine(trim_blanks(comment.substr(at + kMarker.size())));
  const auto below = [&path](std::string_view root, std::string_view name) {
    return std::string(name) + path.substr(root.size());
  };
  for (const std::string_view prefix : {"REGISTRY\\", "\\REGISTRY\\", "\\"}) {
    if (!path.starts_with(prefix)) continue;
    const std::string machine = std::string(prefix) + "Machine";
    const std::string user = std::string(prefix) + "User";
    if (path.starts_with(machine)) return below(machine, "HKEY_LOCAL_MACHINE");
    if (path.starts_with(user)) return below(user, "HKEY_USERS");
  }
  return path;
}

std::optional<std::uint64_t> parse_wine_time(std::string_view text) {
  constexpr std::string_view kMarker = "#time=";
  if (!text.starts_with(kMarker)) return std::nullopt;
  return parse_number<std::uint64_t>(text.substr(kMarker.size()), 16);
}

std::optional<std::string_view> find_wine_class(std::string_view text) {
  constexpr std::string_view kMarker = "#class=\"";
  if (!text.starts_with(kMarker)) return std::nullopt;
  text.remove_prefix(kMarker.size());
  const std::size_t end = find_unescaped(text, '"');
  if (end == std::string_view::npos) return std::nullopt;
  return text.substr(0, end);
}

}  // namespace dirsnap::reg_text
