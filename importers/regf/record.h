// SPDX-License-Identifier: MIT
//
// The records inside cells: key nodes, subkey lists, values and their data.
// Units: offsets count bytes from the start of the bins data.
// Text: names are WTF-8. Lifetime: spans borrow the hive's image.
// Threads: pure functions over a const Hive. Facts: FORMAT.md section 3.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "importers/regf/hive.h"

namespace dirsnap::regf {

enum KeyFlags : std::uint16_t {
  kKeyIsRoot = 0x0004,
  kKeyIsSymlink = 0x0010,
  kKeyNameIsLatin1 = 0x0020,  // one byte per character
  kKeyIsPredefined = 0x0040,  // the value count holds a handle
};

enum ValueFlags : std::uint16_t {
  kValueNameIsLatin1 = 0x0001,
  kValueIsTombstone = 0x0002,  // version 1.6: hides a value of the layer below
};

inline constexpr std::size_t kKeyNodeBytes = 76;      // before the name
inline constexpr std::size_t kValueNodeBytes = 20;    // before the name
inline constexpr std::size_t kSecurityBytes = 20;     // before the descriptor
inline constexpr std::size_t kSegmentBytes = 16'344;  // of big data, the last one less

// nk
struct KeyNode {
  std::uint16_t flags = 0;
  std::uint64_t last_written = 0;  // filetime
  std::uint32_t parent = kNoOffset;
  std::uint32_t subkey_count = 0;
  std::uint32_t subkey_list = kNoOffset;
  std::uint32_t value_count = 0;  // 0 for a predefined handle
  std::uint32_t value_list = kNoOffset;
  std::uint32_t security = kNoOffset;
  std::uint32_t class_name = kNoOffset;
  std::uint16_t class_bytes = 0;
  std::uint16_t name_bytes = 0;  // in the record
  std::string name;
};

// vk
struct ValueNode {
  std::uint32_t stored_size = 0;  // bit 31: the data stands in place of its offset
  std::uint32_t data_offset = kNoOffset;
  std::uint32_t type = 0;
  std::uint16_t flags = 0;
  std::uint16_t name_bytes = 0;  // in the record
  std::uint64_t inline_at = 0;   // offset of the four bytes in place of the data offset
  std::string name;

  static constexpr std::uint32_t kInlineBit = 0x8000'0000;
  [[nodiscard]] bool is_inline() const { return (stored_size & kInlineBit) != 0; }
  [[nodiscard]] std::uint32_t size() const { return stored_size & ~kInlineBit; }
};

// True for a record of a layered hive that says that there is no such value.
inline bool is_tombstone(const Hive& hive, const ValueNode& value) {
  return (value.flags & kValueIsTombstone) != 0 && hive.base().minor >= kFirstLayeredMinor;
}

// What tells without reading the name whether a record can be a key.
struct KeyHead {
  std::uint64_t last_written = 0;  // filetime
  std::uint16_t name_bytes = 0;
};
// nullopt where the record is too short.
std::optional<KeyHead> key_head(Bytes record);

// `offset`: of the cell. `record`: its bytes. Fail with kCorrupt (no such record) and kTruncated
// (the name or the fixed part goes past the cell).
Result<KeyNode> parse_key_node(const Hive& hive, Bytes record);
Result<ValueNode> parse_value_node(const Hive& hive, Bytes record, std::uint32_t offset);
// The same into a node whose memory is used again; it holds nothing of use after a failure.
Result<void> parse_key_node(const Hive& hive, Bytes record, KeyNode& key);
Result<void> parse_value_node(const Hive& hive,
                              Bytes record,
                              std::uint32_t offset,
                              ValueNode& value);

// A subkey list of any form, decoded one level.
struct SubkeyList {
  bool is_index = false;               // ri: the entries are lists
  bool is_cut = false;                 // its count goes past its cell
  std::uint64_t used_bytes = 0;        // of the record, head and entries
  std::vector<std::uint32_t> entries;  // offsets of key nodes or of lists
};
Result<SubkeyList> parse_subkey_list(Bytes record);
Result<void> parse_subkey_list(Bytes record, SubkeyList& list);

// Class name of a key as far as its cell holds it.
struct ClassName {
  std::string text;
  bool is_cut = false;  // the key states more than the cell holds
};
// The class name, or nullopt where the key has none. Fails as Hive::cell() does.
Result<std::optional<ClassName>> read_class_name(const Hive& hive, const KeyNode& key);

// The self-relative security descriptor in the sk cell at `offset`. Fails with kCorrupt (no such
// record) and kTruncated (it goes past the cell).
Result<Bytes> read_security(const Hive& hive, std::uint32_t offset);

// What kept a value's data from being whole.
enum class DataFault : std::uint8_t {
  kNone,
  kCellMissing,  // the data cell, or a segment of big data, is no cell
  kShort,        // fewer bytes than the value states
  kInlineSize,   // more than four bytes said to stand in place
};

struct ValueData {
  Bytes bytes;  // in the image, or in `storage`
  DataFault fault = DataFault::kNone;
};

// The data of a value; `storage` is used for data in several segments, of which no more than about
// `most_bytes` are put together: one segment may be listed again and again.
ValueData read_value_data(const Hive& hive,
                          const ValueNode& value,
                          std::vector<std::byte>& storage,
                          std::uint64_t most_bytes);

}  // namespace dirsnap::regf
