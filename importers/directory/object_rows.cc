// SPDX-License-Identifier: MIT
#include "importers/directory/object_rows.h"

#include <algorithm>
#include <array>

#include "importers/directory/attribute_value.h"
#include "importers/directory/connectors.h"
#include "importers/directory/well_known.h"
#include "importers/ese/cell_value.h"
#include "storage/base/text.h"

namespace dirsnap::directory {
namespace {

// Recovered rows are written as live ones are, with two columns more.
static_assert(unsigned{tables::recovered_objects::kPlace} == tables::objects::kDefect + 1);
static_assert(unsigned{tables::recovered_attributes::kPlace} == tables::attributes::kSourceId + 1);

constexpr std::uint64_t kCancelStep = 1024;
constexpr std::string_view kConnections = "Connections";
constexpr std::array<std::string_view, 18> kSyntaxNames = {
    "",         "2.5.5.1",  "2.5.5.2",  "2.5.5.3",  "2.5.5.4",  "2.5.5.5",
    "2.5.5.6",  "2.5.5.7",  "2.5.5.8",  "2.5.5.9",  "2.5.5.10", "2.5.5.11",
    "2.5.5.12", "2.5.5.13", "2.5.5.14", "2.5.5.15", "2.5.5.16", "2.5.5.17"};

// What becomes columns of `objects` while an object's attributes pass by.
struct ObjectFacts {
  std::vector<std::uint32_t> classes;  // as stored
  std::optional<std::int64_t> usn_created, usn_changed, object_flag;
  std::optional<std::string> created_at, changed_at, guid;
  // For connectors.
  std::optional<std::string> diagnostic_reg_key, home_server, computer_name;
  std::optional<std::string> home_mta_dn;
  std::vector<std::string> routing_list;
};

class Writer {
 public:
  Writer(const DirectorySource& source, ImportContext& context)
      : database_(source.database),
        layout_(source.layout),
        survey_(source.survey),
        schema_(source.schema),
        source_id_(source.source_id),
        issues_(source.issues),
        context_(context) {}

  Result<std::uint64_t> run();
  // REQUIRES: the source's survey is one of recovered rows; `live` is that of the live ones.
  Result<std::uint64_t> run_recovered(const ese::RecoveryIndex& index, Survey& live);

 private:
  [[nodiscard]] std::optional<std::string_view> dn_of(std::int32_t dnt);
  Result<void> open_tables();
  void bind_attributes(RawTableWriter& raw);
  void read_values(const ese::RowView& row);
  Result<void> write_row(const ese::RowView& row);
  Result<void> write_attribute(Attribute& attribute,
                               std::uint32_t seq,
                               const AttributeValue& value);
  Result<void> write_recovered_attribute(const Attribute& attribute,
                                         std::uint32_t seq,
                                         const AttributeValue& value);
  [[nodiscard]] std::vector<Cell> common_cells(const Attribute& attribute) const;
  Result<void> write_links();
  Result<void> write_object();
  Result<void> write_containers();
  void take_fact(std::uint32_t id, const ese::CellView& cell, const AttributeValue& value);
  [[nodiscard]] bool is_live(const NameTree::Node& node) const {
    return live_ == nullptr ||
           static_cast<std::size_t>(&node - survey_.tree.nodes().data()) < survey_.first_row;
  }
  [[nodiscard]] std::uint32_t most_derived();
  [[nodiscard]] bool derives_from(std::uint32_t derived, std::uint32_t base);
  void consider_connector(const std::string& dn);
  [[nodiscard]] const NameTree::Node& top_of_type(std::string_view type,
                                                  const NameTree::Node& from) const;

  ese::Database& database_;
  const Layout& layout_;
  Survey& survey_;
  Schema& schema_;
  std::int64_t source_id_;
  IssueSink& issues_;
  ImportContext& context_;

