// SPDX-License-Identifier: MIT
//
// One object of which a dump tells in several records: what it holds after all of them, in order.
// Work: linear in the changes; values are found by an index that is made with the first change.
// Lifetime: owns its texts; values() borrow it. Threads: one thread.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "importers/dump/entry.h"

namespace dirsnap::dump_model {

class ObjectState {
 public:
  // Values that an object may have been given; those behind are dropped. One costs some 350 bytes.
  static constexpr std::size_t kMaxValues = 500'000;

  // Applies a record. `has_content` tells whether some record said what the object holds as a
  // whole; without one only what changed is known.
  void apply(const dump::Entry& entry);

  [[nodiscard]] bool has_content() const { return has_content_; }
  // Removals of values that were not there, once a record had said what the object holds: it was
  // another one when they were made.
  [[nodiscard]] std::uint64_t unmatched_removals() const { return unmatched_removals_; }
  // Values that were given beyond kMaxValues.
  [[nodiscard]] std::uint64_t dropped_values() const { return dropped_values_; }
  [[nodiscard]] std::vector<dump::EntryValue> values() const;

 private:
  struct Owned {
    std::string attribute, options, bytes;
    dump::ValueForm form = dump::ValueForm::kText;
    std::uint64_t line = 0;
    bool is_gone = false;

    void drop() {
      *this = Owned();
      is_gone = true;
    }
  };
  // Values whose hashes are equal, in order; those before `first` are gone.
  struct Alike {
    std::vector<std::uint32_t> values;
    std::size_t first = 0;
  };
  using Index = std::unordered_map<std::uint64_t, Alike>;

  void add(const dump::EntryValue& value);
  void remove(const dump::EntryValue& value);
  void clear(const dump::EntryValue& value);
  void index_new_values();

  std::vector<Owned> values_;
  std::size_t indexed_ = 0;  // values that the indexes hold
  Index by_attribute_;       // and options
  Index by_value_;           // and attribute and options
  bool has_content_ = false;
  std::uint64_t unmatched_removals_ = 0;
  std::uint64_t dropped_values_ = 0;
};

}  // namespace dirsnap::dump_model
