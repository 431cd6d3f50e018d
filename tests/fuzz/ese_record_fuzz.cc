// SPDX-License-Identifier: MIT
//
// The input as one record, in each form that a page may give it, and every cell as the value that
// a user sees. The first byte is the form.
#include <cstdint>
#include <cstdlib>
#include <tuple>
#include <vector>

#include "importers/ese/cell_value.h"
#include "importers/ese/compression.h"
#include "importers/ese/record.h"
#include "tests/fuzz/ese_fuzz_table.h"

namespace {

using dirsnap::Bytes;
namespace ese = dirsnap::ese;

constexpr std::size_t kUnpackedMax = 1 << 20;

void require(bool holds) {
  if (!holds) std::abort();
}

// Cells stand in ascending order, and each lies in the record or is a default.
void check_cells(const ese::RecordCells& out, Bytes record) {
  const ese::CellView* before = nullptr;
  for (const ese::CellView& cell : out.cells) {
    if (before != nullptr)
      require(std::tuple(before->column->id, before->seq) < std::tuple(cell.column->id, cell.seq));
    before = &cell;
    if (cell.is_default || cell.bytes.empty()) continue;
    require(cell.bytes.data() >= record.data() &&
            cell.bytes.data() + cell.bytes.size() <= record.data() + record.size());
  }
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const ese::TableDef kTable = dirsnap::fuzz::fuzz_table();
  static const ese::RecordLayout kLayout(kTable, {});
  if (size == 0) return 0;
  const ese::RecordForm form{(data[0] & 1U) != 0, (data[0] & 2U) != 0};
  // A copy of its own, so that a read past the end is seen.
  const auto* bytes = reinterpret_cast<const std::byte*>(data + 1);
  const std::vector<std::byte> record(bytes, bytes + size - 1);
  (void)kLayout.begins_like_record(record);
  ese::RecordCells out;
  (void)kLayout.parse(record, form, out);
  check_cells(out, record);
  for (const ese::CellView& cell : out.cells) {
    (void)ese::integer_value(*cell.column, cell.bytes);
    (void)ese::real_value(*cell.column, cell.bytes);
    (void)ese::datetime_bits(*cell.column, cell.bytes);
    if (ese::is_text(cell.column->type)) (void)ese::text_value(*cell.column, cell.bytes);
  }
  std::vector<std::byte> unpacked;
  for (const ese::PendingCell& pending : out.pending) {
    require(pending.index < out.cells.size());
    if (pending.work == ese::CellWork::kUnpack)
      (void)ese::decompress(out.cells[pending.index].bytes, kUnpackedMax, unpacked);
  }
  return 0;
}
