// SPDX-License-Identifier: MIT
#include "storage/pattern.h"

#include <bit>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "storage/base/text.h"

namespace dirsnap {
namespace {

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
constexpr char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }

constexpr char32_t fold(char32_t c) { return c >= U'A' && c <= U'Z' ? c + 32 : c; }

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// Reads a character as SQLite does, `lead` being behind us: a lead byte takes every continuation
// byte that follows it.
char32_t next_wide_character(std::string_view text, std::size_t& at, unsigned char lead) {
  const int ones = std::countl_one(lead);
  char32_t c = ones >= 7 ? 0 : lead & (0x7FU >> ones);
  if (ones == 6) c = lead & 1U;
  while (at < text.size() && is_continuation(text[at])) {
    c = (c << 6) | (static_cast<unsigned char>(text[at++]) & 0x3FU);
  }
  const bool bad = c < 0x80 || (c & 0xFFFFF800U) == 0xD800 || (c & 0xFFFFFFFEU) == 0xFFFE;
  return bad ? char32_t{0xFFFD} : c;
}

inline char32_t next_character(std::string_view text, std::size_t& at) {
  const auto lead = static_cast<unsigned char>(text[at++]);
  return lead < 0xC0 ? lead : next_wide_character(text, at, lead);
}

std::string_view up_to_nul(std::string_view text) {
  return text.substr(0, std::min(text.find('\0'), text.size()));
}

bool equal_bytes(const char* a, const char* b, std::size_t size, bool folded) {
  if (!folded) return std::memcmp(a, b, size) == 0;
  for (std::size_t i = 0; i < size; ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

bool equal(std::string_view a, std::string_view b, bool folded) {
  return a.size() == b.size() && equal_bytes(a.data(), b.data(), a.size(), folded);
}

}  // namespace

std::size_t find_bytes(std::string_view haystack,
                       std::string_view needle,
                       std::size_t from,
                       bool folded) {
  if (from > haystack.size() || haystack.size() - from < needle.size()) return haystack.npos;
  const std::size_t last_start = haystack.size() - needle.size();
  std::size_t at = from;
#if defined(__SSE2__)
  // Sixteen starts at a time: only where first and last byte fit the whole needle is compared.
  const std::size_t tail = needle.size() - 1;
  const auto all = [](char c) { return _mm_set1_epi8(c); };
  const auto load = [&](std::size_t i) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(haystack.data() + i));
  };
  const __m128i first_a = all(folded ? lower(needle.front()) : needle.front());
  const __m128i first_b = all(folded ? upper(needle.front()) : needle.front());
  const __m128i last_a = all(folded ? lower(needle.back()) : needle.back());
  const __m128i last_b = all(folded ? upper(needle.back()) : needle.back());
  for (; at + tail + 16 <= haystack.size(); at += 16) {
    const __m128i front = load(at);
    const __m128i back = load(at + tail);
    const __m128i hit =
        _mm_and_si128(_mm_or_si128(_mm_cmpeq_epi8(front, first_a), _mm_cmpeq_epi8(front, first_b)),
                      _mm_or_si128(_mm_cmpeq_epi8(back, last_a), _mm_cmpeq_epi8(back, last_b)));
    auto bits = static_cast<unsigned>(_mm_movemask_epi8(hit));
    for (; bits != 0; bits &= bits - 1) {
      const std::size_t start = at + static_cast<std::size_t>(std::countr_zero(bits));
      if (equal_bytes(haystack.data() + start, needle.data(), needle.size(), folded)) return start;
    }
  }
#endif
  for (; at <= last_start; ++at) {
    if (equal_bytes(haystack.data() + at, needle.data(), needle.size(), folded)) return at;
  }
  return haystack.npos;
}

Pattern::Pattern(Kind kind, std::string_view pattern) : kind_(kind) {
  pattern = up_to_nul(pattern);
  choose_shape(pattern);
  if (shape_ == Shape::kGeneral) compile(pattern);
}

void Pattern::choose_shape(std::string_view pattern) {
  const char run = kind_ == Kind::kLike ? '%' : '*';
  const bool open_front = !pattern.empty() && pattern.front() == run;
  std::string_view middle = pattern.substr(open_front ? 1 : 0);
  const bool open_back = !middle.empty() && middle.back() == run;
  if (open_back) middle.remove_suffix(1);
  if (middle.find_first_of(kind_ == Kind::kLike ? "%_" : "*?[") != middle.npos) return;
  // The shapes compare bytes; that equals comparing characters only where the pattern is UTF-8.
  if (middle.empty() || !is_valid_utf8(middle) || middle.find("\xEF\xBF\xBD") != middle.npos) {
    return;
  }
  literal_ = middle;
  shape_ = open_front ? (open_back ? Shape::kContains : Shape::kSuffix)
                      : (open_back ? Shape::kPrefix : Shape::kExact);
}

