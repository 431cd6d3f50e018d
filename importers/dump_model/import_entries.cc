// SPDX-License-Identifier: MIT
#include "importers/dump_model/import_entries.h"

#include <algorithm>
#include <compare>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "importers/directory/directory_import.h"
#include "importers/directory/exchange_tree.h"
#include "importers/directory/row_writer.h"
#include "importers/directory/schema_rows.h"
#include "importers/directory/syntax.h"
#include "importers/directory/well_known.h"
#include "importers/dump_model/ahead_reader.h"
#include "importers/dump_model/name_finder.h"
#include "importers/dump_model/name_lookup.h"
#include "importers/dump_model/object_state.h"
#include "importers/dump_model/survey.h"
#include "importers/dump_model/text_value.h"
#include "importers/dump_model/value_options.h"
#include "storage/base/text.h"

namespace dirsnap::dump_model {
namespace {

// The attribute that a name with options stands for.
struct Binding {
  directory::Attribute* attribute = nullptr;
  bool is_class = false;
  bool is_range = false;                          // a piece of the values
  bool is_last_range = false;                     // ... up to the last one
  const directory::Attribute* forward = nullptr;  // of a linked attribute: the forward one
  bool is_back = false;                           // ... and this is the back link
  Binding* plain = nullptr;    // the binding whose values these are: itself without options
  std::uint32_t next_seq = 0;  // within the present object
  std::int64_t object_id = 0;  // ... which is this one
  bool has_piece = false;      // it has pieces there
  bool has_last_piece = false;
  std::string_view first;    // its first value there
  std::string_view written;  // name and options, of which this many are the name
  std::size_t name_size = 0;
  Binding* followed_by = nullptr;  // the one that came behind it last time

  [[nodiscard]] bool is_of(const dump::EntryValue& value) const {
    return written.substr(0, name_size) == value.attribute &&
           written.substr(name_size) == value.options;
  }
};

// A value of an attribute that has several of them in the present object.
struct Repeated {
  const Binding* binding = nullptr;
  std::string_view bytes;
  auto operator<=>(const Repeated&) const = default;
};

class Writer {
 public:
  Writer(const DumpSource& source,
         Survey& survey,
         directory::Schema& schema,
         directory::RowWriter rows)
      : source_(source),
        survey_(survey),
        schema_(schema),
        names_(schema),
        values_(schema, names_, source.context.options().codepage.value_or(kDefaultCodepage)),
        rows_(std::move(rows)) {}

  Result<void> run(AheadReader& reader);

 private:
  Binding& bind(const dump::EntryValue& value);
  void bind_link(Binding& binding);
  Binding& look_up(const dump::EntryValue& value);
  Result<void> write_object(const directory::NameTree::Node& node,
                            const std::vector<dump::EntryValue>& values,
                            const dump::Place& place);
  Result<void> write_value(const directory::NameTree::Node& node, const dump::EntryValue& value);
  Result<void> write_link(const directory::NameTree::Node& node,
                          const Binding& binding,
                          std::string_view text);
  Result<void> merge(const dump::Entry& first, std::uint32_t node, ObjectState& state);
  void check_duplicates(const dump::Place& place);
  void check_ranges(const dump::Place& place);
  void report(Severity severity, const char* code, const dump::Place& place, std::string message);
  void report_texts();

