// SPDX-License-Identifier: MIT
//
// LIKE (without ESCAPE) and GLOB with exactly SQLite's results, without its exponential cases.
// Facts: SQLite 3.40, observed and tested against it: texts end at their first NUL; LIKE folds
// ASCII letters only; '_' and '?' take one character; a byte that is no UTF-8 counts as one
// character; a GLOB set without its ']' matches nothing.
// Lifetime: owns a copy of the pattern. Threads: const methods are safe together.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dirsnap {

class Pattern {
 public:
  enum class Kind : std::uint8_t { kLike, kGlob };

  Pattern(Kind kind, std::string_view pattern);

  [[nodiscard]] bool matches(std::string_view text) const;

  // For '%x%' and '*x*': x, which any matching text contains; empty for every other pattern.
  [[nodiscard]] std::string_view needle() const {
    return shape_ == Shape::kContains ? std::string_view(literal_) : std::string_view();
  }
  [[nodiscard]] bool folds_ascii() const { return kind_ == Kind::kLike; }

 private:
  enum class Shape : std::uint8_t { kExact, kPrefix, kSuffix, kContains, kGeneral };

  // One step of a general pattern.
  struct Step {
    enum class What : std::uint8_t { kCharacter, kAnyOne, kAnyRun, kSet, kNever };
    What what = What::kCharacter;
    bool invert = false;      // kSet: [^...]
    char32_t character = 0;   // kCharacter
    std::uint32_t begin = 0;  // kSet: ranges_[begin, end)
    std::uint32_t end = 0;
  };
  struct Range {
    char32_t first = 0;
    char32_t last = 0;
  };

  void compile(std::string_view pattern);
  Step compile_set(std::string_view pattern, std::size_t& at);
  void choose_shape(std::string_view pattern);
  [[nodiscard]] bool step_matches(const Step& step, char32_t c) const;
  [[nodiscard]] std::size_t skip_to(std::size_t step, std::string_view text, std::size_t at) const;
  [[nodiscard]] bool matches_general(std::string_view text) const;

  Kind kind_;
  Shape shape_ = Shape::kGeneral;
  std::string literal_;  // the part without wildcards; unused for kGeneral
  std::vector<Step> steps_;
  std::vector<Range> ranges_;
};

// Position of the first occurrence of `needle` at or after `from`, or npos; with `fold`, ASCII
// letters match in either case. REQUIRES: needle is not empty.
std::size_t find_bytes(std::string_view haystack,
                       std::string_view needle,
                       std::size_t from,
                       bool fold);

}  // namespace dirsnap
