// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "importers/csv/reader.h"
#include "importers/dump_model/import_entries.h"
#include "importers/dump_model/importers.h"
#include "importers/dump_model/name_lookup.h"
#include "importers/dump_model/text_source.h"
#include "storage/base/text.h"

namespace dirsnap::dump_model {
namespace {

bool probe_form(Bytes head, std::uint64_t size_bytes, csv::Form form) {
  const auto dialect = csv::detect_dialect(head_of(head, size_bytes).text);
  return dialect && dialect->form == form;
}

bool probe_csvde(Bytes head, std::uint64_t size_bytes) {
  return probe_form(head, size_bytes, csv::Form::kCsvde);
}

bool probe_exchange_csv(Bytes head, std::uint64_t size_bytes) {
  return probe_form(head, size_bytes, csv::Form::kExchange);
}

std::string details_json(const TextHead& head, const csv::Dialect& dialect) {
  const auto character = [](char c) { return escape_json(std::string_view(&c, 1)); };
  return fmt::format(R"({{"encoding":"{}","separator":"{}","quote":"{}","value_separator":"{}"}})",
                     dump::to_string(head.coding.encoding), character(dialect.separator),
                     character(dialect.quote), character(dialect.multi));
}

Result<void> import_csv(ByteSource& source,
                        SourceFacts& facts,
                        ImportContext& context,
                        IssueSink& issues) {
  DIRSNAP_TRY(const TextHead head, read_head(source));
  const auto dialect = csv::detect_dialect(head.text);
  if (!dialect) {
    return fail(Code::kUnsupported,
                "the first line is no header of a directory export: its first column is neither DN "
                "nor Obj-Class");
  }
  facts.details = details_json(head, *dialect);
  directory::Schema schema(dialect->form == csv::Form::kCsvde
                               ? directory::Generation::kActiveDirectory
                               : directory::Generation::kExchange);
  NameLookup names(schema);
  const auto is_single = [&](std::string_view name) { return names.attribute(name).single == 1; };
  const auto open = [&](IssueSink& sink) -> std::unique_ptr<dump::EntryReader> {
    auto reader =
        std::make_unique<csv::Reader>(source, head.coding, *dialect, context.cancel(), sink);
    reader->set_single(is_single);
    return reader;
  };
  return import_entries({.open = open, .facts = facts, .context = context, .issues = issues});
}

}  // namespace

const Importer kCsvdeImporter = {.kind = "csvde", .probe = probe_csvde, .import = import_csv};
const Importer kExchangeCsvImporter = {
    .kind = "exchange-csv", .probe = probe_exchange_csv, .import = import_csv};

}  // namespace dirsnap::dump_model
