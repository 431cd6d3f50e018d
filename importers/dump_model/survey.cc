// SPDX-License-Identifier: MIT
#include "importers/dump_model/survey.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "importers/dump_model/schema_text.h"
#include "importers/dump_model/text_value.h"
#include "storage/base/text.h"

namespace dirsnap::dump_model {
namespace {

// Names that Active Directory has and Exchange 4.0-5.5 does not, in lower case.
constexpr std::array<std::string_view, 4> kActiveDirectoryNames = {"objectguid", "objectcategory",
                                                                   "samaccountname", "whencreated"};

// What the pass wants of an attribute; one look-up a line.
struct NameFacts {
  Known known = Known::kNone;
  bool is_active_directory = false;
  std::string_view name;             // as written
  NameFacts* followed_by = nullptr;  // what came behind it last time
};

// Only Active Directory names its trees by domain components.
bool is_below_domain(std::string_view dn) {
  const std::size_t comma = dn.rfind(',');
  return comma != std::string_view::npos &&
         equal_ascii_nocase(trim_blanks(dn.substr(comma + 1)).substr(0, 3), "dc=");
}

// The octets of an Invocation-Id, however the dump writes them.
std::string octets_of_id(std::string_view text) {
  constexpr std::size_t kSize = 16;
  if (text.size() == kSize) return std::string(text);
  if (const auto octets = octets_of_guid(text)) return *octets;
  return octets_of_hex(text).value_or("");
}

class Pass {
 public:
  Pass(dump::EntryReader& reader, ImportContext& context) : reader_(reader), context_(context) {}

  Result<Survey> run(const directory::OverrideMap& overrides,
                     std::unique_ptr<directory::Schema>& schema);

 private:
  NameFacts& facts_of(std::string_view name);
  const NameFacts& facts_of_next(std::string_view name);
  // Names outside UTF-8 are read by the code page; how many texts are is told by the second pass.
  std::string_view utf8(std::string_view text);
  void take(const dump::Entry& entry);
  void take_values(const dump::Entry& entry, std::uint32_t number);
  void take_rename(const dump::Entry& entry, std::uint32_t node);

  dump::EntryReader& reader_;
  ImportContext& context_;
  Survey survey_;
  NameIndex index_;
  SchemaText schema_text_;
  std::unordered_map<std::string, NameFacts> names_;  // as written
  NameFacts* last_ = nullptr;                         // given by facts_of_next()
  std::string name_;                                  // scratch
  std::string utf8_;                                  // scratch
  std::vector<std::string> classes_;                  // of the present record
  bool is_active_directory_ = false;
};

NameFacts& Pass::facts_of(std::string_view name) {
  constexpr std::size_t kMaxNames = 100'000;
  name_ = name;
  if (const auto found = names_.find(name_); found != names_.end()) return found->second;
  if (names_.size() >= kMaxNames) {
    names_.clear();
    last_ = nullptr;
  }
  const std::string lower = to_lower_ascii(name);
  const bool is_ad = std::find(kActiveDirectoryNames.begin(), kActiveDirectoryNames.end(), lower) !=
                     kActiveDirectoryNames.end();
  const auto at = names_.emplace(name_, NameFacts{known_attribute(name), is_ad, {}, nullptr}).first;
  at->second.name = at->first;
  return at->second;
}

// For the lines of records one after the other, which come in much the same order: most names need
// no look-up.
const NameFacts& Pass::facts_of_next(std::string_view name) {
  NameFacts* const before = last_;
  if (before != nullptr) {
    if (before->name == name) return *before;
    NameFacts* const guess = before->followed_by;
    if (guess != nullptr && guess->name == name) return *(last_ = guess);
  }
  NameFacts& facts = facts_of(name);
  if (last_ != nullptr) last_->followed_by = &facts;
  last_ = &facts;
  return facts;
}

std::string_view Pass::utf8(std::string_view text) {
  if (is_valid_utf8(text)) return text;
  const unsigned codepage = context_.options().codepage.value_or(kDefaultCodepage);
  utf8_ = decode_codepage(as_bytes(text), codepage).value_or(repair_utf8(text)).text;
  return utf8_;
}

void Pass::take_values(const dump::Entry& entry, std::uint32_t number) {
  NameIndex::Node& node = index_.at(number);
  classes_.clear();
  for (const dump::EntryValue& value : entry.values) {
    const Known known = facts_of(value.attribute).known;
    if (value.edit != dump::Edit::kAdd) continue;
    if (known == Known::kObjectClass) {
      classes_.emplace_back(value.bytes);
    } else if (known == Known::kIsDeleted) {
      node.is_deleted = equal_ascii_nocase(value.bytes, "TRUE") || value.bytes == "1";
    } else if (known == Known::kInvocationId) {
      survey_.invocations.add(as_bytes(octets_of_id(value.bytes)), number);
    } else {
      schema_text_.take(known, value);
    }
  }
  node.has_class = node.has_class || !classes_.empty();
  schema_text_.finish_record(classes_);
}

void Pass::take_rename(const dump::Entry& entry, std::uint32_t node) {
  const auto names = parse_name(utf8(entry.new_rdn));
  std::optional<std::uint32_t> parent;
  bool fits = names && names->size() == 1;
  if (fits && entry.has_new_superior) {
    parent = index_.node_of(utf8(entry.new_superior));
    fits = parent.has_value();
  }
  if (!fits || !index_.rename(node, names->front(), parent)) ++survey_.failed_renames;
}

void Pass::take(const dump::Entry& entry) {
  const auto node = index_.node_of(utf8(entry.dn));
  survey_.nodes.push_back(node.value_or(Survey::kNoNode));
  if (!node) return;
  is_active_directory_ = is_active_directory_ || is_below_domain(entry.dn);
  if (entry.change != dump::Change::kContent) ++survey_.changes;
  if (index_.at(*node).object_id == 0) {
    index_.at(*node).object_id = context_.next_object_id++;
    ++survey_.objects;
  } else {
    survey_.later[*node].push_back(entry.place);
  }
  if (entry.change == dump::Change::kDelete) index_.at(*node).is_deleted = true;
  if (entry.change == dump::Change::kContent) index_.at(*node).is_deleted = false;
  take_values(entry, *node);
  if (entry.change == dump::Change::kRename) take_rename(entry, *node);
}

Result<Survey> Pass::run(const directory::OverrideMap& overrides,
                         std::unique_ptr<directory::Schema>& schema) {
  reader_.set_wanted([this](std::string_view name) {
    const NameFacts& facts = facts_of_next(name);
    is_active_directory_ = is_active_directory_ || facts.is_active_directory;
    return facts.known != Known::kNone;
  });
  dump::Entry entry;
  for (;;) {
    DIRSNAP_TRY(const bool more, reader_.next(entry));
    if (!more) break;
    take(entry);
  }
  reader_.set_wanted({});
  schema = std::make_unique<directory::Schema>(is_active_directory_
                                                   ? directory::Generation::kActiveDirectory
                                                   : directory::Generation::kExchange);
  overrides.apply_to(*schema);
  schema_text_.apply_to(*schema);
  survey_.invocations.finish();
  index_.move_into(survey_.tree);
  return std::move(survey_);
}

}  // namespace

Result<Survey> survey_dump(dump::EntryReader& reader,
                           const directory::OverrideMap& overrides,
                           std::unique_ptr<directory::Schema>& schema,
                           ImportContext& context) {
  return Pass(reader, context).run(overrides, schema);
}

}  // namespace dirsnap::dump_model
