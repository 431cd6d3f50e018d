// SPDX-License-Identifier: MIT
#include "importers/directory/row_writer.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "importers/directory/exchange_tree.h"
#include "importers/directory/syntax.h"
#include "importers/directory/well_known.h"
#include "storage/base/text.h"

namespace dirsnap::directory {
namespace {

// Recovered rows are written as live ones are, with two columns more.
static_assert(unsigned{tables::recovered_objects::kPlace} == tables::objects::kOffsetBytes + 1);
static_assert(unsigned{tables::recovered_attributes::kPlace} == tables::attributes::kSourceId + 1);

constexpr std::array<std::string_view, 18> kSyntaxNames = {
    "",         "2.5.5.1",  "2.5.5.2",  "2.5.5.3",  "2.5.5.4",  "2.5.5.5",
    "2.5.5.6",  "2.5.5.7",  "2.5.5.8",  "2.5.5.9",  "2.5.5.10", "2.5.5.11",
    "2.5.5.12", "2.5.5.13", "2.5.5.14", "2.5.5.15", "2.5.5.16", "2.5.5.17"};

std::optional<Guid> guid_of(const ValueView& value) {
  Guid id{};
  if (value.type != ValueType::kBlob || value.bytes.size() != id.size()) return std::nullopt;
  std::memcpy(id.data(), value.bytes.data(), id.size());
  return id;
}

}  // namespace

Result<RowWriter> RowWriter::create(NameTree& tree,
                                    Schema& schema,
                                    const Options& options,
                                    ImportContext& context) {
  RowWriter writer(tree, schema, options, context);
  const bool recovered = options.recovered;
  DIRSNAP_TRY(writer.objects_,
              context.table(recovered ? tables::recovered_objects::kSpec : tables::objects::kSpec));
  DIRSNAP_TRY(writer.attributes_, context.table(recovered ? tables::recovered_attributes::kSpec
                                                          : tables::attributes::kSpec));
  if (recovered) return writer;
  DIRSNAP_TRY(writer.links_, LinkWriter::create(options.source_id, context));
  const ReplicationWriter::Source source{tree, schema, *options.invocations, options.source_id,
                                         *options.issues};
  DIRSNAP_TRY(ReplicationWriter replication, ReplicationWriter::create(source, context));
  writer.replication_.emplace(std::move(replication));
  return writer;
}

void RowWriter::bind(const Attribute& attribute) { connectors_.bind(attribute); }

// Keeps the memory of what most objects have.
void ObjectFacts::clear() {
  classes.clear();
  usn_created = usn_changed = object_flag = std::nullopt;
  version = {};
  for (std::string* text : {&created_at, &changed_at, &guid}) text->clear();
}

void RowWriter::begin(const NameTree::Node& node, const FoundAt& found) {
  node_ = &node;
  found_ = found;
  facts_.clear();
  has_own_names_ = false;
  connectors_.begin();
  usage_.begin_object();
}

const NameTree::Names& RowWriter::own_names() {
  if (!has_own_names_) own_names_ = tree_->names(*node_);
  has_own_names_ = true;
  return own_names_;
}

Result<void> RowWriter::add_link(LinkRow link) {
  link.from_id = node_->object_id;
  link.from_dn = own_names().x500;
  return links_->append(link);
}

Result<void> RowWriter::add_value(Attribute& attribute,
                                  std::uint32_t seq,
                                  const AttributeValue& value) {
  namespace t = tables::attributes;
  take_fact(attribute, value);
  if (options_.recovered) return add_recovered_value(attribute, seq, value);
  usage_.add_value(attribute);
  if (attribute.value_count++ == 0) {
    DIRSNAP_TRY(attribute.row_kind, attributes_->kind(cells_of(attribute)));
  }
  const std::array<Cell, 4> row = {{{t::kObjectId, ValueView::of(node_->object_id)},
                                    {t::kSeq, ValueView::of(seq)},
                                    {t::kValue, value.value},
                                    {t::kText, value.text}}};
  DIRSNAP_CHECK(attributes_->append(attribute.row_kind, row));
  if (attribute.id == attr::kReplPropertyMetaData && value.value.type == ValueType::kBlob) {
    return replication_->append(*node_, as_bytes(value.value.bytes));
  }
  return {};
}

Result<void> RowWriter::add_recovered_value(const Attribute& attribute,
                                            std::uint32_t seq,
                                            const AttributeValue& value) {
  namespace t = tables::recovered_attributes;
  std::vector<Cell> row = cells_of(attribute);
  row.push_back({t::kObjectId, ValueView::of(node_->object_id)});
  row.push_back({t::kSeq, ValueView::of(seq)});
  row.push_back({t::kValue, value.value});
  row.push_back({t::kText, value.text});
  row.push_back({t::kPlace, ValueView::text(found_.place)});
  row.push_back({t::kConfidence, ValueView::of(found_.confidence_percent)});
  DIRSNAP_CHECK(attributes_->append(row));
  return {};
}

// The columns that all values of an attribute have in common.
std::vector<Cell> RowWriter::cells_of(const Attribute& attribute) const {
  namespace t = tables::attributes;
  std::vector<Cell> row;
  row.reserve(16);
  const auto put_text = [&row](t::Col column, std::string_view text) {
    if (!text.empty()) row.push_back({column, ValueView::text(text)});
  };
  put_text(t::kAttribute, attribute.ldap_name);
  put_text(t::kAttributeX500, attribute.x500_name);
  if (!is_made_up(attribute.id)) {
    row.push_back({t::kAttributeId, ValueView::of(static_cast<std::int32_t>(attribute.id))});
  }
  put_text(t::kOid, attribute.oid);
  if (attribute.syntax != 0) put_text(t::kSyntax, kSyntaxNames[attribute.syntax]);
  put_text(t::kNameOrigin, to_string(attribute.origin));
  row.push_back({t::kSourceId, ValueView::of(options_.source_id)});
  return row;
}

void RowWriter::take_fact(const Attribute& attribute, const AttributeValue& value) {
  if (value.value.type == ValueType::kInteger) {
    if (attribute.id == attr::kUsnCreated) facts_.usn_created = value.value.integer;
    if (attribute.id == attr::kUsnChanged) facts_.usn_changed = value.value.integer;
    if (attribute.id == attr::kUsnSource) facts_.version.usn_source = value.value.integer;
    if (attribute.id == attr::kObjectVersion) facts_.version.version = value.value.integer;
  }
  if (attribute.id == attr::kDsaSignature) facts_.version.signature = guid_of(value.value);
  if (value.text.type != ValueType::kText) return;
  const std::string_view text = value.text.bytes;
  switch (attribute.id) {
    case attr::kWhenCreated:
      if (attribute.syntax == syntax::kTime) facts_.created_at = text;
      break;
    case attr::kWhenChanged:
      if (attribute.syntax == syntax::kTime) facts_.changed_at = text;
      break;
    case attr::kObjectGuid:
      facts_.guid = text;
      break;
    default:
      break;
  }
  connectors_.take(attribute, text);
}

bool RowWriter::derives_from(std::uint32_t derived, std::uint32_t base) {
  constexpr int kMaxLevels = 32;
  std::uint32_t at = derived;
  for (int level = 0; level < kMaxLevels; ++level) {
    const auto parent = schema_->object_class(at).parent;
    if (!parent || *parent == at) return false;
    at = *parent;
    if (at == base) return true;
  }
  return false;
}

// Object-Class lists the class and its superiors. The class that no other one of the list is
// derived from is the object's own; of several such (a superior may be unknown) the one at the end
// that is not Top's: databases write the most derived class first, LDAP servers last.
std::uint32_t RowWriter::most_derived() {
  if (facts_.classes == classes_) return own_class_;
  classes_ = facts_.classes;
  const auto is_superior = [this](std::uint32_t id) {
    return std::any_of(classes_.begin(), classes_.end(),
                       [&](std::uint32_t other) { return derives_from(other, id); });
  };
  const bool is_reversed = classes_.front() == cls::kTop;
  own_class_ = is_reversed ? classes_.back() : classes_.front();
  if (is_superior(own_class_)) {
    const auto is_own = [&](std::uint32_t id) { return !is_superior(id); };
    const auto first = std::find_if(classes_.begin(), classes_.end(), is_own);
    const auto last = std::find_if(classes_.rbegin(), classes_.rend(), is_own);
    if (!is_reversed && first != classes_.end()) own_class_ = *first;
    if (is_reversed && last != classes_.rend()) own_class_ = *last;
  }
  return own_class_;
}

// In the table that the row goes to or points to.
bool RowWriter::has_object_id(const NameTree::Node& parent) const {
  if (parent.object_id == 0) return false;
  const auto index = static_cast<std::size_t>(&parent - tree_->nodes().data());
  return !options_.recovered || index < options_.first_row;
}

Result<void> RowWriter::finish_object() {
  namespace t = tables::objects;
  const NameTree& tree = *tree_;
  const NameTree::Names& names = own_names();
  std::vector<Cell> row;
  row.reserve(20);
  const auto put = [&row](t::Col column, const ValueView& value) {
    row.push_back({column, value});
  };
  const auto put_integer = [&](t::Col column, const std::optional<std::int64_t>& v) {
    if (v) put(column, ValueView::of(*v));
  };
  const auto put_text = [&](t::Col column, std::string_view text) {
    if (!text.empty()) put(column, ValueView::text(text));
  };
  put(t::kObjectId, ValueView::of(node_->object_id));
  if (options_.has_row_numbers) put(t::kDnt, ValueView::of(node_->dnt));
  const NameTree::Node* parent = tree.parent_of(*node_);
  if (parent != nullptr && has_object_id(*parent))
    put(t::kParentId, ValueView::of(parent->object_id));
  std::uint32_t own_class = 0;
  if (!facts_.classes.empty()) {
    own_class = most_derived();
    Class& own = schema_->object_class(own_class);
    if (!options_.recovered) {
      ++own.objects;
      usage_.finish_object(&own);
    }
    put_text(t::kClass, own.ldap_name);
    put_text(t::kClassX500, own.x500_name);
  } else {
    usage_.finish_object(nullptr);
  }
  put_text(t::kRdn, tree.rdn(*node_));
  put_text(t::kRdnType, tree.type(*node_));
  put_text(t::kDn, names.x500);
  put_text(t::kLdapDn, names.ldap);
  put(t::kDepth, ValueView::of(node_->depth));
  put(t::kIsDeleted, ValueView::of(node_->is_deleted ? 1 : 0));
  put(t::kIsPhantom, ValueView::of(facts_.object_flag && *facts_.object_flag == 0 ? 1 : 0));
  put_text(t::kCreatedAt, facts_.created_at);
  put_text(t::kChangedAt, facts_.changed_at);
  put_integer(t::kUsnCreated, facts_.usn_created);
  put_integer(t::kUsnChanged, facts_.usn_changed);
  put_text(t::kGuid, facts_.guid);
  put(t::kSourceId, ValueView::of(options_.source_id));
  if (const char* defect = to_string(node_->defect)) put_text(t::kDefect, defect);
  if (found_.offset_bytes) {
    put(t::kOffsetBytes, ValueView::of(static_cast<std::int64_t>(*found_.offset_bytes)));
  }
  if (options_.recovered) {
    namespace r = tables::recovered_objects;
    row.push_back({r::kPlace, ValueView::text(found_.place)});
    row.push_back({r::kConfidence, ValueView::of(found_.confidence_percent)});
  }
  DIRSNAP_CHECK(objects_->append(row));
  if (options_.recovered) return {};
  connectors_.consider(*node_, facts_.classes, own_class, names.x500);
  return replication_->append(*node_, facts_.version, facts_.changed_at, facts_.usn_changed);
}

Result<void> RowWriter::write_containers() {
  namespace t = tables::containers;
  DIRSNAP_TRY(RelationWriter* const table, context_->table(t::kSpec));
  for (const NameTree::Node& node : tree_->nodes()) {
    const std::string_view rdn = tree_->rdn(node);
    const bool is_wanted = node.children != 0 || is_connections(*tree_, node);
    if (node.object_id == 0 || !is_wanted) continue;
    const ExchangePlace place = place_of(*tree_, node);
    const NameTree::Node* scope = place.site != nullptr ? place.site : place.organization;
    if (scope == nullptr) scope = &node;
    const std::string scope_dn = tree_->names(*scope).x500;
    const std::string dn = tree_->names(node).x500;
    const std::array<Cell, 6> row = {{
        {t::kObjectId, ValueView::of(node.object_id)},
        {t::kDn, ValueView::text(dn)},
        {t::kRdn, ValueView::text(rdn)},
        {t::kLevel, ValueView::text(container_level(*tree_, node))},
        {t::kScope, ValueView::text(scope_dn)},
        {t::kChildren, ValueView::of(node.children)},
    }};
    DIRSNAP_CHECK(table->append(row));
  }
  return {};
}

Result<void> RowWriter::write_class_attributes() {
  DIRSNAP_TRY(RelationWriter* const table, context_->table(tables::class_attributes::kSpec));
  return usage_.write(options_.source_id, *table);
}

}  // namespace dirsnap::directory
