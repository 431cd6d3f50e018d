// SPDX-License-Identifier: MIT
#include "storage/kind_verdicts.h"

#include "storage/compiled_predicate.h"
#include "storage/packed_value.h"

namespace dirsnap {
namespace {

// The same bytes for the same predicate; others for a list in another order.
void pack_predicate(const Predicate& predicate, std::string& out) {
  out.clear();
  pack_number(out, predicate.op);
  pack_number(out, predicate.collation);
  pack_number(out, predicate.ascii_nocase);
  pack_value(out, predicate.value);
  for (const ValueView& value : predicate.list) pack_value(out, value);
}

}  // namespace

void KindVerdicts::begin(const CompiledPredicate& test, const Kinds& kinds) {
  test_ = &test;
  pack_predicate(test.predicate(), scratch_);
  if (kinds_ == kinds && scratch_ == predicate_) return;
  kinds_ = kinds;
  predicate_.swap(scratch_);
  verdicts_.clear();
}

bool KindVerdicts::ask(std::uint32_t kind) {
  const bool yes = test_->matches((*kinds_)[kind / kChunkRows].value(kind % kChunkRows));
  if (kind >= verdicts_.size()) verdicts_.resize(kind + std::size_t{1});
  verdicts_[kind] = yes ? Verdict::kYes : Verdict::kNo;
  return yes;
}

}  // namespace dirsnap
