// SPDX-License-Identifier: MIT
#include "shell/open_case.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "storage/snapshot_reader.h"

namespace dirsnap {
namespace {

Error named(Error error, const std::string& path) {
  if (error.what.find(path) == std::string::npos) error.what = path + ": " + error.what;
  return error;
}

bool is_shown(const SnapshotRecord& snapshot, const std::vector<std::string>& names) {
  return names.empty() || std::find(names.begin(), names.end(), snapshot.name) != names.end();
}

Result<void> check_seals(const CaseFile& file, const std::vector<std::string>& names) {
  DIRSNAP_TRY(const auto txn, ReadTxn::begin(file));
  for (const SnapshotRecord& snapshot : txn->snapshots()) {
    if (!is_shown(snapshot, names)) continue;
    DIRSNAP_TRY(const std::string found, txn->compute_seal(snapshot.snapshot_id));
    if (found == snapshot.seal) continue;
    return fail(Code::kCorrupt,
                fmt::format("the rows of snapshot \"{}\" are not those that were sealed; "
                            "\"dirsnap verify\" shows which seals differ",
                            snapshot.name));
  }
  return {};
}

}  // namespace

Result<OpenCase> open_case(const CaseArguments& arguments, Seals seals) {
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
  if (arguments.untrusted && seals == Seals::kChecked) {
    auto checked = check_seals(*opened.file, arguments.snapshots);
    if (!checked) return tl::unexpected<Error>(named(checked.error(), arguments.path));
  }
  auto engine = Engine::open(*opened.file,
                             {.snapshots = arguments.snapshots, .untrusted = arguments.untrusted});
  if (!engine) return tl::unexpected<Error>(named(engine.error(), arguments.path));
  opened.engine = std::move(*engine);
  return opened;
}

}  // namespace dirsnap
