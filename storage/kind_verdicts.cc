// SPDX-License-Identifier: MIT
#include "storage/kind_verdicts.h"

#include <array>
#include <cstring>

#include "storage/compiled_predicate.h"

namespace dirsnap {
namespace {

template <class T>
void append_bytes(std::string& out, const T& value) {
  std::array<char, sizeof value> bytes{};
  std::memcpy(bytes.data(), &value, sizeof value);
  out.append(bytes.data(), bytes.size());
}

void append_value(std::string& out, const ValueView& value) {
  append_bytes(out, value.type);
  append_bytes(out, value.integer);
  append_bytes(out, value.real);
  append_bytes(out, value.bytes.size());
  out.append(value.bytes);
}

// The same bytes for the same predicate; others for a list in another order.
void pack_predicate(const Predicate& predicate, std::string& out) {
  out.clear();
  append_bytes(out, predicate.op);
  append_bytes(out, predicate.collation);
  append_bytes(out, predicate.ascii_nocase);
  append_value(out, predicate.value);
  for (const ValueView& value : predicate.list) append_value(out, value);
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
