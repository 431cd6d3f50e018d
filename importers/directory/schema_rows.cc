// SPDX-License-Identifier: MIT
#include "importers/directory/schema_rows.h"

#include "storage/base/class_name.h"

namespace dirsnap::directory {
namespace {

void put_text(std::vector<Cell>& row, std::uint32_t column, std::string_view text) {
  if (!text.empty()) row.push_back({column, ValueView::text(text)});
}

// Built-in entries that nothing in the database uses would only be noise.
template <class Entry>
bool is_of_interest(const Entry& entry, std::uint64_t uses) {
  return uses > 0 || entry.origin == Origin::kSchema || entry.origin == Origin::kOverride;
}

Result<void> write_attributes(const Schema& schema, std::int64_t source_id, RelationWriter& out) {
  namespace t = tables::schema_attributes;
  for (const auto& [id, entry] : schema.attributes()) {
    if (!is_of_interest(entry, entry.value_count)) continue;
    const std::string syntax = entry.syntax == 0 ? "" : "2.5.5." + std::to_string(entry.syntax);
    std::vector<Cell> row = {
        {t::kOrigin, ValueView::text(to_string(entry.origin))},
        {t::kValueCount, ValueView::of(static_cast<std::int64_t>(entry.value_count))},
        {t::kSourceId, ValueView::of(source_id)},
        {t::kMaxValues, ValueView::of(entry.max_values)},
    };
    if (!is_made_up(id)) row.push_back({t::kId, ValueView::of(static_cast<std::int32_t>(id))});
    put_text(row, t::kOid, entry.oid);
    put_text(row, t::kLdapName, entry.ldap_name);
    put_text(row, t::kX500Name, entry.x500_name);
    put_text(row, t::kSyntax, syntax);
    put_text(row, t::kColumnName, entry.column);
    if (entry.single >= 0) row.push_back({t::kSingleValued, ValueView::of(entry.single)});
    if (entry.link_id) row.push_back({t::kLinkId, ValueView::of(*entry.link_id)});
    if (entry.mapi_id) row.push_back({t::kMapiId, ValueView::of(*entry.mapi_id)});
    DIRSNAP_CHECK(out.append(row));
  }
  return {};
}

Result<void> write_classes(const Schema& schema, std::int64_t source_id, RelationWriter& out) {
  namespace t = tables::schema_classes;
  for (const auto& [id, entry] : schema.classes()) {
    if (!is_of_interest(entry, entry.objects)) continue;
    std::vector<Cell> row = {
        {t::kOrigin, ValueView::text(to_string(entry.origin))},
        {t::kObjects, ValueView::of(static_cast<std::int64_t>(entry.objects))},
        {t::kSourceId, ValueView::of(source_id)},
    };
    if (!is_made_up(id)) row.push_back({t::kId, ValueView::of(static_cast<std::int32_t>(id))});
    put_text(row, t::kOid, entry.oid);
    put_text(row, t::kLdapName, entry.ldap_name);
    put_text(row, t::kX500Name, entry.x500_name);
    const auto table =
        entry.objects > 0 ? class_table_name(entry.ldap_name) : std::optional<std::string>();
    if (table) put_text(row, t::kSqlName, *table);
    if (entry.parent) {
      const auto parent = schema.classes().find(*entry.parent);
      if (parent != schema.classes().end()) put_text(row, t::kParent, parent->second.ldap_name);
    }
    DIRSNAP_CHECK(out.append(row));
  }
  return {};
}

}  // namespace

Result<void> write_schema(const Schema& schema, std::int64_t source_id, ImportContext& context) {
  DIRSNAP_TRY(RelationWriter* const attributes, context.table(tables::schema_attributes::kSpec));
  DIRSNAP_TRY(RelationWriter* const classes, context.table(tables::schema_classes::kSpec));
  DIRSNAP_CHECK(write_attributes(schema, source_id, *attributes));
  return write_classes(schema, source_id, *classes);
}

}  // namespace dirsnap::directory
