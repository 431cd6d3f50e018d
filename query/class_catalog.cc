// SPDX-License-Identifier: MIT
#include "query/class_catalog.h"

#include <algorithm>
#include <array>
#include <set>

#include "storage/base/class_name.h"
#include "storage/base/text.h"
#include "storage/tables/class_attributes.h"
#include "storage/tables/objects.h"
#include "storage/tables/schema_attributes.h"

namespace dirsnap {
namespace {

// Attributes' columns stop here, so that the hidden columns of every class table have room.
constexpr std::size_t kClassKeyColumns = 2;  // class, source_id
// Names longer than this get no column of their own: no directory has any such.
constexpr std::size_t kLongestColumnName = 1024;

std::string class_doc(const std::string& class_name) {
  return "Objects of exactly the class " + class_name + ", deleted ones flagged.";
}

// The rows of a relation that have `text` in an indexed column.
Result<std::vector<std::uint32_t>> rows_with(const Relation& relation,
                                             std::uint32_t column,
                                             std::string_view text) {
  std::vector<std::uint32_t> rows;
  DIRSNAP_TRY(const IndexView index, relation.index(column));
  DIRSNAP_TRY(const auto ordinal, index.find(ValueView::text(text)));
  if (ordinal) static_cast<void>(index.rows_of(*ordinal, rows));
  return rows;
}

Result<std::string> text_at(const Relation& relation, std::uint32_t column, std::uint64_t row) {
  DIRSNAP_TRY(const ValueView value, relation.value(column, row));
  return value.type == ValueType::kText ? std::string(value.bytes) : std::string();
}

// A name that can stand in a statement: SQL text ends at a NUL.
std::string column_name(std::string_view name) {
  std::string out;
  for (const char c : name) out += c == '\0' ? std::string("\xEF\xBF\xBD") : std::string(1, c);
  return out;
}

// How SQL compares what the attribute holds. Text of these syntaxes is compared without case by
// directories ([MS-ADTS] 3.1.1.2.2.4.5 and following; X.520 caseIgnoreMatch).
struct SqlForm {
  ColumnType type = ColumnType::kAny;
  Collation collation = Collation::kBinary;
};
SqlForm sql_form(std::string_view syntax) {
  if (syntax == "2.5.5.1" || syntax == "2.5.5.4" || syntax == "2.5.5.12") {
    return {ColumnType::kText, Collation::kFold};
  }
  if (syntax == "2.5.5.8" || syntax == "2.5.5.9") return {ColumnType::kInteger};
  constexpr std::array<std::string_view, 6> kTextSyntaxes = {"2.5.5.2", "2.5.5.3",  "2.5.5.5",
                                                             "2.5.5.6", "2.5.5.11", "2.5.5.17"};
  const bool text =
      std::find(kTextSyntaxes.begin(), kTextSyntaxes.end(), syntax) != kTextSyntaxes.end();
  return {text ? ColumnType::kText : ColumnType::kAny};
}

TableColumn stored(const char* name, ColumnType type, Access access, const char* doc) {
  return {.name = name, .type = type, .access = access, .doc = doc};
}

}  // namespace

// The shape of one class's table, from the rows that tell of it.
class ClassCatalog::Builder {
 public:
  Builder(const std::string& table_name, const std::string& class_name) {
    TableShape& shape = out_.shape;
    shape.name = table_name;
    shape.doc = class_doc(class_name);
    shape.theme = kClassTables;
    add({.name = "snapshot_id",
         .type = ColumnType::kInteger,
         .origin = ColumnOrigin::kSnapshot,
         .doc = "Snapshot the row belongs to (snapshots.snapshot_id)."});
    add(stored("object_id", ColumnType::kInteger, Access::kDense,
               "Number of the object inside its snapshot (objects.object_id)."));
    TableColumn dn = stored("dn", ColumnType::kText, Access::kIndex,
                            "Distinguished name in X.500 form (objects.dn).");
    dn.collation = Collation::kFold;
    add(std::move(dn));
    TableColumn rdn = stored("rdn", ColumnType::kText, Access::kIndex,
                             "Value of the object's relative name (objects.rdn).");
    rdn.collation = Collation::kFold;
    add(std::move(rdn));
    add(stored("is_deleted", ColumnType::kInteger, Access::kScan,
               "1 for a tombstone or recycled object."));
    for (const char* name : {"class", "source_id"}) reserved_.insert(name);
    class_name_ = class_name;
  }