  RelationWriter* objects_ = nullptr;
  RelationWriter* attributes_ = nullptr;
  RowArena arena_;
  // Names that values point to: a few servers and containers are meant again and again.
  struct NamedRow {
    std::int32_t dnt = 0;
    std::string dn;
  };
  std::array<NamedRow, 256> recent_;
  ValueContext values_{schema_, [this](std::int32_t dnt) { return dn_of(dnt); }, arena_};
  const Attribute* home_server_ = nullptr;  // has no number of its own in the public sources
  std::vector<Attribute*> by_position_;     // of the object table's columns; null: no attribute
  std::vector<ValueView> native_;           // of the present row's cells
  const NameTree::Node* node_ = nullptr;    // of the present row
  ObjectFacts facts_;
  // Of recovered rows.
  Survey* live_ = nullptr;                        // names of live objects; null: rows are live
  const ese::RecoveredRow* recovered_ = nullptr;  // the present row
};

// Valid until the next call.
std::optional<std::string_view> Writer::dn_of(std::int32_t dnt) {
  const auto find = [dnt](Survey* survey) -> const NameTree::Node* {
    const NameTree::Node* node = survey == nullptr ? nullptr : survey->tree.find(dnt);
    return node != nullptr && node->object_id != 0 ? node : nullptr;
  };
  Survey* const survey = find(live_) != nullptr ? live_ : &survey_;
  const NameTree::Node* node = find(survey);
  if (node == nullptr) return std::nullopt;
  NamedRow& recent = recent_[static_cast<std::uint32_t>(dnt) % recent_.size()];
  if (recent.dnt != dnt || recent.dn.empty()) {
    recent.dnt = dnt;
    recent.dn = survey->tree.names(*node).x500;
  }
  return recent.dn;
}

Result<void> Writer::open_tables() {
  DIRSNAP_TRY(objects_, context_.table(tables::objects::kSpec));
  DIRSNAP_TRY(attributes_, context_.table(tables::attributes::kSpec));
  return {};
}

Result<void> Writer::write_attribute(Attribute& attribute,
                                     std::uint32_t seq,
                                     const AttributeValue& value) {
  namespace t = tables::attributes;
  if (recovered_ != nullptr) return write_recovered_attribute(attribute, seq, value);
  if (attribute.value_count++ == 0) {
    DIRSNAP_TRY(attribute.row_kind, attributes_->kind(common_cells(attribute)));
  }
  const std::array<Cell, 4> row = {{{t::kObjectId, ValueView::of(node_->object_id)},
                                    {t::kSeq, ValueView::of(seq)},
                                    {t::kValue, value.value},
                                    {t::kText, value.text}}};
  DIRSNAP_CHECK(attributes_->append(attribute.row_kind, row));
  return {};
}

// Rows of recovered_attributes are few: each is given whole.
Result<void> Writer::write_recovered_attribute(const Attribute& attribute,
                                               std::uint32_t seq,
                                               const AttributeValue& value) {
  namespace t = tables::recovered_attributes;
  std::vector<Cell> row = common_cells(attribute);
  row.push_back({t::kObjectId, ValueView::of(node_->object_id)});
  row.push_back({t::kSeq, ValueView::of(seq)});
  if (!value.value.is_null()) row.push_back({t::kValue, value.value});
  if (!value.text.is_null()) row.push_back({t::kText, value.text});
  row.push_back({t::kPlace, ValueView::text(ese::place_name(recovered_->place))});
  row.push_back({t::kConfidence, ValueView::of(recovered_->confidence_percent)});
  DIRSNAP_CHECK(attributes_->append(row));
  return {};
}

// The columns that all values of an attribute have in common.
std::vector<Cell> Writer::common_cells(const Attribute& attribute) const {
  namespace t = tables::attributes;
  std::vector<Cell> row;
  row.reserve(16);
  const auto put_text = [&row](t::Col column, std::string_view text) {
    if (!text.empty()) row.push_back({column, ValueView::text(text)});
  };
  put_text(t::kAttribute, attribute.ldap_name);
  put_text(t::kAttributeX500, attribute.x500_name);
  row.push_back({t::kAttributeId, ValueView::of(static_cast<std::int32_t>(attribute.id))});
  put_text(t::kOid, attribute.oid);
  if (attribute.syntax != 0) put_text(t::kSyntax, kSyntaxNames[attribute.syntax]);
  put_text(t::kNameOrigin, to_string(attribute.origin));
  row.push_back({t::kSourceId, ValueView::of(source_id_)});
  return row;
}

void Writer::take_fact(std::uint32_t id, const ese::CellView& cell, const AttributeValue& value) {
  const auto owned = [](const ValueView& v) { return std::string(v.bytes); };
  const bool has_text = value.text.type == ValueType::kText;
  switch (id) {
    case attr::kObjectClass:
      if (const auto number = number_of_cell(cell, schema_)) facts_.classes.push_back(*number);
      break;
    case attr::kWhenCreated:
      facts_.created_at = time_of_cell(cell);
      break;
    case attr::kWhenChanged:
      facts_.changed_at = time_of_cell(cell);
      break;
    case attr::kUsnCreated:
      facts_.usn_created = ese::integer_value(*cell.column, cell.bytes);
      break;
    case attr::kUsnChanged:
      facts_.usn_changed = ese::integer_value(*cell.column, cell.bytes);
      break;
    case attr::kObjectGuid:
      if (has_text) facts_.guid = owned(value.text);
      break;
    case attr::kDiagnosticRegKey:
      if (has_text) facts_.diagnostic_reg_key = owned(value.text);
      break;
    case attr::kHomeMta:
      if (has_text) facts_.home_mta_dn = owned(value.text);
      break;
    case attr::kComputerName:
      if (has_text) facts_.computer_name = owned(value.text);
      break;
    case attr::kRoutingList:
      if (has_text) facts_.routing_list.push_back(owned(value.text));
      break;
    default:
      break;
  }
}

Result<void> Writer::write_links() {
  const auto less = [](const Link& link, std::int32_t dnt) { return link.from < dnt; };
  auto at = std::lower_bound(survey_.links.begin(), survey_.links.end(), node_->dnt, less);
  std::uint32_t seq = 0;
  for (auto first = at; at != survey_.links.end() && at->from == node_->dnt; ++at) {
    if (at->base != first->base) {
      first = at;
      seq = 0;
    }
    Attribute* attribute = schema_.link_attribute(at->base);
    if (attribute == nullptr) {
      // A made-up name would be a guess; the raw table keeps the link.
      issues_.report({.severity = Severity::kNote,
                      .code = "link-base",
                      .place = "object " + std::to_string(node_->dnt),
                      .message = "link base " + std::to_string(at->base) +
                                 " is named by no schema; kept in the raw link table only"});
      continue;
    }
    const AttributeValue value = link_value(at->to, values_);
    DIRSNAP_CHECK(write_attribute(*attribute, seq++, value));
    if (attribute->id == attr::kHomeMta && value.text.type == ValueType::kText) {
      facts_.home_mta_dn = std::string(value.text.bytes);
    }
  }
  return {};
}

bool Writer::derives_from(std::uint32_t derived, std::uint32_t base) {
  constexpr int kMaxLevels = 32;
  std::uint32_t at = derived;
  for (int level = 0; level < kMaxLevels; ++level) {
    const auto parent = schema_.object_class(at).parent;
    if (!parent || *parent == at) return false;
    at = *parent;
    if (at == base) return true;
  }
  return false;
}

// Object-Class lists the class and its superiors, usually most derived first; the schema decides
// where it knows better.
std::uint32_t Writer::most_derived() {
  std::uint32_t best = facts_.classes.front();
  for (const std::uint32_t candidate : facts_.classes) {
    if (derives_from(candidate, best)) best = candidate;
  }
  return best;
}

// The ancestor nearest to the root whose relative name has the type; `from` itself if none has.
const NameTree::Node& Writer::top_of_type(std::string_view type, const NameTree::Node& from) const {
  const NameTree::Node* found = &from;
  const NameTree::Node* at = &from;
  for (std::uint32_t level = 0; at != nullptr && !at->is_root && level <= NameTree::kMaxDepth;
       ++level) {
    if (equal_ascii_nocase(survey_.tree.type(*at), type)) found = at;
    at = survey_.tree.parent_of(*at);
  }
  return *found;
}

void Writer::consider_connector(const std::string& dn) {
  const NameTree& tree = survey_.tree;
  const NameTree::Node* parent = tree.parent_of(*node_);
  const bool in_connections = parent != nullptr && !parent->is_root &&
                              equal_folded(trim_blanks(tree.rdn(*parent)), kConnections);
  std::vector<std::string> names;
  bool is_connector_class = false;
  bool is_container = facts_.classes.empty();
  for (const std::uint32_t id : facts_.classes) {
    const Class& entry = schema_.object_class(id);
    for (const std::string& name : {entry.x500_name, entry.ldap_name}) {
      if (name.empty()) continue;
      is_connector_class = is_connector_class || connector_kind_of_class(name) != nullptr;
      names.push_back(name);
    }
  }
  if (!names.empty()) is_container = is_plain_container(names.front());
  if (!is_connector_class && (!in_connections || is_container)) return;

  const Class& own = schema_.object_class(most_derived());
  const auto text = [](std::string_view view) { return std::string(view); };
  ConnectorCandidate c;
  c.object_id = node_->object_id;
  c.source_id = source_id_;
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
  context_.connectors.push_back(std::move(c));
}

Result<void> Writer::write_object() {
  namespace t = tables::objects;
  const NameTree& tree = survey_.tree;
  const NameTree::Names names = survey_.tree.names(*node_);
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
  put(t::kDnt, ValueView::of(node_->dnt));
  const NameTree::Node* parent = tree.parent_of(*node_);
  if (parent != nullptr && parent->object_id != 0 && is_live(*parent))
    put(t::kParentId, ValueView::of(parent->object_id));
  if (!facts_.classes.empty()) {
    Class& own = schema_.object_class(most_derived());
    if (recovered_ == nullptr) ++own.objects;
    put_text(t::kClass, own.ldap_name);
    put_text(t::kClassX500, own.x500_name);
  }
  put_text(t::kRdn, tree.rdn(*node_));
  put_text(t::kRdnType, tree.type(*node_));
  put_text(t::kDn, names.x500);
  put_text(t::kLdapDn, names.ldap);
  put(t::kDepth, ValueView::of(node_->depth));
  put(t::kIsDeleted, ValueView::of(node_->is_deleted ? 1 : 0));
  put(t::kIsPhantom, ValueView::of(facts_.object_flag && *facts_.object_flag == 0 ? 1 : 0));
  if (facts_.created_at) put_text(t::kCreatedAt, *facts_.created_at);
  if (facts_.changed_at) put_text(t::kChangedAt, *facts_.changed_at);
  put_integer(t::kUsnCreated, facts_.usn_created);
  put_integer(t::kUsnChanged, facts_.usn_changed);
  if (facts_.guid) put_text(t::kGuid, *facts_.guid);
  put(t::kSourceId, ValueView::of(source_id_));
  if (const char* defect = to_string(node_->defect)) put_text(t::kDefect, defect);
  if (recovered_ != nullptr) {
    namespace r = tables::recovered_objects;
    row.push_back({r::kPlace, ValueView::text(ese::place_name(recovered_->place))});
    row.push_back({r::kConfidence, ValueView::of(recovered_->confidence_percent)});
  }
  DIRSNAP_CHECK(objects_->append(row));
  if (recovered_ == nullptr) consider_connector(names.x500);
  return {};
}

// The native value of each cell, for the raw table and the attributes alike.
void Writer::read_values(const ese::RowView& row) {
  arena_.reset();
  native_.clear();
  for (const ese::CellView& cell : row.cells) native_.push_back(sql_value(cell, arena_));
}

Result<void> Writer::write_row(const ese::RowView& row) {
  facts_ = {};
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    const ese::CellView& cell = row.cells[i];
    const auto position = static_cast<std::size_t>(cell.column - layout_.objects->columns.data());
    const auto id = layout_.attribute_ids[position];
    if (!id) {
      if (cell.column == layout_.object_flag) {
        facts_.object_flag = ese::integer_value(*cell.column, cell.bytes);
      } else if (cell.column == layout_.dnt &&
                 ese::integer_value(*cell.column, cell.bytes) != node_->dnt) {
        // Names were taken in a first pass; rows that moved since would get the wrong ones.
        return fail(Code::kCorrupt, "the object table reads differently a second time");
      }
      continue;
    }
    Attribute& attribute = *by_position_[position];
    const AttributeValue value = attribute_value(attribute, cell, native_[i], values_);
    DIRSNAP_CHECK(write_attribute(attribute, cell.seq, value));
    take_fact(*id, cell, value);
    if (&attribute == home_server_ && value.text.type == ValueType::kText) {
      const std::string server = server_of_dn(value.text.bytes);
      facts_.home_server = server.empty() ? std::string(value.text.bytes) : server;
    }
  }
  DIRSNAP_CHECK(write_links());
  return write_object();
}

Result<void> Writer::write_containers() {
  namespace t = tables::containers;
  DIRSNAP_TRY(RelationWriter* const table, context_.table(t::kSpec));
  for (const NameTree::Node& node : survey_.tree.nodes()) {
    const std::string_view rdn = survey_.tree.rdn(node);
    const bool is_connections = equal_folded(trim_blanks(rdn), kConnections);
    if (node.object_id == 0 || (node.children == 0 && !is_connections)) continue;
    const NameTree::Node& site = top_of_type("ou", node);
    const bool in_site = equal_ascii_nocase(survey_.tree.type(site), "ou");
    const NameTree::Node& scope = in_site ? site : top_of_type("o", node);
    const std::string scope_dn = survey_.tree.names(scope).x500;
    const std::string dn = survey_.tree.names(node).x500;
    const std::array<Cell, 6> row = {{
        {t::kObjectId, ValueView::of(node.object_id)},
        {t::kDn, ValueView::text(dn)},
        {t::kRdn, ValueView::text(rdn)},
        {t::kLevel, ValueView::text(container_level(survey_.tree, node))},
        {t::kScope, ValueView::text(scope_dn)},
        {t::kChildren, ValueView::of(node.children)},
    }};
    DIRSNAP_CHECK(table->append(row));
  }
  return {};
}

// Looks each column's attribute up once; hides credentials in the raw table as well.
void Writer::bind_attributes(RawTableWriter& raw) {
  by_position_.assign(layout_.attribute_ids.size(), nullptr);
  for (std::size_t i = 0; i < layout_.attribute_ids.size(); ++i) {
    const auto id = layout_.attribute_ids[i];
    if (!id) continue;
    Attribute& attribute = schema_.attribute(*id);
    by_position_[i] = &attribute;
    if (equal_ascii_nocase(attribute.x500_name, "Home-Server")) home_server_ = &attribute;
    if (attribute.secret) raw.set_secret(layout_.objects->columns[i].id);
    if (attribute.column.empty()) attribute.column = layout_.objects->columns[i].name;
    if (attribute.syntax == 0) {
      // Nobody names the syntax: the letter says it, for the readable text only.
      char letter = 0;
      if (attribute_number(layout_.objects->columns[i].name, &letter) && letter >= 'b' &&
          letter <= 'r') {
        attribute.syntax = static_cast<std::uint8_t>(letter - 'a');
      }
    }
  }
}

Result<std::uint64_t> Writer::run() {
  DIRSNAP_CHECK(open_tables());
  DIRSNAP_TRY(RawTableWriter raw, RawTableWriter::create(context_, source_id_, *layout_.objects));
  bind_attributes(raw);
  ese::TableCursor cursor(database_, *layout_.objects);
  const auto& nodes = survey_.tree.nodes();
  std::uint64_t written = 0;
  for (std::size_t row = 0;; ++row) {
    DIRSNAP_TRY(const bool more, cursor.next());
    if (!more) break;
    read_values(cursor.row());
    DIRSNAP_CHECK(raw.append(cursor.row(), native_));
    if (row < nodes.size() && nodes[row].object_id != 0) {
      node_ = &nodes[row];
      DIRSNAP_CHECK(write_row(cursor.row()));
      ++written;
    }
    if (row % kCancelStep == 0) DIRSNAP_CHECK(context_.cancel().check());
  }
  DIRSNAP_CHECK(raw.finish(context_));
  DIRSNAP_CHECK(write_containers());
  return written;
}

Result<std::uint64_t> Writer::run_recovered(const ese::RecoveryIndex& index, Survey& live) {
  live_ = &live;
  DIRSNAP_TRY(objects_, context_.table(tables::recovered_objects::kSpec));
  DIRSNAP_TRY(attributes_, context_.table(tables::recovered_attributes::kSpec));
  DIRSNAP_TRY(RawTableWriter raw,
              RawTableWriter::create(context_, source_id_, *layout_.objects, RawRows::kRecovered));
  bind_attributes(raw);
  ese::RecoveredCursor cursor(database_, index, *layout_.objects);
  const auto& nodes = survey_.tree.nodes();
  for (std::size_t row = survey_.first_row;; ++row) {
    DIRSNAP_TRY(const bool more, cursor.next());
    if (!more) return raw.records();
    recovered_ = &cursor.row();
    read_values(recovered_->row);
    DIRSNAP_CHECK(raw.append(*recovered_));
    if (row < nodes.size() && nodes[row].object_id != 0) {
      node_ = &nodes[row];
      DIRSNAP_CHECK(write_row(recovered_->row));
    }
    if (row % kCancelStep == 0) DIRSNAP_CHECK(context_.cancel().check());
  }
}

}  // namespace

