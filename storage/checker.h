// SPDX-License-Identifier: MIT
//
// Structure of an LMDB file, checked before LMDB sees it: LMDB trusts its files and crashes or
// answers wrongly on damaged ones. Every page of every tree is visited once; values are not read.
// Cost: one pread a tree page and one an overflow run; about 1 ms for each
// 100 MiB of case that is in the page cache.
// Errors: kCorrupt with the byte offset of the damage; kUnsupported for another LMDB version or
// page size; kIo.
// Threads: may run while others read or write; a commit during the check starts it again.
// Facts: the page layout of LMDB 0.9, 64-bit, little-endian; storage/FORMAT.md section 8.
#pragma once

#include "storage/base/result.h"
#include "storage/file_handle.h"

namespace dirsnap {

Result<void> check_structure(const FileHandle& file);

}  // namespace dirsnap