  [[nodiscard]] bool knows(std::string_view attribute) const {
    return slots_.contains(to_lower_ascii(attribute));
  }

  void add_attribute(const std::string& ldap_name, const std::string& x500_name, const Form& form) {
    const std::string key = to_lower_ascii(ldap_name);
    if (ldap_name.size() > kLongestColumnName ||
        out_.shape.columns.size() + kClassKeyColumns >= kMaxSqlColumns) {
      slots_.emplace(key, -1);
      ++left_out_;
      return;
    }
    std::string name = column_name(ldap_name);
    for (int n = 2; reserved_.contains(to_lower_ascii(name)); ++n) {
      name = column_name(ldap_name) + ":" + std::to_string(n);
    }
    const auto slot = static_cast<int>(out_.attributes.size());
    slots_.emplace(key, slot);
    out_.attributes.push_back({.attribute = key, .is_array = form.is_array});
    const SqlForm sql = form.is_array ? SqlForm{ColumnType::kText} : sql_form(form.syntax);
    std::string doc = x500_name.empty() ? ldap_name : x500_name;
    if (!form.syntax.empty()) doc += ", syntax " + form.syntax;
    doc += form.is_array ? "; JSON array." : ".";
    const TableColumn column{.name = std::move(name),
                             .type = sql.type,
                             .collation = sql.collation,
                             .origin = ColumnOrigin::kAttribute,
                             .doc = std::move(doc)};
    if (!x500_name.empty() && x500_name.size() <= kLongestColumnName) {
      aliases_.push_back(column);
      aliases_.back().name = column_name(x500_name);
      alias_slots_.push_back(slot);
    }
    add(column, slot);
  }

  ClassShape finish(const std::vector<SnapshotRecord>& scope) && {
    TableShape& shape = out_.shape;
    shape.only = RowRestriction{.column = static_cast<int>(shape.columns.size()),
                                .text = std::move(class_name_)};
    TableColumn of = stored("class", ColumnType::kText, Access::kIndex,
                            "LDAP name of the class (objects.class).");
    of.collation = Collation::kFold;
    of.hidden = true;
    add(std::move(of));
    TableColumn source = stored("source_id", ColumnType::kInteger, Access::kScan,
                                "Source the row was read from (sources.source_id).");
    source.hidden = true;
    add(std::move(source));
    std::size_t names_left_out = 0;
    for (std::size_t i = 0; i < aliases_.size(); ++i) {
      if (reserved_.contains(to_lower_ascii(aliases_[i].name))) continue;
      if (shape.columns.size() == kMaxSqlColumns) {
        ++names_left_out;
        continue;
      }
      aliases_[i].hidden = true;
      add(std::move(aliases_[i]), alias_slots_[i]);
    }
    if (left_out_ + names_left_out > 0) {
      shape.doc += " SQL has no room for " + std::to_string(left_out_) + " attributes and " +
                   std::to_string(names_left_out) + " X.500 names more: see attributes.";
    }
    for (const SnapshotRecord& snapshot : scope) {
      shape.add_part(snapshot, {.relation = tables::objects::kSpec.name});
    }
    return std::move(out_);
  }

 private:
  void add(TableColumn column, int slot = -1) {
    reserved_.insert(to_lower_ascii(column.name));
    out_.shape.columns.push_back(std::move(column));
    out_.slots.push_back(slot);
  }

