// SPDX-License-Identifier: MIT
#include "importers/dump_model/object_state.h"

#include <algorithm>

#include "importers/dump_model/name_hash.h"
#include "storage/base/text.h"

namespace dirsnap::dump_model {

namespace {

constexpr std::uint64_t kHashMix = 0x9E3779B97F4A7C15U;

std::uint64_t attribute_hash(std::string_view attribute, std::string_view options) {
  return name_hash(attribute) * kHashMix ^ name_hash(options);
}

std::uint64_t value_hash_of(std::uint64_t of_attribute, std::string_view bytes) {
  return of_attribute * kHashMix ^ name_hash(bytes);
}

}  // namespace

void ObjectState::add(const dump::EntryValue& value) {
  if (values_.size() >= kMaxValues) {
    ++dropped_values_;
    return;
  }
  values_.push_back({.attribute = std::string(value.attribute),
                     .options = std::string(value.options),
                     .bytes = std::string(value.bytes),
                     .form = value.form,
                     .line = value.line});
}

void ObjectState::index_new_values() {
  for (; indexed_ < values_.size(); ++indexed_) {
    const Owned& own = values_[indexed_];
    const std::uint64_t of_attribute = attribute_hash(own.attribute, own.options);
    const auto number = static_cast<std::uint32_t>(indexed_);
    by_attribute_[of_attribute].values.push_back(number);
    by_value_[value_hash_of(of_attribute, own.bytes)].values.push_back(number);
  }
}

void ObjectState::remove(const dump::EntryValue& value) {
  index_new_values();
  const std::uint64_t of_attribute = attribute_hash(value.attribute, value.options);
  const auto found = by_value_.find(value_hash_of(of_attribute, value.bytes));
  if (found != by_value_.end()) {
    Alike& alike = found->second;
    for (std::size_t i = alike.first; i < alike.values.size(); ++i) {
      Owned& own = values_[alike.values[i]];
      if (own.is_gone && i == alike.first) ++alike.first;
      const bool is_meant = !own.is_gone && equal_ascii_nocase(own.attribute, value.attribute) &&
                            equal_ascii_nocase(own.options, value.options) &&
                            equal_folded(own.bytes, value.bytes);
      if (!is_meant) continue;
      own.drop();
      return;
    }
  }
  if (has_content_) ++unmatched_removals_;
}

void ObjectState::clear(const dump::EntryValue& value) {
  index_new_values();
  const auto found = by_attribute_.find(attribute_hash(value.attribute, value.options));
  if (found == by_attribute_.end()) return;
  const auto stays = [&](std::uint32_t number) {
    Owned& own = values_[number];
    if (own.is_gone) return false;
    if (!equal_ascii_nocase(own.attribute, value.attribute) ||
        !equal_ascii_nocase(own.options, value.options)) {
      return true;
    }
    own.drop();
    return false;
  };
  std::vector<std::uint32_t>& numbers = found->second.values;
  numbers.erase(std::stable_partition(numbers.begin(), numbers.end(), stays), numbers.end());
}

void ObjectState::apply(const dump::Entry& entry) {
  has_content_ = has_content_ || entry.change == dump::Change::kContent;
  if (entry.change == dump::Change::kDelete) {
    values_.clear();
    by_attribute_.clear();
    by_value_.clear();
    indexed_ = 0;
  }
  for (const dump::EntryValue& value : entry.values) {
    switch (value.edit) {
      case dump::Edit::kAdd:
        add(value);
        break;
      case dump::Edit::kRemove:
        remove(value);
        break;
      case dump::Edit::kClear:
        clear(value);
        break;
    }
  }
}

std::vector<dump::EntryValue> ObjectState::values() const {
  std::vector<dump::EntryValue> views;
  views.reserve(values_.size());
  for (const Owned& own : values_) {
    if (own.is_gone) continue;
    views.push_back({.attribute = own.attribute,
                     .options = own.options,
                     .bytes = own.bytes,
                     .form = own.form,
                     .line = own.line});
  }
  return views;
}

}  // namespace dirsnap::dump_model
