// SPDX-License-Identifier: MIT
#include "importers/registry_model/value_text.h"

#include <algorithm>

#include "storage/base/registry_type.h"
#include "storage/base/text.h"

namespace dirsnap::registry_model {
namespace {

bool is_string(std::uint32_t type) {
  return type == kRegString || type == kRegExpandString || type == kRegLink;
}

std::string decode_whole(Bytes data) {
  if (data.size() % 2 != 0 && data.back() == std::byte{0}) data = data.first(data.size() - 1);
  return decode_utf16le(data).text;
}

}  // namespace

const RegistryValue* find_value(const RegistryKey& key, std::string_view name) {
  for (const RegistryValue& value : key.values) {
    if (equal_folded(value.name, name)) return &value;
  }
  return nullptr;
}

std::string string_of(Bytes data) {
  std::string text = decode_whole(data);
  if (text.ends_with('\0')) text.pop_back();
  return text;
}

std::vector<std::string> strings_of(Bytes data) {
  const std::string text = decode_whole(data);
  std::vector<std::string> strings;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find('\0', begin), text.size());
    strings.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  if (!strings.empty() && strings.back().empty()) strings.pop_back();
  return strings;
}

std::string json_array(const std::vector<std::string>& strings) {
  std::string json = "[";
  for (const std::string& text : strings) {
    if (json.size() > 1) json += ',';
    json.append("\"").append(escape_json(text)).append("\"");
  }
  return json + ']';
}

ValueView decode_value(std::uint32_t type, Bytes data, std::string& storage) {
  if (is_string(type)) {
    storage = string_of(data);
    return ValueView::text(storage);
  }
  if (type == kRegMultiString) {
    storage = json_array(strings_of(data));
    return ValueView::text(storage);
  }
  if (type == kRegDword && data.size() == 4) return ValueView::of(load_le<std::uint32_t>(data, 0));
  if (type == kRegDwordBigEndian && data.size() == 4)
    return ValueView::of(load_be<std::uint32_t>(data, 0));
  if (type == kRegQword && data.size() == 8) return ValueView::of(load_le<std::int64_t>(data, 0));
  return ValueView::blob(as_chars(data));
}

std::optional<std::string> text_of(const RegistryValue& value) {
  if (!is_string(value.type)) return std::nullopt;
  // Windows stops at the first NUL; what stands behind it is in registry_values.
  std::string text = string_of(value.data);
  text.resize(std::min(text.find('\0'), text.size()));
  return text;
}

std::optional<std::string> text_value(const RegistryKey& key, std::string_view name) {
  const RegistryValue* value = find_value(key, name);
  return value == nullptr ? std::nullopt : text_of(*value);
}

std::optional<std::int64_t> number_value(const RegistryKey& key, std::string_view name) {
  const RegistryValue* value = find_value(key, name);
  if (value == nullptr) return std::nullopt;
  std::string storage;
  const ValueView decoded = decode_value(value->type, value->data, storage);
  if (decoded.type != ValueType::kInteger) return std::nullopt;
  return decoded.integer;
}

std::optional<std::vector<std::string>> list_value(const RegistryKey& key, std::string_view name) {
  const RegistryValue* value = find_value(key, name);
  if (value == nullptr) return std::nullopt;
  if (value->type == kRegMultiString) return strings_of(value->data);
  const auto text = text_value(key, name);
  if (!text) return std::nullopt;
  return text->empty() ? std::vector<std::string>{} : std::vector<std::string>{*text};
}

}  // namespace dirsnap::registry_model
