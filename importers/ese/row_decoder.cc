// SPDX-License-Identifier: MIT
#include "importers/ese/row_decoder.h"

#include <algorithm>

#include "importers/ese/compression.h"

namespace dirsnap::ese {

namespace {

// A buffer that one huge row has blown up is given back after it.
constexpr std::size_t kScratchKept = std::size_t{4} << 20;

}  // namespace

RowDecoder::RowDecoder(PageStore& store,
                       const TableDef& table,
                       std::span<const std::uint32_t> wanted,
                       IssueSink& issues,
                       const OpenOptions& options)
    : options_(options),
      layout_(table, wanted),
      long_values_(store, table, issues, options.cancel) {}

Result<void> RowDecoder::decode(Bytes record, RecordForm form, const OnFault& on_fault) {
  record_.clear();
  if (const auto parsed = layout_.parse(record, form, record_); !parsed)
    on_fault({"record", nullptr, &parsed.error()});
  if (record_.pending.empty()) return {};
  scratch_.clear();
  if (scratch_.capacity() > kScratchKept) std::vector<std::byte>().swap(scratch_);
  unpacked_.clear();
  for (const PendingCell& pending : record_.pending) DIRSNAP_CHECK(resolve(pending, on_fault));
  for (const Unpacked& value : unpacked_) {  // the buffer has stopped moving
    record_.cells[value.cell].bytes = Bytes(scratch_).subspan(value.begin, value.size);
  }
  return {};
}

Result<void> RowDecoder::resolve(const PendingCell& pending, const OnFault& on_fault) {
  CellView& cell = record_.cells[pending.index];
  const std::size_t begin = scratch_.size();
  const std::size_t room = options_.row_bytes_max - std::min(begin, options_.row_bytes_max);
  const auto lose = [&](const char* code, const Error& error) {
    cell.lost = true;
    on_fault({code, &cell, &error});
  };
  if (pending.work == CellWork::kUnpack) {
    if (const auto done = decompress(cell.bytes, room, scratch_); !done)
      lose("value", done.error());
  } else if (const auto facts = long_values_.fetch(cell.bytes, room, scratch_); facts) {
    cell.decompressed = facts->decompressed;
    cell.encrypted = cell.encrypted || facts->encrypted;
    record_.has_encrypted = record_.has_encrypted || cell.encrypted;
  } else if (facts.error().code == Code::kInterrupted) {
    return tl::unexpected<Error>(facts.error());
  } else {
    lose("long-value", facts.error());
  }
  unpacked_.push_back({pending.index, begin, scratch_.size() - begin});
  return {};
}

}  // namespace dirsnap::ese
