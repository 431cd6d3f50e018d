// SPDX-License-Identifier: MIT
//
// Import and query in one process, for integration tests.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "importers/registry.h"
#include "query/engine.h"
#include "query/report.h"

namespace dirsnap::test {

// Folder with the fixtures that are not part of the repository; empty if they are not here.
std::filesystem::path fixtures();

// Copies a fixture folder into `to`, unpacking *.xz; only the files whose names pass `keep`.
void unpack_folder(const std::filesystem::path& from, const std::filesystem::path& to);

// Imports into a case, or throws with the failure's text (a test error).
ImportSummary import_into(const std::filesystem::path& case_path,
                          const std::filesystem::path& source,
                          const ImportOptions& options = {});

// A case opened for queries.
class OpenCase {
 public:
  explicit OpenCase(const std::filesystem::path& path, const EngineOptions& options = {});

  // All rows, each value as text: NULL as "NULL", BLOB as x'hex'.
  std::vector<std::vector<std::string>> rows(std::string_view sql);
  // The one value of a one-row, one-column query.
  std::string value(std::string_view sql);
  Engine& engine() { return *engine_; }

 private:
  std::unique_ptr<CaseFile> file_;
  std::unique_ptr<Engine> engine_;
};

}  // namespace dirsnap::test
