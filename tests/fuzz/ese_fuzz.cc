// SPDX-License-Identifier: MIT
//
// Opens the input as an ESE database and walks everything in it. Random bytes never pass a
// checksum, so the checksums of headers and pages are made good first: what is tested is the
// parser behind them.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "importers/ese/checksum.h"
#include "importers/ese/database.h"
#include "importers/ese/page.h"
#include "importers/ese/recovered.h"
#include "importers/ese/table_cursor.h"

namespace {

using dirsnap::Bytes;

constexpr std::size_t kInputMax = std::size_t{1} << 20;

struct Silent final : dirsnap::IssueSink {
  void report(dirsnap::Issue) override {}
};

void store(std::vector<std::byte>& file, std::size_t at, std::uint64_t value, std::size_t size) {
  std::memcpy(file.data() + at, &value, size);
}

void seal_page(std::vector<std::byte>& file, std::size_t begin, std::size_t size) {
  const auto page_no = static_cast<std::uint32_t>(begin / size - 1);
  const Bytes page = Bytes(file).subspan(begin, size);
  if (dirsnap::ese::is_all_zero(page)) return;
  if ((dirsnap::load_le<std::uint32_t>(page, 36) & dirsnap::ese::kPageNewChecksum) == 0) {
    store(file, begin + 4, page_no, 4);
    store(file, begin, dirsnap::ese::header_checksum(page), 4);
    return;
  }
  const std::size_t block = size <= 8192 ? size : (size == 16384 ? 4096 : 8192);
  constexpr std::size_t kAt[] = {0, 40, 48, 56};
  for (std::size_t i = size / block; i-- > 0;) {
    const auto sum = dirsnap::ese::block_checksum(page.subspan(i * block, block), page_no, i == 0);
    store(file, begin + kAt[i], sum, 8);
  }
}

void seal(std::vector<std::byte>& file) {
  if (file.size() < 8192) return;
  const auto stored = dirsnap::load_le<std::uint32_t>(file, 236);
  const std::size_t size = stored == 0 ? 4096 : stored;
  const bool legal = size >= 2048 && size <= 32768 && (size & (size - 1)) == 0;
  if (!legal || file.size() < size) return;
  store(file, 4, 0x89ABCDEF, 4);
  store(file, 0, dirsnap::ese::header_checksum(Bytes(file).first(size)), 4);
  for (std::size_t at = 2 * size; at <= file.size() && file.size() - at >= size; at += size)
    seal_page(file, at, size);
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto* bytes = reinterpret_cast<const std::byte*>(data);
  std::vector<std::byte> file(bytes, bytes + std::min(size, kInputMax));
  seal(file);
  dirsnap::MemorySource source(std::move(file));
  Silent silent;
  const auto database = dirsnap::ese::Database::open(source, {}, silent);
  if (!database) return 0;
  for (const auto& table : (*database)->tables()) {
    dirsnap::ese::TableCursor cursor(**database, table);
    for (auto more = cursor.next(); more && *more;) more = cursor.next();
  }
  (void)(*database)->verify_pages();
  const auto index = dirsnap::ese::RecoveryIndex::build(**database);
  if (!index) return 0;
  for (const auto& table : (*database)->tables()) {
    dirsnap::ese::RecoveredCursor cursor(**database, *index, table);
    for (auto more = cursor.next(); more && *more;) more = cursor.next();
  }
  return 0;
}
