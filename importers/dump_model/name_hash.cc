// SPDX-License-Identifier: MIT
#include "importers/dump_model/name_hash.h"

#include <random>

#include "storage/base/text.h"

namespace dirsnap::dump_model {
namespace {

std::uint64_t random_seed() {
  std::random_device device;
  return static_cast<std::uint64_t>(device()) << 32 | device();
}

}  // namespace

std::uint64_t name_hash(std::string_view text) {
  static const std::uint64_t kSeed = random_seed();
  return hash_folded(text, kSeed);
}

}  // namespace dirsnap::dump_model
