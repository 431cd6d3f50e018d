// SPDX-License-Identifier: MIT
#include "importers/reg_text/regedit_lex.h"

#include "importers/reg_text/value_bytes.h"
#include "storage/base/text.h"

namespace dirsnap::reg_text {

std::string_view skip_blanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  return text;
}

bool is_blank_line(std::string_view text) {
  return text.find_first_not_of(" \t\r\n\x1A") == std::string_view::npos;
}

bool is_end(std::string_view rest) {
  rest = skip_blanks(rest);
  return rest.empty() || rest.front() == ';';
}

bool is_comment(std::string_view text) {
  return !text.empty() && (text.front() == ';' || text.front() == '#');
}

std::optional<std::uint64_t> take_hex(std::string_view& text, std::size_t max_digits) {
  std::uint64_t value = 0;
  std::size_t digits = 0;
  while (digits < text.size()) {
    const auto digit = hex_digit(text[digits]);
    if (!digit) break;
    if (++digits > max_digits) return std::nullopt;
    value = value << 4 | *digit;
  }
  if (digits == 0) return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

bool take_word(std::string_view& text, std::string_view word) {
  if (!equal_ascii_nocase(text.substr(0, word.size()), word)) return false;
  text.remove_prefix(word.size());
  return true;
}

std::string unescape_regedit(std::string_view raw) {
  std::string out;
  out.reserve(raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const bool is_escape =
        raw[i] == '\\' && i + 1 < raw.size() && (raw[i + 1] == '\\' || raw[i + 1] == '"');
    if (is_escape) ++i;
    out.push_back(raw[i]);
  }
  return out;
}

std::size_t find_quote(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') return i;
    if (text[i] == '\\') ++i;
  }
  return std::string_view::npos;
}

bool is_named_assignment(std::string_view text) {
  if (!text.starts_with('"')) return false;
  text.remove_prefix(1);
  const std::size_t quote = find_quote(text);
  return quote != std::string_view::npos && skip_blanks(text.substr(quote + 1)).starts_with('=');
}

PieceEnd parse_piece(std::string_view text, std::string& bytes) {
  while (true) {
    text = skip_blanks(text);
    if (is_end(text)) return PieceEnd::kDone;
    if (text.front() == '\\' && is_end(text.substr(1))) return PieceEnd::kContinues;
    const auto byte = take_hex(text, 2);
    if (!byte) return PieceEnd::kBad;
    bytes.push_back(static_cast<char>(*byte));
    text = skip_blanks(text);
    if (!text.empty() && text.front() == ',') {
      text.remove_prefix(1);
    } else if (!is_end(text) && text.front() != '\\') {
      return PieceEnd::kBad;
    }
  }
}

bool ends_in_backslash(std::string_view text) {
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text.ends_with('\\');
}

}  // namespace dirsnap::reg_text
