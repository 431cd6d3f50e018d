// SPDX-License-Identifier: MIT
#include "tests/support/unxz.h"

#include <array>
#include <cstdint>
#include <fstream>
#include <lzma.h>

namespace dirsnap::test {

std::vector<std::byte> read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  if (!in) return {};
  std::vector<std::byte> bytes(static_cast<std::size_t>(in.tellg()));
  in.seekg(0);
  in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  return bytes;
}

std::vector<std::byte> unxz_file(const std::filesystem::path& path) {
  const std::vector<std::byte> packed = read_file(path);
  lzma_stream stream = LZMA_STREAM_INIT;
  if (lzma_stream_decoder(&stream, UINT64_MAX, 0) != LZMA_OK) return {};
  stream.next_in = reinterpret_cast<const std::uint8_t*>(packed.data());
  stream.avail_in = packed.size();
  std::vector<std::byte> bytes;
  std::array<std::byte, 65'536> block;
  lzma_ret status = LZMA_OK;
  while (status == LZMA_OK) {
    stream.next_out = reinterpret_cast<std::uint8_t*>(block.data());
    stream.avail_out = block.size();
    status = lzma_code(&stream, LZMA_FINISH);
    bytes.insert(bytes.end(), block.begin(),
                 block.begin() + static_cast<std::ptrdiff_t>(block.size() - stream.avail_out));
  }
  lzma_end(&stream);
  if (status != LZMA_STREAM_END) bytes.clear();
  return bytes;
}

}  // namespace dirsnap::test
