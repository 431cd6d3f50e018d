// SPDX-License-Identifier: MIT
//
// A medium with a bad place, for tests of what an import does then: programs linked with
// failing_medium.cc read files through the pread there, which gives EIO where it is told to.
// Threads: set up and taken back while no other thread reads.
#pragma once

#include <cstdint>
#include <filesystem>

namespace dirsnap::test {

// While it lives, no byte of [offset, offset + size) of the file can be read.
class BadPlace {
 public:
  BadPlace(const std::filesystem::path& path, std::uint64_t offset, std::uint64_t size_bytes);
  ~BadPlace();
  BadPlace(const BadPlace&) = delete;
  BadPlace& operator=(const BadPlace&) = delete;
};

}  // namespace dirsnap::test
