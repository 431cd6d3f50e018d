// SPDX-License-Identifier: MIT
//
// Rows sorted by keys beside rows sorted by comparing their values.
#include "query/row_sort.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "storage/value_order.h"

using namespace dirsnap;

namespace {

// Values that differ early, late, in case alone, or not at all.
std::vector<ValueView> values_of(std::mt19937& random, std::vector<std::string>& texts, int kinds) {
  static const std::vector<std::string> kParts = {"",  "a",         "A",         "b", "\xC3\xA9",
                                                  "_", "cn=Sales ", "cn=SALES ", "0", "\xC3\x89"};
  const std::string common = random() % 2 == 0 ? "" : "Recipients ";
  const std::size_t count = random() % 60;
  texts.clear();
  texts.reserve(count);
  std::vector<ValueView> values;
  for (std::size_t i = 0; i < count; ++i) {
    std::string text = common;
    const std::size_t usable = kinds == 0 ? 4 : kParts.size();
    for (std::size_t n = random() % 5; n > 0; --n) text += kParts[random() % usable];
    texts.push_back(std::move(text));
    const auto choice = kinds < 2 ? 9U : random() % 10;
    if (choice == 0) {
      values.push_back(ValueView::null());
    } else if (choice == 1) {
      values.push_back(ValueView::of(static_cast<std::int64_t>(random() % 5)));
    } else if (choice == 2) {
      values.push_back(ValueView::blob(texts.back()));
    } else {
      values.push_back(ValueView::text(texts.back()));
    }
  }
  return values;
}

}  // namespace

TEST_CASE("rows are sorted as comparing their values sorts them") {
  std::mt19937 random(5);
  for (int round = 0; round < 3000; ++round) {
    const Collation collation = round % 2 == 0 ? Collation::kFold : Collation::kBinary;
    const bool descending = round % 4 >= 2;
    std::vector<std::string> texts;
    const auto values = values_of(random, texts, round % 3);
    RowSorter sorter(collation, descending);
    std::vector<std::uint32_t> want;
    for (std::uint32_t i = 0; i < values.size(); ++i) {
      sorter.add(values[i], 1000 + i);
      want.push_back(1000 + i);
    }
    std::stable_sort(want.begin(), want.end(), [&](std::uint32_t a, std::uint32_t b) {
      const int order = compare_values(values[a - 1000], values[b - 1000], collation);
      return descending ? order > 0 : order < 0;
    });
    std::vector<std::uint32_t> have;
    sorter.sort(have);
    REQUIRE(have == want);
  }
}
