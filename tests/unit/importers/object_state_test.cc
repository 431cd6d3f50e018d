// SPDX-License-Identifier: MIT
#include "importers/dump_model/object_state.h"

#include <catch2/catch.hpp>

namespace dirsnap::dump_model {
namespace {

using Texts = std::vector<std::string>;

struct Change {
  dump::Edit edit = dump::Edit::kAdd;
  std::string name, bytes, options;
};

void change_by(ObjectState& state, const std::vector<Change>& changes, bool is_content = false) {
  dump::Entry entry;
  entry.change = is_content ? dump::Change::kContent : dump::Change::kModify;
  for (const Change& change : changes) {
    entry.values.push_back({.attribute = change.name,
                            .options = change.options,
                            .bytes = change.bytes,
                            .edit = change.edit});
  }
  state.apply(entry);
}

Texts texts(const ObjectState& state) {
  Texts out;
  for (const dump::EntryValue& value : state.values()) {
    out.push_back(std::string(value.attribute) + std::string(value.options) + "=" +
                  std::string(value.bytes));
  }
  return out;
}

constexpr auto kAdd = dump::Edit::kAdd;
constexpr auto kRemove = dump::Edit::kRemove;
constexpr auto kClear = dump::Edit::kClear;

TEST_CASE("a removal takes the first value that is equal by case folding, of its options alone") {
  ObjectState state;
  change_by(state,
            {{kAdd, "sn", "One", ""},
             {kAdd, "cn", "one", ""},
             {kAdd, "sn", "one", ";lang-de"},
             {kAdd, "sn", "two", ""},
             {kAdd, "sn", "one", ""}},
            true);
  change_by(state, {{kRemove, "SN", "ONE", ""}});
  CHECK(texts(state) == Texts{"cn=one", "sn;lang-de=one", "sn=two", "sn=one"});
  change_by(state, {{kRemove, "sn", "one", ";LANG-DE"}, {kAdd, "sn", "one", ""}});
  CHECK(texts(state) == Texts{"cn=one", "sn=two", "sn=one", "sn=one"});
  CHECK(state.unmatched_removals() == 0);
  change_by(state,
            {{kRemove, "sn", "one", ""}, {kRemove, "sn", "one", ""}, {kRemove, "sn", "one", ""}});
  CHECK(texts(state) == Texts{"cn=one", "sn=two"});
  CHECK(state.unmatched_removals() == 1);
}

TEST_CASE("clearing an attribute leaves its other options and what is added behind it") {
  ObjectState state;
  change_by(state, {{kAdd, "l", "a", ""}, {kAdd, "l", "b", ";x"}, {kAdd, "cn", "c", ""}}, true);
  change_by(state, {{kClear, "L", "", ""}, {kAdd, "l", "a", ""}, {kRemove, "l", "a", ""}});
  CHECK(texts(state) == Texts{"l;x=b", "cn=c"});
  dump::Entry gone;
  gone.change = dump::Change::kDelete;
  state.apply(gone);
  CHECK(texts(state).empty());
  change_by(state, {{kAdd, "l", "d", ""}, {kRemove, "cn", "c", ""}});
  CHECK(texts(state) == Texts{"l=d"});
  CHECK(state.unmatched_removals() == 1);
}

// To search all values with each change would take minutes.
TEST_CASE("many changes to an object of many values cost no more than the changes") {
  constexpr int kValues = 200'000;
  ObjectState state;
  std::vector<Change> added, removed, cleared;
  for (int i = 0; i < kValues; ++i) {
    added.push_back({kAdd, "member", "cn=" + std::to_string(i), ""});
    removed.push_back({kRemove, "member", "cn=" + std::to_string(kValues - 1 - i), ""});
    cleared.push_back({kClear, "other", "", ""});
  }
  change_by(state, added, true);
  change_by(state, cleared);
  CHECK(state.values().size() == kValues);
  change_by(state, removed);
  CHECK(state.values().empty());
  // Equal ones as well.
  change_by(state, std::vector<Change>(kValues, Change{kAdd, "cn", "same", ""}));
  change_by(state, std::vector<Change>(kValues - 1, Change{kRemove, "cn", "same", ""}));
  CHECK(texts(state) == Texts{"cn=same"});
  CHECK(state.unmatched_removals() == 0);
}

TEST_CASE("values that several records give beyond the bound are dropped and counted") {
  ObjectState state;
  const std::vector<Change> half(ObjectState::kMaxValues / 2, Change{kAdd, "cn", "b", ""});
  change_by(state, half, true);
  change_by(state, half);
  CHECK(state.dropped_values() == 0);
  change_by(state, {{kAdd, "sn", "c", ""}, {kAdd, "sn", "d", ""}});
  CHECK(state.dropped_values() == 2);
  CHECK(state.values().size() == ObjectState::kMaxValues);
}

}  // namespace
}  // namespace dirsnap::dump_model
