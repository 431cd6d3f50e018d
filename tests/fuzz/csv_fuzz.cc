// SPDX-License-Identifier: MIT
//
// CSV dumps whose dialect is told by their own first lines, raw property dumps, isinteg's dumps.
#include "importers/admindmp/reader.h"
#include "importers/csv/reader.h"
#include "importers/isinteg/reader.h"
#include "tests/fuzz/dump_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dirsnap;
  MemorySource source = fuzz::source_of(data, size);
  const Bytes head(reinterpret_cast<const std::byte*>(data), size);
  const dump::TextCoding coding = dump::detect_coding(head);
  const std::string text = dump::decode_head(head, coding, true);
  SilentSink issues;
  const CancelToken cancel;
  if (const auto dialect = csv::detect_dialect(text)) {
    csv::Reader reader(source, coding, *dialect, cancel, issues);
    reader.set_single([](std::string_view name) { return name.size() % 2 == 0; });
    fuzz::read_twice(reader);
  }
  if (admindmp::looks_like_dump(text)) {
    admindmp::Reader reader(source, coding, cancel, issues);
    fuzz::read_twice(reader);
  }
  if (isinteg::looks_like_dump(text)) {
    dump::LineReader lines(source, coding, cancel);
    isinteg::Reader reader(lines);
    isinteg::Record record;
    for (;;) {
      const Result<bool> more = reader.next(record);
      if (!more || !*more) break;
      for (const auto& [name, value] : record.fields) {
        static_cast<void>(isinteg::parse_id(value));
        static_cast<void>(isinteg::parse_guid(value));
      }
    }
  }
  return 0;
}
