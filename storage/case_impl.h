// SPDX-License-Identifier: MIT
//
// What a CaseFile holds; seen by the reader and the writer of snapshots alone.
#pragma once

#include <memory>
#include <string>

#include "storage/case_file.h"
#include "storage/file_handle.h"
#include "storage/lmdb_env.h"

namespace dirsnap {

struct CaseFile::Impl {
  ~Impl();

  // Gives a new case its name, once its first snapshot is sealed; nothing for an old case.
  // Fails with kUsage where the name exists by now.
  Result<void> publish();

  std::filesystem::path path;       // as the user knows it
  std::filesystem::path work_path;  // where the file is: `path`, or the unpublished new case
  OpenMode mode = OpenMode::kRead;
  FileHandle copy;      // memory copy of an untrusted case
  FileHandle new_file;  // the unpublished new case, locked against sweeping
  std::unique_ptr<Env> env;
};

}  // namespace dirsnap
