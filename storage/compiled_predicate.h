// SPDX-License-Identifier: MIT
//
// A predicate made ready for many values: pattern compiled, IN list sorted, constants of the
// comparison at hand.
// Lifetime: owns the predicate, which borrows its values; moving it keeps them.
// Threads: const methods are safe together, unless verdicts are remembered.
#pragma once

#include <optional>
#include <vector>

#include "storage/base/text.h"
#include "storage/chunk.h"
#include "storage/pattern.h"

namespace dirsnap {

// The integers first..last; empty where first > last.
struct IntegerInterval {
  std::int64_t first = 1;
  std::int64_t last = 0;
  [[nodiscard]] bool empty() const { return first > last; }
};

class KindVerdicts;

class CompiledPredicate {
 public:
  explicit CompiledPredicate(Predicate predicate);

  // Where chunks remember what they learn of kinds; it must outlive this. Null: nowhere.
  void remember_in(KindVerdicts* verdicts) { verdicts_ = verdicts; }
  [[nodiscard]] KindVerdicts* verdicts() const { return verdicts_; }

  [[nodiscard]] const Predicate& predicate() const { return predicate_; }

  [[nodiscard]] bool matches(const ValueView& value) const;

  // The integers that match a comparison, where they are an interval (or, for kNe, all others).
  [[nodiscard]] std::optional<IntegerInterval> integers() const { return integers_; }
  // The one text that matches, where texts are compared byte by byte for equality.
  [[nodiscard]] std::optional<std::string_view> exact_text() const;
  // Of LIKE and GLOB; none where nothing matches.
  [[nodiscard]] const Pattern* pattern() const { return pattern_ ? &*pattern_ : nullptr; }

 private:
  [[nodiscard]] int compare(const ValueView& a, const ValueView& b) const;
  [[nodiscard]] bool matches_order(int order) const;
  // True if a text is another than the constant by its first character alone: nearly all are.
  [[nodiscard]] bool begins_otherwise(const ValueView& value) const {
    if (first_ < 0 || value.type != ValueType::kText || value.bytes.empty()) return false;
    const auto byte = static_cast<unsigned char>(value.bytes.front());
    return byte < 0x80 && fold_ascii(byte) != first_;
  }

  Predicate predicate_;
  std::optional<Pattern> pattern_;
  std::optional<IntegerInterval> integers_;
  std::vector<ValueView> list_;  // kIn: sorted, without NULLs
  KindVerdicts* verdicts_ = nullptr;
  int first_ = -1;  // the constant's first character, folded, where it is ASCII text
};

}  // namespace dirsnap
