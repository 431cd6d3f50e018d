// SPDX-License-Identifier: MIT
#include "importers/registry_model/recovered_rows.h"

#include <array>
#include <unordered_map>
#include <vector>

#include "importers/registry_model/key_security.h"
#include "importers/registry_model/rows.h"
#include "importers/registry_model/value_text.h"
#include "storage/base/registry_type.h"
#include "storage/base/time.h"
#include "storage/base/wtf8.h"

namespace dirsnap::registry_model {
namespace {

namespace recovered_keys = tables::recovered_registry_keys;
namespace recovered_values = tables::recovered_registry_values;

// From the root's path where the chain of parents reached it, else as far as it went.
std::string path_of(const regf::DeletedKey& key, const std::string& root) {
  std::string path = key.path_is_partial ? "" : root;
  for (std::size_t i = key.path_is_partial ? 0 : 1; i < key.path.size(); ++i) {
    if (!path.empty()) path += '\\';
    path += utf8_from_wtf8(key.path[i]).text;
  }
  return path;
}

const char* data_state_name(regf::DataState state) {
  switch (state) {
    case regf::DataState::kIntact:
      return "intact";
    case regf::DataState::kReused:
      return "reused";
    case regf::DataState::kMissing:
      return "missing";
  }
  return "";
}

class Writer {
 public:
  Writer(const regf::Hive& hive,
         std::int64_t source_id,
         RelationWriter& key_rows,
         RelationWriter& value_rows)
      : security_(hive, nullptr),
        source_id_(source_id),
        key_rows_(key_rows),
        value_rows_(value_rows),
        first_id_(static_cast<std::int64_t>(key_rows.rows()) + 1) {}

  Result<void> add_keys(const std::vector<regf::DeletedKey>& deleted, const std::string& root);
  Result<void> add_value(const regf::Deleted& deleted, const regf::DeletedValue& value);

 private:
  [[nodiscard]] std::int64_t id_of(std::size_t index) const {
    return first_id_ + static_cast<std::int64_t>(index);
  }

  KeySecurity security_;
  std::int64_t source_id_;
  RelationWriter& key_rows_;
  RelationWriter& value_rows_;
  std::int64_t first_id_;
  std::vector<std::string> paths_;
};

Result<void> Writer::add_keys(const std::vector<regf::DeletedKey>& deleted,
                              const std::string& root) {
  std::unordered_map<std::uint32_t, std::size_t> by_offset;
  for (std::size_t i = 0; i < deleted.size(); ++i) by_offset.emplace(deleted[i].offset, i);
  for (std::size_t i = 0; i < deleted.size(); ++i) {
    const regf::DeletedKey& key = deleted[i];
    paths_.push_back(path_of(key, root));
    const std::string name = utf8_from_wtf8(key.node.name).text;
    const auto changed_at = iso_from_filetime(key.node.last_written);
    const auto security = security_.text_at(key.node.security);
    const auto parent = by_offset.find(key.node.parent);
    const std::array cells = {
        Cell{recovered_keys::kKeyId, ValueView::of(id_of(i))},
        Cell{recovered_keys::kSourceId, ValueView::of(source_id_)},
        Cell{recovered_keys::kPath, ValueView::text(paths_.back())},
        Cell{recovered_keys::kName, ValueView::text(name)},
        Cell{recovered_keys::kParentId,
             parent == by_offset.end() ? ValueView::null() : ValueView::of(id_of(parent->second))},
        Cell{recovered_keys::kChangedAt,
             changed_at ? ValueView::text(*changed_at) : ValueView::null()},
        Cell{recovered_keys::kSubkeys, integer(key.node.subkey_count)},
        Cell{recovered_keys::kValueCount, integer(key.node.value_count)},
        Cell{recovered_keys::kOffsetBytes, integer(regf::file_offset(key.offset))},
        Cell{recovered_keys::kPathIsPartial, ValueView::of(key.path_is_partial ? 1 : 0)},
        Cell{recovered_keys::kPlace, ValueView::text(regf::place_name(key.place))},
        Cell{recovered_keys::kSecuritySddl,
             security ? ValueView::text(*security) : ValueView::null()},
    };
    DIRSNAP_CHECK(key_rows_.append(cells));
  }
  return {};
}

Result<void> Writer::add_value(const regf::Deleted& deleted, const regf::DeletedValue& value) {
  const std::string name = utf8_from_wtf8(value.node.name).text;
  const std::string type = registry_type_name(value.node.type);
  const bool has_data = value.data_state != regf::DataState::kMissing;
  const bool is_partial = !value.key || deleted.keys[*value.key].path_is_partial;
  std::string storage;
  const std::array cells = {
      Cell{recovered_values::kKeyId,
           value.key ? ValueView::of(id_of(*value.key)) : ValueView::null()},
      Cell{recovered_values::kSourceId, ValueView::of(source_id_)},
      Cell{recovered_values::kKeyPath,
           value.key ? ValueView::text(paths_[*value.key]) : ValueView::null()},
      Cell{recovered_values::kName, name.empty() ? ValueView::null() : ValueView::text(name)},
      Cell{recovered_values::kType, ValueView::text(type)},
      Cell{recovered_values::kTypeId, integer(value.node.type)},
      Cell{recovered_values::kValue,
           has_data ? decode_value(value.node.type, value.data, storage) : ValueView::null()},
      Cell{recovered_values::kData,
           has_data ? ValueView::blob(as_chars(value.data)) : ValueView::null()},
      Cell{recovered_values::kOffsetBytes, integer(regf::file_offset(value.offset))},
      Cell{recovered_values::kPathIsPartial, ValueView::of(is_partial ? 1 : 0)},
      Cell{recovered_values::kPlace, ValueView::text(regf::place_name(value.place))},
      Cell{recovered_values::kDataState, ValueView::text(data_state_name(value.data_state))},
  };
  DIRSNAP_CHECK(value_rows_.append(cells));
  return {};
}

}  // namespace

Result<void> write_recovered(const regf::Deleted& deleted,
                             const regf::Hive& hive,
                             const std::string& root,
                             std::int64_t source_id,
                             ImportContext& context) {
  if (deleted.keys.empty() && deleted.values.empty()) return {};
  DIRSNAP_TRY(RelationWriter* const key_rows, context.table(recovered_keys::kSpec));
  DIRSNAP_TRY(RelationWriter* const value_rows, context.table(recovered_values::kSpec));
  Writer writer(hive, source_id, *key_rows, *value_rows);
  DIRSNAP_CHECK(writer.add_keys(deleted.keys, root));
  for (const regf::DeletedValue& value : deleted.values) {
    DIRSNAP_CHECK(writer.add_value(deleted, value));
  }
  return {};
}

}  // namespace dirsnap::registry_model
