// SPDX-License-Identifier: MIT
//
// What a predicate says of the values that rows have by their kind (Sharing::kByKind), remembered
// from one look-up to the next: a join asks the same of the few rows of one object after the other.
// Memory: 1 byte a kind.
// Lifetime: keeps the values of the kinds, whose bytes belong to the transaction: a predicate is
// asked of kinds that were met in the present one alone.
// Threads: one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "storage/chunk.h"

namespace dirsnap {

class CompiledPredicate;

class KindVerdicts {
 public:
  using Kinds = std::shared_ptr<const std::vector<ChunkView>>;

  // What follows is asked of `test` and these kinds; what is known of others is forgotten. `test`
  // must live until the next begin().
  void begin(const CompiledPredicate& test, const Kinds& kinds);
  // REQUIRES: begin(), the kind exists.
  bool matches(std::uint32_t kind) {
    const Verdict known = kind < verdicts_.size() ? verdicts_[kind] : Verdict::kUnknown;
    return known == Verdict::kUnknown ? ask(kind) : known == Verdict::kYes;
  }

 private:
  enum class Verdict : std::uint8_t { kUnknown, kNo, kYes };

  bool ask(std::uint32_t kind);

  const CompiledPredicate* test_ = nullptr;
  Kinds kinds_;
  std::vector<Verdict> verdicts_;  // by kind, up to the last one asked
  std::string predicate_;          // that they are of, its values behind one another
  std::string scratch_;
};

}  // namespace dirsnap
