// SPDX-License-Identifier: MIT
#include "importers/regf/record.h"

#include <algorithm>

#include "storage/base/text.h"
#include "storage/base/wtf8.h"

namespace dirsnap::regf {
namespace {

bool has_signature(Bytes record, std::string_view signature) {
  return as_chars(record).starts_with(signature);
}

// Nearly all names are ASCII, which is the same in WTF-8.
void decode_name(Bytes bytes, bool is_latin1, std::string& name) {
  if (!is_latin1) {
    name = wtf8_from_utf16le(bytes);
    return;
  }
  name.assign(as_chars(bytes));
  if (is_ascii(name)) return;
  name.clear();
  for (const std::byte byte : bytes) {
    append_utf8(name, static_cast<char32_t>(std::to_integer<unsigned>(byte)));
  }
}

// Appends the segments of a db record until `size` bytes, or more than `most`, are there.
DataFault read_segments(const Hive& hive,
                        Bytes record,
                        std::size_t size,
                        std::uint64_t most,
                        std::vector<std::byte>& out) {
  const auto count = load_le<std::uint16_t>(record, 2);
  const auto list = hive.find_cell(load_le<std::uint32_t>(record, 4));
  if (!list) return DataFault::kCellMissing;
  for (std::size_t i = 0; i < count && out.size() < size; ++i) {
    if (out.size() > most) return DataFault::kNone;
    const auto offset = u32(list->record, 4 * i);
    if (!offset) return DataFault::kShort;
    const auto segment = hive.find_cell(*offset);
    if (!segment) return DataFault::kCellMissing;
    const std::size_t wanted = std::min(kSegmentBytes, size - out.size());
    const Bytes bytes = segment->record.first(std::min(wanted, segment->record.size()));
    out.insert(out.end(), bytes.begin(), bytes.end());
    if (bytes.size() < wanted) return DataFault::kShort;
  }
  return out.size() < size ? DataFault::kShort : DataFault::kNone;
}

}  // namespace

std::optional<KeyHead> key_head(Bytes record) {
  if (record.size() < kKeyNodeBytes) return std::nullopt;
  return KeyHead{.last_written = load_le<std::uint64_t>(record, 4),
                 .name_bytes = load_le<std::uint16_t>(record, 72)};
}

Result<KeyNode> parse_key_node(const Hive& hive, Bytes record) {
  KeyNode key;
  DIRSNAP_CHECK(parse_key_node(hive, record, key));
  return key;
}

Result<ValueNode> parse_value_node(const Hive& hive, Bytes record, std::uint32_t offset) {
  ValueNode value;
  DIRSNAP_CHECK(parse_value_node(hive, record, offset, value));
  return value;
}

Result<SubkeyList> parse_subkey_list(Bytes record) {
  SubkeyList list;
  DIRSNAP_CHECK(parse_subkey_list(record, list));
  return list;
}

Result<void> parse_key_node(const Hive& hive, Bytes record, KeyNode& key) {
  if (!has_signature(record, "nk")) return fail(Code::kCorrupt, "no key record");
  if (record.size() < kKeyNodeBytes) return fail(Code::kTruncated, "the key record is cut");
  const auto word = [record](std::size_t at) { return load_le<std::uint32_t>(record, at); };
  key.flags = load_le<std::uint16_t>(record, 2);
  key.last_written = load_le<std::uint64_t>(record, 4);
  key.parent = word(16);
  key.subkey_count = word(20);
  key.subkey_list = word(28);
  key.value_count = (key.flags & kKeyIsPredefined) != 0 ? 0 : word(36);
  key.value_list = word(40);
  key.security = word(44);
  key.class_name = word(48);
  key.class_bytes = load_le<std::uint16_t>(record, 74);
  const auto name_bytes = load_le<std::uint16_t>(record, 72);
  key.name_bytes = name_bytes;
  const bool is_latin1 = !hive.is_first_version() && (key.flags & kKeyNameIsLatin1) != 0;
  const std::size_t left = record.size() - kKeyNodeBytes;
  decode_name(record.subspan(kKeyNodeBytes, std::min<std::size_t>(name_bytes, left)), is_latin1,
              key.name);
  if (name_bytes > left) {
    return fail(Code::kTruncated,
                "the name goes past the cell; it begins with " + utf8_from_wtf8(key.name).text);
  }
  return {};
}

Result<void> parse_value_node(const Hive& hive,
                              Bytes record,
                              std::uint32_t offset,
                              ValueNode& value) {
  if (!has_signature(record, "vk")) return fail(Code::kCorrupt, "no value record");
  if (record.size() < kValueNodeBytes) return fail(Code::kTruncated, "the value record is cut");
  const auto name_bytes = load_le<std::uint16_t>(record, 2);
  value.name_bytes = name_bytes;
  value.stored_size = load_le<std::uint32_t>(record, 4);
  value.data_offset = load_le<std::uint32_t>(record, 8);
  value.inline_at = std::uint64_t{offset} + hive.cell_header_bytes() + 8;
  value.type = load_le<std::uint32_t>(record, 12);
  // In the first version a title index stands where the flags are.
  value.flags = hive.is_first_version() ? std::uint16_t{0} : load_le<std::uint16_t>(record, 16);
  const std::size_t left = record.size() - kValueNodeBytes;
  const bool is_latin1 = (value.flags & kValueNameIsLatin1) != 0;
  decode_name(record.subspan(kValueNodeBytes, std::min<std::size_t>(name_bytes, left)), is_latin1,
              value.name);
  if (name_bytes > left) {
    return fail(Code::kTruncated,
                "the name goes past the cell; it begins with " + utf8_from_wtf8(value.name).text);
  }
  return {};
}

Result<void> parse_subkey_list(Bytes record, SubkeyList& list) {
  list.is_index = false;
  list.entries.clear();
  std::size_t entry_bytes = 4;
  if (has_signature(record, "lf") || has_signature(record, "lh")) {
    entry_bytes = 8;  // the offset, then first characters or a hash
  } else if (has_signature(record, "ri")) {
    list.is_index = true;
  } else if (!has_signature(record, "li")) {
    return fail(Code::kCorrupt, "no subkey list");
  }
  DIRSNAP_TRY(std::size_t count, u16(record, 2));
  const std::size_t room = (record.size() - 4) / entry_bytes;
  list.is_cut = count > room;
  count = std::min(count, room);
  list.used_bytes = 4 + count * entry_bytes;
  list.entries.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    list.entries.push_back(load_le<std::uint32_t>(record, 4 + i * entry_bytes));
  }
  return {};
}

