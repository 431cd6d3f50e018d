// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "importers/dump_model/import_entries.h"
#include "importers/dump_model/importers.h"
#include "importers/ldif/reader.h"

namespace dirsnap::dump_model {
namespace {

constexpr std::size_t kHeadBytes = std::size_t{64} << 10;

bool probe_ldif(Bytes head, std::uint64_t size_bytes) {
  const dump::TextCoding coding = dump::detect_coding(head);
  return ldif::looks_like_ldif(dump::decode_head(head, coding, head.size() == size_bytes));
}

Result<void> import_ldif(ByteSource& source,
                         SourceFacts& facts,
                         ImportContext& context,
                         IssueSink& issues) {
  std::vector<std::byte> head(std::min<std::uint64_t>(kHeadBytes, source.size_bytes()));
  DIRSNAP_TRY(const std::size_t have, source.read_at(0, head));
  const dump::TextCoding coding = dump::detect_coding(Bytes(head).first(have));
  facts.details = fmt::format(R"({{"encoding":"{}"}})", dump::to_string(coding.encoding));
  const auto open = [&](IssueSink& sink) -> std::unique_ptr<dump::EntryReader> {
    return std::make_unique<ldif::Reader>(source, coding, context.cancel(), sink);
  };
  return import_entries({.open = open, .facts = facts, .context = context, .issues = issues});
}

}  // namespace

const Importer kLdifImporter = {.kind = "ldif", .probe = probe_ldif, .import = import_ldif};

}  // namespace dirsnap::dump_model
