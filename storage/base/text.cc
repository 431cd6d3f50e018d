// SPDX-License-Identifier: MIT
#include "storage/base/text.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <iconv.h>

#include <utf8proc.h>

namespace dirsnap {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

constexpr bool is_surrogate(char32_t c) { return c >= 0xD800 && c <= 0xDFFF; }

// Decodes one UTF-8 sequence at `at`. Returns its length in bytes, 0 where it is invalid.
std::size_t decode_one(std::string_view text, std::size_t at, char32_t& out) {
  const auto lead = static_cast<unsigned char>(text[at]);
  if (lead < 0x80) {
    out = lead;
    return 1;
  }
  std::size_t length = 0;
  char32_t value = 0;
  char32_t smallest = 0;
  if ((lead & 0xE0) == 0xC0) {
    length = 2, value = lead & 0x1F, smallest = 0x80;
  } else if ((lead & 0xF0) == 0xE0) {
    length = 3, value = lead & 0x0F, smallest = 0x800;
  } else if ((lead & 0xF8) == 0xF0) {
    length = 4, value = lead & 0x07, smallest = 0x10000;
  } else {
    return 0;
  }
  if (text.size() - at < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    const auto c = static_cast<unsigned char>(text[at + i]);
    if ((c & 0xC0) != 0x80) return 0;
    value = (value << 6) | (c & 0x3F);
  }
  if (value < smallest || value > 0x10FFFF || is_surrogate(value)) return 0;
  out = value;
  return length;
}

// Upper case first, so that the second lower-case forms (final sigma, long s, micro sign) meet the
// usual ones. The Turkish dotted and dotless i have no simple folding and stay.
char32_t fold_code_point(char32_t c) {
  if (c == 0x130 || c == 0x131) return c;
  return static_cast<char32_t>(
      utf8proc_tolower(utf8proc_toupper(static_cast<utf8proc_int32_t>(c))));
}

// The folded form of the code point at `at`, or the raw byte (plus 0x110000, above every code
// point) where the text is not UTF-8. `length` becomes the bytes consumed.
char32_t folded_wide_at(std::string_view text, std::size_t at, std::size_t& length) {
  const auto lead = static_cast<unsigned char>(text[at]);
  char32_t c = 0;
  length = decode_one(text, at, c);
  if (length == 0) {
    length = 1;
    return 0x110000U + lead;
  }
  return fold_code_point(c);
}

inline char32_t folded_at(std::string_view text, std::size_t at, std::size_t& length) {
  const auto lead = static_cast<unsigned char>(text[at]);
  if (lead >= 0x80) return folded_wide_at(text, at, length);
  length = 1;
  return lead >= 'A' && lead <= 'Z' ? static_cast<char32_t>(lead + 32) : lead;
}

// Set in a byte that is not ASCII.
constexpr std::uint64_t kTopBits = 0x8080808080808080U;
std::uint64_t load_word(const char* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  return word;
}

// Length of the common beginning of `a` and `b` that is ASCII and equal when folded, in whole
// words.
std::size_t equal_words(std::string_view a, std::string_view b) {
  const std::size_t common = std::min(a.size(), b.size());
  std::size_t at = 0;
  for (; common - at >= 8; at += 8) {
    const std::uint64_t wa = load_word(a.data() + at);
    const std::uint64_t wb = load_word(b.data() + at);
    if (((wa | wb) & kTopBits) != 0) break;
    if (wa != wb && fold_ascii_word(wa) != fold_ascii_word(wb)) break;
  }
  return at;
}

// Appends the characters of the ASCII text that `bytes` (UTF-16LE) begin with, four at a time;
// returns how many bytes that were.
std::size_t append_ascii_utf16le(std::string& out, Bytes bytes) {
  std::size_t at = 0;
  for (; bytes.size() - at >= 8; at += 8) {
    const auto units = load_le<std::uint64_t>(bytes, at);
    if ((units & 0xFF80FF80FF80FF80U) != 0) break;
    const char four[4] = {static_cast<char>(units), static_cast<char>(units >> 16),
                          static_cast<char>(units >> 32), static_cast<char>(units >> 48)};
    out.append(four, 4);
  }
  return at;
}

template <bool BigEndian>
Decoded decode_utf16(Bytes bytes) {
  Decoded result;
  result.text.reserve(bytes.size() / 2 + bytes.size() / 8);
  const auto unit = [&](std::size_t at) -> char32_t {
    const auto a = std::to_integer<std::uint32_t>(bytes[at]);
    const auto b = std::to_integer<std::uint32_t>(bytes[at + 1]);
    return BigEndian ? (a << 8) | b : (b << 8) | a;
  };
  std::size_t at = BigEndian ? 0 : append_ascii_utf16le(result.text, bytes);
  for (; bytes.size() - at >= 2; at += 2) {
    char32_t c = unit(at);
    if (is_surrogate(c)) {
      const bool pair = c < 0xDC00 && bytes.size() - at >= 4 && (unit(at + 2) & 0xFC00) == 0xDC00;
      if (pair) {
        c = 0x10000 + ((c - 0xD800) << 10) + (unit(at + 2) - 0xDC00);
        at += 2;
      } else {
        c = kReplacement;
        result.lossless = false;
      }
    }
    append_utf8(result.text, c);
  }
  if (at != bytes.size()) {
    append_utf8(result.text, kReplacement);
    result.lossless = false;
  }
  return result;
}

}  // namespace

