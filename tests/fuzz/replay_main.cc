// SPDX-License-Identifier: MIT
//
// The main of fuzz targets that are built without libFuzzer: feeds each file given, and each
// file of each folder given, to the target, as it is and with some bytes changed. Arguments that
// begin with '-' are options of libFuzzer and are ignored.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

// NOLINTNEXTLINE(readability-identifier-naming): the name libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

namespace fs = std::filesystem;

constexpr int kMutantsOfEach = 30;

void replay(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  std::vector<std::uint8_t> bytes(text.begin(), text.end());
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
  if (bytes.empty()) return;
  std::mt19937 random(1);
  for (int i = 0; i < kMutantsOfEach; ++i) {
    std::vector<std::uint8_t> mutant = bytes;
    for (int k = 0; k <= i % 4; ++k) {
      mutant[random() % mutant.size()] = static_cast<std::uint8_t>(random());
    }
    if (i % 5 == 0) mutant.resize(random() % mutant.size());
    LLVMFuzzerTestOneInput(mutant.data(), mutant.size());
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t files = 0;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument.starts_with("-")) continue;
    if (!fs::is_directory(argument)) {
      replay(argument);
      ++files;
      continue;
    }
    std::vector<fs::path> paths;
    for (const auto& entry : fs::directory_iterator(argument)) paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());
    for (const fs::path& path : paths) replay(path);
    files += paths.size();
  }
  std::printf("%zu files replayed\n", files);
  return files == 0 ? 1 : 0;
}
