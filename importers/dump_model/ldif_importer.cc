// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "importers/dump_model/import_entries.h"
#include "importers/dump_model/importers.h"
#include "importers/dump_model/text_source.h"
#include "importers/ldif/reader.h"

namespace dirsnap::dump_model {
namespace {

bool probe_ldif(Bytes head, std::uint64_t size_bytes) {
  return ldif::looks_like_ldif(head_of(head, size_bytes).text);
}

Result<void> import_ldif(ByteSource& source,
                         SourceFacts& facts,
                         ImportContext& context,
                         IssueSink& issues) {
  DIRSNAP_TRY(const TextHead head, read_head(source));
  facts.details = fmt::format(R"({{"encoding":"{}"}})", dump::to_string(head.coding.encoding));
  const auto open = [&](IssueSink& sink) -> std::unique_ptr<dump::EntryReader> {
    return std::make_unique<ldif::Reader>(source, head.coding, context.cancel(), sink);
  };
  return import_entries({.open = open, .facts = facts, .context = context, .issues = issues});
}

}  // namespace

const Importer kLdifImporter = {.kind = "ldif", .probe = probe_ldif, .import = import_ldif};

}  // namespace dirsnap::dump_model
