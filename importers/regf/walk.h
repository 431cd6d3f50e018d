// SPDX-License-Identifier: MIT
//
// Visits every key of a hive from the root down, parents first, subkeys in the order of their
// lists, each with all its values.
// A record that cannot be used costs itself and what only it leads to; each such loss is reported.
// Bounds: no key is followed below itself, depth is at most kMaxDepth, and keys, values and data
// handed out are at most a small multiple of what the hive's size can hold, so that a forged hive
// cannot blow up.
// Units: offsets count bytes from the start of the bins data.
// Threads: one thread per call. Facts: FORMAT.md section 3.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "importers/regf/record.h"
#include "importers/regf/use_map.h"
#include "storage/base/cancel.h"
#include "storage/base/issue.h"

namespace dirsnap::regf {

inline constexpr std::size_t kMaxDepth = 512;  // Windows allows no more
inline constexpr std::size_t kNoKey = static_cast<std::size_t>(-1);

struct WalkValue {
  ValueNode node;
  Bytes data;
  std::uint32_t offset = 0;  // of the vk cell
  bool is_tombstone = false;
};

struct WalkKey {
  const KeyNode* node = nullptr;
  std::size_t number = 0;       // keys count from 0 in the order of the calls
  std::size_t parent = kNoKey;  // number of the parent, kNoKey at the root
  std::uint32_t offset = 0;     // of the nk cell
  std::uint64_t subkeys = 0;    // entries of its subkey lists that follow
  std::optional<std::string> class_name;
  std::span<const WalkValue> values;
};

using WalkCallback = std::function<Result<void>(const WalkKey&)>;

// Fails if no root key can be found, with the callback's error, with kInterrupted and kLimit.
// `used`: gets all that belongs to the living tree; may be null.
[[nodiscard]] Result<void> walk(const Hive& hive,
                                const CancelToken& cancel,
                                IssueSink& issues,
                                const WalkCallback& on_key,
                                UseMap* used = nullptr);

}  // namespace dirsnap::regf
