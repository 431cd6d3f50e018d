// SPDX-License-Identifier: MIT
//
// Twins of SQLite's printf, format, replace, instr, trim, ltrim and rtrim whose work is bounded by
// their input: SQLite cannot interrupt a function, and its own take hours on hostile arguments
// (a width of two billion, a search in a long run of one letter).
// Facts: SQLite 3.40; results equal its own, tested side by side.
#include <algorithm>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "query/functions/functions.h"
#include "query/sql_value.h"
#include "query/vtab_guard.h"
#include "storage/base/text.h"

namespace dirsnap {
namespace {

constexpr int kMaxWidth = 10'000;

std::string_view text_of(sqlite3_value* value) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value));
  const int size = sqlite3_value_bytes(value);
  return text == nullptr ? std::string_view()
                         : std::string_view(text, static_cast<std::size_t>(size));
}

std::size_t length_limit(sqlite3_context* context) {
  return static_cast<std::size_t>(
      sqlite3_limit(sqlite3_context_db_handle(context), SQLITE_LIMIT_LENGTH, -1));
}

bool any_null(std::span<sqlite3_value*> arguments) {
  return std::any_of(arguments.begin(), arguments.end(),
                     [](sqlite3_value* v) { return sqlite3_value_type(v) == SQLITE_NULL; });
}

// Linear time (glibc's two-way search).
std::size_t find_from(std::string_view text, std::string_view wanted, std::size_t from) {
  const void* hit = memmem(text.data() + from, text.size() - from, wanted.data(), wanted.size());
  if (hit == nullptr) return std::string_view::npos;
  return static_cast<std::size_t>(static_cast<const char*>(hit) - text.data());
}

void replace(sqlite3_context* context, int count, sqlite3_value** values) {
  guard_function(context, [&] {
    const std::span arguments(values, static_cast<std::size_t>(count));
    if (any_null(arguments.first(2))) return;
    const std::string_view text = text_of(values[0]);
    const std::string_view old_part = text_of(values[1]);
    // Nothing to look for, NUL included, leaves even a NULL replacement unseen.
    const bool nothing = old_part.empty() || old_part.front() == '\0';
    if (!nothing && any_null(arguments.last(1))) return;
    const std::string_view new_part = text_of(values[2]);
    if (nothing) return sqlite3_result_value(context, values[0]);
    const std::size_t limit = length_limit(context);
    std::string out;
    std::size_t at = 0;
    while (at < text.size()) {
      const std::size_t hit = find_from(text, old_part, at);
      out.append(text, at, std::min(hit, text.size()) - at);
      if (hit == std::string_view::npos) break;
      out.append(new_part);
      at = hit + old_part.size();
      if (out.size() > limit) return sqlite3_result_error_toobig(context);
    }
    set_result_text(context, out);
  });
}

void instr(sqlite3_context* context, int count, sqlite3_value** values) {
  guard_function(context, [&] {
    if (any_null({values, static_cast<std::size_t>(count)})) return;
    const bool blobs = sqlite3_value_type(values[0]) == SQLITE_BLOB &&
                       sqlite3_value_type(values[1]) == SQLITE_BLOB;
    const std::string_view text = blobs ? view_of(values[0]).bytes : text_of(values[0]);
    const std::string_view wanted = blobs ? view_of(values[1]).bytes : text_of(values[1]);
    if (wanted.empty()) return sqlite3_result_int(context, 1);
    std::size_t hit = text.empty() ? text.npos : find_from(text, wanted, 0);
    // In text a hit starts at a character.
    while (!blobs && hit != text.npos && hit > 0 && is_continuation(text[hit])) {
      hit = find_from(text, wanted, hit + 1);
    }
    if (hit == text.npos) return sqlite3_result_int(context, 0);
    std::size_t position = 1;
    for (std::size_t i = 1; i <= hit; ++i) position += blobs || !is_continuation(text[i]) ? 1 : 0;
    sqlite3_result_int64(context, static_cast<sqlite3_int64>(position));
  });
}

