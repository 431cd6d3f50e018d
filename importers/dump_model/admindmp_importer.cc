// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "importers/admindmp/reader.h"
#include "importers/dump_model/import_entries.h"
#include "importers/dump_model/importers.h"
#include "importers/dump_model/text_source.h"

namespace dirsnap::dump_model {
namespace {

bool probe_admindmp(Bytes head, std::uint64_t size_bytes) {
  return admindmp::looks_like_dump(head_of(head, size_bytes).text);
}

Result<void> import_admindmp(ByteSource& source,
                             SourceFacts& facts,
                             ImportContext& context,
                             IssueSink& issues) {
  DIRSNAP_TRY(const TextHead head, read_head(source));
  facts.details = fmt::format(R"({{"encoding":"{}"}})", dump::to_string(head.coding.encoding));
  const auto open = [&](IssueSink& sink) -> std::unique_ptr<dump::EntryReader> {
    return std::make_unique<admindmp::Reader>(source, head.coding, context.cancel(), sink);
  };
  return import_entries({.open = open, .facts = facts, .context = context, .issues = issues});
}

}  // namespace

const Importer kAdmindmpImporter = {
    .kind = "admindmp", .probe = probe_admindmp, .import = import_admindmp};

}  // namespace dirsnap::dump_model
