// SPDX-License-Identifier: MIT
//
// What the fuzz targets of text dumps share: a source in memory, and the reading of all records
// twice over. The second reading goes from place to place and must give the same records.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "importers/dump/entry.h"
#include "storage/base/byte_source.h"

namespace dirsnap::fuzz {

inline MemorySource source_of(const std::uint8_t* data, std::size_t size) {
  const auto* bytes = reinterpret_cast<const std::byte*>(data);
  return MemorySource(std::vector<std::byte>(bytes, bytes + size));
}

struct Seen {
  std::string dn;
  std::size_t values = 0;
  dump::Place place;
};

inline void read_twice(dump::EntryReader& reader) {
  std::vector<Seen> seen;
  dump::Entry entry;
  for (;;) {
    const auto more = reader.next(entry);
    if (!more || !*more) break;
    seen.push_back({std::string(entry.dn), entry.values.size(), entry.place});
    for (const dump::EntryValue& value : entry.values) {
      if (value.form == dump::ValueForm::kLost && !value.bytes.empty()) std::abort();
    }
  }
  for (std::size_t i = seen.size(); i-- > 0 && seen.size() - i < 64;) {
    reader.seek(seen[i].place);
    const auto more = reader.next(entry);
    if (!more || !*more || entry.dn != seen[i].dn || entry.values.size() != seen[i].values) {
      std::abort();
    }
  }
}

}  // namespace dirsnap::fuzz
