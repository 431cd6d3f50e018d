// SPDX-License-Identifier: MIT
//
// A folder that goes away and a case with a few objects, for tests that run the program.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include "storage/case_file.h"
#include "storage/snapshot_writer.h"
#include "storage/tables/objects.h"

namespace dirsnap::test {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "dirsnap-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// One snapshot "first" with three objects; the third one's name attacks the terminal.
inline Result<void> write_small_case(const std::filesystem::path& path) {
  namespace objects = tables::objects;
  DIRSNAP_TRY(const auto file, CaseFile::open(path, OpenMode::kReadWrite));
  SnapshotRecord record;
  record.name = "first";
  DIRSNAP_TRY(const auto writer, SnapshotWriter::begin(*file, record));
  DIRSNAP_TRY(RelationWriter * rows, writer->relation(relation_of(objects::kSpec)));
  const char* names[] = {"/o=Org", "/o=Org/ou=Site 'A'", "/o=Org/cn=\x1b[2Jevil"};
  std::int64_t id = 0;
  for (const char* dn : names) {
    const Cell cells[] = {{objects::kObjectId, ValueView::of(++id)},
                          {objects::kDn, ValueView::text(dn)}};
    DIRSNAP_TRY([[maybe_unused]] const std::uint64_t row, rows->append(cells));
  }
  DIRSNAP_TRY([[maybe_unused]] const SnapshotRecord sealed, writer->seal());
  return {};
}

}  // namespace dirsnap::test
