// SPDX-License-Identifier: MIT
#include "importers/store_model/message_entries.h"

#include <algorithm>
#include <tuple>

namespace dirsnap::store_model {

std::uint32_t MessageEntries::stranger(std::int64_t folder_id) {
  const auto number = first_stranger_ + static_cast<std::uint32_t>(strangers_.size());
  const auto [at, is_new] = stranger_of_id_.emplace(folder_id, number);
  if (is_new) strangers_.push_back(folder_id);
  return at->second;
}

void MessageEntries::sort() {
  std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.message, a.folder) < std::tie(b.message, b.folder);
  });
}

std::span<const Entry> MessageEntries::of(std::int64_t message) {
  const auto less = [](const Entry& entry, std::int64_t id) { return entry.message < id; };
  auto begin = entries_.begin() + static_cast<std::ptrdiff_t>(next_);
  if (begin == entries_.end() || begin->message != message) {
    begin = std::lower_bound(entries_.begin(), entries_.end(), message, less);
  }
  auto end = begin;
  while (end != entries_.end() && end->message == message) ++end;
  next_ = static_cast<std::size_t>(end - entries_.begin());
  used_ += static_cast<std::uint64_t>(end - begin);
  return {begin, end};
}

void AttachmentCounts::sort() { std::sort(messages_.begin(), messages_.end()); }

std::int64_t AttachmentCounts::of(std::int64_t message) const {
  const auto [begin, end] = std::equal_range(messages_.begin(), messages_.end(), message);
  return end - begin;
}

}  // namespace dirsnap::store_model
