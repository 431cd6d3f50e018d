// SPDX-License-Identifier: MIT
#include "importers/reg_text/detect.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "importers/reg_text/regedit_lex.h"
#include "storage/base/text.h"
#include "storage/base/wtf8.h"

namespace dirsnap::reg_text {
namespace {

// Byte order mark and encoding. A damaged mark leaves the NUL bytes of the ASCII characters.
TextCoding detect_coding(Bytes head, bool& has_bom) {
  const std::string_view chars = as_chars(head);
  has_bom = true;
  if (chars.starts_with("\xFF\xFE")) return {.encoding = Encoding::kUtf16Le, .bom_bytes = 2};
  if (chars.starts_with("\xFE\xFF")) return {.encoding = Encoding::kUtf16Be, .bom_bytes = 2};
  if (chars.starts_with("\xEF\xBB\xBF")) return {.encoding = Encoding::kUtf8, .bom_bytes = 3};
  has_bom = false;
  const std::size_t pairs = std::min<std::size_t>(head.size(), 512) / 2;
  std::size_t zeros[2] = {0, 0};
  for (std::size_t i = 0; i < pairs * 2; ++i) {
    if (head[i] == std::byte{0}) ++zeros[i & 1];
  }
  if (pairs >= 8 && zeros[1] > pairs / 2 && zeros[0] < pairs / 8)
    return {.encoding = Encoding::kUtf16Le};
  if (pairs >= 8 && zeros[0] > pairs / 2 && zeros[1] < pairs / 8)
    return {.encoding = Encoding::kUtf16Be};
  return {};
}

std::string decode_head(Bytes head, const TextCoding& coding) {
  head = head.subspan(static_cast<std::size_t>(coding.bom_bytes));
  if (coding.encoding == Encoding::kUtf16Le) return wtf8_from_utf16le(head);
  if (coding.encoding == Encoding::kUtf16Be) return wtf8_from_utf16be(head);
  return std::string(as_chars(head));
}

// The next line that is not blank, trimmed; removes it from `text`.
std::string_view take_line(std::string_view& text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trim_blanks(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.empty()) return line;
  }
  return {};
}

// Where the version of a header of regedit 5.00 begins in the line, or npos. The words before it
// may be damaged at their begin.
std::size_t find_version5(std::string_view line) {
  constexpr std::string_view kWords = "windows registry editor version ";
  const std::size_t at = to_lower_ascii(line.substr(0, 64)).find(std::string(kWords) + '5');
  return at == std::string::npos ? at : at + kWords.size();
}

constexpr std::string_view kRegedit4Word = "REGEDIT4";
constexpr std::string_view kWineWords = "WINE REGISTRY Version ";

// Exports that were joined carry their byte order marks along.
std::string_view without_mark(std::string_view line) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  line = trim_blanks(line);
  if (line.starts_with(kMark)) line.remove_prefix(kMark.size());
  return line;
}

// REGEDIT4 alone, or with a comment or key line that lost its line end: no sentence about it.
bool is_regedit4(std::string_view line) {
  if (!equal_ascii_nocase(line.substr(0, kRegedit4Word.size()), kRegedit4Word)) return false;
  const std::string_view rest = behind_header(line);
  return rest.empty() || rest.front() == ';' || rest.front() == '[';
}

// A key line and a value line of regedit's form: enough where the header is damaged.
bool looks_like_regedit(std::string_view text) {
  bool has_key = false;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (line.starts_with("[HKEY_") && line.ends_with("]")) has_key = true;
    const bool is_value = line.starts_with("@=") ||
                          (line.starts_with("\"") && line.find("\"=") != std::string_view::npos);
    if (has_key && is_value) return true;
  }
  return false;
}

// `reg query` prints key paths at the line start and values behind blanks with their type. Keys
// may go before the first value without end; where there is no value at all, they are the subkeys
// of one key, which a list that somebody wrote is not.
bool looks_like_reg_query(std::string_view text) {
  const std::string_view first = take_line(text);
  if (first.starts_with("! REG.EXE VERSION")) return true;
  if (!first.starts_with("HKEY_")) return false;
  const std::string_view family = first.substr(0, first.rfind('\\') + 1);
  std::size_t keys = 1;
  bool is_family = !family.empty();
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.starts_with("    ") || line.starts_with("\t")) {
      return line.find("    REG_") != std::string_view::npos ||
             line.find("\tREG_") != std::string_view::npos;
    }
    if (trim_blanks(line).empty()) continue;
    ++keys;
    const bool is_cut = text.empty() && family.starts_with(line);  // the last line of the head
    is_family = is_family && (is_cut || line.starts_with(family));
  }
  return is_family && keys > 1;
}

std::optional<Form> form_of(std::string_view text, Detected& result) {
  std::string_view rest = text;
  std::string_view first = take_line(rest);
  while (is_comment(first)) first = take_line(rest);
  if (const auto form = header_form(first)) return form;
  if (equal_ascii_nocase(first, "REGEDIT")) {
    result.is_refused = true;
    return Form::kRegedit4;
  }
  if (first.starts_with("Key Name:")) return Form::kRegEdt32;
  if (looks_like_reg_query(text)) return Form::kRegQuery;
  if (!looks_like_regedit(text)) return std::nullopt;
  result.has_header = false;
  const bool is_wide = result.coding.encoding != Encoding::kCodepage;
  return is_wide ? Form::kRegedit5 : Form::kRegedit4;
}

// A text with carriage returns and no line feed has them for line ends; they become line feeds.
void unify_line_ends(std::string& text, TextCoding& coding) {
  if (text.find('\r') == std::string::npos || text.find('\n') != std::string::npos) return;
  coding.line_end = '\r';
  std::replace(text.begin(), text.end(), '\r', '\n');
}

}  // namespace

std::optional<Form> header_form(std::string_view line) {
  line = without_mark(line);
  if (find_version5(line) != std::string_view::npos) return Form::kRegedit5;
  if (is_regedit4(line)) return Form::kRegedit4;
  if (line.starts_with(kWineWords)) return Form::kWine;
  return std::nullopt;
}

std::string_view behind_header(std::string_view line) {
  line = without_mark(line);
  std::size_t end = find_version5(line);
  if (end == std::string_view::npos && line.starts_with(kWineWords)) end = kWineWords.size();
  if (end != std::string_view::npos) {
    end = std::min(line.find_first_not_of("0123456789.", end), line.size());
  } else if (equal_ascii_nocase(line.substr(0, kRegedit4Word.size()), kRegedit4Word)) {
    end = kRegedit4Word.size();
  } else {
    return {};
  }
  return trim_blanks(line.substr(end));
}

std::optional<Detected> detect(Bytes head) {
  head = head.first(std::min(head.size(), kDetectBytes));
  Detected result;
  result.coding = detect_coding(head, result.has_bom);
  std::string text = decode_head(head, result.coding);
  unify_line_ends(text, result.coding);
  const std::optional<Form> form = form_of(text, result);
  if (!form) return std::nullopt;
  result.form = *form;
  // Files of version 5.00 without a mark, and Wine's, hold UTF-8 or Latin-1 string by string.
  const bool is_one_byte = result.coding.encoding == Encoding::kCodepage;
  if (is_one_byte && (*form == Form::kRegedit5 || *form == Form::kWine)) {
    result.coding.encoding = Encoding::kUtf8;
  }
  return result;
}

}  // namespace dirsnap::reg_text
