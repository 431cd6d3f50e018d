// SPDX-License-Identifier: MIT
#include "importers/directory/class_usage.h"

#include <algorithm>

#include "storage/tables/class_attributes.h"

namespace dirsnap::directory {

// The entry at `expected`, or wherever it is; `expected` moves behind it.
ClassUsage::Entry& ClassUsage::entry_of(OfClass& of, std::size_t& expected, Attribute& attribute) {
  std::size_t place = expected;
  if (place >= of.entries.size() || of.entries[place].attribute != &attribute) {
    const auto [known, fresh] = of.places.try_emplace(&attribute, of.entries.size());
    if (fresh) of.entries.push_back({.attribute = &attribute});
    place = known->second;
  }
  expected = place + 1;
  return of.entries[place];
}

void ClassUsage::finish_object(const Class* own) {
  OfClass& of = classes_[own == nullptr ? -1 : std::int64_t{own->id}];
  of.of = own;
  ++of.objects;
  std::size_t expected = 0;
  for (const auto& [attribute, count] : values_) {
    Entry& entry = entry_of(of, expected, *attribute);
    if (entry.last_object != of.objects) {
      entry.last_object = of.objects;
      entry.present = 0;
      ++entry.objects;
    }
    // Values of one attribute may come apart.
    entry.present += count;
    entry.values += count;
    entry.most = std::max(entry.most, entry.present);
    attribute->max_values = std::max(attribute->max_values, entry.present);
  }
}

Result<void> ClassUsage::write(std::int64_t source_id, RelationWriter& out) const {
  namespace t = tables::class_attributes;
  const auto number = [](std::uint64_t n) { return ValueView::of(static_cast<std::int64_t>(n)); };
  for (const auto& [id, of] : classes_) {
    if (of.of == nullptr) continue;
    std::vector<Entry> entries = of.entries;
    std::sort(entries.begin(), entries.end(),
              [](const Entry& a, const Entry& b) { return a.attribute->id < b.attribute->id; });
    for (const Entry& entry : entries) {
      std::vector<Cell> row = {{t::kClass, ValueView::text(of.of->ldap_name)},
                               {t::kAttribute, ValueView::text(entry.attribute->ldap_name)},
                               {t::kObjects, number(entry.objects)},
                               {t::kValueCount, number(entry.values)},
                               {t::kMaxValues, number(entry.most)},
                               {t::kSourceId, ValueView::of(source_id)}};
      if (!entry.attribute->x500_name.empty()) {
        row.push_back({t::kAttributeX500, ValueView::text(entry.attribute->x500_name)});
      }
      DIRSNAP_CHECK(out.append(row));
    }
  }
  return {};
}

}  // namespace dirsnap::directory
