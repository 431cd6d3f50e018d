// SPDX-License-Identifier: MIT
#include "importers/regf/base_block.h"

#include "storage/base/text.h"

namespace dirsnap::regf {

std::uint32_t base_block_checksum(Bytes block) {
  std::uint32_t sum = 0;
  for (std::size_t at = 0; at < kBaseBlockUsedBytes - 4; at += 4) {
    sum ^= load_le<std::uint32_t>(block, at);
  }
  if (sum == 0xFFFF'FFFF) return 0xFFFF'FFFE;
  return sum == 0 ? 1 : sum;
}

BaseBlock parse_base_block(Bytes block) {
  BaseBlock base;
  if (block.size() < kBaseBlockUsedBytes) return base;
  const auto word = [block](std::size_t at) { return load_le<std::uint32_t>(block, at); };
  base.has_signature = as_chars(block).starts_with("regf");
  base.has_checksum = word(508) == base_block_checksum(block);
  base.sequence_1 = word(4);
  base.sequence_2 = word(8);
  base.last_written = load_le<std::uint64_t>(block, 12);
  base.major = word(20);
  base.minor = word(24);
  base.file_type = word(28);
  base.root_offset = word(36);
  base.bins_bytes = word(40);
  base.file_name = decode_utf16le(block.subspan(48, 64)).text;
  base.file_name.resize(std::min(base.file_name.find('\0'), base.file_name.size()));
  return base;
}

}  // namespace dirsnap::regf
