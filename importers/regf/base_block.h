// SPDX-License-Identifier: MIT
//
// The first block of a hive and of its transaction logs.
// Units: offsets count bytes from the start of the bins data, which begins at kBaseBlockBytes.
// Threads: pure functions. Facts: FORMAT.md section 1.
#pragma once

#include <cstdint>
#include <string>

#include "storage/base/byte_reader.h"

namespace dirsnap::regf {

inline constexpr std::size_t kBaseBlockBytes = 4096;
inline constexpr std::size_t kBaseBlockUsedBytes = 512;  // what the checksum covers, and itself
inline constexpr std::uint32_t kFirstLayeredMinor = 6;
inline constexpr std::uint32_t kLastMinor = 6;  // of the versions that are known
inline constexpr std::uint32_t kNoOffset = 0xFFFF'FFFF;

enum class FileType : std::uint32_t {
  kPrimary = 0,
  kLogXp = 1,   // old log, or the SYSTEM.ALT mirror of Windows 2000
  kLogNt = 2,   // old log up to Windows 2000
  kLogNew = 6,  // log of Windows 8.1 and later
};

struct BaseBlock {
  bool has_signature = false;        // regf
  bool has_checksum = false;         // the stored checksum is right
  std::uint32_t sequence_1 = 0;      // raised when a write starts
  std::uint32_t sequence_2 = 0;      // raised when it ends
  std::uint64_t last_written = 0;    // filetime; not maintained from Windows 8.1 on
  std::uint32_t major = 1;           //
  std::uint32_t minor = 0;           // 1 to 6
  std::uint32_t file_type = 0;       // FileType
  std::uint32_t root_offset = 0x20;  // cell of the root key
  std::uint32_t bins_bytes = 0;      // size of the bins data
  std::string file_name;             // tail of the path it was loaded from; informative

  // A write had begun and not ended, or the block is damaged: the file alone may be stale.
  [[nodiscard]] bool is_dirty() const { return !has_checksum || sequence_1 != sequence_2; }
};

// XOR of the first 127 words, with the two values that stand for others.
// REQUIRES: block.size() >= kBaseBlockUsedBytes.
std::uint32_t base_block_checksum(Bytes block);

// Fields of the block; all default if it is shorter than kBaseBlockUsedBytes.
BaseBlock parse_base_block(Bytes block);

}  // namespace dirsnap::regf
