// SPDX-License-Identifier: MIT
//
// The input as one page: its checksum, its tags and nodes, and the search for records in what no
// node claims. The first byte says how large the page is; the rest fills it from the start, or
// from the end where bit 4 of the byte is set.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "importers/ese/checksum.h"
#include "importers/ese/page.h"
#include "importers/ese/slack.h"
#include "tests/fuzz/ese_fuzz_table.h"

namespace {

using dirsnap::Bytes;
namespace ese = dirsnap::ese;

constexpr std::uint32_t kPageNo = 7;

void require(bool holds) {
  if (!holds) std::abort();
}

bool lies_in(Bytes part, Bytes whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

void read_page(Bytes bytes, const ese::RecordLayout& layout) {
  const ese::PageView page(bytes, kPageNo);
  (void)page.structural_fault();
  (void)page.has_remains();
  require(lies_in(page.key_prefix(), bytes));
  for (std::uint32_t i = 1; i < page.tag_count(); ++i) {
    const auto node = page.node(i);
    if (!node) continue;
    require(lies_in(node->data, bytes) && lies_in(node->suffix, bytes));
    require(node->extent.offset + node->extent.size <= bytes.size());
  }
  std::vector<ese::SlackRecord> found;
  ese::SlackSearch(layout).find(page, found);
  for (const ese::SlackRecord& record : found) {
    require(lies_in(record.data, bytes) && lies_in(record.suffix, bytes));
    require(layout.begins_like_record(record.data));
  }
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const ese::TableDef kTable = dirsnap::fuzz::fuzz_table();
  static const ese::RecordLayout kLayout(kTable, {});
  if (size == 0) return 0;
  const std::size_t page_size = std::size_t{2048} << (data[0] % 5);
  const bool from_end = ((data[0] >> 4U) & 1U) != 0;
  std::vector<std::byte> page(page_size);
  const auto* bytes = reinterpret_cast<const std::byte*>(data + 1);
  const std::size_t fill = std::min(size - 1, page_size);
  std::copy_n(bytes, fill, page.end() - static_cast<std::ptrdiff_t>(from_end ? fill : page_size));
  read_page(page, kLayout);
  const ese::Verdict verdict = ese::check_page(page, kPageNo);
  if (verdict == ese::Verdict::kCorrectable && ese::correct_page(page, kPageNo))
    require(ese::check_page(page, kPageNo) == ese::Verdict::kGood);
  return 0;
}
