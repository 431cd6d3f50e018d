// SPDX-License-Identifier: MIT
//
// LDIF in any encoding.
#include "importers/ldif/reader.h"
#include "tests/fuzz/dump_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dirsnap;
  MemorySource source = fuzz::source_of(data, size);
  const Bytes head(reinterpret_cast<const std::byte*>(data), size);
  const dump::TextCoding coding = dump::detect_coding(head);
  (void)ldif::looks_like_ldif(dump::decode_head(head, coding, true));
  SilentSink issues;
  const CancelToken cancel;
  ldif::Reader reader(source, coding, cancel, issues);
  fuzz::read_twice(reader);
  reader.set_wanted([](std::string_view name) { return name.size() % 2 == 0; });
  reader.seek({});
  dump::Entry entry;
  for (;;) {
    const auto more = reader.next(entry);
    if (!more || !*more) return 0;
  }
}