void append_utf8(std::string& out, char32_t c) {
  const auto put = [&out](char32_t unit) { out.push_back(static_cast<char>(unit)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | (c >> 6));
    put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | (c >> 12));
    put(0x80 | ((c >> 6) & 0x3F));
    put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | (c >> 18));
    put(0x80 | ((c >> 12) & 0x3F));
    put(0x80 | ((c >> 6) & 0x3F));
    put(0x80 | (c & 0x3F));
  }
}

Decoded decode_utf16le(Bytes bytes) { return decode_utf16<false>(bytes); }
Decoded decode_utf16be(Bytes bytes) { return decode_utf16<true>(bytes); }

namespace {

// glibc knows Windows code pages as CPnnnn; some families have other names.
std::string codepage_name(unsigned codepage) {
  constexpr unsigned kIsoFirst = 28591;  // ISO 8859-1
  constexpr unsigned kIsoLast = 28605;   // ISO 8859-15
  if (codepage >= kIsoFirst && codepage <= kIsoLast) {
    return "ISO-8859-" + std::to_string(codepage - kIsoFirst + 1);
  }
  switch (codepage) {
    case 10000:
      return "MACINTOSH";
    case 20127:
      return "US-ASCII";
    case 20866:
      return "KOI8-R";
    case 21866:
      return "KOI8-U";
    case 54936:
      return "GB18030";
    default:
      return "CP" + std::to_string(codepage);
  }
}

// iconv's handle for one code page; opening one costs more than most texts.
class Converter {
 public:
  Converter() = default;
  ~Converter() { close(); }
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;

  // In its initial state. nullptr: the system does not know the code page.
  iconv_t get(unsigned codepage) {
    if (handle_ != nullptr && codepage == codepage_) {
      iconv(handle_, nullptr, nullptr, nullptr, nullptr);
      return handle_;
    }
    close();
    const iconv_t opened = iconv_open("UTF-8", codepage_name(codepage).c_str());
    // NOLINTNEXTLINE(performance-no-int-to-ptr): the failure value POSIX defines.
    if (opened == reinterpret_cast<iconv_t>(-1)) return nullptr;
    codepage_ = codepage;
    return handle_ = opened;
  }

 private:
  void close() {
    if (handle_ != nullptr) iconv_close(handle_);
    handle_ = nullptr;
  }
  iconv_t handle_ = nullptr;
  unsigned codepage_ = 0;
};

}  // namespace

