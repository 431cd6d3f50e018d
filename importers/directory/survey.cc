// SPDX-License-Identifier: MIT
#include "importers/directory/survey.h"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "importers/directory/attribute_value.h"
#include "importers/directory/well_known.h"
#include "importers/ese/cell_value.h"
#include "storage/base/text.h"

namespace dirsnap::directory {
namespace {

// Attributes that may hold the relative name where the layout has no column for it, best first.
constexpr std::array<std::uint32_t, 8> kNameAttributes = {
    attr::kRdn,          attr::kCommonName,      attr::kOrganizationalUnit,
    attr::kOrganization, attr::kDomainComponent, attr::kCountry,
    attr::kLocality,     attr::kUserId,
};
constexpr std::array<std::uint32_t, 15> kSchemaAttributes = {
    attr::kObjectClass,      attr::kIsDeleted,      attr::kAttributeId,  attr::kAttributeSyntax,
    attr::kIsSingleValued,   attr::kLinkId,         attr::kMapiId,       attr::kLdapDisplayName,
    attr::kAdminDisplayName, attr::kGovernsId,      attr::kSubClassOf,   attr::kMsDsIntId,
    attr::kPrefixMap,        attr::kObjectCategory, attr::kInvocationId,
};

// What the first pass takes from one row.
struct Row {
  std::int32_t dnt = 0;
  std::int32_t parent = 0;
  std::optional<std::uint32_t> rdn_type;
  std::string rdn;                                        // from the name column
  std::array<std::string, kNameAttributes.size()> names;  // from attributes
  std::vector<std::uint32_t> classes;
  std::optional<std::int64_t> object_flag;
  std::optional<std::int32_t> category;  // row of the class that objectCategory names
  std::string invocation_id;             // of a directory service, as stored
  bool is_deleted = false;
  bool is_attribute = false;  // has an Attribute-ID
  bool is_class = false;      // has a Governs-ID
  SchemaRow schema;
};

std::string text_of(const ese::CellView& cell) {
  const auto decoded = ese::text_value(*cell.column, cell.bytes);
  return decoded ? decoded->text : std::string();
}

std::optional<std::int32_t> dnt_of(const ese::CellView& cell) {
  const auto value = ese::integer_value(*cell.column, cell.bytes);
  if (!value || *value == kFill32) return std::nullopt;
  return static_cast<std::int32_t>(*value);
}

class Pass {
 public:
  Pass(const Layout& layout, Schema& schema, ImportContext& context, Survey& survey)
      : layout_(layout), schema_(schema), context_(context), survey_(survey) {}

  Result<void> read(TableSource& database, const OverrideMap& overrides);
  Result<void> read_recovered(ese::Database& database, const ese::RecoveryIndex& index);

 private:
  [[nodiscard]] std::vector<std::uint32_t> wanted_columns() const;
  void take_system_cell(const ese::CellView& cell, Row& row) const;
  void take_attribute_cell(std::uint32_t id, const ese::CellView& cell, Row& row);
  void take_schema_cell(std::uint32_t id, const ese::CellView& cell, SchemaRow& row) const;
  void classes_from_categories();
  Row row_of(std::span<const ese::CellView> cells);
  void add(const Row& row, std::int64_t& next_object_id);
  std::string relative_name(const Row& row, std::string& type) const;

