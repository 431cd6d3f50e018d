// SPDX-License-Identifier: MIT
//
// Finds the objects that distinguished names in values mean, once the names of a dump stand.
// Names are compared by case folding, types without case.
// Memory: 8 to 16 bytes a node. Lifetime: borrows the tree. Threads: one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "importers/directory/name_tree.h"
#include "storage/base/dn.h"

namespace dirsnap::dump_model {

class NameFinder {
 public:
  // REQUIRES: a tree that NameIndex::move_into() filled.
  explicit NameFinder(const directory::NameTree& tree);

  // The node of a name in either form; null where no record has it or lies below it.
  [[nodiscard]] const directory::NameTree::Node* find(std::string_view dn);

 private:
  static constexpr std::uint32_t kNowhere = UINT32_MAX;

  [[nodiscard]] std::size_t slot_of(std::uint32_t parent,
                                    std::string_view type,
                                    std::string_view name) const;
  [[nodiscard]] std::uint32_t child(std::uint32_t parent, const Rdn& name) const;
  [[nodiscard]] const directory::NameTree::Node* node(std::uint32_t number) const {
    return number == kNowhere ? nullptr : &tree_.nodes()[number];
  }

  const directory::NameTree& tree_;
  std::vector<std::uint32_t> slots_;                        // node numbers; a power of two of them
  std::unordered_map<std::string, std::uint32_t> parents_;  // recent parents, as written
};

}  // namespace dirsnap::dump_model
