// SPDX-License-Identifier: MIT
//
// Reads a registry text of any known form into its net state.
// Lines that cannot be read cost that line and are reported with number and byte offset.
// Memory: the net state plus one line; lines are at most 64 MB.
// Threads: one call uses one thread; calls are independent.
// Facts: FORMAT.md beside this file.
#pragma once

#include <optional>

#include "importers/reg_text/document.h"
#include "storage/base/byte_source.h"
#include "storage/base/cancel.h"
#include "storage/base/issue.h"
#include "storage/base/result.h"

namespace dirsnap::reg_text {

struct ReadOptions {
  // Of one-byte text without a mark; default UTF-8 and 1252 in version 5.00 and Wine's store, 1252
  // in the others, and a doubt if it matters.
  std::optional<unsigned> codepage;
};

// Fails with kUnsupported if the source is no registry text or of a form that is not read, with
// kUsage for a code page the machine does not have, with kIo, kInterrupted and kLimit.
[[nodiscard]] Result<Document> read_document(ByteSource& source,
                                             const ReadOptions& options,
                                             const CancelToken& cancel,
                                             IssueSink& issues);

}  // namespace dirsnap::reg_text