std::optional<Decoded> decode_codepage(Bytes bytes, unsigned codepage) {
  if (codepage == 65001) return repair_utf8(as_chars(bytes));
  if (codepage == 1200) return decode_utf16le(bytes);
  if (codepage == 1201) return decode_utf16be(bytes);
  thread_local Converter last_used;
  const iconv_t converter = last_used.get(codepage);
  if (converter == nullptr) return std::nullopt;

  Decoded result;
  char* in = const_cast<char*>(reinterpret_cast<const char*>(bytes.data()));
  std::size_t in_left = bytes.size();
  std::array<char, 4096> buffer;
  while (in_left > 0) {
    char* out = buffer.data();
    std::size_t out_left = buffer.size();
    const std::size_t status = iconv(converter, &in, &in_left, &out, &out_left);
    result.text.append(buffer.data(), buffer.size() - out_left);
    if (status != static_cast<std::size_t>(-1) || errno == E2BIG) continue;
    append_utf8(result.text, kReplacement);
    result.lossless = false;
    ++in;
    --in_left;
  }
  // Code pages with combining marks (1255, 1258) hold the last character back until asked.
  char* out = buffer.data();
  std::size_t out_left = buffer.size();
  iconv(converter, nullptr, nullptr, &out, &out_left);
  result.text.append(buffer.data(), buffer.size() - out_left);
  return result;
}

bool is_valid_utf8(std::string_view text) {
  char32_t c = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = decode_one(text, at, c);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

std::optional<std::uint64_t> line_not_utf8(std::string_view text) {
  for (std::uint64_t line = 1; !text.empty(); ++line) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (!is_valid_utf8(text.substr(0, end))) return line;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return std::nullopt;
}

Decoded repair_utf8(std::string_view text) {
  Decoded result;
  result.text.reserve(text.size());
  char32_t c = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = decode_one(text, at, c);
    if (length == 0) {
      append_utf8(result.text, kReplacement);
      result.lossless = false;
      ++at;
    } else {
      result.text.append(text, at, length);
      at += length;
    }
  }
  return result;
}

std::string encode_utf16le(std::string_view utf8) {
  std::string out;
  out.reserve(utf8.size() * 2);
  const auto put = [&out](char32_t unit) {
    out.push_back(static_cast<char>(unit & 0xFF));
    out.push_back(static_cast<char>(unit >> 8));
  };
  for (std::size_t at = 0; at < utf8.size();) {
    char32_t c = kReplacement;
    const std::size_t length = decode_one(utf8, at, c);
    at += length == 0 ? 1 : length;
    if (c >= 0x10000) {
      put(0xD800 + ((c - 0x10000) >> 10));
      put(0xDC00 + ((c - 0x10000) & 0x3FF));
    } else {
      put(c);
    }
  }
  return out;
}

bool is_ascii(std::string_view text) {
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  std::uint64_t seen = 0;
  const auto look = [&seen, text](std::size_t at) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, kWord);
    seen |= word;
  };
  if (text.size() < kWord) {
    for (const char c : text) seen |= static_cast<unsigned char>(c);
  } else {
    for (std::size_t at = 0; text.size() - at >= kWord; at += kWord) look(at);
    look(text.size() - kWord);  // the rest, and some bytes once more
  }
  return (seen & 0x8080808080808080U) == 0;
}

std::string fold_case(std::string_view utf8) {
  std::string out;
  out.resize(utf8.size());
  std::size_t at = 0;
  for (; utf8.size() - at >= 8; at += 8) {
    const std::uint64_t word = load_word(utf8.data() + at);
    if ((word & kTopBits) != 0) break;
    const std::uint64_t folded = fold_ascii_word(word);
    std::memcpy(out.data() + at, &folded, sizeof folded);
  }
  out.resize(at);
  while (at < utf8.size()) {
    std::size_t length = 0;
    const char32_t c = folded_at(utf8, at, length);
    if (c >= 0x110000) {
      out.push_back(utf8[at]);
    } else {
      append_utf8(out, c);
    }
    at += length;
  }
  return out;
}

