// SPDX-License-Identifier: MIT
#include "importers/dump_model/object_state.h"

#include <algorithm>

#include "storage/base/text.h"

namespace dirsnap::dump_model {

void ObjectState::remove(const dump::EntryValue& value) {
  const auto found = std::find_if(values_.begin(), values_.end(), [&](const Owned& own) {
    return equal_ascii_nocase(own.attribute, value.attribute) &&
           equal_ascii_nocase(own.options, value.options) && equal_folded(own.bytes, value.bytes);
  });
  if (found != values_.end()) {
    values_.erase(found);
  } else if (has_content_) {
    ++unmatched_removals_;
  }
}

void ObjectState::clear(const dump::EntryValue& value) {
  const auto is_meant = [&](const Owned& own) {
    return equal_ascii_nocase(own.attribute, value.attribute) &&
           equal_ascii_nocase(own.options, value.options);
  };
  values_.erase(std::remove_if(values_.begin(), values_.end(), is_meant), values_.end());
}

void ObjectState::apply(const dump::Entry& entry) {
  has_content_ = has_content_ || entry.change == dump::Change::kContent;
  if (entry.change == dump::Change::kDelete) values_.clear();
  for (const dump::EntryValue& value : entry.values) {
    switch (value.edit) {
      case dump::Edit::kAdd:
        values_.push_back({.attribute = std::string(value.attribute),
                           .options = std::string(value.options),
                           .bytes = std::string(value.bytes),
                           .form = value.form,
                           .line = value.line});
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
    views.push_back({.attribute = own.attribute,
                     .options = own.options,
                     .bytes = own.bytes,
                     .form = own.form,
                     .line = own.line});
  }
  return views;
}

}  // namespace dirsnap::dump_model
