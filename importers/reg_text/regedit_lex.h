// SPDX-License-Identifier: MIT
//
// The small pieces of regedit's grammar: blanks, comments, numbers, quoted text, lists of bytes.
// Threads: pure functions. Facts: FORMAT.md section 3.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dirsnap::reg_text {

std::string_view skip_blanks(std::string_view text);
// True for a line of blanks, or of the character that ends a text of DOS.
bool is_blank_line(std::string_view text);
// True if nothing or a comment is left of a line.
bool is_end(std::string_view rest);
// True for a whole line that is a comment. REQUIRES: no blanks in front.
bool is_comment(std::string_view text);
bool ends_in_backslash(std::string_view text);

// Takes up to `max_digits` hex digits; nullopt if there is none or there are more.
std::optional<std::uint64_t> take_hex(std::string_view& text, std::size_t max_digits);
// Takes the word, in any case of letters, if the text begins with it.
bool take_word(std::string_view& text, std::string_view word);

// Index of the first quotation mark that is not escaped, or npos.
std::size_t find_quote(std::string_view text);
// True for a line "name"=... REQUIRES: no blanks in front.
bool is_named_assignment(std::string_view text);
// The inside of quotation marks: only \\ and \" are escapes, other pairs stay as they are.
std::string unescape_regedit(std::string_view raw);

// One line's part of a byte list: appends the bytes and tells how it ends.
enum class PieceEnd : std::uint8_t {
  kDone,       // the list is complete
  kContinues,  // a backslash: the next line goes on
  kBad,        // not a list of bytes
};
PieceEnd parse_piece(std::string_view text, std::string& bytes);

}  // namespace dirsnap::reg_text
