// SPDX-License-Identifier: MIT
//
// Damaged sources: no crash, no hang, and where the format can tell, the damage is an issue of the
// snapshot or the import is refused. Never silence over a broken ESE file.
#include <fstream>
#include <iostream>
#include <random>

#include <catch2/catch.hpp>

#include "tests/support/case_run.h"
#include "tests/support/temp_folder.h"
#include "tests/support/unxz.h"

namespace dirsnap::test {
namespace {

namespace fs = std::filesystem;

constexpr int kPlaces = 20;
constexpr std::uint64_t kSeed = 20260101;

enum class Noticed { kAlways, kMaybe };

// Imports damaged bytes; returns whether the damage was noticed.
bool import_damaged(const TempFolder& folder,
                    const std::string& name,
                    std::span<const std::byte> bytes) {
  const fs::path file = folder.write(name, bytes);
  ImportRequest request;
  request.case_path = folder / "case";
  request.sources = {file};
  const CancelToken cancel;
  const auto summary = run_import(request, cancel, nullptr);
  fs::remove(request.case_path);
  fs::remove(folder / "case-lock");
  if (!summary) {
    CHECK(summary.error().failure == ImportFailure::kSource);
    CHECK_FALSE(summary.error().error.what.empty());
    return true;
  }
  return summary->losses + summary->doubts > 0;
}

void damage(const std::string& name, const std::vector<std::byte>& sound, Noticed noticed) {
  TempFolder folder;
  std::mt19937_64 random(kSeed);
  for (int i = 0; i < kPlaces; ++i) {
    const std::size_t at = random() % sound.size();
    CAPTURE(name, at, i);
    std::vector<std::byte> flipped = sound;
    flipped[at] ^= std::byte{static_cast<unsigned char>(1U << (random() % 8))};
    const bool saw_flip = import_damaged(folder, name, flipped);
    const std::size_t cut = random() % sound.size();
    const bool saw_cut = import_damaged(folder, name, std::span(sound).first(cut));
    if (noticed == Noticed::kAlways) {
      CHECK(saw_flip);
      CHECK(saw_cut);
    }
  }
}

bool fixtures_missing() {
  if (!fixtures().empty()) return false;
  WARN("skipped: the shared fixtures are not here");
  return true;
}

TEST_CASE("an ESE file cut or with one bit turned is never read in silence", "[slow]") {
  if (fixtures_missing()) return;
  for (const char* name : {"basic.edb", "multi.edb", "srudb-a.dat", "qmgr-24h2.db",
                           "ual-current-2022.mdb", "text.edb"}) {
    damage(name, unxz_file(fixtures() / "ese/data" / (std::string(name) + ".xz")),
           Noticed::kAlways);
  }
}

TEST_CASE("a directory database cut or with one bit turned is never read in silence", "[slow]") {
  if (fixtures_missing()) return;
  damage("Dir.edb", unxz_file(fixtures() / "exchange/q188632/Dir.edb.xz"), Noticed::kAlways);
  damage("Priv.edb", unxz_file(fixtures() / "exchange/q188632/Priv.edb.xz"), Noticed::kAlways);
}

TEST_CASE("a registry export cut or with one bit turned is read without a crash") {
  if (fixtures_missing()) return;
  for (const char* name : {"EX1.reg", "EX2.reg"}) {
    std::ifstream file(fixtures() / "exchange/q188632" / name, std::ios::binary);
    std::vector<char> text{std::istreambuf_iterator<char>(file), {}};
    const auto bytes = std::as_bytes(std::span(text));
    damage(name, {bytes.begin(), bytes.end()}, Noticed::kMaybe);
  }
}

}  // namespace
}  // namespace dirsnap::test
