// SPDX-License-Identifier: MIT
#include "importers/regf/deleted.h"

#include <algorithm>
#include <unordered_map>

namespace dirsnap::regf {
namespace {

constexpr std::uint64_t kEarliest = 122'761'440'000'000'000;  // 1990-01-01 as filetime
constexpr std::uint64_t kLatest = 157'469'184'000'000'000;    // 2100-01-01
constexpr std::size_t kMaxKeyNameBytes = 512;                 // 256 UTF-16 units
constexpr std::size_t kMaxValueNameBytes = 32'768;
constexpr std::size_t kMaxDataBytes = std::size_t{1} << 28;
constexpr std::size_t kMaxRecordBytes = 65'536;

// Dead records may share data, parents and lists without end. What is handed out is bounded by
// what a hive of that size can have held.
constexpr std::uint64_t kDataFactor = 4;
constexpr std::uint64_t kPathFactor = 8;
constexpr std::uint64_t kSlack = 65'536;

class Scanner {
 public:
  Scanner(const Hive& hive, const UseMap& used, const CancelToken& cancel)
      : hive_(hive),
        used_(used),
        cancel_(cancel),
        bins_(hive.bins()),
        data_left_(kDataFactor * hive.bins().size() + kSlack),
        path_left_(kPathFactor * hive.bins().size() + kSlack),
        entries_left_(hive.bins().size() + kSlack) {}

  Result<Deleted> run();

 private:
  Result<void> scan_bin(std::size_t bin, std::size_t end);
  Result<void> scan(std::size_t begin, std::size_t end, Place place);
  Result<void> scan_gap(std::size_t begin, std::size_t end, Place place);
  void try_key(std::size_t at, Bytes record, Place place);
  void try_value(std::size_t at, Bytes record, Place place);
  bool read_data(DeletedValue& value);
  [[nodiscard]] bool is_inside(std::uint32_t offset) const {
    return offset >= kBinHeaderBytes && offset % 8 == 0 &&
           has(bins_, offset, hive_.cell_header_bytes());
  }
  void build_path(DeletedKey& key);
  void link_values();
  bool take(std::uint64_t& left, std::uint64_t amount);

