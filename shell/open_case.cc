// SPDX-License-Identifier: MIT
#include "shell/open_case.h"

#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace dirsnap {
namespace {

Error named(Error error, const std::string& path) {
  if (error.what.find(path) == std::string::npos) error.what = path + ": " + error.what;
  return error;
}

}  // namespace

Result<OpenCase> open_case(const CaseArguments& arguments) {
  const std::filesystem::path path = arguments.path;
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    return fail(Code::kNotFound,
                fmt::format("{}: no such case file; \"dirsnap import {} SOURCE\" creates one",
                            arguments.path, arguments.path));
  }
  if (std::filesystem::is_directory(path, ignored)) {
    return fail(Code::kUsage,
                fmt::format("{}: a folder, not a case file; \"dirsnap import CASE {}\" reads it",
                            arguments.path, arguments.path));
  }
  OpenCase opened;
  auto file = CaseFile::open(path, OpenMode::kRead, {.untrusted = arguments.untrusted});
  if (!file) return tl::unexpected<Error>(named(file.error(), arguments.path));
  opened.file = std::move(*file);
  auto engine = Engine::open(*opened.file,
                             {.snapshots = arguments.snapshots, .untrusted = arguments.untrusted});
  if (!engine) return tl::unexpected<Error>(named(engine.error(), arguments.path));
  opened.engine = std::move(*engine);
  return opened;
}

}  // namespace dirsnap
