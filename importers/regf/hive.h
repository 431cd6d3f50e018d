// SPDX-License-Identifier: MIT
//
// A hive in memory: its cells by offset, whatever state its blocks are in.
// Units: offsets count bytes from the start of the bins data; file_offset() gives the place in
// the file.
// Lifetime: borrows the image. Threads: const methods are safe together.
// Facts: FORMAT.md sections 1 and 2.
#pragma once

#include <cstdint>
#include <optional>

#include "importers/regf/base_block.h"
#include "storage/base/byte_reader.h"
#include "storage/base/issue.h"
#include "storage/base/result.h"

namespace dirsnap::regf {

inline constexpr std::size_t kBinHeaderBytes = 32;
inline constexpr std::size_t kBinUnitBytes = 4096;

constexpr std::uint64_t file_offset(std::uint64_t offset) { return kBaseBlockBytes + offset; }

// Magnitude of a cell's size field.
constexpr std::uint32_t cell_size(std::int32_t stored) {
  const auto bits = static_cast<std::uint32_t>(stored);
  return stored < 0 ? 0U - bits : bits;
}

// One cell: its record without the header.
struct Cell {
  Bytes record;
  bool is_allocated = false;
  bool is_cut = false;  // its size goes past the end of the hive; the record ends there
};

// Told from the first bytes of a file; at least kBaseBlockBytes + kBinHeaderBytes of them should
// be there. A log begins like a hive.
bool is_hive(Bytes head);
bool is_log(Bytes head);

class Hive {
 public:
  // The whole file, logs applied or not. Fails with kUnsupported if it is no hive at all: neither
  // the signature nor a bin where the first one belongs.
  static Result<Hive> open(Bytes image);

  [[nodiscard]] const BaseBlock& base() const { return base_; }
  // Everything behind the base block, remnants behind the last bin included.
  [[nodiscard]] Bytes bins() const { return bins_; }
  // Version 1.1 and before: other cell headers, all names in UTF-16.
  [[nodiscard]] bool is_first_version() const { return cell_header_bytes_ == 8; }
  [[nodiscard]] std::size_t cell_header_bytes() const { return cell_header_bytes_; }

  // The cell at `offset`, or nullopt if it cannot be one; a walk asks for millions.
  [[nodiscard]] std::optional<Cell> find_cell(std::uint32_t offset) const {
    if (offset < kBinHeaderBytes || offset % 8 != 0) return std::nullopt;
    if (!has(bins_, offset, cell_header_bytes_)) return std::nullopt;
    const auto stored = load_le<std::int32_t>(bins_, offset);
    const std::uint64_t size = cell_size(stored);
    if (size < cell_header_bytes_) return std::nullopt;
    const std::uint64_t left = bins_.size() - offset;
    const std::size_t record =
        static_cast<std::size_t>(size < left ? size : left) - cell_header_bytes_;
    return Cell{.record = bins_.subspan(offset + cell_header_bytes_, record),
                .is_allocated = stored<0, .is_cut = size> left};
  }
  // The same; fails with kCorrupt or kTruncated and says why.
  [[nodiscard]] Result<Cell> cell(std::uint32_t offset) const;

  // Size of the bin at `at`, or nullopt if there is no sound bin header.
  [[nodiscard]] std::optional<std::uint32_t> bin_size(std::size_t at) const;

  // Follows bins and cells from the first to the last and reports what does not fit. Cells are
  // readable by offset all the same.
  void check_bins(IssueSink& issues) const;

 private:
  Hive(Bytes image, const BaseBlock& base);
  void check_cells(std::size_t bin, std::size_t end, IssueSink& issues) const;

  BaseBlock base_;
  Bytes bins_;
  std::size_t cell_header_bytes_ = 4;
};

}  // namespace dirsnap::regf
