// SPDX-License-Identifier: MIT
//
// The names that a text dump uses, as a tree: dumps have no row numbers, so an object is found by
// its distinguished name. Names above an object that the dump does not hold become nodes without
// an object: they keep the tree together and are no rows.
// Names are compared by case folding, types without case. Work: linear in the names' parts.
// Lifetime: node numbers stay valid. Threads: one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "importers/directory/name_tree.h"
#include "storage/base/dn.h"

namespace dirsnap::dump_model {

// A distinguished name in either form, root first; types that directories share in lower case,
// as databases write them. A relative name of several parts (a=x+b=y) is one name of the first
// type. nullopt: no such name.
std::optional<std::vector<Rdn>> parse_name(std::string_view dn);

// The X.500 form of a name in either form; the text itself where it is no name.
std::string x500_form(std::string_view dn);

class NameIndex {
 public:
  struct Node {
    std::uint32_t parent = 0;
    std::uint32_t name_begin = 0;  // into the arena
    std::uint32_t name_size = 0;
    std::uint16_t type = 0;  // index into the type names
    bool is_deleted = false;
    bool has_class = false;
    std::int64_t object_id = 0;  // 0: no record names it
  };

  NameIndex();

  // The node of a name, made where it is not there yet. The empty name is the root DSE's.
  // nullopt: the text is no name, or longer, deeper or of more types than any directory's.
  std::optional<std::uint32_t> node_of(std::string_view dn);

  // Gives a node another relative name, and another parent where `parent` is one. False if a node
  // of that name is there already, or the new parent lies below the node.
  bool rename(std::uint32_t node, const Rdn& name, std::optional<std::uint32_t> parent);

  [[nodiscard]] Node& at(std::uint32_t node) { return nodes_[node]; }
  [[nodiscard]] std::size_t size() const { return nodes_.size(); }

  // All nodes in the order of their numbers, so that node n is tree.nodes()[n]; the index is empty
  // afterwards.
  void move_into(directory::NameTree& tree);

 private:
  [[nodiscard]] std::string_view name(const Node& node) const {
    return std::string_view(arena_).substr(node.name_begin, node.name_size);
  }
  std::optional<std::uint16_t> type_number(std::string_view type);
  [[nodiscard]] std::uint64_t key(std::uint32_t parent,
                                  std::uint16_t type,
                                  std::string_view name) const;
  std::optional<std::uint32_t> child(std::uint32_t parent, const Rdn& name);
  void set_name(std::uint32_t node, std::uint16_t type, std::string_view name);
  [[nodiscard]] std::optional<std::uint32_t> find_child(std::uint32_t parent,
                                                        std::uint16_t type,
                                                        std::string_view name) const;

  std::vector<Node> nodes_;
  std::string arena_;
  std::vector<std::string> types_;
  std::unordered_multimap<std::uint64_t, std::uint32_t> children_;  // by hash of parent and name
  std::unordered_map<std::string, std::uint32_t> parents_;          // recent parents, as written
  std::string scratch_;
};

}  // namespace dirsnap::dump_model