  const Hive& hive_;
  const UseMap& used_;
  const CancelToken& cancel_;
  Bytes bins_;
  Deleted result_;
  std::uint64_t steps_ = 0;
  std::uint64_t data_left_;
  std::uint64_t path_left_;
  std::uint64_t entries_left_;
};

// All space behind the base block: bin by bin where their headers are sound.
Result<Deleted> Scanner::run() {
  const auto end =
      static_cast<std::size_t>(std::min<std::uint64_t>(hive_.base().bins_bytes, bins_.size()));
  std::size_t at = 0;
  while (at < end) {
    const auto size = hive_.bin_size(at);
    const std::size_t next = std::min(end, at + size.value_or(kBinUnitBytes));
    DIRSNAP_CHECK(size ? scan_bin(at, next) : scan(at, next, Place::kUnknown));
    at = next;
  }
  DIRSNAP_CHECK(scan(end, bins_.size(), Place::kBehindBins));
  for (DeletedKey& key : result_.keys) build_path(key);
  link_values();
  return std::move(result_);
}

Result<void> Scanner::scan_bin(std::size_t bin, std::size_t end) {
  std::size_t at = bin + kBinHeaderBytes;
  while (at < end) {
    const std::size_t left = end - at;
    const auto stored = left < 4 ? 0 : load_le<std::int32_t>(bins_, at);
    const std::size_t size = cell_size(stored);
    if (size < hive_.cell_header_bytes() || size % 8 != 0 || size > left) {
      return scan(at, end, Place::kUnknown);
    }
    const Place place = stored > 0            ? Place::kFreeCell
                        : used_.is_marked(at) ? Place::kSlack
                                              : Place::kUnreferencedCell;
    DIRSNAP_CHECK(scan(at, at + size, place));
    at += size;
  }
  return {};
}

// Records begin at multiples of four: behind a cell header, or anywhere in remnants.
Result<void> Scanner::scan(std::size_t begin, std::size_t end, Place place) {
  std::size_t at = begin;
  while (at < end) {
    at = static_cast<std::size_t>(used_.next_uncovered(at, end));
    const auto gap_end = static_cast<std::size_t>(used_.next_covered(at, end));
    DIRSNAP_CHECK(scan_gap(at, gap_end, place));
    at = gap_end;
  }
  return {};
}

// Space that nothing uses.
Result<void> Scanner::scan_gap(std::size_t begin, std::size_t end, Place place) {
  for (std::size_t at = begin; at < end && end - at >= 4; at += 4) {
    if (++steps_ % 65'536 == 0) DIRSNAP_CHECK(cancel_.check());
    const auto signature = load_le<std::uint16_t>(bins_, at);
    const bool is_key = signature == 0x6B6E;    // nk
    const bool is_value = signature == 0x6B76;  // vk
    if ((!is_key && !is_value) || at < hive_.cell_header_bytes()) continue;
    const std::size_t limit = at + std::min<std::size_t>(bins_.size() - at, kMaxRecordBytes);
    const auto record_end = static_cast<std::size_t>(used_.next_covered(at, limit));
    const Bytes record = bins_.subspan(at, record_end - at);
    if (is_key) {
      try_key(at, record, place);
    } else {
      try_value(at, record, place);
    }
  }
  return {};
}

void Scanner::try_key(std::size_t at, Bytes record, Place place) {
  // Space may be full of signatures: the name, which may be long, is read last.
  const auto head = key_head(record);
  if (!head || head->name_bytes == 0 || head->name_bytes > kMaxKeyNameBytes) return;
  if (head->last_written < kEarliest || head->last_written > kLatest) return;
  if (!take(path_left_, head->name_bytes)) return;
  auto node = parse_key_node(hive_, record);
  if (!node) return;
  // Remnants behind the bins may stem from another, larger state of the hive.
  const bool is_remnant = place == Place::kBehindBins && node->parent % 8 == 0;
  if (!is_inside(node->parent) && !is_remnant) return;
  DeletedKey key;
  key.node = *std::move(node);
  key.offset = static_cast<std::uint32_t>(at - hive_.cell_header_bytes());
  key.place = place;
  result_.keys.push_back(std::move(key));
}

void Scanner::try_value(std::size_t at, Bytes record, Place place) {
  const auto offset = static_cast<std::uint32_t>(at - hive_.cell_header_bytes());
  const auto name_bytes = u16(record, 2);
  if (!name_bytes || *name_bytes > kMaxValueNameBytes || !take(path_left_, *name_bytes)) return;
  auto node = parse_value_node(hive_, record, offset);
  if (!node) return;
  if (node->is_inline() ? node->size() > 4 : node->size() > kMaxDataBytes) return;
  DeletedValue value;
  value.node = *std::move(node);
  value.offset = offset;
  value.place = place;
  if (!read_data(value)) return;
  result_.values.push_back(std::move(value));
}

// False if the record cannot have been a value. A data cell whose header is none any more has been
// written over.
bool Scanner::read_data(DeletedValue& value) {
  const std::uint64_t size = value.node.size();
  if (value.node.is_inline()) {
    value.data = bins_.subspan(static_cast<std::size_t>(value.node.inline_at),
                               static_cast<std::size_t>(size));
    value.data_state = DataState::kIntact;
    return true;
  }
  if (size == 0) {
    value.data_state = DataState::kIntact;
    return true;
  }
  if (!is_inside(value.node.data_offset)) {
    return value.place == Place::kBehindBins && value.node.data_offset % 8 == 0;
  }
  const auto stored = load_le<std::int32_t>(bins_, value.node.data_offset);
  const std::uint64_t cell_bytes = cell_size(stored);
  const std::size_t header = hive_.cell_header_bytes();
  if (cell_bytes <= header || cell_bytes % 8 != 0 ||
      !has(bins_, value.node.data_offset, cell_bytes)) {
    return true;
  }
  const std::uint64_t begin = std::uint64_t{value.node.data_offset} + header;
  const std::uint64_t have = std::min(size, cell_bytes - header);
  if (!take(data_left_, have)) return true;
  value.data = bins_.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(have));
  const bool is_intact = have == size && used_.next_covered(begin, begin + have) == begin + have;
  value.data_state = is_intact ? DataState::kIntact : DataState::kReused;
  return true;
}

// Counts against a bound; false once it is reached.
bool Scanner::take(std::uint64_t& left, std::uint64_t amount) {
  if (amount > left) {
    result_.is_limited = true;
    return false;
  }
  left -= amount;
  return true;
}

// Follows the parents, living or dead, as long as their places hold key records.
void Scanner::build_path(DeletedKey& key) {
  key.path = {key.node.name};
  std::vector<std::uint32_t> seen = {key.offset};
  std::uint32_t offset = key.node.parent;
  while (key.path.size() < kMaxDepth) {
    if (std::find(seen.begin(), seen.end(), offset) != seen.end()) break;
    seen.push_back(offset);
    const std::uint64_t at = std::uint64_t{offset} + hive_.cell_header_bytes();
    if (!is_inside(offset) || !has(bins_, at, kKeyNodeBytes)) break;
    const Bytes record = bins_.subspan(static_cast<std::size_t>(at));
    const auto parent =
        parse_key_node(hive_, record.first(std::min(record.size(), kMaxRecordBytes)));
    if (!parent || parent->name_bytes > kMaxKeyNameBytes) break;
    if (!take(path_left_, parent->name.size() + sizeof(std::string))) break;
    key.path.push_back(parent->name);
    if ((parent->flags & kKeyIsRoot) != 0 || offset == hive_.base().root_offset) {
      key.path_is_partial = false;
      break;
    }
    offset = parent->parent;
  }
  std::reverse(key.path.begin(), key.path.end());
}

// A deleted key's value list may still be there: then its values have an owner.
void Scanner::link_values() {
  std::unordered_map<std::uint32_t, std::size_t> by_offset;
  for (std::size_t i = 0; i < result_.values.size(); ++i) {
    by_offset.emplace(result_.values[i].offset, i);
  }
  for (std::size_t i = 0; i < result_.keys.size(); ++i) {
    const KeyNode& node = result_.keys[i].node;
    if (node.value_count == 0 || !is_inside(node.value_list)) continue;
    std::uint64_t at = std::uint64_t{node.value_list} + hive_.cell_header_bytes();
    for (std::uint32_t n = 0; n < node.value_count; ++n, at += 4) {
      const auto offset = u32(bins_, at);
      if (!offset || used_.is_covered(at) || !take(entries_left_, 1)) break;
      const auto place = by_offset.find(*offset);
      if (place == by_offset.end()) continue;
      DeletedValue& value = result_.values[place->second];
      if (!value.key) value.key = i;
    }
  }
}

}  // namespace

const char* place_name(Place place) {
  switch (place) {
    case Place::kFreeCell:
      return "free cell";
    case Place::kUnreferencedCell:
      return "unreferenced cell";
    case Place::kSlack:
      return "slack";
    case Place::kBehindBins:
      return "behind the bins";
    case Place::kUnknown:
      return "damaged bin";
  }
  return "";
}

Result<Deleted> find_deleted(const Hive& hive, const UseMap& used, const CancelToken& cancel) {
  return Scanner(hive, used, cancel).run();
}

}  // namespace dirsnap::regf
