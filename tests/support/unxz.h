// SPDX-License-Identifier: MIT
//
// Unpacks an .xz file into memory, for fixtures that are stored packed.
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

namespace dirsnap::test {

// Empty if the file is absent or no sound .xz file.
std::vector<std::byte> unxz_file(const std::filesystem::path& path);

// The file's bytes as they are; empty if it is absent.
std::vector<std::byte> read_file(const std::filesystem::path& path);

}  // namespace dirsnap::test
