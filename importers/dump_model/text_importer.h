// SPDX-License-Identifier: MIT
//
// The importer of a text dump whose form its reader alone knows: LDIF, Admindmp.txt. CSV asks its
// header line first and has an importer of its own.
// Threads: one thread per source.
#pragma once

#include <memory>

#include <fmt/format.h>

#include "importers/dump_model/import_entries.h"
#include "importers/dump_model/text_source.h"

namespace dirsnap::dump_model {

template <class Reader>
Result<void> import_text(ByteSource& source,
                         SourceFacts& facts,
                         ImportContext& context,
                         IssueSink& issues) {
  DIRSNAP_TRY(const TextHead head, read_head(source));
  facts.details = fmt::format(R"({{"encoding":"{}"}})", dump::to_string(head.coding.encoding));
  const auto open = [&](IssueSink& sink) -> std::unique_ptr<dump::EntryReader> {
    return std::make_unique<Reader>(source, head.coding, context.cancel(), sink);
  };
  return import_entries({.open = open, .facts = facts, .context = context, .issues = issues});
}

}  // namespace dirsnap::dump_model
