// SPDX-License-Identifier: MIT
//
// The names of a directory as a tree: each row's relative name and its parent's row number, from
// which distinguished names are composed on demand.
// Units: DNTs are the database's own row numbers (32-bit signed); object ids are the snapshot's.
// Damage: a missing parent, a loop of parents and a depth over kMaxDepth are defects of the rows
// concerned; they keep the part of the name that is known. Work is linear in the rows.
// Lifetime: views borrow the tree. Threads: one thread (names are cached).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace dirsnap::directory {

enum class Defect : std::uint8_t {
  kNone,
  kMissingParent,  // the parent's row is not in the database
  kParentLoop,     // the chain of parents never reaches the root
  kTooDeep,        // more than kMaxDepth levels
  kNoName,         // no relative name
  kNoClass,        // an object without Object-Class
};
// The text of objects.defect; null for kNone.
const char* to_string(Defect defect);

class NameTree {
 public:
  static constexpr std::uint32_t kMaxDepth = 255;

  struct Node {
    std::int32_t dnt = 0;
    std::int32_t parent_dnt = 0;   // 0: none
    std::uint32_t class_id = 0;    // most derived class
    std::int64_t object_id = 0;    // 0 for placeholders
    std::uint32_t children = 0;    // direct ones, filled by link_up()
    std::uint32_t depth = 0;       // levels of the name, filled by link_up()
    std::uint32_t name_begin = 0;  // into the arena
    std::uint32_t name_size = 0;
    std::uint16_t type = 0;  // index into the type names
    bool is_root = false;    // the placeholder above all names
    bool is_deleted = false;
    Defect defect = Defect::kNone;
  };

  // Adds a row. `type_name` is the attribute that names it (cn, ou, ...); an empty one is kept.
  Node& add(std::int32_t dnt,
            std::int32_t parent_dnt,
            std::string_view rdn,
            std::string_view type_name);

  // Gives a row its class after it was added; it no longer counts as one without.
  void set_class(std::size_t index, std::uint32_t class_id);

  // Resolves parents, depths, children and defects. Call once, after the last add().
  void link_up();

  [[nodiscard]] const Node* find(std::int32_t dnt) const;
  [[nodiscard]] const std::vector<Node>& nodes() const { return nodes_; }
  [[nodiscard]] const Node* parent_of(const Node& node) const;
  [[nodiscard]] std::string_view rdn(const Node& node) const;
  [[nodiscard]] std::string_view type(const Node& node) const;

  // Composed names. The reference stays valid until the next call of either.
  struct Names {
    std::string x500;
    std::string ldap;
  };
  const Names& names(const Node& node);

 private:
  [[nodiscard]] std::uint32_t index_of(std::int32_t dnt) const;  // kNowhere if absent
  void fill_direct();
  void resolve(std::uint32_t start,
               std::vector<std::uint32_t>& walk,
               std::vector<std::uint8_t>& state);

  static constexpr std::uint32_t kNowhere = UINT32_MAX;
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> by_dnt_;  // node numbers ordered by DNT
  std::vector<std::uint32_t> direct_;  // node number by DNT where these are dense, else empty
  std::string arena_;
  std::vector<std::string> types_;
  std::unordered_map<std::uint32_t, Names> parents_;  // names of recent parents, by node number
  Names scratch_;
};

}  // namespace dirsnap::directory
