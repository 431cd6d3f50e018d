// SPDX-License-Identifier: MIT
//
// Evidence files: what is read and hashed of them, and what lies beside them.
#include "importers/source.h"

#include <catch2/catch.hpp>

#include "storage/base/text.h"
#include "tests/support/temp_folder.h"

namespace dirsnap {
namespace {

// A medium that does not give some of its bytes.
class HoledSource final : public ByteSource {
 public:
  HoledSource(std::size_t size, std::vector<UnreadableRange> holes)
      : bytes_(std::vector<std::byte>(size, std::byte{7})), holes_(std::move(holes)) {}
  [[nodiscard]] std::uint64_t size_bytes() const override { return bytes_.size_bytes(); }
  [[nodiscard]] Result<std::size_t> read_at(std::uint64_t offset,
                                            std::span<std::byte> out) override {
    for (const UnreadableRange& hole : holes_) {
      if (offset < hole.offset + hole.size_bytes && offset + out.size() > hole.offset) {
        return fail(Code::kIo, hole.offset, "bad sector");
      }
    }
    return bytes_.read_at(offset, out);
  }

 private:
  MemorySource bytes_;
  std::vector<UnreadableRange> holes_;
};

Result<SourceHash> hash(std::size_t size, std::vector<UnreadableRange> holes, std::uint64_t& told) {
  HoledSource source(size, std::move(holes));
  const CancelToken cancel;
  told = 0;
  return hash_source(source, cancel, [&](std::uint64_t bytes) { told += bytes; });
}

TEST_CASE("a sibling is the file spelled like that, else the first that differs in case alone") {
  const test::TempFolder folder;
  const auto hive = folder.write("SYS", "");
  CHECK_FALSE(find_sibling(hive, ".LOG1"));
  const auto name = [&hive] { return find_sibling(hive, ".LOG1")->filename().string(); };
  // Written in an order that is none, so that no order of the folder itself passes.
  for (const char* other : {"sys.log1", "Sys.LOG1", "sYS.LOG1", "SYS.log1"}) {
    folder.write(other, "");
  }
  CHECK(name() == "SYS.log1");
  folder.write("SYS.LOG1", "");
  CHECK(name() == "SYS.LOG1");
}

TEST_CASE("a source without holes has its hash and nothing unreadable") {
  std::uint64_t told = 0;
  const auto sound = hash(3'000'001, {}, told);
  REQUIRE(sound);
  CHECK(sound->sha256.size() == 64);
  CHECK(sound->unreadable.empty());
  CHECK(told == 3'000'001);
}

TEST_CASE("what cannot be read is named to the step, joined, and leaves the source without hash") {
  constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
  std::uint64_t told = 0;
  // A sector; one that goes on over the border of two reads; the last byte.
  const auto holed = hash(3'000'001, {{5000, 1}, {kMiB - 1, 2}, {3'000'000, 1}}, told);
  REQUIRE(holed);
  CHECK(holed->sha256.empty());
  CHECK(holed->reason == "bad sector");
  CHECK(told == 3'000'001);
  REQUIRE(holed->unreadable.size() == 3);
  CHECK(holed->unreadable[0].offset == 4096);
  CHECK(holed->unreadable[0].size_bytes == 4096);
  CHECK(holed->unreadable[1].offset == kMiB - 4096);
  CHECK(holed->unreadable[1].size_bytes == 8192);
  CHECK(holed->unreadable[2].offset == 3'000'001 / 4096 * 4096);
  CHECK(holed->unreadable[2].size_bytes == 3'000'001 % 4096);
}

TEST_CASE("a source that nothing can be read of is one hole") {
  std::uint64_t told = 0;
  const auto holed = hash(5'000'000, {{0, 5'000'000}}, told);
  REQUIRE(holed);
  REQUIRE(holed->unreadable.size() == 1);
  CHECK(holed->unreadable[0].size_bytes == 5'000'000);
}

}  // namespace
}  // namespace dirsnap
