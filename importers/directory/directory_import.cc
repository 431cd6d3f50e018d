// SPDX-License-Identifier: MIT
#include "importers/directory/directory_import.h"

#include "importers/directory/exchange_tree.h"
#include "importers/directory/object_rows.h"
#include "importers/directory/row_writer.h"
#include "importers/directory/schema_rows.h"
#include "storage/base/dn.h"

namespace dirsnap::directory {
namespace {

void note_facts(const DirectoryTables& source, Survey& survey) {
  SourceFacts& facts = source.facts;
  ImportContext& context = source.context;
  if (survey.dsa_dnt) {
    if (const auto* node = survey.tree.find(*survey.dsa_dnt)) {
      if (auto server = dn_server(survey.tree.names(*node).x500)) facts.server = std::move(server);
    }
  }
  if (context.options().server) facts.server = context.options().server;
  if (!context.directory_server) context.directory_server = facts.server;
  note_organization(survey.tree, context);
}

}  // namespace

Result<std::uint64_t> import_directory(const DirectoryTables& source, ReadDirectory& read) {
  Schema& schema = read.schema;
  Survey& survey = read.survey;
  DIRSNAP_TRY(survey, survey_directory(source.tables, source.layout, source.overrides, schema,
                                       source.context));
  DIRSNAP_CHECK(survey.descriptors.read(source.tables, source.layout, source.issues,
                                        source.context.cancel()));
  if (survey.classes_from_category > 0) {
    source.issues.report(
        {.severity = Severity::kDoubt,
         .code = "class-from-category",
         .place = "table " + source.layout.objects->name,
         .message = std::to_string(survey.classes_from_category) +
                    " objects have no classes; theirs is the class that objectCategory names, "
                    "which several classes share"});
  }
  const DirectorySource rows{source.tables, source.layout,          survey,
                             schema,        source.facts.source_id, source.issues};
  DIRSNAP_TRY(const std::uint64_t objects, write_objects(rows, source.context));
  DIRSNAP_CHECK(write_schema(schema, source.facts.source_id, source.context));
  note_facts(source, survey);
  return objects;
}

Result<OverrideMap> overrides_of(const ImportOptions& options) {
  if (!options.map_file) return OverrideMap{};
  return load_override_map(*options.map_file);
}

}  // namespace dirsnap::directory
