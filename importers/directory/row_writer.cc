// SPDX-License-Identifier: MIT
#include "importers/directory/row_writer.h"

#include <algorithm>
#include <array>

#include "importers/directory/connectors.h"
#include "importers/directory/syntax.h"
#include "importers/directory/well_known.h"
#include "storage/base/text.h"

namespace dirsnap::directory {
namespace {

// Recovered rows are written as live ones are, with two columns more.
static_assert(unsigned{tables::recovered_objects::kPlace} == tables::objects::kOffsetBytes + 1);
static_assert(unsigned{tables::recovered_attributes::kPlace} == tables::attributes::kSourceId + 1);

constexpr std::string_view kConnections = "Connections";
constexpr std::array<std::string_view, 18> kSyntaxNames = {
    "",         "2.5.5.1",  "2.5.5.2",  "2.5.5.3",  "2.5.5.4",  "2.5.5.5",
    "2.5.5.6",  "2.5.5.7",  "2.5.5.8",  "2.5.5.9",  "2.5.5.10", "2.5.5.11",
    "2.5.5.12", "2.5.5.13", "2.5.5.14", "2.5.5.15", "2.5.5.16", "2.5.5.17"};

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
  return writer;
}

void RowWriter::bind(const Attribute& attribute) {
  if (equal_ascii_nocase(attribute.x500_name, "Home-Server")) home_server_ = &attribute;
}

// Keeps the memory of what most objects have.
void ObjectFacts::clear() {
  classes.clear();
  usn_created = usn_changed = object_flag = std::nullopt;
  for (std::string* text : {&created_at, &changed_at, &guid}) text->clear();
  for (auto* text : {&diagnostic_reg_key, &home_server, &computer_name, &home_mta_dn})
    text->reset();
  routing_list.clear();
}

void RowWriter::begin(const NameTree::Node& node, const FoundAt& found) {
  node_ = &node;
  found_ = found;
  facts_.clear();
  usage_.begin_object();
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
  }
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
    case attr::kDiagnosticRegKey:
      facts_.diagnostic_reg_key = text;
      break;
    case attr::kHomeMta:
      facts_.home_mta_dn = text;
      break;
    case attr::kComputerName:
      facts_.computer_name = text;
      break;
    case attr::kRoutingList:
      facts_.routing_list.emplace_back(text);
      break;
    default:
      break;
  }
  if (&attribute == home_server_) {
    const std::string server = server_of_dn(text);
    facts_.home_server = server.empty() ? std::string(text) : server;
  }
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

// Object-Class lists the class and its superiors, usually most derived first; the schema decides
// where it knows better.
std::uint32_t RowWriter::most_derived() {
  std::uint32_t best = facts_.classes.front();
  for (const std::uint32_t candidate : facts_.classes) {
    if (derives_from(candidate, best)) best = candidate;
  }
  return best;
}

// The ancestor nearest to the root whose relative name has the type; `from` itself if none has.
const NameTree::Node& RowWriter::top_of_type(std::string_view type,
                                             const NameTree::Node& from) const {
  const NameTree::Node* found = &from;
  const NameTree::Node* at = &from;
  for (std::uint32_t level = 0; at != nullptr && !at->is_root && level <= NameTree::kMaxDepth;
       ++level) {
    if (equal_ascii_nocase(tree_->type(*at), type)) found = at;
    at = tree_->parent_of(*at);
  }
  return *found;
}

bool RowWriter::is_connector_class(std::uint32_t id) {
  Class& entry = schema_->object_class(id);
  if (entry.is_connector < 0) {
    const bool named = connector_kind_of_class(entry.x500_name) != nullptr ||
                       connector_kind_of_class(entry.ldap_name) != nullptr;
    entry.is_connector = named ? 1 : 0;
  }
  return entry.is_connector == 1;
}