  const Layout& layout_;
  Schema& schema_;
  ImportContext& context_;
  Survey& survey_;
  std::vector<SchemaRow> attribute_rows_;
  std::vector<SchemaRow> class_rows_;
  std::unordered_map<std::int32_t, std::uint32_t> class_of_row_;  // of class rows, by DNT
  std::vector<std::pair<std::size_t, std::int32_t>> categories_;  // node, category's DNT
  bool is_live_ = true;  // rows that the schema may learn from
};

std::vector<std::uint32_t> Pass::wanted_columns() const {
  std::vector<std::uint32_t> ids;
  for (const ese::ColumnDef* column :
       {layout_.dnt, layout_.parent, layout_.rdn, layout_.rdn_type, layout_.object_flag}) {
    if (column != nullptr) ids.push_back(column->id);
  }
  const auto add_attribute = [&](std::uint32_t id) {
    if (const ese::ColumnDef* column = layout_.attribute_column(id)) ids.push_back(column->id);
  };
  for (const std::uint32_t id : kNameAttributes) add_attribute(id);
  for (const std::uint32_t id : kSchemaAttributes) add_attribute(id);
  return ids;
}

void Pass::take_system_cell(const ese::CellView& cell, Row& row) const {
  if (cell.column == layout_.dnt) {
    row.dnt = dnt_of(cell).value_or(0);
  } else if (cell.column == layout_.parent) {
    row.parent = dnt_of(cell).value_or(0);
  } else if (cell.column == layout_.rdn) {
    row.rdn = text_of(cell);
  } else if (cell.column == layout_.rdn_type) {
    if (const auto type = dnt_of(cell)) row.rdn_type = static_cast<std::uint32_t>(*type);
  } else if (cell.column == layout_.object_flag) {
    row.object_flag = ese::integer_value(*cell.column, cell.bytes);
  }
}

void Pass::take_schema_cell(std::uint32_t id, const ese::CellView& cell, SchemaRow& row) const {
  const auto integer = [&] { return ese::integer_value(*cell.column, cell.bytes); };
  const auto small = [&]() -> std::optional<std::int32_t> {
    const auto value = integer();
    return value ? std::optional(static_cast<std::int32_t>(*value)) : std::nullopt;
  };
  switch (id) {
    case attr::kAttributeId:
    case attr::kGovernsId:
      row.id = number_of_cell(cell, schema_);
      break;
    case attr::kAttributeSyntax:
      row.syntax = number_of_cell(cell, schema_);
      break;
    case attr::kSubClassOf:
      row.sub_class_of = number_of_cell(cell, schema_);
      break;
    case attr::kIsSingleValued:
      if (const auto value = integer()) row.single_valued = *value != 0;
      break;
    case attr::kLinkId:
      row.link_id = small();
      break;
    case attr::kMapiId:
      row.mapi_id = small();
      break;
    case attr::kMsDsIntId:
      if (const auto value = integer()) row.int_id = static_cast<std::uint32_t>(*value);
      break;
    case attr::kLdapDisplayName:
      if (cell.seq == 0) row.ldap_display_name = text_of(cell);
      break;
    case attr::kAdminDisplayName:
      if (cell.seq == 0) row.admin_display_name = text_of(cell);
      break;
    default:
      break;
  }
}

void Pass::take_attribute_cell(std::uint32_t id, const ese::CellView& cell, Row& row) {
  if (id == attr::kObjectClass) {
    if (const auto number = number_of_cell(cell, schema_)) row.classes.push_back(*number);
    return;
  }
  if (id == attr::kIsDeleted) {
    row.is_deleted = ese::integer_value(*cell.column, cell.bytes).value_or(0) != 0;
    return;
  }
  if (id == attr::kPrefixMap) {
    if (is_live_) schema_.prefixes().add_blob(cell.bytes);
    return;
  }
  if (id == attr::kObjectCategory) {
    row.category = dnt_of(cell);
    return;
  }
  if (id == attr::kInvocationId) {
    row.invocation_id = as_chars(cell.bytes);
    return;
  }
  row.is_attribute = row.is_attribute || id == attr::kAttributeId;
  row.is_class = row.is_class || id == attr::kGovernsId;
  const auto name = std::find(kNameAttributes.begin(), kNameAttributes.end(), id);
  if (name != kNameAttributes.end() && cell.seq == 0) {
    const auto position = static_cast<std::size_t>(name - kNameAttributes.begin());
    row.names[position] = text_of(cell);
    if (id == attr::kCommonName) row.schema.common_name = row.names[position];
    return;
  }
  take_schema_cell(id, cell, row.schema);
}

std::string Pass::relative_name(const Row& row, std::string& type) const {
  const auto named_by = [&](std::uint32_t id) -> const std::string* {
    const auto at = std::find(kNameAttributes.begin(), kNameAttributes.end(), id);
    if (at == kNameAttributes.end()) return nullptr;
    const std::string& name = row.names[static_cast<std::size_t>(at - kNameAttributes.begin())];
    return name.empty() ? nullptr : &name;
  };
  if (row.rdn_type) type = rdn_type_name(*row.rdn_type, schema_);
  if (!row.rdn.empty()) return row.rdn;
  if (row.rdn_type) {
    if (const std::string* name = named_by(*row.rdn_type)) return *name;
  }
  for (std::size_t i = 0; i < kNameAttributes.size(); ++i) {
    if (row.names[i].empty()) continue;
    if (type.empty() && kNameAttributes[i] != attr::kRdn)
      type = rdn_type_name(kNameAttributes[i], schema_);
    return row.names[i];
  }
  return {};
}

void Pass::add(const Row& row, std::int64_t& next_object_id) {
  std::string type;
  const std::string name = relative_name(row, type);
  if (type.empty()) type = "cn";  // only for rows whose layout tells no type at all
  NameTree::Node& node = survey_.tree.add(row.dnt, row.parent, name, type);
  const bool top = row.parent == 0 && row.classes.empty();
  const bool is_root = name == "$ROOT_OBJECT$" || (row.dnt == kRootDnt && top);
  const bool is_nothing = name == "$NOT_AN_OBJECT1$" || (row.dnt == kNotAnObjectDnt && top);
  node.is_root = is_root;
  node.is_deleted = row.is_deleted;
  node.class_id = row.classes.empty() ? 0 : row.classes.front();
  if (!is_root && !is_nothing) node.object_id = next_object_id++;
  survey_.object_ids.push_back(node.object_id);
  const bool is_phantom = row.object_flag && *row.object_flag == 0;
  if (name.empty())
    node.defect = Defect::kNoName;
  else if (row.classes.empty() && !is_phantom)
    node.defect = Defect::kNoClass;

  if (!is_live_) return;
  survey_.invocations.add(as_bytes(row.invocation_id), survey_.tree.nodes().size() - 1);
  const auto has_class = [&](std::uint32_t id) {
    return std::find(row.classes.begin(), row.classes.end(), id) != row.classes.end();
  };
  // Where the classes themselves are lost the numbers of a schema row still tell what it is.
  const bool is_bare = row.classes.empty();
  if (has_class(cls::kAttributeSchema) || (is_bare && row.is_attribute)) {
    attribute_rows_.push_back(row.schema);
  }
  if (has_class(cls::kClassSchema) || (is_bare && row.is_class)) {
    class_rows_.push_back(row.schema);
    if (row.schema.id) class_of_row_.emplace(row.dnt, *row.schema.id);
  }
  if (is_bare && row.category) {
    categories_.emplace_back(survey_.tree.nodes().size() - 1, *row.category);
  }
}

// Rows without classes have the class that their category names: no more than a stand-in, because
// several classes share a category.
void Pass::classes_from_categories() {
  for (const auto& [index, category] : categories_) {
    const auto found = class_of_row_.find(category);
    if (found == class_of_row_.end()) continue;
    survey_.tree.set_class(index, found->second);
    ++survey_.classes_from_category;
  }
}

Row Pass::row_of(std::span<const ese::CellView> cells) {
  Row row;
  for (const ese::CellView& cell : cells) {
    const auto position = static_cast<std::size_t>(cell.column - layout_.objects->columns.data());
    if (const auto id = layout_.attribute_ids[position]) {
      take_attribute_cell(*id, cell, row);
    } else {
      take_system_cell(cell, row);
    }
  }
  return row;
}

Result<void> Pass::read(TableSource& database, const OverrideMap& overrides) {
  const std::vector<std::uint32_t> columns = wanted_columns();
  DIRSNAP_TRY(const auto rows_of, database.open(*layout_.objects, columns));
  RowCursor& cursor = *rows_of;
  for (std::uint64_t rows = 1;; ++rows) {
    DIRSNAP_TRY(const bool more, cursor.next());
    if (!more) break;
    add(row_of(cursor.row().cells), context_.next_object_id);
    if (rows % kStepsPerCheck == 0) DIRSNAP_CHECK(context_.cancel().check());
  }
  // The prefixes may come after the rows that need them, so names are settled last.
  overrides.apply_to(schema_);
  for (const SchemaRow& row : attribute_rows_) schema_.add_attribute_row(row);
  for (const SchemaRow& row : class_rows_) schema_.add_class_row(row);
  classes_from_categories();
  survey_.invocations.finish();
  survey_.tree.link_up();
  return {};
}

Result<void> Pass::read_recovered(ese::Database& database, const ese::RecoveryIndex& index) {
  is_live_ = false;
  ese::RecoveredCursor cursor(database, index, *layout_.objects);
  for (std::uint64_t rows = 1;; ++rows) {
    DIRSNAP_TRY(const bool more, cursor.next());
    if (!more) return {};
    add(row_of(cursor.row().row.cells), context_.next_recovered_object_id);
    if (rows % kStepsPerCheck == 0) DIRSNAP_CHECK(context_.cancel().check());
  }
}

// A copy of `node`, with the name it has in `from`.
void copy_node(const NameTree& from, const NameTree::Node& node, NameTree& to) {
  NameTree::Node& copy = to.add(node.dnt, node.parent_dnt, from.rdn(node), from.type(node));
  copy.class_id = node.class_id;
  copy.object_id = node.object_id;
  copy.is_root = node.is_root;
  copy.is_deleted = node.is_deleted;
  copy.defect = node.defect;
}

// A number that was set: fixed columns never set in template rows hold bytes 0x2A.
std::int64_t number_of(const ese::CellView& cell) {
  const std::int64_t value = ese::integer_value(*cell.column, cell.bytes).value_or(0);
  return value == kFill64 || value == kFill32 ? 0 : value;
}

Link link_of(const Layout& layout, std::span<const ese::CellView> cells, Survey& survey) {
  Link link;
  LinkDetail detail;
  for (const ese::CellView& cell : cells) {
    if (cell.column == layout.link_data) {
      detail.data_begin = survey.link_data.size();
      detail.data_size = static_cast<std::uint32_t>(cell.bytes.size());
      survey.link_data += as_chars(cell.bytes);
      continue;
    }
    const std::int64_t value = number_of(cell);
    if (cell.column == layout.link_from) link.from = static_cast<std::int32_t>(value);
    if (cell.column == layout.link_to) link.to = static_cast<std::int32_t>(value);
    if (cell.column == layout.link_base) link.base = static_cast<std::uint32_t>(value);
    if (cell.column == layout.link_usn) link.usn_changed = value;
    if (cell.column == layout.link_deleted_at) detail.deleted_at = value;
    if (cell.column == layout.link_deactivated_at) detail.deactivated_at = value;
  }
  if (detail.is_dead() || detail.data_size > 0) {
    survey.link_details.push_back(detail);
    link.detail = static_cast<std::uint32_t>(survey.link_details.size());
  }
  return link;
}

Result<void> read_links(TableSource& database,
                        const Layout& layout,
                        const CancelToken& cancel,
                        Survey& survey) {
  if (layout.links == nullptr) return {};
  std::vector<std::uint32_t> columns;
  for (const ese::ColumnDef* column :
       {layout.link_from, layout.link_to, layout.link_base, layout.link_deleted_at,
        layout.link_deactivated_at, layout.link_data, layout.link_usn}) {
    if (column != nullptr) columns.push_back(column->id);
  }
  DIRSNAP_TRY(const auto rows_of, database.open(*layout.links, columns));
  RowCursor& cursor = *rows_of;
  for (std::uint64_t rows = 1;; ++rows) {
    DIRSNAP_TRY(const bool more, cursor.next());
    if (!more) break;
    survey.links.push_back(link_of(layout, cursor.row().cells, survey));
    if (rows % kStepsPerCheck == 0) DIRSNAP_CHECK(cancel.check());
  }
  const auto less = [](const Link& a, const Link& b) {
    return a.from != b.from ? a.from < b.from : a.base < b.base;
  };
  // The usual primary index has this order, and sorting would take the memory twice.
  if (!std::is_sorted(survey.links.begin(), survey.links.end(), less)) {
    std::stable_sort(survey.links.begin(), survey.links.end(), less);
  }
  return {};
}

Result<void> read_hidden(TableSource& database, const Layout& layout, Survey& survey) {
  if (layout.hidden == nullptr) return {};
  const std::vector<std::uint32_t> columns = {layout.hidden_dsa->id};
  DIRSNAP_TRY(const auto rows_of, database.open(*layout.hidden, columns));
  RowCursor& cursor = *rows_of;
  DIRSNAP_TRY(const bool has_row, cursor.next());
  if (!has_row || cursor.row().cells.empty()) return {};
  const ese::CellView& cell = cursor.row().cells.front();
  // The early layout stores the number as four bytes of a binary column.
  if (const auto value = ese::integer_value(*cell.column, cell.bytes)) {
    survey.dsa_dnt = static_cast<std::int32_t>(*value);
  } else if (cell.bytes.size() == 4) {
    survey.dsa_dnt = load_le<std::int32_t>(cell.bytes, 0);
  }
  return {};
}

}  // namespace

std::string rdn_type_name(std::uint32_t attribute_id, Schema& schema) {
  // In Exchange 5.5 the LDAP name cn belongs to Display-Name; names of objects use the X.500 types.
  switch (attribute_id) {
    case attr::kCommonName:
      return "cn";
    case attr::kOrganization:
      return "o";
    case attr::kOrganizationalUnit:
      return "ou";
    case attr::kCountry:
      return "c";
    case attr::kLocality:
      return "l";
    case attr::kDomainComponent:
      return "dc";
    case attr::kUserId:
      return "uid";
    default:
      return schema.attribute(attribute_id).ldap_name;
  }
}

Result<Survey> survey_recovered(const RecoveredSource& source,
                                const Survey& live,
                                Schema& schema,
                                ImportContext& context) {
  Survey found;
  DIRSNAP_CHECK(
      Pass(source.layout, schema, context, found).read_recovered(source.database, source.index));
  Survey survey;
  survey.object_ids = std::move(found.object_ids);
  // Live ancestors come first, so that a number leads to the live row where there is one.
  std::unordered_set<std::int32_t> copied;
  for (const NameTree::Node& row : found.tree.nodes()) {
    const NameTree::Node* node = live.tree.find(row.parent_dnt);
    for (; node != nullptr && copied.insert(node->dnt).second; node = live.tree.parent_of(*node))
      copy_node(live.tree, *node, survey.tree);
  }
  survey.first_row = survey.tree.nodes().size();
  for (const NameTree::Node& row : found.tree.nodes()) copy_node(found.tree, row, survey.tree);
  survey.tree.link_up();
  return survey;
}

Result<Survey> survey_directory(TableSource& database,
                                const Layout& layout,
                                const OverrideMap& overrides,
                                Schema& schema,
                                ImportContext& context) {
  Survey survey;
  Pass pass(layout, schema, context, survey);
  DIRSNAP_CHECK(pass.read(database, overrides));
  DIRSNAP_CHECK(read_links(database, layout, context.cancel(), survey));
  DIRSNAP_CHECK(read_hidden(database, layout, survey));
  return survey;
}

}  // namespace dirsnap::directory
