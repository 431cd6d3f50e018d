// SPDX-License-Identifier: MIT
#include <array>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "importers/hive_files.h"
#include "importers/regf/deleted.h"
#include "importers/regf/log.h"
#include "importers/regf/root.h"
#include "importers/regf/walk.h"
#include "importers/registry_model/hive_kind.h"
#include "importers/registry_model/importers.h"
#include "importers/registry_model/key_security.h"
#include "importers/registry_model/recovered_rows.h"
#include "importers/registry_model/rows.h"
#include "importers/registry_model/system_facts.h"
#include "importers/registry_model/value_text.h"
#include "storage/base/text.h"
#include "storage/base/wtf8.h"

namespace dirsnap::registry_model {
namespace {

// Offsets inside a hive have 31 bits.
constexpr std::uint64_t kMaxHiveBytes = (std::uint64_t{1} << 31) + regf::kBaseBlockBytes;
constexpr std::uint64_t kLastFiletime = 2'650'467'743'999'999'999;  // end of the year 9999

bool probe_hive(Bytes head, std::uint64_t /*size_bytes*/) { return regf::is_hive(head); }

// Passes issues on and remembers whether the hive's structure was at fault.
class StructureSink final : public IssueSink {
 public:
  explicit StructureSink(IssueSink& next) : next_(next) {}
  void report(Issue issue) override {
    if (issue.severity != Severity::kNote) is_damaged_ = true;
    next_.report(std::move(issue));
  }
  [[nodiscard]] bool is_damaged() const { return is_damaged_; }

 private:
  IssueSink& next_;
  bool is_damaged_ = false;
};

Result<std::vector<std::byte>> read_whole(ByteSource& source) {
  if (source.size_bytes() > kMaxHiveBytes) {
    return fail(Code::kLimit, "the file is larger than a hive can be");
  }
  std::vector<std::byte> bytes(static_cast<std::size_t>(source.size_bytes()));
  DIRSNAP_TRY(const std::size_t got, source.read_at(0, bytes));
  bytes.resize(got);
  return bytes;
}

// The logs beside the hive and what became of them.
struct Logs {
  std::vector<std::pair<std::string, std::vector<std::byte>>> found;  // suffix, bytes
  std::vector<std::string> missing;                                   // suffixes
  regf::Replay replay;
};

// Windows writes its new logs in turn, so that either alone may lack the last changes; it keeps
// both files, even where one is empty. The older log had no such twin.
void find_missing(Logs& logs, IssueSink& issues) {
  const std::vector<std::byte>* only = nullptr;
  std::string_view missing;
  for (const auto& [suffix, bytes] : logs.found) {
    if (suffix == kHiveLogSuffixes[0]) continue;
    if (only != nullptr) return;  // both are there
    only = &bytes;
    missing = suffix == kHiveLogSuffixes[1] ? kHiveLogSuffixes[2] : kHiveLogSuffixes[1];
  }
  if (only == nullptr || !logs.replay.was_dirty) return;
  const bool is_new = regf::parse_base_block(*only).file_type ==
                      static_cast<std::uint32_t>(regf::FileType::kLogNew);
  if (!is_new && !only->empty()) return;
  logs.missing.emplace_back(missing);
  issues.report({.severity = Severity::kDoubt,
                 .code = "hive-log-missing",
                 .place = {},
                 .message = "the hive was not written out and its log " + logs.missing.back() +
                            " is not beside it; changes may be missing"});
}

Result<Logs> apply_logs(std::vector<std::byte>& image, ImportContext& context, IssueSink& issues) {
  Logs logs;
  if (!context.options().no_logs && context.open_sibling) {
    for (const std::string_view suffix : kHiveLogSuffixes) {
      const std::unique_ptr<ByteSource> source = context.open_sibling(suffix);
      if (source == nullptr) continue;
      DIRSNAP_TRY(std::vector<std::byte> bytes, read_whole(*source));
      logs.found.emplace_back(suffix, std::move(bytes));
    }
  }
  std::vector<regf::LogFile> files;
  files.reserve(logs.found.size());
  for (const auto& [suffix, bytes] : logs.found) files.push_back({suffix, bytes});
  logs.replay = regf::replay_logs(image, files, issues);
  find_missing(logs, issues);
  return logs;
}

// Turns visited keys into rows. Paths grow and shrink with the walk, which visits parents first.
class KeyWriter {
 public:
  KeyWriter(RegistryRows& rows,
            SystemFacts& system,
            KeySecurity& security,
            std::string root,
            std::int64_t first_id)
      : rows_(rows),
        system_(system),
        security_(security),
        path_(std::move(root)),
        first_id_(first_id) {}

