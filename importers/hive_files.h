// SPDX-License-Identifier: MIT
//
// What lies beside a registry hive and is no registry of its own: its transaction logs, and other
// states of it that Windows keeps. Told by names as Windows gives them.
// Threads: pure functions. Facts: importers/regf/FORMAT.md, sections 1 and 4.
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string_view>

#include "storage/base/byte_reader.h"

namespace dirsnap {

// What the names of a hive's transaction logs have behind the hive's: the old form, then the two of
// the new one.
inline constexpr std::array<std::string_view, 3> kHiveLogSuffixes = {".LOG", ".LOG1", ".LOG2"};

// The hive that `path` is a log of by its name (SYSTEM of SYSTEM.LOG1); nullopt for other names.
std::optional<std::filesystem::path> hive_of_log(const std::filesystem::path& path);

// The hive that the hive at `path` is another state of: SYSTEM of SYSTEM.SAV, which setup left, and
// of SYSTEM.ALT, the mirror of Windows 2000 and before; nullopt for other names. `head`: its first
// block, which marks a mirror under any extension.
std::optional<std::filesystem::path> hive_of_copy(const std::filesystem::path& path, Bytes head);

// True if both are one file's path, however it is written; compared without ASCII case.
bool is_same_path(const std::filesystem::path& a, const std::filesystem::path& b);

}  // namespace dirsnap