void Pattern::compile(std::string_view pattern) {
  using What = Step::What;
  const bool like = kind_ == Kind::kLike;
  for (std::size_t at = 0; at < pattern.size();) {
    const char32_t c = next_character(pattern, at);
    if (c == (like ? U'%' : U'*')) {
      steps_.push_back({.what = What::kAnyRun});
    } else if (c == (like ? U'_' : U'?')) {
      steps_.push_back({.what = What::kAnyOne});
    } else if (!like && c == U'[') {
      steps_.push_back(compile_set(pattern, at));
    } else {
      steps_.push_back({.what = What::kCharacter, .character = like ? fold(c) : c});
    }
  }
}

// `at` stands behind the '['. A ']' right after it (or after '^') is a member, a '-' between two
// members a range, anywhere else a member.
Pattern::Step Pattern::compile_set(std::string_view pattern, std::size_t& at) {
  Step step{.what = Step::What::kSet, .begin = static_cast<std::uint32_t>(ranges_.size())};
  const auto peek = [&] { return at < pattern.size() ? pattern[at] : '\0'; };
  if (peek() == '^') {
    step.invert = true;
    ++at;
  }
  if (peek() == ']') {
    ranges_.push_back({U']', U']'});
    ++at;
  }
  char32_t prior = 0;
  bool closed = false;
  while (at < pattern.size()) {
    const char32_t c = next_character(pattern, at);
    if (c == U']') {
      closed = true;
      break;
    }
    if (c == U'-' && prior != 0 && peek() != ']' && peek() != '\0') {
      ranges_.push_back({prior, next_character(pattern, at)});
      prior = 0;
    } else {
      ranges_.push_back({c, c});
      prior = c;
    }
  }
  step.end = static_cast<std::uint32_t>(ranges_.size());
  if (!closed) step.what = Step::What::kNever;
  return step;
}

bool Pattern::step_matches(const Step& step, char32_t c) const {
  switch (step.what) {
    case Step::What::kCharacter:
      return step.character == (kind_ == Kind::kLike ? fold(c) : c);
    case Step::What::kAnyOne:
      return true;
    case Step::What::kSet: {
      bool seen = false;
      for (std::uint32_t i = step.begin; i < step.end; ++i) {
        seen = seen || (c >= ranges_[i].first && c <= ranges_[i].last);
      }
      return seen != step.invert;
    }
    case Step::What::kAnyRun:
    case Step::What::kNever:
      return false;
  }
  return false;
}

// Where the step can match next, at or after `at`: an ASCII character stands for itself wherever
// its byte is, so the characters between need no decoding.
std::size_t Pattern::skip_to(std::size_t step, std::string_view text, std::size_t at) const {
  if (step >= steps_.size() || steps_[step].what != Step::What::kCharacter) return at;
  const char32_t wanted = steps_[step].character;
  if (wanted >= 0x80) return at;
  const char low = static_cast<char>(wanted);
  const char high = folds_ascii() ? upper(low) : low;
  while (at < text.size() && text[at] != low && text[at] != high) ++at;
  return at;
}

// On a mismatch only the last run is lengthened: earlier runs can gain nothing by it, so the
// work stays below text length x pattern length.
bool Pattern::matches_general(std::string_view text) const {
  std::size_t at = 0;
  std::size_t step = 0;
  std::size_t run_step = steps_.size() + 1;  // the step after the last run seen
  std::size_t run_at = 0;
  while (at < text.size()) {
    if (step < steps_.size() && steps_[step].what == Step::What::kAnyRun) {
      run_step = ++step;
      if (run_step == steps_.size()) return true;
      at = run_at = skip_to(run_step, text, at);
      continue;
    }
    std::size_t next = at;
    const char32_t c = next_character(text, next);
    if (step < steps_.size() && step_matches(steps_[step], c)) {
      at = next;
      ++step;
      continue;
    }
    if (run_step > steps_.size()) return false;
    next_character(text, run_at);
    at = run_at = skip_to(run_step, text, run_at);
    step = run_step;
  }
  while (step < steps_.size() && steps_[step].what == Step::What::kAnyRun) ++step;
  return step == steps_.size();
}

bool Pattern::matches(std::string_view text) const {
  text = up_to_nul(text);
  const bool folded = folds_ascii();
  const std::string_view want = literal_;
  switch (shape_) {
    case Shape::kExact:
      return equal(text, want, folded);
    case Shape::kPrefix:
      return text.size() >= want.size() && equal(text.substr(0, want.size()), want, folded);
    case Shape::kSuffix:
      return text.size() >= want.size() &&
             equal(text.substr(text.size() - want.size()), want, folded);
    case Shape::kContains:
      return find_bytes(text, want, 0, folded) != text.npos;
    case Shape::kGeneral:
      return matches_general(text);
  }
  return false;
}

}  // namespace dirsnap
