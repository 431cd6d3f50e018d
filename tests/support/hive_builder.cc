// SPDX-License-Identifier: MIT
#include "tests/support/hive_builder.h"

#include <algorithm>
#include <cstring>

#include "importers/regf/base_block.h"
#include "storage/base/wtf8.h"

namespace dirsnap::test {
namespace {

constexpr std::size_t kSegmentBytes = 16'344;

// The name as the record stores it, and whether that is one byte a character.
std::string stored_name(std::string_view wtf8, bool may_be_latin1, bool& is_latin1) {
  std::string wide = utf16le_from_wtf8(wtf8);
  is_latin1 = may_be_latin1;
  for (std::size_t i = 1; i < wide.size(); i += 2) is_latin1 = is_latin1 && wide[i] == 0;
  if (!is_latin1) return wide;
  std::string narrow;
  for (std::size_t i = 0; i < wide.size(); i += 2) narrow.push_back(wide[i]);
  return narrow;
}

}  // namespace

void put(std::vector<std::byte>& file, std::size_t at, std::string_view bytes) {
  std::memcpy(file.data() + at, bytes.data(), bytes.size());
}

void seal_base_block(std::vector<std::byte>& file) {
  put(file, 508, le(regf::base_block_checksum(file)));
}

HiveBuilder::HiveBuilder(std::uint32_t minor) : minor_(minor), bins_(32, '\0') {}

std::uint32_t HiveBuilder::add_cell(std::string_view record, bool is_allocated) {
  const std::size_t header = minor_ < 2 ? 8 : 4;
  const std::size_t unit = minor_ < 2 ? 16 : 8;
  const std::size_t size = (header + record.size() + unit - 1) / unit * unit;
  const auto offset = static_cast<std::uint32_t>(bins_.size());
  const auto stored = static_cast<std::int32_t>(size);
  bins_ += le(is_allocated ? -stored : stored);
  if (minor_ < 2) bins_ += le(std::uint32_t{0xFFFF'FFFF});
  bins_ += record;
  bins_.resize(offset + size);
  return offset;
}

void HiveBuilder::patch(std::uint32_t cell, std::size_t at, std::string_view bytes) {
  bins_.replace(cell + (minor_ < 2 ? 8 : 4) + at, bytes.size(), bytes);
}

std::uint32_t HiveBuilder::add_data(const std::string& data) {
  if (minor_ < 4 || data.size() <= kSegmentBytes) return add_cell(data);
  std::string list;
  for (std::size_t at = 0; at < data.size(); at += kSegmentBytes) {
    list += le(add_cell(data.substr(at, kSegmentBytes) + std::string(4, '\0')));
  }
  const std::uint32_t segments = add_cell(list);
  return add_cell("db" + le(static_cast<std::uint16_t>(list.size() / 4)) + le(segments));
}

std::uint32_t HiveBuilder::add_value(const TestValue& value) {
  bool is_latin1 = false;
  const std::string name = stored_name(value.name, minor_ >= 2, is_latin1);
  const bool is_inline = value.data.size() <= 4;
  auto size = static_cast<std::uint32_t>(value.data.size());
  std::string data = value.data;
  data.resize(4);
  if (!is_inline) data = le(add_data(value.data));
  if (is_inline) size |= 0x8000'0000U;
  return add_cell("vk" + le(static_cast<std::uint16_t>(name.size())) + le(size) + data +
                  le(value.type) + le(static_cast<std::uint32_t>(is_latin1 ? 1 : 0)) + name);
}

std::uint32_t HiveBuilder::add_list(const std::vector<std::uint32_t>& keys,
                                    const std::vector<TestKey>& names) {
  const char* signature = minor_ < 3 ? "li" : minor_ < 5 ? "lf" : "lh";
  std::string list = signature + le(static_cast<std::uint16_t>(keys.size()));
  for (std::size_t i = 0; i < keys.size(); ++i) {
    list += le(keys[i]);
    std::string hint = names[i].name;
    hint.resize(4);
    if (minor_ >= 3) list += hint;
  }
  return add_cell(list);
}

std::uint32_t HiveBuilder::add_key(const TestKey& key, std::uint32_t parent) {
  bool is_latin1 = false;
  const std::string name = stored_name(key.name, minor_ >= 2, is_latin1);
  const std::string class_name = utf16le_from_wtf8(key.class_name);
  const std::uint32_t none = regf::kNoOffset;
  std::uint16_t flags = is_latin1 ? 0x20 : 0;
  if (parent == none) flags |= 0x4;
  const std::uint32_t offset = add_cell(
      "nk" + le(flags) + le(key.filetime) + le(std::uint32_t{0}) + le(parent) +
      le(static_cast<std::uint32_t>(key.subkeys.size())) + le(std::uint32_t{0}) + le(none) +
      le(none) + le(static_cast<std::uint32_t>(key.values.size())) + le(none) + le(none) +
      le(none) + std::string(20, '\0') + le(static_cast<std::uint16_t>(name.size())) +
      le(static_cast<std::uint16_t>(class_name.size())) + name);
  if (!class_name.empty()) patch(offset, 48, le(add_cell(class_name)));
  std::string values;
  for (const TestValue& value : key.values) values += le(add_value(value));
  if (!values.empty()) patch(offset, 40, le(add_cell(values)));
  std::vector<std::uint32_t> subkeys;
  for (const TestKey& subkey : key.subkeys) subkeys.push_back(add_key(subkey, offset));
  if (!subkeys.empty()) patch(offset, 28, le(add_list(subkeys, key.subkeys)));
  return offset;
}

std::vector<std::byte> HiveBuilder::build(const TestKey& root) {
  return finish(add_key(root, regf::kNoOffset));
}

std::vector<std::byte> HiveBuilder::finish(std::uint32_t root) {
  const std::size_t rest = (4096 - bins_.size() % 4096) % 4096;
  if (rest != 0) {
    const std::size_t at = bins_.size();
    bins_.resize(at + rest);
    bins_.replace(at, 4, le(static_cast<std::int32_t>(rest)));
  }
  const auto size = static_cast<std::uint32_t>(bins_.size());
  bins_.replace(0, 12, "hbin" + le(std::uint32_t{0}) + le(size));
  std::vector<std::byte> file(4096 + bins_.size());
  put(file, 0,
      "regf" + le(std::uint32_t{7}) + le(std::uint32_t{7}) +
          le(std::uint64_t{125'911'584'000'000'000}) + le(std::uint32_t{1}) + le(minor_) +
          le(std::uint32_t{0}) + le(std::uint32_t{1}) + le(root) + le(size) + le(std::uint32_t{1}));
  put(file, 4096, bins_);
  seal_base_block(file);
  return file;
}

}  // namespace dirsnap::test
