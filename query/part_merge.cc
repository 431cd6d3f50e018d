// SPDX-License-Identifier: MIT
#include "query/part_merge.h"

#include <algorithm>
#include <utility>

#include "storage/base/text.h"
#include "storage/value_order.h"

namespace dirsnap {
namespace {

constexpr std::size_t kWordBytes = 8;
// Scans that rest are kept for so many parts.
constexpr std::size_t kRestingLanes = 8;
// Memory is kept for so many rows.
constexpr std::size_t kRestingSorted = 4096;

bool is_same_text(const ValueView& a, const ValueView& b) {
  return a.type == ValueType::kText && b.type == ValueType::kText && a.bytes == b.bytes;
}

}  // namespace

void PartMerge::begin(const Order& order) {
  order_ = order;
  is_begun_ = false;
  is_key_due_ = false;
  used_ = 0;
  heap_.clear();
  sorted_.clear();
  sorted_at_ = 0;
}

PartMerge::Lane& PartMerge::take_lane(std::uint32_t number) {
  if (used_ == lanes_.size()) lanes_.push_back(std::make_unique<Lane>(cancel_));
  Lane& lane = *lanes_[used_++];
  lane.number = number;
  lane.no_skip = 0;
  return lane;
}

Result<void> PartMerge::add_together(std::span<const NumberedPart> parts, const BoundScan& scan) {
  RowSorter sorter(order_.collation, order_.descending);
  for (const auto& [number, part] : parts) {
    const auto tag = static_cast<std::uint32_t>(used_);
    DIRSNAP_CHECK(take_lane(number).scan.collect(*part, scan, tag, sorter));
  }
  sorter.sort(sorted_);
  return {};
}

Result<void> PartMerge::add(std::uint32_t number, OpenPart& part, const BoundScan& scan) {
  Lane& lane = take_lane(number);
  DIRSNAP_CHECK(lane.scan.open(part, scan, lane.no_skip));
  DIRSNAP_TRY(const bool some, step(lane));
  if (some) heap_.push_back(&lane);
  return {};
}

// To the lane's next row; false after the last.
Result<bool> PartMerge::step(Lane& lane) {
  if (!std::exchange(is_key_due_, false) && !lane.scan.advance()) {
    DIRSNAP_TRY(const bool found, lane.scan.next());
    if (!found) return false;
  }
  DIRSNAP_TRY(const ValueView key, lane.scan.value(order_.column));
  take_key(lane, key);
  return true;
}

bool PartMerge::advance_by_key(Lane& lane) {
  if (!lane.scan.advance()) return false;
  const auto key = lane.scan.held_value(order_.column);
  if (!key) {
    is_key_due_ = true;
    return false;
  }
  take_key(lane, *key);
  sink();
  return true;
}

void PartMerge::take_key(Lane& lane, const ValueView& key) const {
  lane.key = key;
  const bool folds = order_.collation == Collation::kFold;
  lane.has_word = lane.key.type == ValueType::kText &&
                  (!folds || is_ascii(lane.key.bytes.substr(0, kWordBytes)));
  if (lane.has_word) lane.word = ordered_word(lane.key.bytes, 0, order_.collation);
}

bool PartMerge::is_behind(const Lane& a, const Lane& b) const {
  int order = 0;
  if (a.has_word && b.has_word && a.word != b.word) {
    order = a.word < b.word ? -1 : 1;
  } else {
    order = compare_values(a.key, b.key, order_.collation);
  }
  if (order_.descending) order = -order;
  return order == 0 ? a.number > b.number : order > 0;
}

// The first lane has another key: back to where it belongs.
void PartMerge::sink() {
  std::size_t at = 0;
  for (;;) {
    std::size_t least = at;
    for (const std::size_t child : {2 * at + 1, 2 * at + 2}) {
      if (child < heap_.size() && is_behind(*heap_[least], *heap_[child])) least = child;
    }
    if (least == at) return;
    std::swap(heap_[at], heap_[least]);
    at = least;
  }
}

// Who compares a row's key with that of the row before is done at once where they are one text.
void PartMerge::share_key(const ValueView& before) {
  Lane& lane = *heap_.front();
  if (!is_same_text(lane.key, before) || !lane.scan.stays_in_key()) return;
  lane.key = before;
  lane.scan.hold(order_.column, before);
}

Result<bool> PartMerge::next() {
  if (!sorted_.empty()) return take_sorted();
  if (!is_begun_) {
    is_begun_ = true;
    std::make_heap(heap_.begin(), heap_.end(),
                   [this](const Lane* a, const Lane* b) { return is_behind(*a, *b); });
    return !heap_.empty();
  }
  const ValueView before = heap_.front()->key;
  do {
    DIRSNAP_TRY(const bool more, step(*heap_.front()));
    if (!more) {
      heap_.front() = heap_.back();
      heap_.pop_back();
      if (heap_.empty()) return false;
    }
    sink();
  } while (order_.distinct && is_same_text(heap_.front()->key, before));
  share_key(before);
  return true;
}

void PartMerge::rest() {
  heap_.clear();
  sorted_.clear();
  if (sorted_.capacity() > kRestingSorted) sorted_ = {};
  used_ = 0;
  if (lanes_.size() > kRestingLanes) lanes_.resize(kRestingLanes);
  for (const auto& lane : lanes_) lane->scan.rest();
}

void PartMerge::forget() {
  for (const auto& lane : lanes_) lane->scan.forget();
}

}  // namespace dirsnap