const char* container_level(const NameTree& tree, const NameTree::Node& node) {
  if (!equal_folded(trim_blanks(tree.rdn(node)), kConnections)) return "other";
  const NameTree::Node* parent = tree.parent_of(node);
  if (parent == nullptr || parent->is_root) return "other";
  if (equal_ascii_nocase(tree.type(*parent), "o")) return "organization";
  if (equal_ascii_nocase(tree.type(*parent), "ou")) return "site";
  return equal_folded(trim_blanks(tree.rdn(*parent)), "Configuration") ? "configuration" : "other";
}

Result<std::uint64_t> write_objects(const DirectorySource& source, ImportContext& context) {
  return Writer(source, context).run();
}

Result<std::uint64_t> write_recovered_objects(const DirectorySource& source,
                                              const ese::RecoveryIndex& index,
                                              ImportContext& context) {
  if (index.leaves_of(source.layout.objects->objid).empty()) return 0;
  DIRSNAP_TRY(Survey found, survey_recovered(source.database, index, source.layout, source.survey,
                                             source.schema, context));
  if (found.object_ids.empty()) return 0;
  const DirectorySource recovered{source.database, source.layout,    found,
                                  source.schema,   source.source_id, source.issues};
  return Writer(recovered, context).run_recovered(index, source.survey);
}

}  // namespace dirsnap::directory