int compare_folded(std::string_view a, std::string_view b) {
  std::size_t at_a = equal_words(a, b);
  // Most texts first differ inside eight ASCII characters.
  if (std::min(a.size(), b.size()) - at_a >= 8) {
    const std::uint64_t word_a = load_word(a.data() + at_a);
    const std::uint64_t word_b = load_word(b.data() + at_a);
    if (((word_a | word_b) & kTopBits) == 0) {
      return __builtin_bswap64(fold_ascii_word(word_a)) < __builtin_bswap64(fold_ascii_word(word_b))
                 ? -1
                 : 1;
    }
  }
  std::size_t at_b = at_a;
  while (at_a < a.size() && at_b < b.size()) {
    const auto byte_a = static_cast<unsigned char>(a[at_a]);
    const auto byte_b = static_cast<unsigned char>(b[at_b]);
    if ((byte_a | byte_b) < 0x80) {
      const int order = fold_ascii(byte_a) - fold_ascii(byte_b);
      if (order != 0) return order < 0 ? -1 : 1;
      ++at_a;
      ++at_b;
      continue;
    }
    std::size_t length_a = 0;
    std::size_t length_b = 0;
    const char32_t ca = folded_at(a, at_a, length_a);
    const char32_t cb = folded_at(b, at_b, length_b);
    if (ca != cb) {
      // Bytes that are no UTF-8 have no code point: the folded bytes decide.
      if (ca >= 0x110000 || cb >= 0x110000) return fold_case(a).compare(fold_case(b));
      return ca < cb ? -1 : 1;
    }
    at_a += length_a;
    at_b += length_b;
  }
  return static_cast<int>(at_a < a.size()) - static_cast<int>(at_b < b.size());
}

bool equal_folded(std::string_view a, std::string_view b) { return compare_folded(a, b) == 0; }

std::uint64_t hash_folded(std::string_view text, std::uint64_t seed) {
  constexpr std::uint64_t kBasis = 0xCBF29CE484222325U;
  std::uint64_t hash = kBasis ^ seed;
  const auto mix = [&hash](std::uint8_t byte) { hash = (hash ^ byte) * 0x100000001B3U; };
  for (std::size_t at = 0; at < text.size();) {
    std::size_t length = 0;
    const char32_t c = folded_at(text, at, length);
    for (int shift = 0; shift < 24; shift += 8) mix(static_cast<std::uint8_t>(c >> shift));
    at += length;
  }
  return hash;
}

bool equal_ascii_nocase(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

std::string to_lower_ascii(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return out;
}

std::string_view trim_blanks(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string to_hex(Bytes bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out(bytes.size() * 2, '0');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = std::to_integer<unsigned>(bytes[i]);
    out[2 * i] = kDigits[byte >> 4];
    out[2 * i + 1] = kDigits[byte & 15];
  }
  return out;
}

std::string escape_json(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  out.reserve(text.size() + 2);
  const auto escape_unit = [&out, kDigits](unsigned unit) {
    out += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) out.push_back(kDigits[(unit >> shift) & 15]);
  };
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\r') {
      out += "\\r";
    } else if (byte < 0x20 || byte == 0x7F) {
      escape_unit(byte);
    } else if (c == '/' && at > 0 && text[at - 1] == '<') {
      out += "\\/";
    } else if (text.substr(at, 3) == "\xE2\x80\xA8" || text.substr(at, 3) == "\xE2\x80\xA9") {
      escape_unit(text[at + 2] == '\xA8' ? 0x2028 : 0x2029);
      at += 2;
    } else {
      out.push_back(c);
    }
  }
  return out;
}

}  // namespace dirsnap
