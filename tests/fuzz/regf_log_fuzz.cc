// SPDX-License-Identifier: MIT
//
// A transaction log of a small dirty hive. Checksums and hashes are made right first: without
// them the replay would refuse nearly every input before it looks at a page.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "importers/regf/deleted.h"
#include "importers/regf/log.h"
#include "importers/regf/walk.h"
#include "tests/support/hive_builder.h"

namespace {

using namespace dirsnap;

constexpr std::size_t kSectorBytes = 512;

// The times of hive and log agree, as old logs must.
std::vector<std::byte> dirty_hive() {
  auto file = test::HiveBuilder(5).build(
      {.name = "R", .values = {{.name = "v", .data = "12345"}}, .subkeys = {{.name = "A"}}});
  test::put(file, 4, test::le(std::uint32_t{6}) + test::le(std::uint32_t{5}));
  test::seal_base_block(file);
  return file;
}

void seal_entries(std::vector<std::byte>& log) {
  std::size_t at = kSectorBytes;
  while (has(log, at, kSectorBytes) && as_chars(Bytes(log).subspan(at)).starts_with("HvLE")) {
    const std::size_t size = load_le<std::uint32_t>(log, at + 4);
    if (size < kSectorBytes || size % kSectorBytes != 0 || !has(log, at, size)) return;
    const Bytes entry = Bytes(log).subspan(at, size);
    test::put(log, at + 24, test::le(regf::log_hash(entry.subspan(40))));
    test::put(log, at + 32, test::le(regf::log_hash(entry.first(32))));
    at += size;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<std::byte> kHive = dirty_hive();
  const auto* bytes = reinterpret_cast<const std::byte*>(data);
  std::vector<std::byte> log(bytes, bytes + size);
  if (log.size() < kSectorBytes) return 0;
  // Signature, last-written time and checksum; sequence numbers and type are the input's.
  std::memcpy(log.data(), kHive.data(), 4);
  std::memcpy(log.data() + 12, kHive.data() + 12, 8);
  test::seal_base_block(log);
  seal_entries(log);
  SilentSink issues;
  std::vector<std::byte> image = kHive;
  const regf::LogFile file{.name = ".LOG1", .bytes = log};
  regf::replay_logs(image, std::span(&file, 1), issues);
  const auto hive = regf::Hive::open(image);
  if (!hive) return 0;
  const CancelToken cancel;
  regf::UseMap used(hive->bins().size());
  const auto walked = regf::walk(
      *hive, cancel, issues, [](const regf::WalkKey&) { return Result<void>{}; }, &used);
  if (walked) (void)regf::find_deleted(*hive, used, cancel);
  return 0;
}