// Splits into UTF-8 characters as SQLite does: a lead byte takes the continuation bytes after it.
std::vector<std::string_view> characters(std::string_view text) {
  std::vector<std::string_view> out;
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t end = at + 1;
    if (static_cast<unsigned char>(text[at]) >= 0xC0) {
      while (end < text.size() && is_continuation(text[end])) ++end;
    }
    out.push_back(text.substr(at, end - at));
    at = end;
  }
  return out;
}

struct TrimSet {
  // A character has four bytes; broken text may make one of any length, which is not looked for.
  static constexpr std::size_t kLongestMember = 64;

  std::vector<std::string_view> members;  // sorted
  std::size_t longest = 1;

  // As in SQLite, a NUL ends the set.
  explicit TrimSet(std::string_view text) : members(characters(text.substr(0, text.find('\0')))) {
    std::sort(members.begin(), members.end());
    members.erase(std::unique(members.begin(), members.end()), members.end());
    for (const auto& member : members) longest = std::max(longest, member.size());
    longest = std::min(longest, kLongestMember);
  }
  // Length of a member that `text` starts or ends with, 0 if there is none.
  [[nodiscard]] std::size_t match(std::string_view text, bool at_end) const {
    for (std::size_t size = 1; size <= std::min(longest, text.size()); ++size) {
      const auto part = at_end ? text.substr(text.size() - size) : text.substr(0, size);
      if (std::binary_search(members.begin(), members.end(), part)) return size;
    }
    return 0;
  }
};

void trim_sides(sqlite3_context* context, std::span<sqlite3_value*> values, bool left, bool right) {
  guard_function(context, [&] {
    if (any_null(values)) return;
    std::string_view text = text_of(values[0]);
    const TrimSet set(values.size() > 1 ? text_of(values[1]) : std::string_view(" "));
    while (left && !text.empty()) {
      const std::size_t size = set.match(text, false);
      if (size == 0) break;
      text.remove_prefix(size);
    }
    while (right && !text.empty()) {
      const std::size_t size = set.match(text, true);
      if (size == 0) break;
      text.remove_suffix(size);
    }
    set_result_text(context, text);
  });
}

void trim(sqlite3_context* context, int count, sqlite3_value** values) {
  trim_sides(context, {values, static_cast<std::size_t>(count)}, true, true);
}
void ltrim(sqlite3_context* context, int count, sqlite3_value** values) {
  trim_sides(context, {values, static_cast<std::size_t>(count)}, true, false);
}
void rtrim(sqlite3_context* context, int count, sqlite3_value** values) {
  trim_sides(context, {values, static_cast<std::size_t>(count)}, false, true);
}

// Formats one conversion after the other through sqlite3_mprintf, with checked widths.
class Formatter {
 public:
  Formatter(sqlite3_context* context, std::span<sqlite3_value*> arguments)
      : context_(context), arguments_(arguments), limit_(length_limit(context)) {}

  void run(std::string_view format) {
    format_ = format.substr(0, format.find('\0'));
    while (!format_.empty() && !stopped_) {
      const std::size_t percent = std::min(format_.find('%'), format_.size());
      out_.append(format_.substr(0, percent));
      format_.remove_prefix(percent);
      if (!format_.empty()) convert();
      if (out_.size() > limit_) return sqlite3_result_error_toobig(context_);
    }
    if (!failed_ && !out_.empty()) set_result_text(context_, out_);
  }

 private:
  sqlite3_value* next_argument() {
    return used_ < arguments_.size() ? arguments_[used_++] : nullptr;
  }
  sqlite3_int64 next_integer() {
    sqlite3_value* value = next_argument();
    return value == nullptr ? 0 : sqlite3_value_int64(value);
  }

  char take() {
    const char c = format_.front();
    format_.remove_prefix(1);
    return c;
  }

  // Digits or '*'. False: too large.
  bool take_number(std::string& spec, bool negative_is_flag) {
    sqlite3_int64 number = 0;
    if (!format_.empty() && format_.front() == '*') {
      take();
      number = next_integer();
      if (number < 0 && negative_is_flag) spec += "-";
      if (number < -kMaxWidth || number > kMaxWidth) return false;
      number = std::abs(number);
    } else {
      while (!format_.empty() && format_.front() >= '0' && format_.front() <= '9') {
        number = number * 10 + (take() - '0');
        if (number > kMaxWidth) return false;
      }
    }
    if (number != 0 || !negative_is_flag) spec += std::to_string(number);
    return true;
  }

