// SPDX-License-Identifier: MIT
#include "storage/compiled_predicate.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "storage/value_order.h"

namespace dirsnap {
namespace {

constexpr std::int64_t kLeast = INT64_MIN;
constexpr std::int64_t kGreatest = INT64_MAX;
constexpr IntegerInterval kAll{.first = kLeast, .last = kGreatest};
constexpr IntegerInterval kNone{};

IntegerInterval below(std::int64_t limit) {
  return limit == kLeast ? kNone : IntegerInterval{kLeast, limit - 1};
}
IntegerInterval above(std::int64_t limit) {
  return limit == kGreatest ? kNone : IntegerInterval{limit + 1, kGreatest};
}

// Integers for which `integer OP value` holds; kNe gives those of kEq.
IntegerInterval matching(Op op, std::int64_t value) {
  switch (op) {
    case Op::kLt:
      return below(value);
    case Op::kLe:
      return {kLeast, value};
    case Op::kGt:
      return above(value);
    case Op::kGe:
      return {value, kGreatest};
    default:
      return {value, value};
  }
}

IntegerInterval matching_real(Op op, double value) {
  constexpr double kTwoTo63 = 9'223'372'036'854'775'808.0;
  const bool less = op == Op::kLt || op == Op::kLe;
  const bool greater = op == Op::kGt || op == Op::kGe;
  if (value >= kTwoTo63) return less ? kAll : kNone;
  if (value < -kTwoTo63) return greater ? kAll : kNone;
  const double down = std::floor(value);
  const auto whole = static_cast<std::int64_t>(down);
  if (down == value) return matching(op, whole);
  // Between two integers: < and <= take what is at most `whole`, > and >= the rest.
  if (less) return {kLeast, whole};
  return greater ? above(whole) : kNone;
}

std::optional<IntegerInterval> interval_of(Op op, const ValueView& value) {
  if (op > Op::kGe || value.is_null()) return std::nullopt;
  if (value.type == ValueType::kInteger) return matching(op, value.integer);
  if (value.type == ValueType::kReal) return matching_real(op, value.real);
  // Every number is less than every text and blob.
  return op == Op::kLt || op == Op::kLe ? kAll : kNone;
}

std::optional<Pattern> pattern_of(const Predicate& predicate) {
  if (predicate.op != Op::kLike && predicate.op != Op::kGlob) return std::nullopt;
  const ValueView& value = predicate.value;
  if (value.is_null() || value.type == ValueType::kBlob) return std::nullopt;
  const auto kind = predicate.op == Op::kLike ? Pattern::Kind::kLike : Pattern::Kind::kGlob;
  if (value.type == ValueType::kText) return Pattern(kind, value.bytes);
  return Pattern(kind, number_text(value));
}

}  // namespace

CompiledPredicate::CompiledPredicate(Predicate predicate)
    : predicate_(std::move(predicate)),
      pattern_(pattern_of(predicate_)),
      integers_(interval_of(predicate_.op, predicate_.value)) {
  const std::string_view text = predicate_.value.bytes;
  const bool is_text = predicate_.value.type == ValueType::kText && !text.empty();
  if (is_text && static_cast<unsigned char>(text.front()) < 0x80) {
    first_ = fold_ascii(static_cast<unsigned char>(text.front()));
  }
  if (predicate_.op != Op::kIn) return;
  for (const ValueView& value : predicate_.list) {
    if (!value.is_null()) list_.push_back(value);
  }
  std::sort(list_.begin(), list_.end(),
            [this](const ValueView& a, const ValueView& b) { return compare(a, b) < 0; });
}

int CompiledPredicate::compare(const ValueView& a, const ValueView& b) const {
  if (predicate_.ascii_nocase && a.type == ValueType::kText && b.type == ValueType::kText) {
    return compare_nocase(a.bytes, b.bytes);
  }
  return compare_values(a, b, predicate_.collation);
}

bool CompiledPredicate::matches_order(int order) const {
  switch (predicate_.op) {
    case Op::kEq:
      return order == 0;
    case Op::kNe:
      return order != 0;
    case Op::kLt:
      return order < 0;
    case Op::kLe:
      return order <= 0;
    case Op::kGt:
      return order > 0;
    case Op::kGe:
      return order >= 0;
    default:
      return false;
  }
}

bool CompiledPredicate::matches(const ValueView& value) const {
  switch (predicate_.op) {
    case Op::kIsNull:
      return value.is_null();
    case Op::kIsNotNull:
      return !value.is_null();
    case Op::kLike:
    case Op::kGlob:
      // Debian's SQLite is built with LIKE_DOESNT_MATCH_BLOBS.
      if (value.is_null() || value.type == ValueType::kBlob || !pattern_) return false;
      if (value.type == ValueType::kText) return pattern_->matches(value.bytes);
      return pattern_->matches(number_text(value));
    case Op::kIn: {
      if (value.is_null()) return false;
      const auto place = std::lower_bound(
          list_.begin(), list_.end(), value,
          [this](const ValueView& a, const ValueView& b) { return compare(a, b) < 0; });
      return place != list_.end() && compare(*place, value) == 0;
    }
    default:
      if (value.is_null() || predicate_.value.is_null()) return false;
      if (value.type == ValueType::kInteger) {
        const bool inside = integers_->first <= value.integer && value.integer <= integers_->last;
        return inside != (predicate_.op == Op::kNe);
      }
      if (predicate_.op == Op::kEq && begins_otherwise(value)) return false;
      if (predicate_.op == Op::kNe && begins_otherwise(value)) return true;
      return matches_order(compare(value, predicate_.value));
  }
}

std::optional<std::string_view> CompiledPredicate::exact_text() const {
  const bool exact = predicate_.op == Op::kEq && predicate_.collation == Collation::kBinary &&
                     !predicate_.ascii_nocase && predicate_.value.type == ValueType::kText &&
                     !predicate_.value.bytes.empty();
  return exact ? std::optional(predicate_.value.bytes) : std::nullopt;
}

}  // namespace dirsnap
