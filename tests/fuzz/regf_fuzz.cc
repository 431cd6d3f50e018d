// SPDX-License-Identifier: MIT
//
// A hive and a log in one input: the walk, the replay and the search for deleted records.
// The first two bytes say, in units of 512, where the log begins; the rest is hive and log.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "importers/regf/deleted.h"
#include "importers/regf/log.h"
#include "importers/regf/root.h"
#include "importers/regf/walk.h"

namespace {

using namespace dirsnap;

void read_hive(Bytes image) {
  const auto hive = regf::Hive::open(image);
  if (!hive) return;
  SilentSink issues;
  const CancelToken cancel;
  hive->check_bins(issues);
  (void)regf::root_subkey_names(*hive);
  regf::UseMap used(hive->bins().size());
  const auto walked = regf::walk(
      *hive, cancel, issues, [](const regf::WalkKey&) { return Result<void>{}; }, &used);
  if (walked) (void)regf::find_deleted(*hive, used, cancel);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  std::uint16_t sectors = 0;
  std::memcpy(&sectors, data, sizeof sectors);
  const Bytes all = std::as_bytes(std::span(data + 2, size - 2));
  const std::size_t log_at = std::min<std::size_t>(std::size_t{sectors} * 512, all.size());
  std::vector<std::byte> image(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(log_at));
  read_hive(image);
  SilentSink issues;
  const regf::LogFile log{.name = ".LOG1", .bytes = all.subspan(log_at)};
  // Entries that claim to be large make the image grow; a fuzzer has better uses for memory.
  const bool is_small = all.size() - log_at < 1'000'000;
  if (is_small) regf::replay_logs(image, std::span(&log, 1), issues);
  if (image.size() < 4'000'000) read_hive(image);
  return 0;
}
