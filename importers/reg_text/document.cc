// SPDX-License-Identifier: MIT
#include "importers/reg_text/document.h"

#include "storage/base/wtf8.h"

namespace dirsnap::reg_text {

const char* form_name(Form form) {
  switch (form) {
    case Form::kRegedit4:
      return "REGEDIT4";
    case Form::kRegedit5:
      return "Windows Registry Editor Version 5.00";
    case Form::kWine:
      return "WINE REGISTRY Version 2";
    case Form::kRegEdt32:
      return "RegEdt32 text";
    case Form::kRegQuery:
      return "reg query output";
  }
  return "";
}

const char* encoding_name(Encoding encoding) {
  switch (encoding) {
    case Encoding::kUtf16Le:
      return "UTF-16LE";
    case Encoding::kUtf16Be:
      return "UTF-16BE";
    case Encoding::kUtf8:
      return "UTF-8";
    case Encoding::kCodepage:
      return "code page";
  }
  return "";
}

namespace {

// A separator at the end is no part of a name: it names the same key.
std::string_view without_end_separators(std::string_view path) {
  while (path.size() > 1 && path.back() == '\\') path.remove_suffix(1);
  return path;
}

}  // namespace

std::string DocumentBuilder::value_id(std::string_view name) const {
  return std::to_string(current_) + '\\' + registry_fold(name);
}

void DocumentBuilder::open_key(std::string_view path, std::uint64_t offset) {
  path = without_end_separators(path);
  const auto [place, is_new] = by_path_.try_emplace(registry_fold(path), keys_.size());
  current_ = place->second;
  if (!is_new) return;
  Slot slot;
  slot.key.path = path;
  slot.key.offset = offset;
  keys_.push_back(std::move(slot));
}

std::size_t DocumentBuilder::delete_key(std::string_view path) {
  close_key();
  const std::string folded = registry_fold(without_end_separators(path));
  std::size_t deleted = 0;
  const auto drop = [&](auto place) {
    Slot& slot = keys_[place->second];
    current_ = place->second;
    for (const Value& value : slot.key.values) by_name_.erase(value_id(value.name));
    slot = Slot{.key = {}, .is_alive = false, .value_is_alive = {}};
    ++deleted;
    return by_path_.erase(place);
  };
  if (const auto place = by_path_.find(folded); place != by_path_.end()) drop(place);
  const std::string below = folded + '\\';
  for (auto place = by_path_.lower_bound(below);
       place != by_path_.end() && place->first.starts_with(below);) {
    place = drop(place);
  }
  close_key();
  return deleted;
}

bool DocumentBuilder::set_value(Value value) {
  Slot& slot = keys_[current_];
  const auto [place, is_new] = by_name_.try_emplace(value_id(value.name), slot.key.values.size());
  if (is_new) {
    slot.key.values.push_back(std::move(value));
    slot.value_is_alive.push_back(true);
    return false;
  }
  value.name = std::move(slot.key.values[place->second].name);  // the first spelling stays
  slot.key.values[place->second] = std::move(value);
  return true;
}

bool DocumentBuilder::delete_value(std::string_view name) {
  const auto place = by_name_.find(value_id(name));
  if (place == by_name_.end()) return false;
  Slot& slot = keys_[current_];
  slot.value_is_alive[place->second] = false;
  slot.key.values[place->second] = {};
  by_name_.erase(place);
  return true;
}

std::vector<Key> DocumentBuilder::take_keys() {
  std::vector<Key> result;
  for (Slot& slot : keys_) {
    if (!slot.is_alive) continue;
    std::vector<Value> values;
    for (std::size_t i = 0; i < slot.key.values.size(); ++i) {
      if (slot.value_is_alive[i]) values.push_back(std::move(slot.key.values[i]));
    }
    slot.key.values = std::move(values);
    result.push_back(std::move(slot.key));
  }
  keys_.clear();
  by_path_.clear();
  by_name_.clear();
  close_key();
  return result;
}

}  // namespace dirsnap::reg_text
