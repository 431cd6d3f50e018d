// SPDX-License-Identifier: MIT
#include "importers/regf/hive.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>

namespace dirsnap::regf {
namespace {

bool is_bin(Bytes bins, std::size_t at) {
  return has(bins, at, kBinHeaderBytes) && as_chars(bins.subspan(at)).starts_with("hbin");
}

void report(IssueSink& issues,
            const char* code,
            std::uint64_t offset,
            std::uint64_t size,
            std::string message) {
  issues.report({.severity = Severity::kDoubt,
                 .code = code,
                 .offset_bytes = file_offset(offset),
                 .size_bytes = size,
                 .place = {},
                 .message = std::move(message)});
}

constexpr std::size_t kNarrowHeaderBytes = 4;
constexpr std::size_t kWideHeaderBytes = 8;  // up to version 1.1

bool begins_record(Bytes bins, std::size_t at) {
  constexpr std::string_view kSignatures[] = {"nk", "vk", "sk", "lf", "lh", "li", "ri"};
  if (!has(bins, at, 2)) return false;
  const std::string_view found = as_chars(bins.subspan(at, 2));
  return std::find(std::begin(kSignatures), std::end(kSignatures), found) != std::end(kSignatures);
}

// What the cells of one bin tell of the size of their headers: how many records begin behind a
// narrow one and how many behind a wide one.
struct HeaderVotes {
  std::size_t narrow = 0;
  std::size_t wide = 0;
};
HeaderVotes header_votes(Bytes bins, std::size_t bin) {
  HeaderVotes votes;
  std::size_t at = bin + kBinHeaderBytes;
  while (has(bins, at, kWideHeaderBytes)) {
    const std::size_t size = cell_size(load_le<std::int32_t>(bins, at));
    if (size < kWideHeaderBytes || size % 8 != 0 || is_bin(bins, at)) break;
    votes.narrow += begins_record(bins, at + kNarrowHeaderBytes) ? 1 : 0;
    votes.wide += begins_record(bins, at + kWideHeaderBytes) ? 1 : 0;
    at += std::min(size, bins.size() - at);
  }
  return votes;
}

// The first bin that tells decides.
std::size_t header_bytes_by_cells(Bytes bins) {
  for (std::size_t bin = 0; bin < bins.size(); bin += kBinUnitBytes) {
    if (!is_bin(bins, bin)) continue;
    const HeaderVotes votes = header_votes(bins, bin);
    if (votes.narrow != votes.wide) {
      return votes.wide > votes.narrow ? kWideHeaderBytes : kNarrowHeaderBytes;
    }
  }
  return kNarrowHeaderBytes;
}

}  // namespace

Hive::Hive(Bytes image, const BaseBlock& base)
    : base_(base), bins_(image.subspan(std::min(kBaseBlockBytes, image.size()))) {
  const bool is_sound = base_.has_signature && base_.has_checksum;
  if (is_sound && base_.minor >= 1 && base_.minor <= kLastMinor) {
    cell_header_bytes_ = base_.minor < 2 ? kWideHeaderBytes : kNarrowHeaderBytes;
    return;
  }
  cell_header_bytes_ = header_bytes_by_cells(bins_);
  // A size that none can have is no statement.
  const bool is_size = base_.bins_bytes != 0 && base_.bins_bytes % kBinUnitBytes == 0;
  if (!is_sound && !is_size) base_.bins_bytes = static_cast<std::uint32_t>(bins_.size());
}

bool is_hive(Bytes head) {
  const bool has_bin = head.size() > kBaseBlockBytes && is_bin(head, kBaseBlockBytes);
  return (parse_base_block(head).has_signature || has_bin) && !is_log(head);
}

bool is_log(Bytes head) {
  const BaseBlock base = parse_base_block(head);
  if (!base.has_signature || base.file_type == 0) return false;
  const std::string_view body = as_chars(head).substr(kBaseBlockUsedBytes);
  return body.empty() || body.starts_with("HvLE") || body.starts_with("DIRT");
}

Result<Hive> Hive::open(Bytes image) {
  const BaseBlock base = parse_base_block(image);
  if (!is_hive(image) && !is_log(image)) return fail(Code::kUnsupported, "no registry hive");
  if (is_log(image)) {
    return fail(Code::kUnsupported, "a transaction log; it is read together with its hive");
  }
  return Hive(image, base);
}

Result<Cell> Hive::cell(std::uint32_t offset) const {
  if (const auto cell = find_cell(offset)) return *cell;
  if (offset < kBinHeaderBytes || offset % 8 != 0) {
    return fail(Code::kCorrupt, offset, "a cell offset that is none");
  }
  if (!has(bins_, offset, cell_header_bytes_)) {
    return fail(Code::kTruncated, offset, "the cell lies behind the end of the hive");
  }
  return fail(Code::kCorrupt, offset, "a cell of no size");
}

std::optional<std::uint32_t> Hive::bin_size(std::size_t at) const {
  if (!is_bin(bins_, at)) return std::nullopt;
  const auto own_offset = load_le<std::uint32_t>(bins_, at + 4);
  const auto size = load_le<std::uint32_t>(bins_, at + 8);
  if (own_offset != at || size == 0 || size % kBinUnitBytes != 0) return std::nullopt;
  return size;
}

void Hive::check_bins(IssueSink& issues) const {
  const std::uint64_t promised = base_.bins_bytes;
  if (promised > bins_.size()) {
    issues.report({.severity = Severity::kLoss,
                   .code = "hive-truncated",
                   .offset_bytes = file_offset(bins_.size()),
                   .size_bytes = promised - bins_.size(),
                   .place = {},
                   .message = "the file ends before the size its first block states"});
  }
  const auto end = static_cast<std::size_t>(std::min<std::uint64_t>(promised, bins_.size()));
  std::size_t at = 0;
  while (at < end) {
    const auto size = bin_size(at);
    if (size) {
      check_cells(at, std::min<std::size_t>(end, at + *size), issues);
      at += *size;
      continue;
    }
    const std::size_t bad = at;
    do {
      at += kBinUnitBytes;
    } while (at < end && !bin_size(at));
    report(issues, "hive-bin-header", bad, std::min(at, end) - bad,
           "no sound bin header; cells there are read where a record points to them");
  }
}

void Hive::check_cells(std::size_t bin, std::size_t end, IssueSink& issues) const {
  std::size_t at = bin + kBinHeaderBytes;
  while (at < end) {
    const std::uint64_t left = end - at;
    const std::uint64_t size =
        left < cell_header_bytes_ ? 0 : cell_size(load_le<std::int32_t>(bins_, at));
    if (size < cell_header_bytes_ || size % 8 != 0 || size > left) {
      report(issues, "hive-cell-chain", at, left,
             "a cell size does not fit its bin; the rest of the bin cannot be followed");
      return;
    }
    at += static_cast<std::size_t>(size);
  }
}

}  // namespace dirsnap::regf