void RowWriter::consider_connector(const std::string& dn) {
  const NameTree& tree = *tree_;
  const NameTree::Node* parent = tree.parent_of(*node_);
  const bool in_connections = parent != nullptr && !parent->is_root &&
                              equal_folded(trim_blanks(tree.rdn(*parent)), kConnections);
  const auto& classes = facts_.classes;
  const bool by_class = std::any_of(classes.begin(), classes.end(),
                                    [this](std::uint32_t id) { return is_connector_class(id); });
  if (!by_class && !in_connections) return;
  std::vector<std::string> names;
  for (const std::uint32_t id : classes) {
    const Class& entry = schema_->object_class(id);
    for (const std::string& name : {entry.x500_name, entry.ldap_name}) {
      if (!name.empty()) names.push_back(name);
    }
  }
  const bool is_container = names.empty() || is_plain_container(names.front());
  if (!by_class && is_container) return;

  const Class& own = schema_->object_class(most_derived());
  const auto text = [](std::string_view view) { return std::string(view); };
  ConnectorCandidate c;
  c.object_id = node_->object_id;
  c.source_id = options_.source_id;
  c.dn = dn;
  c.name = text(tree.rdn(*node_));
  c.class_name = own.x500_name.empty() ? own.ldap_name : own.x500_name;
  c.class_names = std::move(names);
  c.level = in_connections ? container_level(tree, *parent) : "other";
  const NameTree::Node& organization = top_of_type("o", *node_);
  const NameTree::Node& site = top_of_type("ou", *node_);
  if (&organization != node_) c.organization = text(tree.rdn(organization));
  if (&site != node_) c.site = text(tree.rdn(site));
  if (facts_.home_mta_dn) {
    // A copy at organization level belongs to the site of its home server.
    const std::string home_site = site_of_dn(*facts_.home_mta_dn);
    if (!c.site && !home_site.empty()) c.site = home_site;
    const std::string home_server = server_of_dn(*facts_.home_mta_dn);
    if (!home_server.empty()) c.home_mta_server = home_server;
  }
  c.diagnostic_reg_key = facts_.diagnostic_reg_key;
  c.home_server = facts_.home_server;
  c.computer_name = facts_.computer_name;
  c.is_deleted = node_->is_deleted;
  c.address_spaces = facts_.routing_list;
  context_->connectors.push_back(std::move(c));
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
  const NameTree::Names& names = tree_->names(*node_);  // valid until the next call
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
  if (!facts_.classes.empty()) {
    Class& own = schema_->object_class(most_derived());
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
  if (!options_.recovered) consider_connector(names.x500);
  return {};
}

Result<void> RowWriter::write_containers() {
  namespace t = tables::containers;
  DIRSNAP_TRY(RelationWriter* const table, context_->table(t::kSpec));
  for (const NameTree::Node& node : tree_->nodes()) {
    const std::string_view rdn = tree_->rdn(node);
    const bool is_connections = equal_folded(trim_blanks(rdn), kConnections);
    if (node.object_id == 0 || (node.children == 0 && !is_connections)) continue;
    const NameTree::Node& site = top_of_type("ou", node);
    const bool in_site = equal_ascii_nocase(tree_->type(site), "ou");
    const NameTree::Node& scope = in_site ? site : top_of_type("o", node);
    const std::string scope_dn = tree_->names(scope).x500;
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

const char* container_level(const NameTree& tree, const NameTree::Node& node) {
  if (!equal_folded(trim_blanks(tree.rdn(node)), kConnections)) return "other";
  const NameTree::Node* parent = tree.parent_of(node);
  if (parent == nullptr || parent->is_root) return "other";
  if (equal_ascii_nocase(tree.type(*parent), "o")) return "organization";
  if (equal_ascii_nocase(tree.type(*parent), "ou")) return "site";
  return equal_folded(trim_blanks(tree.rdn(*parent)), "Configuration") ? "configuration" : "other";
}

void note_organization(const NameTree& tree, ImportContext& context) {
  for (const NameTree::Node& node : tree.nodes()) {
    if (context.organization) return;
    if (node.depth == 1 && !node.is_deleted && equal_ascii_nocase(tree.type(node), "o")) {
      context.organization = std::string(tree.rdn(node));
    }
  }
}

}  // namespace dirsnap::directory