  const DumpSource& source_;
  Survey& survey_;
  directory::Schema& schema_;
  NameLookup names_;
  ValueReader values_;
  directory::RowWriter rows_;
  std::optional<NameFinder> finder_;           // from the first link on
  std::unique_ptr<dump::EntryReader> second_;  // for records that lie apart
  RowArena arena_;
  std::unordered_map<std::string, Binding> bindings_;  // by name and options as written
  Binding* last_ = nullptr;                            // given by bind()
  std::string name_;                                   // scratch
  std::vector<Repeated> repeated_;                     // of the present object
  std::vector<const Binding*> ranges_;                 // attributes that it has pieces of
};

void Writer::report(Severity severity,
                    const char* code,
                    const dump::Place& place,
                    std::string message) {
  source_.issues.report({.severity = severity,
                         .code = code,
                         .offset_bytes = place.offset,
                         .place = "line " + std::to_string(place.line),
                         .message = std::move(message)});
}

// Whether the values of an attribute are links.
void Writer::bind_link(Binding& binding) {
  const directory::Attribute& attribute = *binding.attribute;
  namespace syntax = directory::syntax;
  const bool holds_names = attribute.syntax == syntax::kDn ||
                           attribute.syntax == syntax::kDnBinary ||
                           attribute.syntax == syntax::kDnString;
  if (!attribute.link_id || *attribute.link_id < 0 || !holds_names || attribute.secret) return;
  binding.is_back = *attribute.link_id % 2 != 0;
  binding.forward = binding.is_back
                        ? schema_.link_attribute(static_cast<std::uint32_t>(*attribute.link_id) / 2)
                        : binding.attribute;
}

// Objects hold their attributes in much the same order, so most names need no look-up.
Binding& Writer::bind(const dump::EntryValue& value) {
  Binding* const before = last_;
  if (before != nullptr) {
    if (before->is_of(value)) return *before;
    last_ = before->followed_by;
    if (last_ != nullptr && last_->is_of(value)) return *last_;
  }
  last_ = &look_up(value);
  if (before != nullptr) before->followed_by = last_;
  return *last_;
}

Binding& Writer::look_up(const dump::EntryValue& value) {
  name_ = value.attribute;
  name_ += value.options;
  if (const auto found = bindings_.find(name_); found != bindings_.end()) return found->second;
  const ValueOptions options = options_of(value.options);
  Binding made;
  made.attribute = &names_.attribute(value.attribute, options.kept);
  made.is_class = made.attribute->id == directory::attr::kObjectClass;
  made.is_range = options.is_range;
  made.is_last_range = options.is_last_range;
  // Spellings of one attribute count their values together.
  const std::string key = '\n' + std::to_string(made.attribute->id);
  Binding& plain = bindings_[key];
  plain.attribute = made.attribute;
  made.plain = &plain;
  rows_.bind(*made.attribute);
  bind_link(made);
  if (made.attribute->meaning == directory::Meaning::kUnset) {
    made.attribute->meaning = directory::find_meaning(*made.attribute);
  }
  made.name_size = value.attribute.size();
  const auto at = bindings_.emplace(name_, made).first;
  at->second.written = at->first;
  return at->second;
}

Result<void> Writer::write_value(const directory::NameTree::Node& node,
                                 const dump::EntryValue& value) {
  Binding& binding = bind(value);
  Binding& plain = *binding.plain;
  if (plain.object_id != node.object_id) {
    plain.object_id = node.object_id;
    plain.next_seq = 0;
    plain.has_piece = plain.has_last_piece = false;
  }
  if (binding.is_range && !plain.has_piece) ranges_.push_back(&plain);
  plain.has_piece = plain.has_piece || binding.is_range;
  plain.has_last_piece = plain.has_last_piece || binding.is_last_range;
  if (plain.next_seq == 0) plain.first = value.bytes;
  if (plain.next_seq == 1) repeated_.push_back({&plain, plain.first});
  if (plain.next_seq >= 1) repeated_.push_back({&plain, value.bytes});
  const directory::AttributeValue read = values_.read(*binding.attribute, value, arena_);
  if (binding.is_class) {
    const bool is_number = read.value.type == ValueType::kInteger;
    rows_.facts().classes.push_back(is_number ? static_cast<std::uint32_t>(read.value.integer)
                                              : names_.object_class(trim_blanks(value.bytes)));
  }
  DIRSNAP_CHECK(rows_.add_value(*binding.attribute, plain.next_seq++, read));
  if (binding.forward == nullptr || read.text.type != ValueType::kText) return {};
  return write_link(node, binding, read.text.bytes);
}

// A forward value is a link. A back link tells of one only where the forward end is no object of
// the dump: else that one tells it. `text`: the value in its readable form.
Result<void> Writer::write_link(const directory::NameTree::Node& node,
                                const Binding& binding,
                                std::string_view text) {
  const auto parts = directory::split_data_name(text);
  const std::string_view dn = parts ? parts->dn : text;
  if (dn.empty()) return {};
  if (!finder_) finder_.emplace(survey_.tree);
  const directory::NameTree::Node* found = finder_->find(dn);
  const bool is_object = found != nullptr && found->object_id != 0;
  directory::LinkRow link;
  link.attribute = binding.forward;
  link.base = *binding.forward->link_id / 2;
  if (binding.is_back) {
    if (is_object) return {};
    link.from_dn = dn;
    link.to_id = node.object_id;
    link.to_dn = rows_.own_names().x500;
    return rows_.add_stray_link(link);
  }
  std::string octets;
  if (parts) {
    const auto bytes = parts->kind == 'B' ? octets_of_hex(parts->data) : std::nullopt;
    octets = bytes.value_or("");
    link.data = bytes ? ValueView::blob(octets) : ValueView::text(parts->data);
  }
  link.to_dn = dn;
  std::string target;
  if (is_object) {
    // As the object writes its name itself.
    target = survey_.tree.names(*found).x500;
    link.to_id = found->object_id;
    link.to_dn = target;
  }
  return rows_.add_link(link);
}

void Writer::check_duplicates(const dump::Place& place) {
  std::sort(repeated_.begin(), repeated_.end());
  const auto twice = std::adjacent_find(repeated_.begin(), repeated_.end());
  if (twice == repeated_.end()) return;
  report(Severity::kNote, "dump-duplicate-value", place,
         "an attribute holds the same value twice; both are kept");
}

void Writer::check_ranges(const dump::Place& place) {
  const auto piece = std::find_if(ranges_.begin(), ranges_.end(),
                                  [](const Binding* plain) { return !plain->has_last_piece; });
  if (piece == ranges_.end()) return;
  report(Severity::kLoss, "dump-range", place,
         (*piece)->attribute->ldap_name + ": the dump holds a piece of the values only");
}

Result<void> Writer::write_object(const directory::NameTree::Node& node,
                                  const std::vector<dump::EntryValue>& values,
                                  const dump::Place& place) {
  arena_.reset();
  repeated_.clear();
  ranges_.clear();
  rows_.begin(node, {.offset_bytes = place.offset});
  for (const dump::EntryValue& value : values) DIRSNAP_CHECK(write_value(node, value));
  check_duplicates(place);
  check_ranges(place);
  return rows_.finish_object();
}

// Joins the later records of the object to the first one.
Result<void> Writer::merge(const dump::Entry& first, std::uint32_t node, ObjectState& state) {
  state.apply(first);
  const auto later = survey_.later.find(node);
  std::uint64_t contents = first.change == dump::Change::kContent ? 1 : 0;
  if (later != survey_.later.end()) {
    if (!second_) second_ = source_.open(source_.issues);
    SilentSink silent;
    second_->set_issues(silent);
    for (const dump::Place& place : later->second) {
      second_->seek(place);
      dump::Entry entry;
      DIRSNAP_TRY(const bool more, second_->next(entry));
      if (!more) break;
      state.apply(entry);
      if (entry.change == dump::Change::kContent) ++contents;
    }
  }
  const bool has_pieces =
      std::any_of(first.values.begin(), first.values.end(),
                  [](const dump::EntryValue& value) { return options_of(value.options).is_range; });
  if (contents > 1 && !has_pieces) {
    report(Severity::kDoubt, "dump-same-name", first.place,
           std::to_string(contents) + " records have the name of this one; joined to one object");
  }
  if (!state.has_content()) {
    report(Severity::kNote, "dump-changes-only", first.place,
           "the dump tells of changes to this object only; what else it held is not known");
  }
  if (state.dropped_values() > 0) {
    report(Severity::kLoss, "dump-object-size", first.place,
           "several records give this object more than " + std::to_string(ObjectState::kMaxValues) +
               " values; " + std::to_string(state.dropped_values()) + " of them are not kept");
  }
  if (state.unmatched_removals() > 0) {
    report(Severity::kDoubt, "dump-remove-unmatched", first.place,
           std::to_string(state.unmatched_removals()) +
               " values that the dump takes from this object were not there; it was another one "
               "when it was changed");
  }
  return {};
}

void Writer::report_texts() {
  if (values_.codepage_texts() == 0) return;
  const unsigned codepage = source_.context.options().codepage.value_or(kDefaultCodepage);
  report(Severity::kDoubt, "dump-codepage", {},
         std::to_string(values_.codepage_texts()) + " texts are not UTF-8; read by code page " +
             std::to_string(codepage) + ", " + std::to_string(values_.undecodable_texts()) +
             " of them with characters it does not have (see --codepage)");
}

Result<void> Writer::run(AheadReader& reader) {
  dump::Entry entry;
  std::int64_t last_object = 0;
  for (std::size_t record = 0;; ++record) {
    DIRSNAP_TRY(const bool more, reader.next(entry));
    if (!more) break;
    if (record >= survey_.nodes.size()) {
      return fail(Code::kCorrupt, "the dump reads differently a second time");
    }
    const std::uint32_t number = survey_.nodes[record];
    if (number == Survey::kNoNode) {
      report(Severity::kLoss, "dump-name", entry.place,
             "a record whose name is no distinguished name; it is no object");
      continue;
    }
    const directory::NameTree::Node& node = survey_.tree.nodes()[number];
    if (node.object_id <= last_object) continue;  // joined to its first record
    last_object = node.object_id;
    const bool is_alone = entry.change == dump::Change::kContent && !survey_.later.contains(number);
    if (is_alone) {
      DIRSNAP_CHECK(write_object(node, entry.values, entry.place));
      continue;
    }
    ObjectState state;
    DIRSNAP_CHECK(merge(entry, number, state));
    DIRSNAP_CHECK(write_object(node, state.values(), entry.place));
  }
  report_texts();
  DIRSNAP_CHECK(rows_.write_containers());
  return rows_.write_class_attributes();
}

}  // namespace

Result<void> import_entries(const DumpSource& source) {
  DIRSNAP_TRY(const directory::OverrideMap overrides,
              directory::overrides_of(source.context.options()));
  SilentSink silent;
  const std::unique_ptr<dump::EntryReader> reader = source.open(silent);
  std::unique_ptr<directory::Schema> schema;
  DIRSNAP_TRY(Survey survey, survey_dump(*reader, overrides, schema, source.context));
  if (survey.failed_renames > 0) {
    source.issues.report({.severity = Severity::kDoubt,
                          .code = "dump-rename",
                          .place = {},
                          .message = std::to_string(survey.failed_renames) +
                                     " renamed objects keep their old names: the new ones are "
                                     "taken or are no names"});
  }
  DIRSNAP_TRY(directory::RowWriter rows,
              directory::RowWriter::create(survey.tree, *schema,
                                           {.source_id = source.facts.source_id,
                                            .has_row_numbers = false,
                                            .invocations = &survey.invocations,
                                            .issues = &source.issues},
                                           source.context));
  reader->seek({});
  Writer writer(source, survey, *schema, std::move(rows));
  {
    AheadReader ahead(*reader, source.issues);
    DIRSNAP_CHECK(writer.run(ahead));
  }
  DIRSNAP_CHECK(directory::write_schema(*schema, source.facts.source_id, source.context));
  source.facts.role = "directory";
  source.facts.records = survey.objects;
  if (source.context.options().server) source.facts.server = source.context.options().server;
  directory::note_organization(survey.tree, source.context);
  return {};
}

}  // namespace dirsnap::dump_model
