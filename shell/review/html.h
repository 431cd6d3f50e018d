// SPDX-License-Identifier: MIT
//
// Writes HTML so that data cannot become markup: raw() takes literals of the program alone, which
// the compiler checks, and everything else passes through text(), which escapes. No data stands in
// an attribute, a style, a script, a URL or a comment.
// Lifetime: borrows the Output. Threads: one thread.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "shell/output.h"

namespace dirsnap {

// Markup of the program. Made from literals only: the constructor runs in the compiler.
class Markup {
 public:
  consteval Markup(const char* literal) : view_(literal) {}  // NOLINT(google-explicit-constructor)
  [[nodiscard]] constexpr std::string_view view() const { return view_; }

 private:
  std::string_view view_;
};

// Bytes of a value that are shown; the size of a longer one is told behind the cut.
inline constexpr std::size_t kMostShownBytes = 2000;

class HtmlWriter {
 public:
  explicit HtmlWriter(Output& output) : output_(output) {}

  HtmlWriter& raw(Markup markup);
  // Untrusted text, isolated from the direction of what stands around it.
  HtmlWriter& text(std::string_view data);
  // The same of any length and without isolation, for <pre>.
  HtmlWriter& plain(std::string_view data);
  // The same for <title>, which takes no elements at all.
  HtmlWriter& title(std::string_view data);
  // 1,253,376.
  HtmlWriter& number(std::int64_t value);
  // Digits alone: for ids and for attributes of drawings.
  HtmlWriter& digits(std::int64_t value);
  // 1 finding, 2 findings. REQUIRES: `noun` takes an s.
  template <std::integral Number>
  HtmlWriter& count(Number value, Markup noun) {
    return counted(static_cast<std::int64_t>(value), noun);
  }
  // An embedded style or script, whose hash the page's policy names.
  HtmlWriter& asset(std::string_view source);

 private:
  HtmlWriter& counted(std::int64_t value, Markup noun);

  Output& output_;
};

// 'sha256-…' of an asset, as a Content-Security-Policy names it.
std::string policy_hash(std::string_view source);

}  // namespace dirsnap
