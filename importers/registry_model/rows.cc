// SPDX-License-Identifier: MIT
#include "importers/registry_model/rows.h"

#include <array>
#include <string>

#include "importers/registry_model/value_text.h"
#include "storage/base/registry_type.h"
#include "storage/base/time.h"

namespace dirsnap::registry_model {
namespace {

namespace keys = tables::registry_keys;
namespace values = tables::registry_values;

}  // namespace

Result<RegistryRows> RegistryRows::begin(ImportContext& context, std::int64_t source_id) {
  DIRSNAP_TRY(RelationWriter* const key_rows, context.table(keys::kSpec));
  DIRSNAP_TRY(RelationWriter* const value_rows, context.table(values::kSpec));
  return RegistryRows(context, source_id, key_rows, value_rows);
}

Result<std::int64_t> RegistryRows::add(const RegistryKey& key) {
  const std::int64_t key_id = context_->next_key_id++;
  const auto changed_at = key.filetime ? iso_from_filetime(*key.filetime) : std::nullopt;
  const std::array cells = {
      Cell{keys::kKeyId, ValueView::of(key_id)},
      Cell{keys::kSourceId, ValueView::of(source_id_)},
      Cell{keys::kPath, ValueView::text(key.path)},
      Cell{keys::kName, ValueView::text(key.name)},
      Cell{keys::kParentId, key.parent_id ? ValueView::of(*key.parent_id) : ValueView::null()},
      Cell{keys::kClassName, key.class_name ? ValueView::text(*key.class_name) : ValueView::null()},
      Cell{keys::kChangedAt, changed_at ? ValueView::text(*changed_at) : ValueView::null()},
      Cell{keys::kSubkeys, integer(key.subkeys)},
      Cell{keys::kValueCount, integer(key.values.size())},
      Cell{keys::kOffsetBytes, integer(key.offset)},
      Cell{keys::kSecuritySddl, key.security ? ValueView::text(*key.security) : ValueView::null()},
  };
  DIRSNAP_CHECK(keys_->append(cells));
  ++records_;
  if (key.values.empty()) return key_id;
  const std::array of_key = {
      Cell{values::kSourceId, ValueView::of(source_id_)},
      Cell{values::kKeyPath, ValueView::text(key.path)},
  };
  DIRSNAP_TRY(const std::uint32_t kind, values_->kind(of_key));
  for (const RegistryValue& value : key.values) DIRSNAP_CHECK(add_value(kind, key_id, value));
  return key_id;
}

Result<void> RegistryRows::add_value(std::uint32_t kind,
                                     std::int64_t key_id,
                                     const RegistryValue& value) {
  const std::string type = registry_type_name(value.type);
  std::string storage;
  const std::array cells = {
      Cell{values::kKeyId, ValueView::of(key_id)},
      Cell{values::kName, value.name.empty() ? ValueView::null() : ValueView::text(value.name)},
      Cell{values::kType, ValueView::text(type)},
      Cell{values::kTypeId, integer(value.type)},
      Cell{values::kValue, decode_value(value.type, value.data, storage)},
      Cell{values::kData, ValueView::blob(as_chars(value.data))},
      Cell{values::kOffsetBytes, integer(value.offset)},
  };
  DIRSNAP_CHECK(values_->append(kind, cells));
  ++records_;
  return {};
}

}  // namespace dirsnap::registry_model
