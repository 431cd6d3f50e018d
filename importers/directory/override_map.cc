// SPDX-License-Identifier: MIT
#include "importers/directory/override_map.h"

#include <array>
#include <fstream>
#include <sstream>

#include <nlohmann/json.hpp>

namespace dirsnap::directory {
namespace {

using Json = nlohmann::json;

template <std::size_t N>
Result<void> check_keys(const Json& object,
                        const std::array<std::string_view, N>& known,
                        std::string_view where) {
  if (!object.is_object()) {
    return fail(Code::kUsage, "map file: " + std::string(where) + " must be an object");
  }
  for (const auto& [key, value] : object.items()) {
    bool found = false;
    for (const std::string_view name : known) found = found || name == key;
    if (!found) {
      return fail(Code::kUsage, "map file: unknown key \"" + key + "\" in " + std::string(where));
    }
  }
  return {};
}

Result<std::string> text_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end()) return std::string();
  if (!found->is_string()) {
    return fail(Code::kUsage, std::string("map file: \"") + key + "\" must be text");
  }
  return found->get<std::string>();
}

Result<std::uint32_t> id_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number_integer()) {
    return fail(Code::kUsage, std::string("map file: \"") + key + "\" must be a whole number");
  }
  const auto value = found->get<std::int64_t>();
  if (value < INT32_MIN || value > UINT32_MAX) {
    return fail(Code::kUsage, std::string("map file: \"") + key + "\" does not fit 32 bits");
  }
  return static_cast<std::uint32_t>(value);
}

Result<Attribute> parse_attribute(const Json& json) {
  constexpr std::array<std::string_view, 10> kKeys = {
      "id",     "ldap_name", "x500_name", "oid",           "syntax",
      "column", "link_id",   "mapi_id",   "single_valued", "origin"};
  DIRSNAP_CHECK(check_keys(json, kKeys, "attributes"));
  Attribute entry;
  DIRSNAP_TRY(entry.id, id_of(json, "id"));
  DIRSNAP_TRY(entry.ldap_name, text_of(json, "ldap_name"));
  DIRSNAP_TRY(entry.x500_name, text_of(json, "x500_name"));
  DIRSNAP_TRY(entry.oid, text_of(json, "oid"));
  DIRSNAP_TRY(entry.column, text_of(json, "column"));
  DIRSNAP_TRY(const std::string syntax, text_of(json, "syntax"));
  if (!syntax.empty()) {
    for (unsigned n = 1; n <= 17; ++n) {
      if (syntax == "2.5.5." + std::to_string(n)) entry.syntax = static_cast<std::uint8_t>(n);
    }
    if (entry.syntax == 0) {
      return fail(Code::kUsage, "map file: syntax must be 2.5.5.1 to 2.5.5.17, not " + syntax);
    }
  }
  if (json.contains("single_valued")) {
    if (!json["single_valued"].is_boolean()) {
      return fail(Code::kUsage, "map file: \"single_valued\" must be true or false");
    }
    entry.single = json["single_valued"].get<bool>() ? 1 : 0;
  }
  if (json.contains("link_id")) {
    DIRSNAP_TRY(const std::uint32_t link, id_of(json, "link_id"));
    entry.link_id = static_cast<std::int32_t>(link);
  }
  if (json.contains("mapi_id")) {
    DIRSNAP_TRY(const std::uint32_t mapi, id_of(json, "mapi_id"));
    entry.mapi_id = static_cast<std::int32_t>(mapi);
  }
  DIRSNAP_CHECK(text_of(json, "origin"));
  return entry;
}

Result<Class> parse_class(const Json& json) {
  constexpr std::array<std::string_view, 6> kKeys = {"id",  "ldap_name", "x500_name",
                                                     "oid", "parent",    "origin"};
  DIRSNAP_CHECK(check_keys(json, kKeys, "classes"));
  Class entry;
  DIRSNAP_TRY(entry.id, id_of(json, "id"));
  DIRSNAP_TRY(entry.ldap_name, text_of(json, "ldap_name"));
  DIRSNAP_TRY(entry.x500_name, text_of(json, "x500_name"));
  DIRSNAP_TRY(entry.oid, text_of(json, "oid"));
  if (json.contains("parent")) {
    DIRSNAP_TRY(entry.parent, id_of(json, "parent"));
  }
  DIRSNAP_CHECK(text_of(json, "origin"));
  return entry;
}

template <class Parse, class Out>
Result<void> parse_list(const Json& root, const char* key, Parse parse, Out& out) {
  const auto found = root.find(key);
  if (found == root.end()) return {};
  if (!found->is_array()) {
    return fail(Code::kUsage, std::string("map file: \"") + key + "\" must be a list");
  }
  for (const Json& item : *found) {
    DIRSNAP_TRY(auto entry, parse(item));
    out.push_back(std::move(entry));
  }
  return {};
}

template <std::size_t N>
Result<void> parse_names(const Json& root,
                         const char* key,
                         const std::array<std::string_view, N>& known,
                         std::map<std::string, std::string>& out) {
  const auto found = root.find(key);
  if (found == root.end()) return {};
  DIRSNAP_CHECK(check_keys(*found, known, key));
  for (const auto& [name, value] : found->items()) {
    DIRSNAP_TRY(out[name], text_of(*found, name.c_str()));
  }
  return {};
}

}  // namespace

void OverrideMap::apply_to(Schema& schema) const {
  for (const Attribute& attribute : attributes) schema.override_attribute(attribute);
  for (const Class& entry : classes) schema.override_class(entry);
}

Result<OverrideMap> parse_override_map(std::string_view text) {
  Json root;
  try {
    root = Json::parse(text);
  } catch (const Json::parse_error& error) {
    return fail(Code::kUsage, error.byte, std::string("map file is not JSON: ") + error.what());
  }
  constexpr std::array<std::string_view, 4> kKeys = {"tables", "columns", "attributes", "classes"};
  constexpr std::array<std::string_view, 2> kTables = {"objects", "links"};
  constexpr std::array<std::string_view, 5> kColumns = {"dnt", "parent", "rdn", "rdn_type",
                                                        "object_flag"};
  DIRSNAP_CHECK(check_keys(root, kKeys, "the file"));
  OverrideMap map;
  DIRSNAP_CHECK(parse_names(root, "tables", kTables, map.tables));
  DIRSNAP_CHECK(parse_names(root, "columns", kColumns, map.columns));
  DIRSNAP_CHECK(parse_list(root, "attributes", parse_attribute, map.attributes));
  DIRSNAP_CHECK(parse_list(root, "classes", parse_class, map.classes));
  return map;
}

Result<OverrideMap> load_override_map(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(Code::kUsage, "map file cannot be read: " + path);
  std::ostringstream text;
  text << file.rdbuf();
  return parse_override_map(text.str());
}

}  // namespace dirsnap::directory
