// SPDX-License-Identifier: MIT
#include "importers/regf/walk.h"

#include <algorithm>
#include <array>
#include <deque>

#include "importers/regf/root.h"
#include "storage/base/text.h"
#include "storage/base/wtf8.h"

namespace dirsnap::regf {
namespace {

// Records that share their cells could be listed without end. A sound hive holds no more keys,
// values and list entries than its size allows for, so that many are read, whoever shares them.
constexpr std::uint64_t kWalkDataFactor = 4;
constexpr std::uint64_t kWalkPathFactor = 8;  // each key's row has its whole path
constexpr std::uint64_t kWalkSlack = 64;
constexpr std::size_t kSmallestKeyBytes = 80;
constexpr std::size_t kSmallestValueBytes = 24;
constexpr std::size_t kListEntryBytes = 4;

// Below, at or above zero as in the order of upper-cased names; nullopt if comparing them needs
// more than ASCII.
std::optional<int> compare_ascii(std::string_view a, std::string_view b) {
  if (!is_ascii(a) || !is_ascii(b)) return std::nullopt;
  const auto upper = [](char c) { return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : int{c}; };
  const std::size_t common = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < common; ++i) {
    if (const int order = upper(a[i]) - upper(b[i]); order != 0) return order;
  }
  return static_cast<int>(a.size() > b.size()) - static_cast<int>(a.size() < b.size());
}

class Walker {
 public:
  Walker(const Hive& hive,
         const CancelToken& cancel,
         IssueSink& issues,
         const WalkCallback& on_key,
         UseMap& used)
      : hive_(hive),
        cancel_(cancel),
        issues_(issues),
        on_key_(on_key),
        used_(used),
        data_left_(kWalkDataFactor * hive.bins().size() + 65'536),
        path_left_(kWalkPathFactor * hive.bins().size() + 65'536),
        keys_left_(hive.bins().size() / kSmallestKeyBytes + kWalkSlack),
        values_left_(hive.bins().size() / kSmallestValueBytes + kWalkSlack),
        entries_left_(hive.bins().size() / kListEntryBytes + kWalkSlack) {}

  Result<void> run();

 private:
  // A key whose turn has not come.
  struct Pending {
    std::uint32_t offset = 0;
    std::size_t parent = kNoKey;
    std::uint32_t parent_offset = kNoOffset;
    std::size_t depth = 0;
    std::uint64_t path_bytes = 0;  // of the parent's path
  };

  Result<void> visit(const Pending& pending);
  void check_key(const Pending& pending, const KeyNode& key);
  void check_order(const Pending& pending, const KeyNode& key);
  std::optional<std::string> class_name_of(const KeyNode& key, std::uint32_t offset);
  bool may_list_again(std::uint32_t entry);
  void read_values(const KeyNode& key);
  void check_no_values(const KeyNode& key);
  void add_value(std::uint32_t offset);
  void mark_data(const ValueNode& value);
  // What lives in a free cell may have been overwritten.
  void check_used(const Cell& cell, std::uint32_t offset, const char* what) {
    if (!cell.is_allocated) report_free(offset, what);
  }
  void report_free(std::uint32_t offset, const char* what);
  void mark_segments(Bytes record, std::uint64_t size);
  void mark_attachments(const KeyNode& key);
  void use(std::uint32_t offset, std::uint64_t bytes);
  void collect_subkeys(const KeyNode& key);
  void add_list(std::uint32_t offset, std::size_t depth);
  void report(Severity severity, const char* code, std::uint64_t offset, std::string message);

  const Hive& hive_;
  const CancelToken& cancel_;
  IssueSink& issues_;
  const WalkCallback& on_key_;
  UseMap& used_;
  std::uint64_t data_left_;
  std::uint64_t path_left_;
  std::uint64_t keys_left_;
  std::uint64_t values_left_;
  std::uint64_t entries_left_;
  std::size_t next_number_ = 0;
  std::vector<Pending> stack_;
  // The keys from the root to the one being visited, and the name of the sibling before it.
  struct Level {
    std::uint32_t offset = kNoOffset;
    std::size_t parent = kNoKey;
    std::string name;
  };
  std::vector<Level> path_;  // up to depth_; what is deeper was left
  std::size_t depth_ = 0;
  // Of the key being visited; members to reuse their memory.
  KeyNode key_;
  bool has_key_ = false;
  std::vector<WalkValue> values_;  // the first value_count_ are the key's
  std::size_t value_count_ = 0;
  std::deque<std::vector<std::byte>> segments_;
  std::vector<std::uint32_t> subkeys_;
  std::array<SubkeyList, 2> lists_;  // by depth
};

// A cell of the living tree: its header and `bytes` of its record.
void Walker::use(std::uint32_t offset, std::uint64_t bytes) {
  used_.cover(offset, hive_.cell_header_bytes() + bytes);
}

void Walker::report(Severity severity,
                    const char* code,
                    std::uint64_t offset,
                    std::string message) {
  issues_.report({.severity = severity,
                  .code = code,
                  .offset_bytes = file_offset(offset),
                  .place = has_key_ ? "key " + utf8_from_wtf8(key_.name).text : "",
                  .message = std::move(message)});
}

Result<void> Walker::run() {
  DIRSNAP_TRY(const Root root, find_root(hive_));
  if (!root.is_stated) {
    report(Severity::kDoubt, "hive-root-moved", root.offset,
           "the first block names no root key; a key flagged as one was taken");
  }
  stack_.push_back({.offset = root.offset});
  used_.mark(root.offset);
  std::uint64_t steps = 0;
  while (!stack_.empty()) {
    if (++steps % 4096 == 0) DIRSNAP_CHECK(cancel_.check());
    const Pending pending = stack_.back();
    stack_.pop_back();
    DIRSNAP_CHECK(visit(pending));
  }
  return {};
}

Result<void> Walker::visit(const Pending& pending) {
  has_key_ = false;
  const auto lose = [&](const Error& error) {
    report(Severity::kLoss, "hive-key-lost", pending.offset, "key lost: " + error.what);
  };
  const auto cell = hive_.cell(pending.offset);
  if (!cell) return lose(cell.error()), Result<void>{};
  const auto parsed = parse_key_node(hive_, cell->record, key_);
  if (!parsed) return lose(parsed.error()), Result<void>{};
  has_key_ = true;
  if (keys_left_ == 0) {
    report(Severity::kLoss, "hive-key-shared", pending.offset,
           "keys are listed more often than the hive can hold them; the rest is not read");
    stack_.clear();
    return {};
  }
  --keys_left_;
  const std::uint64_t path_bytes = pending.path_bytes + 1 + key_.name.size();
  if (path_bytes > path_left_) {
    report(Severity::kLoss, "hive-paths-limited", pending.offset,
           "the keys' paths are longer together than a hive of this size can have them; the rest "
           "is not read");
    stack_.clear();
    return {};
  }
  path_left_ -= path_bytes;
  check_used(*cell, pending.offset, "a living key stands");
  check_key(pending, key_);
  collect_subkeys(key_);
  read_values(key_);
  if (pending.depth + 1 >= kMaxDepth && !subkeys_.empty()) {
    report(Severity::kLoss, "hive-too-deep", pending.offset,
           "keys deeper than 512 levels are not read");
    subkeys_.clear();
  }
  use(pending.offset, kKeyNodeBytes + key_.name_bytes);
  mark_attachments(key_);
  const std::size_t number = next_number_++;
  DIRSNAP_CHECK(on_key_({.node = &key_,
                         .number = number,
                         .parent = pending.parent,
                         .offset = pending.offset,
                         .subkeys = subkeys_.size(),
                         .class_name = class_name_of(key_, pending.offset),
                         .values = std::span(values_).first(value_count_)}));
  for (auto subkey = subkeys_.rbegin(); subkey != subkeys_.rend(); ++subkey) {
    stack_.push_back({*subkey, number, pending.offset, pending.depth + 1, path_bytes});
  }
  return {};
}

std::optional<std::string> Walker::class_name_of(const KeyNode& key, std::uint32_t offset) {
  auto name = read_class_name(hive_, key);
  if (!name) {
    report(Severity::kLoss, "hive-class-lost", offset, "class name lost: " + name.error().what);
    return std::nullopt;
  }
  if (!*name) return std::nullopt;
  if ((*name)->is_cut) {
    report(Severity::kDoubt, "hive-class-lost", key.class_name,
           "the class name is longer than its cell; the rest of it is lost");
  }
  return std::move((*name)->text);
}

void Walker::report_free(std::uint32_t offset, const char* what) {
  report(Severity::kDoubt, "hive-cell-free", offset,
         std::string(what) + " in a cell marked as free");
}

void Walker::check_key(const Pending& pending, const KeyNode& key) {
  if (pending.parent != kNoKey && key.parent != pending.parent_offset) {
    report(Severity::kDoubt, "hive-parent-differs", pending.offset,
           "the key names another parent than the one that lists it");
  }
  check_order(pending, key);
}

// Lists are sorted by upper-cased names; Windows does not find a key that stands elsewhere.
void Walker::check_order(const Pending& pending, const KeyNode& key) {
  depth_ = pending.depth;
  if (path_.size() <= depth_) path_.resize(depth_ + 1);
  Level& level = path_[depth_];
  if (level.offset != kNoOffset && level.parent == pending.parent) {
    const auto order = compare_ascii(level.name, key.name);
    if (order && *order >= 0) {
      report(Severity::kDoubt, "hive-subkey-order", pending.offset,
             *order == 0 ? "two subkeys have the same name"
                         : "subkeys are not in the order of their names");
    }
  }
  level.offset = pending.offset;
  level.parent = pending.parent;
  level.name = key.name;
}

void Walker::collect_subkeys(const KeyNode& key) {
  subkeys_.clear();
  if (key.subkey_count == 0) {
    const auto cell = hive_.find_cell(key.subkey_list);
    if (cell && cell->is_allocated && parse_subkey_list(cell->record)) {
      report(Severity::kLoss, "hive-subkey-list", key.subkey_list,
             "subkeys lost: the key states none, yet has a list of them");
    }
    return;
  }
  add_list(key.subkey_list, 0);
  if (subkeys_.size() != key.subkey_count) {
    report(Severity::kDoubt, "hive-subkey-count", key.subkey_list,
           "the key states " + std::to_string(key.subkey_count) + " subkeys, its lists give " +
               std::to_string(subkeys_.size()));
  }
}

void Walker::add_list(std::uint32_t offset, std::size_t depth) {
  const auto lose = [&](const std::string& why) {
    report(Severity::kLoss, "hive-subkey-list", offset, "subkeys lost: " + why);
  };
  const auto cell = hive_.cell(offset);
  if (!cell) return lose(cell.error().what);
  SubkeyList* const list = &lists_[depth];
  const auto parsed = parse_subkey_list(cell->record, *list);
  if (!parsed) return lose(parsed.error().what);
  check_used(*cell, offset, "a living list of subkeys stands");
  if (!used_.mark(offset)) {
    report(Severity::kDoubt, "hive-list-shared", offset,
           "the subkey list belongs to another key as well");
  }
  if (list->is_cut) lose("the list is longer than its cell");
  use(offset, list->used_bytes);
  for (const std::uint32_t entry : list->entries) {
    if (list->is_index) {
      // Windows writes lists of lists one level deep.
      if (depth >= 1) return lose("a list of lists inside a list of lists");
      add_list(entry, depth + 1);
      continue;
    }
    if (entries_left_ == 0) return lose("lists are shared so often that the rest is not read");
    --entries_left_;
    if (hive_.find_cell(entry) && !used_.mark(entry) && !may_list_again(entry)) continue;
    subkeys_.push_back(entry);
  }
}

// A key that was listed before: shown again unless it stands above itself.
bool Walker::may_list_again(std::uint32_t entry) {
  const auto end = path_.begin() + static_cast<std::ptrdiff_t>(depth_) + 1;
  const bool is_above = std::any_of(path_.begin(), end,
                                    [entry](const Level& level) { return level.offset == entry; });
  report(is_above ? Severity::kLoss : Severity::kDoubt, "hive-key-shared", entry,
         is_above ? "a key is listed below itself; it is not followed"
                  : "a key is listed a second time");
  return !is_above;
}

void Walker::read_values(const KeyNode& key) {
  value_count_ = 0;
  segments_.clear();
  if (key.value_count == 0) return check_no_values(key);
  const auto lose = [&](const std::string& why) {
    report(Severity::kLoss, "hive-value-list", key.value_list, "values lost: " + why);
  };
  const auto cell = hive_.cell(key.value_list);
  if (!cell) return lose(cell.error().what);
  check_used(*cell, key.value_list, "a living list of values stands");
  used_.mark(key.value_list);
  use(key.value_list, std::uint64_t{key.value_count} * kListEntryBytes);
  const std::size_t room = cell->record.size() / 4;
  std::size_t count = std::min<std::size_t>(key.value_count, room);
  if (count < key.value_count) lose("the list is longer than its cell");
  if (count > values_left_) lose("lists are shared so often that the rest is not read");
  count = static_cast<std::size_t>(std::min<std::uint64_t>(count, values_left_));
  values_left_ -= count;
  for (std::size_t i = 0; i < count; ++i) {
    add_value(load_le<std::uint32_t>(cell->record, 4 * i));
  }
}

// A key without values has no list of them; one that is there belongs to a damaged key.
void Walker::check_no_values(const KeyNode& key) {
  const auto list = hive_.find_cell(key.value_list);
  if (!list || !list->is_allocated || list->record.size() < kListEntryBytes) return;
  const auto first = load_le<std::uint32_t>(list->record, 0);
  const auto value = hive_.find_cell(first);
  if (!value || !value->is_allocated || !parse_value_node(hive_, value->record, first)) return;
  report(Severity::kLoss, "hive-value-list", key.value_list,
         "values lost: the key states none, yet has a list of them");
}

void Walker::add_value(std::uint32_t offset) {
  if (values_.size() == value_count_) values_.emplace_back();
  WalkValue& value = values_[value_count_];
  const auto lose = [&](const Error& error) {
    report(Severity::kLoss, "hive-value-lost", offset, "value lost: " + error.what);
  };
  const auto cell = hive_.cell(offset);
  if (!cell) return lose(cell.error());
  const auto parsed = parse_value_node(hive_, cell->record, offset, value.node);
  if (!parsed) return lose(parsed.error());
  const ValueNode* const node = &value.node;
  check_used(*cell, offset, "a living value stands");
  value.is_tombstone = is_tombstone(hive_, *node);
  if (value.is_tombstone) {
    report(Severity::kNote, "hive-value-tombstone", offset,
           "value " + utf8_from_wtf8(node->name).text +
               " is a tombstone: it hides that value of the layer below");
  }
  used_.mark(offset);
  use(offset, kValueNodeBytes + node->name_bytes);
  std::vector<std::byte> storage;
  ValueData data = read_value_data(hive_, *node, storage, data_left_);
  if (data.fault != DataFault::kNone) {
    report(Severity::kLoss, "hive-value-data", offset,
           "value " + utf8_from_wtf8(node->name).text + ": " + std::to_string(node->size()) +
               " bytes are stated, " + std::to_string(data.bytes.size()) + " are there");
  }
  if (data.bytes.size() > data_left_) {
    report(Severity::kLoss, "hive-data-shared", offset,
           "values share their data so often that the rest is not read");
    // To put it together once more for each value would be work without end.
    if (!storage.empty()) data_left_ = 0;
    data.bytes = {};
  } else if (!storage.empty()) {
    segments_.push_back(std::move(storage));
    data.bytes = segments_.back();
  }
  data_left_ -= data.bytes.size();
  mark_data(*node);
  value.data = data.bytes;
  value.offset = offset;
  ++value_count_;
}

// Security descriptor and class name of a key.
void Walker::mark_attachments(const KeyNode& key) {
  if (const auto cell = hive_.find_cell(key.security); cell && used_.mark(key.security)) {
    // The size of the descriptor stands at 16.
    use(key.security, kSecurityBytes + std::uint64_t{u32(cell->record, 16).value_or(0)});
  }
  if (key.class_bytes != 0 && hive_.cell(key.class_name)) {
    used_.mark(key.class_name);
    use(key.class_name, key.class_bytes);
  }
}

void Walker::mark_data(const ValueNode& value) {
  if (value.is_inline() || value.size() == 0) return;
  const auto cell = hive_.find_cell(value.data_offset);
  if (!cell) return;
  check_used(*cell, value.data_offset, "a living value's data stands");
  const bool is_new = used_.mark(value.data_offset);
  const bool is_segmented = cell->record.size() < value.size() && cell->record.size() >= 8 &&
                            as_chars(cell->record).starts_with("db");
  use(value.data_offset,
      is_segmented ? 8 : std::min<std::uint64_t>(value.size(), cell->record.size()));
  if (is_new && is_segmented) mark_segments(cell->record, value.size());
}

void Walker::mark_segments(Bytes record, std::uint64_t size) {
  const auto list_offset = load_le<std::uint32_t>(record, 4);
  const auto list = hive_.find_cell(list_offset);
  if (!list) return;
  check_used(*list, list_offset, "the list of a living value's data stands");
  used_.mark(list_offset);
  const std::size_t count =
      std::min<std::size_t>(load_le<std::uint16_t>(record, 2), list->record.size() / 4);
  use(list_offset, count * kListEntryBytes);
  for (std::size_t i = 0; i < count && size > 0; ++i) {
    const auto offset = load_le<std::uint32_t>(list->record, 4 * i);
    const auto segment = hive_.find_cell(offset);
    if (!segment) return;
    check_used(*segment, offset, "a part of a living value's data stands");
    used_.mark(offset);
    const std::uint64_t bytes =
        std::min<std::uint64_t>({kSegmentBytes, size, segment->record.size()});
    use(offset, bytes);
    size -= bytes;
  }
}

}  // namespace

Result<void> walk(const Hive& hive,
                  const CancelToken& cancel,
                  IssueSink& issues,
                  const WalkCallback& on_key,
                  UseMap* used) {
  UseMap own(hive.bins().size());
  return Walker(hive, cancel, issues, on_key, used == nullptr ? own : *used).run();
}

}  // namespace dirsnap::regf