  ClassShape out_;
  std::string class_name_;
  std::set<std::string> reserved_;  // names of columns in lower case
  std::map<std::string, int, std::less<>> slots_;
  std::vector<TableColumn> aliases_;
  std::vector<int> alias_slots_;
  std::size_t left_out_ = 0;
};

TableInfo ClassCatalog::brief(const std::string& table_name, const std::string& class_name) {
  return {.name = table_name, .doc = class_doc(class_name), .theme = std::string(kClassTables)};
}

// The classes of a piece of `objects`, those of other snapshots that share its rows included.
Result<void> ClassCatalog::add_names(const Relation& objects, Names& names) {
  const auto column = objects.column("class");
  if (!column) return {};
  DIRSNAP_TRY(const IndexView index, objects.index(*column));
  for (std::uint32_t ordinal = 0; ordinal < index.distinct(); ++ordinal) {
    const std::uint32_t row = index.row_at(index.begin_of(ordinal));
    DIRSNAP_TRY(std::string name, text_at(objects, *column, row));
    if (auto table = class_table_name(name)) names.emplace(*std::move(table), std::move(name));
  }
  return {};
}

Result<const ClassCatalog::Names*> ClassCatalog::names() {
  if (names_) return &*names_;
  Names names;
  DIRSNAP_TRY(const ReadTxn* txn, session_.txn());
  for (const SnapshotRecord& snapshot : txn->snapshots()) {
    const std::uint64_t id = snapshot.snapshot_id;
    DIRSNAP_TRY(const auto usage, txn->relation(id, tables::class_attributes::kSpec.name));
    if (!usage) continue;
    for (const std::uint32_t piece : {0U, 1U}) {
      DIRSNAP_TRY(const auto objects, txn->piece(id, tables::objects::kSpec.name, piece));
      if (objects) DIRSNAP_CHECK(add_names(*objects, names));
    }
  }
  names_ = std::move(names);
  return &*names_;
}

Result<ClassCatalog::Form> ClassCatalog::form_of(std::string_view attribute) {
  namespace t = tables::schema_attributes;
  const std::string key = to_lower_ascii(attribute);
  if (const auto known = forms_.find(key); known != forms_.end()) return known->second;
  Form form;
  bool differs = false;
  DIRSNAP_TRY(const ReadTxn* txn, session_.txn());
  for (const SnapshotRecord& snapshot : txn->snapshots()) {
    DIRSNAP_TRY(const auto list, txn->relation(snapshot.snapshot_id, t::kSpec.name));
    if (!list || list->def().columns.size() <= t::kMaxValues) continue;
    DIRSNAP_TRY(const auto rows, rows_with(*list, t::kLdapName, attribute));
    for (const std::uint32_t row : rows) {
      DIRSNAP_TRY(const ValueView single, list->value(t::kSingleValued, row));
      DIRSNAP_TRY(const ValueView most, list->value(t::kMaxValues, row));
      DIRSNAP_TRY(std::string syntax, text_at(*list, t::kSyntax, row));
      const bool many = single.type == ValueType::kInteger && single.integer == 0;
      form.is_array = form.is_array || many || most.integer > 1;
      if (syntax.empty()) continue;
      differs = differs || (!form.syntax.empty() && form.syntax != syntax);
      form.syntax = std::move(syntax);
    }
  }
  if (differs) form.syntax.clear();
  return forms_.emplace(key, std::move(form)).first->second;
}

Result<std::optional<ClassShape>> ClassCatalog::find(std::string_view table_name) {
  namespace t = tables::class_attributes;
  DIRSNAP_TRY(const Names* names, this->names());
  const auto found = names->find(to_lower_ascii(table_name));
  if (found == names->end()) return std::optional<ClassShape>();
  Builder builder(found->first, found->second);
  DIRSNAP_TRY(const ReadTxn* txn, session_.txn());
  for (const SnapshotRecord& snapshot : txn->snapshots()) {
    DIRSNAP_TRY(const auto list, txn->relation(snapshot.snapshot_id, t::kSpec.name));
    if (!list) continue;
    DIRSNAP_TRY(const auto rows, rows_with(*list, t::kClass, found->second));
    for (const std::uint32_t row : rows) {
      DIRSNAP_TRY(const std::string attribute, text_at(*list, t::kAttribute, row));
      if (attribute.empty() || builder.knows(attribute)) continue;
      DIRSNAP_TRY(const std::string x500, text_at(*list, t::kAttributeX500, row));
      DIRSNAP_TRY(const Form form, form_of(attribute));
      builder.add_attribute(attribute, x500, form);
    }
  }
  return std::optional(std::move(builder).finish(session_.scope()));
}

}  // namespace dirsnap