Result<std::optional<ClassName>> read_class_name(const Hive& hive, const KeyNode& key) {
  if (key.class_bytes == 0 || key.class_name == kNoOffset) return std::nullopt;
  DIRSNAP_TRY(const Cell cell, hive.cell(key.class_name));
  const std::size_t size = std::min<std::size_t>(key.class_bytes, cell.record.size());
  return ClassName{.text = wtf8_from_utf16le(cell.record.first(size)),
                   .is_cut = size < key.class_bytes};
}

Result<Bytes> read_security(const Hive& hive, std::uint32_t offset) {
  DIRSNAP_TRY(const Cell cell, hive.cell(offset));
  const Bytes record = cell.record;
  if (!has_signature(record, "sk")) return fail(Code::kCorrupt, offset, "no security record");
  if (record.size() < kSecurityBytes) {
    return fail(Code::kTruncated, offset, "the security record is cut");
  }
  const auto size = load_le<std::uint32_t>(record, 16);
  if (record.size() - kSecurityBytes < size) {
    return fail(Code::kTruncated, offset, "the descriptor goes past the cell");
  }
  return record.subspan(kSecurityBytes, size);
}

ValueData read_value_data(const Hive& hive,
                          const ValueNode& value,
                          std::vector<std::byte>& storage,
                          std::uint64_t most_bytes) {
  const std::size_t size = value.size();
  if (value.is_inline()) {
    const std::size_t have = std::min<std::size_t>(size, 4);
    return {.bytes = hive.bins().subspan(static_cast<std::size_t>(value.inline_at), have),
            .fault = size > 4 ? DataFault::kInlineSize : DataFault::kNone};
  }
  if (size == 0) return {};
  const auto cell = hive.find_cell(value.data_offset);
  if (!cell) return {.bytes = {}, .fault = DataFault::kCellMissing};
  const Bytes record = cell->record;
  if (record.size() >= size) return {.bytes = record.first(size)};
  if (size > kSegmentBytes && record.size() >= 8 && has_signature(record, "db")) {
    storage.clear();
    const DataFault fault = read_segments(hive, record, size, most_bytes, storage);
    return {.bytes = storage, .fault = fault};
  }
  return {.bytes = record, .fault = DataFault::kShort};
}

}  // namespace dirsnap::regf
