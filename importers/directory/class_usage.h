// SPDX-License-Identifier: MIT
//
// Which attributes the objects of each class hold, counted while they are written: the rows of
// class_attributes, and schema_attributes.max_values.
// Work: a few operations a value, because objects of one class hold much the same attributes in
// the same order. Memory: 40 bytes for each pair of class and attribute that occurs.
// Lifetime: keeps pointers to the schema's entries. Threads: one thread.
#pragma once

#include <cstdint>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

#include "importers/directory/schema.h"
#include "storage/snapshot_writer.h"

namespace dirsnap::directory {

class ClassUsage {
 public:
  // The values that follow are another object's.
  void begin_object() { values_.clear(); }
  // One value of the present object.
  void add_value(Attribute& attribute) {
    if (values_.empty() || values_.back().first != &attribute) values_.emplace_back(&attribute, 0);
    ++values_.back().second;
  }
  // Counts the present object for its class; nullptr for an object without one.
  void finish_object(const Class* of);

  // Rows by the numbers of class and attribute. Objects without a class are in none.
  Result<void> write(std::int64_t source_id, RelationWriter& out) const;

 private:
  struct Entry {
    Attribute* attribute = nullptr;
    std::uint64_t objects = 0;
    std::uint64_t values = 0;
    std::uint32_t most = 0;         // values of one object
    std::uint32_t present = 0;      // values of the object `last_object`
    std::uint64_t last_object = 0;  // number of the last object of the class that holds it
  };
  struct OfClass {
    const Class* of = nullptr;
    std::uint64_t objects = 0;
    std::vector<Entry> entries;
    std::unordered_map<const Attribute*, std::size_t> places;
  };
  static Entry& entry_of(OfClass& of, std::size_t& expected, Attribute& attribute);

  std::vector<std::pair<Attribute*, std::uint32_t>> values_;  // of the present object
  std::map<std::int64_t, OfClass> classes_;                   // by number, -1: none
};

}  // namespace dirsnap::directory
