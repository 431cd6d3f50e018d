// SPDX-License-Identifier: MIT
#include "importers/hive_files.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <system_error>

#include "importers/regf/base_block.h"
#include "storage/base/text.h"

namespace dirsnap {
namespace fs = std::filesystem;
namespace {

template <std::size_t N>
bool has_extension(const fs::path& path, const std::array<std::string_view, N>& extensions) {
  const std::string extension = to_lower_ascii(path.extension().string());
  return std::find(extensions.begin(), extensions.end(), extension) != extensions.end();
}

std::string spelled_out(const fs::path& path) {
  std::error_code ignored;
  return fs::absolute(path, ignored).lexically_normal().string();
}

}  // namespace

std::optional<fs::path> hive_of_log(const fs::path& path) {
  constexpr std::array<std::string_view, 3> kLogs = {".log", ".log1", ".log2"};
  if (!has_extension(path, kLogs)) return std::nullopt;
  return path.parent_path() / path.stem();
}

std::optional<fs::path> hive_of_copy(const fs::path& path, Bytes head) {
  constexpr std::array<std::string_view, 2> kCopies = {".alt", ".sav"};
  if (!path.has_extension()) return std::nullopt;
  const bool is_mirror =
      regf::parse_base_block(head).file_type == static_cast<std::uint32_t>(regf::FileType::kLogXp);
  if (!is_mirror && !has_extension(path, kCopies)) return std::nullopt;
  return path.parent_path() / path.stem();
}

bool is_same_path(const fs::path& a, const fs::path& b) {
  return equal_ascii_nocase(spelled_out(a), spelled_out(b));
}

}  // namespace dirsnap