  Result<void> add(const regf::WalkKey& key);
  [[nodiscard]] std::size_t repaired_names() const { return repaired_names_; }
  [[nodiscard]] std::size_t odd_times() const { return odd_times_; }

 private:
  struct Level {
    std::size_t number = 0;      // of the key
    std::size_t path_bytes = 0;  // length of its path
  };
  // Valid UTF-8; borrows `wtf8` where that is valid already.
  std::string_view clean(std::string_view wtf8);
  void enter(const regf::WalkKey& key);
  void drop_tombstones(const regf::WalkKey& key);

  RegistryRows& rows_;
  SystemFacts& system_;
  KeySecurity& security_;
  std::string path_;
  std::int64_t first_id_;
  std::vector<Level> levels_;
  std::vector<RegistryValue> values_;
  std::deque<std::string> repaired_;  // names of the current key
  std::size_t repaired_names_ = 0;
  std::size_t odd_times_ = 0;
};

std::string_view KeyWriter::clean(std::string_view wtf8) {
  if (is_valid_utf8(wtf8)) return wtf8;
  ++repaired_names_;
  repaired_.push_back(utf8_from_wtf8(wtf8).text);
  return repaired_.back();
}

void KeyWriter::enter(const regf::WalkKey& key) {
  while (!levels_.empty() && levels_.back().number != key.parent) levels_.pop_back();
  if (!levels_.empty()) {
    path_.resize(levels_.back().path_bytes);
    path_.append("\\").append(clean(key.node->name));
  }
  levels_.push_back({key.number, path_.size()});
}

Result<void> KeyWriter::add(const regf::WalkKey& key) {
  repaired_.clear();
  values_.clear();
  enter(key);
  bool has_tombstones = false;
  for (const regf::WalkValue& value : key.values) {
    has_tombstones |= value.is_tombstone;
    values_.push_back({.name = clean(value.node.name),
                       .type = value.node.type,
                       .data = value.data,
                       .offset = regf::file_offset(value.offset)});
  }
  const std::size_t slash = path_.rfind('\\');
  RegistryKey row;
  row.path = path_;
  row.name = std::string_view(path_).substr(slash == std::string::npos ? 0 : slash + 1);
  if (levels_.size() > 1) {
    // The name as the hive has it: it may hold a backslash.
    row.name = std::string_view(path_).substr(levels_[levels_.size() - 2].path_bytes + 1);
    row.parent_id = first_id_ + static_cast<std::int64_t>(key.parent);
  }
  if (key.class_name) row.class_name = clean(*key.class_name);
  row.security = security_.text_at(key.node->security);
  row.filetime = key.node->last_written;
  if (key.node->last_written > kLastFiletime) ++odd_times_;
  row.subkeys = key.subkeys;
  row.offset = regf::file_offset(key.offset);
  row.values = values_;
  DIRSNAP_CHECK(rows_.add(row));
  if (has_tombstones) {
    drop_tombstones(key);
    row.values = values_;
  }
  system_.add(row);
  return {};
}

// They have rows, but tell nothing about the machine.
void KeyWriter::drop_tombstones(const regf::WalkKey& key) {
  std::vector<RegistryValue> kept;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if (!key.values[i].is_tombstone) kept.push_back(values_[i]);
  }
  values_ = std::move(kept);
}

std::string details_of(const regf::BaseBlock& base,
                       const HiveKind& kind,
                       const Logs& logs,
                       const SystemFacts& system) {
  std::string json = "{\"version\":\"" + std::to_string(base.major) + '.' +
                     std::to_string(base.minor) + "\",\"hive\":";
  json += kind.name.empty() ? "null" : '"' + std::string(kind.name) + '"';
  std::vector<std::string> found;
  for (const auto& entry : logs.found) found.push_back(entry.first);
  json += ",\"file_name\":\"" + escape_json(base.file_name) +
          "\",\"logs_found\":" + json_array(found) +
          ",\"logs_missing\":" + json_array(logs.missing) +
          ",\"logs_stale\":" + json_array(logs.replay.stale) + ",\"logs_applied\":[";
  for (const regf::AppliedLog& log : logs.replay.applied) {
    if (json.back() != '[') json += ',';
    json += "{\"name\":\"" + escape_json(log.name) +
            "\",\"first_sequence\":" + std::to_string(log.first_sequence) +
            ",\"last_sequence\":" + std::to_string(log.last_sequence) +
            ",\"pages\":" + std::to_string(log.pages) + '}';
  }
  json += ']';
  if (!system.control_set().empty()) {
    json += ",\"control_set\":\"" + escape_json(system.control_set()) +
            "\",\"control_set_rule\":\"" + escape_json(system.control_set_rule()) + '"';
  }
  return json + '}';
}

// Where the keys go: by the hive's kind, else below the name of the file it was. A damaged block's
// name is none.
std::string root_path(const HiveKind& kind, const regf::BaseBlock& base, IssueSink& issues) {
  if (!kind.root.empty()) return std::string(kind.root);
  std::string name = base.file_name.substr(base.file_name.find_last_of("\\/") + 1);
  if (name.empty() || !base.has_checksum) name = "HIVE";
  issues.report({.severity = Severity::kNote,
                 .code = "hive-kind-unknown",
                 .place = {},
                 .message = "no well-known hive; its keys stand under " + name});
  return name;
}

void report_names_and_times(const KeyWriter& writer, IssueSink& issues) {
  if (writer.repaired_names() > 0) {
    issues.report({.severity = Severity::kDoubt,
                   .code = "registry-name-not-unicode",
                   .place = {},
                   .message = std::to_string(writer.repaired_names()) +
                              " names hold lone surrogates, which stand as U+FFFD"});
  }
  if (writer.odd_times() > 0) {
    issues.report({.severity = Severity::kNote,
                   .code = "hive-time-range",
                   .place = {},
                   .message = std::to_string(writer.odd_times()) +
                              " keys hold times behind the year 9999, which are left out"});
  }
}

Result<void> import_hive(ByteSource& source,
                         SourceFacts& facts,
                         ImportContext& context,
                         IssueSink& issues) {
  facts.kind = "registry-hive";
  facts.role = "registry";
  DIRSNAP_TRY(std::vector<std::byte> image, read_whole(source));
  DIRSNAP_CHECK(regf::Hive::open(image));
  const regf::BaseBlock as_found = regf::parse_base_block(image);
  DIRSNAP_TRY(const Logs logs, apply_logs(image, context, issues));
  DIRSNAP_TRY(const regf::Hive hive, regf::Hive::open(image));
  StructureSink structure(issues);
  hive.check_bins(structure);
  const HiveKind kind = hive_kind(regf::root_subkey_names(hive));

  DIRSNAP_TRY(RegistryRows rows, RegistryRows::begin(context, facts.source_id));
  SystemFacts system(facts.source_id);
  const std::string root = root_path(kind, hive.base(), issues);
  KeySecurity security(hive, &structure);
  KeyWriter writer(rows, system, security, root, context.next_key_id);
  regf::UseMap used(hive.bins().size());
  const auto on_key = [&writer](const regf::WalkKey& key) { return writer.add(key); };
  DIRSNAP_CHECK(regf::walk(hive, context.cancel(), structure, on_key, &used));
  DIRSNAP_TRY(const regf::Deleted deleted, regf::find_deleted(hive, used, context.cancel()));
  DIRSNAP_CHECK(write_recovered(deleted, hive, root, facts.source_id, context));
  if (deleted.is_limited) {
    issues.report({.severity = Severity::kDoubt,
                   .code = "hive-deleted-limited",
                   .place = {},
                   .message = "deleted records share so much that some data, paths or owners of "
                              "theirs are left out"});
  }
  report_names_and_times(writer, issues);
  system.finish(facts, context, issues);
  facts.records = rows.records();
  const bool is_damaged =
      structure.is_damaged() || !as_found.has_signature || !as_found.has_checksum;
  facts.state = is_damaged ? "damaged" : logs.replay.was_dirty ? "dirty" : "clean";
  facts.details = details_of(hive.base(), kind, logs, system);
  return {};
}

}  // namespace

const Importer kHiveImporter = {
    .kind = "registry-hive", .probe = probe_hive, .import = import_hive};

}  // namespace dirsnap::registry_model