  void convert() {
    std::string spec(1, take());
    while (!format_.empty() && std::strchr("-+ #!0,", format_.front()) != nullptr) spec += take();
    bool fits = take_number(spec, true);
    if (fits && !format_.empty() && format_.front() == '.') {
      spec += take();
      fits = take_number(spec, false);
    }
    if (!fits) {
      stopped_ = failed_ = true;
      return set_result_error(context_, "printf: width and precision are limited to 10000");
    }
    while (!format_.empty() && format_.front() == 'l') take();
    if (format_.empty()) {
      out_ += "%";
      return;
    }
    append(spec, take());
  }

  void append(std::string& spec, char conversion) {
    switch (conversion) {
      case '%':
        out_ += "%";
        return;
      case 'd':
      case 'i':
      case 'u':
      case 'x':
      case 'X':
      case 'o':
      case 'p':
        return print((spec + "ll") + (conversion == 'p' ? 'X' : conversion), next_integer());
      case 'f':
      case 'e':
      case 'E':
      case 'g':
      case 'G': {
        sqlite3_value* value = next_argument();
        return print(spec + conversion, value == nullptr ? 0.0 : sqlite3_value_double(value));
      }
      case 's':
      case 'z':
      case 'q':
      case 'Q':
      case 'w': {
        sqlite3_value* value = next_argument();
        const auto* text =
            value == nullptr ? nullptr : reinterpret_cast<const char*>(sqlite3_value_text(value));
        return print(spec + (conversion == 'z' ? 's' : conversion), text);
      }
      case 'c':
        return append_character(spec);
      case 'n':
        return;
      default:
        stopped_ = true;  // as SQLite does: the text ends at an unknown conversion
    }
  }

  void append_character(const std::string& spec) {
    sqlite3_value* value = next_argument();
    const auto all = characters(value == nullptr ? std::string_view() : text_of(value));
    if (all.empty()) return;
    // %c repeats the character by its precision; the width counts characters.
    const std::size_t dot = spec.find('.');
    const int times = dot == std::string::npos ? 1 : std::max(1, std::atoi(spec.c_str() + dot + 1));
    std::string repeated;
    for (int i = 0; i < times; ++i) repeated += all.front();
    print("%!" + spec.substr(1, dot == std::string::npos ? dot : dot - 1) + "s", repeated.c_str());
  }

  template <class Value>
  void print(const std::string& spec, Value value) {
    char* text = sqlite3_mprintf(spec.c_str(), value);
    if (text == nullptr) {
      stopped_ = failed_ = true;
      return sqlite3_result_error_nomem(context_);
    }
    out_ += text;
    sqlite3_free(text);
  }

  sqlite3_context* context_;
  std::span<sqlite3_value*> arguments_;
  std::size_t limit_;
  std::size_t used_ = 0;
  std::string_view format_;
  std::string out_;
  bool stopped_ = false;
  bool failed_ = false;
};

void print_format(sqlite3_context* context, int count, sqlite3_value** values) {
  guard_function(context, [&] {
    if (count == 0 || sqlite3_value_type(values[0]) == SQLITE_NULL) return;
    const std::span arguments(values, static_cast<std::size_t>(count));
    Formatter(context, arguments.subspan(1)).run(text_of(values[0]));
  });
}

constexpr SqlFunction kBoundedFunctions[] = {
    {"printf", -1, nullptr, nullptr, print_format},
    {"format", -1, nullptr, nullptr, print_format},
    {"replace", 3, nullptr, nullptr, replace},
    {"instr", 2, nullptr, nullptr, instr},
    {"trim", 1, nullptr, nullptr, trim},
    {"trim", 2, nullptr, nullptr, trim},
    {"ltrim", 1, nullptr, nullptr, ltrim},
    {"ltrim", 2, nullptr, nullptr, ltrim},
    {"rtrim", 1, nullptr, nullptr, rtrim},
    {"rtrim", 2, nullptr, nullptr, rtrim},
};

}  // namespace

std::span<const SqlFunction> bounded_functions() { return kBoundedFunctions; }

}  // namespace dirsnap
