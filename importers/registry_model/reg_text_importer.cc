// SPDX-License-Identifier: MIT
#include <algorithm>
#include <string>
#include <unordered_map>
#include <vector>

#include "importers/reg_text/detect.h"
#include "importers/reg_text/reader.h"
#include "importers/registry_model/importers.h"
#include "importers/registry_model/rows.h"
#include "importers/registry_model/system_facts.h"
#include "storage/base/text.h"
#include "storage/base/wtf8.h"

namespace dirsnap::registry_model {
namespace {

bool probe_reg_text(Bytes head, std::uint64_t /*size_bytes*/) {
  return reg_text::detect(head).has_value();
}

std::string_view last_part(std::string_view path) {
  const std::size_t slash = path.rfind('\\');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

// RegEdt32 prints paths below the root of its window. The hives of HKEY_LOCAL_MACHINE have names
// that stand nowhere else.
void complete_paths(reg_text::Document& document) {
  if (document.form != reg_text::Form::kRegEdt32) return;
  for (reg_text::Key& key : document.keys) {
    const std::string_view first = std::string_view(key.path).substr(0, key.path.find('\\'));
    for (const std::string_view hive : {"SYSTEM", "SOFTWARE", "SAM", "SECURITY", "HARDWARE"}) {
      if (!equal_ascii_nocase(first, hive)) continue;
      key.path.insert(0, "HKEY_LOCAL_MACHINE\\");
      break;
    }
  }
}

// For each key the index of its parent's key, or npos where the text does not list it.
constexpr std::size_t kNoParent = static_cast<std::size_t>(-1);
struct Tree {
  std::vector<std::size_t> parent;
  std::vector<std::uint64_t> subkeys;
};

Tree link_keys(const std::vector<reg_text::Key>& keys) {
  std::unordered_map<std::string, std::size_t> by_path;
  for (std::size_t i = 0; i < keys.size(); ++i) by_path.emplace(registry_fold(keys[i].path), i);
  Tree tree{.parent = std::vector<std::size_t>(keys.size(), kNoParent),
            .subkeys = std::vector<std::uint64_t>(keys.size(), 0)};
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const std::size_t slash = keys[i].path.rfind('\\');
    if (slash == std::string::npos) continue;
    const auto place = by_path.find(registry_fold(keys[i].path.substr(0, slash)));
    if (place == by_path.end()) continue;
    tree.parent[i] = place->second;
    ++tree.subkeys[place->second];
  }
  return tree;
}

// Valid UTF-8 of names that may hold lone surrogates; counts those that did.
std::string clean(const std::string& wtf8, std::size_t& repaired) {
  Decoded decoded = utf8_from_wtf8(wtf8);
  if (!decoded.lossless) ++repaired;
  return std::move(decoded.text);
}

std::string details_of(const reg_text::Document& document, const SystemFacts& system) {
  std::string json = std::string("{\"form\":\"") + form_name(document.form) + "\",\"encoding\":\"" +
                     encoding_name(document.encoding) +
                     "\",\"bom\":" + (document.has_bom ? "true" : "false");
  const bool has_codepage = document.encoding == reg_text::Encoding::kCodepage ||
                            document.form == reg_text::Form::kRegedit4;
  if (has_codepage) json += ",\"codepage\":" + std::to_string(document.codepage);
  if (!system.control_set().empty()) {
    json += ",\"control_set\":\"" + escape_json(system.control_set()) +
            "\",\"control_set_rule\":\"" + escape_json(system.control_set_rule()) + '"';
  }
  return json + '}';
}

Result<void> write_keys(const std::vector<reg_text::Key>& keys,
                        RegistryRows& rows,
                        SystemFacts& system,
                        ImportContext& context,
                        IssueSink& issues) {
  const Tree tree = link_keys(keys);
  const std::int64_t first_id = context.next_key_id;
  std::size_t repaired = 0;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (i % 4096 == 0) DIRSNAP_CHECK(context.cancel().check());
    const reg_text::Key& source = keys[i];
    const std::string path = clean(source.path, repaired);
    std::vector<std::string> names;
    names.reserve(source.values.size());
    for (const reg_text::Value& value : source.values) names.push_back(clean(value.name, repaired));
    std::vector<RegistryValue> values;
    values.reserve(source.values.size());
    for (std::size_t j = 0; j < source.values.size(); ++j) {
      const reg_text::Value& value = source.values[j];
      values.push_back({names[j], value.type, as_bytes(value.data), value.offset});
    }
    RegistryKey key;
    key.path = path;
    key.name = last_part(path);
    if (tree.parent[i] != kNoParent) {
      key.parent_id = first_id + static_cast<std::int64_t>(tree.parent[i]);
    }
    std::optional<std::string> class_name;
    if (source.class_name) class_name = clean(*source.class_name, repaired);
    key.class_name = class_name;
    key.filetime = source.filetime;
    key.subkeys = tree.subkeys[i];
    key.offset = source.offset;
    key.values = values;
    DIRSNAP_CHECK(rows.add(key));
    system.add(key);
  }
  if (repaired > 0) {
    issues.report({.severity = Severity::kDoubt,
                   .code = "registry-name-not-unicode",
                   .place = {},
                   .message = std::to_string(repaired) +
                              " names hold lone surrogates, which stand as U+FFFD"});
  }
  return {};
}

Result<void> import_reg_text(ByteSource& source,
                             SourceFacts& facts,
                             ImportContext& context,
                             IssueSink& issues) {
  facts.kind = "registry-text";
  facts.role = "registry";
  const reg_text::ReadOptions options{.codepage = context.options().codepage};
  DIRSNAP_TRY(reg_text::Document document,
              reg_text::read_document(source, options, context.cancel(), issues));
  complete_paths(document);
  DIRSNAP_TRY(RegistryRows rows, RegistryRows::begin(context, facts.source_id));
  SystemFacts system(facts.source_id);
  DIRSNAP_CHECK(write_keys(document.keys, rows, system, context, issues));
  system.finish(facts, context, issues);
  facts.records = rows.records();
  facts.details = details_of(document, system);
  return {};
}

}  // namespace

const Importer kRegTextImporter = {
    .kind = "registry-text", .probe = probe_reg_text, .import = import_reg_text};

}  // namespace dirsnap::registry_model
