// SPDX-License-Identifier: MIT
#include "shell/evidence_guard.h"

#include <string>
#include <system_error>

#include "query/engine.h"

namespace dirsnap {
namespace {

bool is_same_file(const std::filesystem::path& a, const std::filesystem::path& b) {
  std::error_code error;
  return std::filesystem::equivalent(a, b, error) && !error;
}

tl::unexpected<Error> refused(const std::filesystem::path& path, const char* what) {
  return fail(Code::kUsage, path.string() + ": " + what + ", not replaced");
}

}  // namespace

Result<void> spare_evidence(const CaseFile& file, const std::filesystem::path& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return {};
  if (is_same_file(path, file.path())) return refused(path, "the case itself");
  if (is_same_file(path, file.path().string() + "-lock"))
    return refused(path, "the lock file of the case");
  // An engine of its own: the user's may see some snapshots only.
  DIRSNAP_TRY(const auto engine, Engine::open(file));
  DIRSNAP_TRY(Statement sources, engine->prepare("SELECT absolute_path FROM sources "
                                                 "WHERE absolute_path IS NOT NULL"));
  for (;;) {
    DIRSNAP_TRY(const bool row, sources.step());
    if (!row) return {};
    if (is_same_file(path, std::string(sources.column(0).bytes)))
      return refused(path, "a source of the case");
  }
}

}  // namespace dirsnap
