// SPDX-License-Identifier: MIT
#include "importers/regf/root.h"

#include <optional>

#include "importers/regf/record.h"

namespace dirsnap::regf {
namespace {

std::optional<KeyNode> key_at(const Hive& hive, std::uint32_t offset) {
  const auto cell = hive.find_cell(offset);
  if (!cell) return std::nullopt;
  auto key = parse_key_node(hive, cell->record);
  return key ? std::optional<KeyNode>(*std::move(key)) : std::nullopt;
}

// The first living key that is flagged as a root.
std::optional<std::uint32_t> find_flagged(const Hive& hive) {
  const Bytes bins = hive.bins();
  for (std::size_t at = kBinHeaderBytes; at < bins.size() && bins.size() - at >= 8; at += 8) {
    const auto offset = static_cast<std::uint32_t>(at);
    const auto cell = hive.find_cell(offset);
    if (!cell || !cell->is_allocated) continue;
    const auto key = parse_key_node(hive, cell->record);
    if (key && (key->flags & kKeyIsRoot) != 0) return offset;
  }
  return std::nullopt;
}

// Lists of one key's subkeys.
class NameReader {
 public:
  explicit NameReader(const Hive& hive)
      : hive_(hive), entries_left_(hive.bins().size() / sizeof(std::uint32_t)) {}

  void add_list(std::uint32_t offset, bool may_be_index);
  [[nodiscard]] std::vector<std::string> take() { return std::move(names_); }

 private:
  const Hive& hive_;
  std::uint64_t entries_left_;  // a hive holds no more; forged lists may share theirs
  std::vector<std::string> names_;
};

void NameReader::add_list(std::uint32_t offset, bool may_be_index) {
  const auto cell = hive_.find_cell(offset);
  if (!cell) return;
  const auto list = parse_subkey_list(cell->record);
  if (!list || (list->is_index && !may_be_index)) return;
  for (const std::uint32_t entry : list->entries) {
    if (entries_left_ == 0) return;
    --entries_left_;
    if (list->is_index) {
      add_list(entry, false);
    } else if (auto key = key_at(hive_, entry)) {
      names_.push_back(std::move(key->name));
    }
  }
}

}  // namespace

Result<Root> find_root(const Hive& hive) {
  const std::uint32_t stated = hive.base().root_offset;
  const auto key = key_at(hive, stated);
  if (key && (key->flags & kKeyIsRoot) != 0) return Root{.offset = stated};
  if (const auto flagged = find_flagged(hive)) return Root{.offset = *flagged, .is_stated = false};
  if (key) return Root{.offset = stated};  // some writers flag none
  return fail(Code::kCorrupt, file_offset(stated), "the hive has no root key");
}

std::vector<std::string> root_subkey_names(const Hive& hive) {
  const auto root = find_root(hive);
  const auto key = root ? key_at(hive, root->offset) : std::nullopt;
  if (!key || key->subkey_count == 0) return {};
  NameReader reader(hive);
  reader.add_list(key->subkey_list, true);
  return reader.take();
}

}  // namespace dirsnap::regf
