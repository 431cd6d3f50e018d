// SPDX-License-Identifier: MIT
//
// Files in memory, and a sink that keeps what it is told.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "storage/base/byte_source.h"
#include "storage/base/issue.h"

namespace dirsnap::test {

struct Issues final : IssueSink {
  void report(Issue issue) override {
    all.push_back(std::string(issue.code) + " " + issue.message);
  }
  std::vector<std::string> all;
};

inline std::string file_bytes(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

inline MemorySource memory_source(const std::string& bytes) {
  const Bytes view = as_bytes(bytes);
  return MemorySource(std::vector<std::byte>(view.begin(), view.end()));
}

}  // namespace dirsnap::test
