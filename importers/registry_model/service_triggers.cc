// SPDX-License-Identifier: MIT
#include "importers/registry_model/service_triggers.h"

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "importers/registry_model/value_text.h"
#include "storage/base/identifiers.h"
#include "storage/base/text.h"

namespace dirsnap::registry_model {
namespace {

using NumberName = std::pair<std::int64_t, std::string_view>;

constexpr NumberName kTypes[] = {
    {1, "device-arrival"}, {2, "ip-address"},   {3, "domain-join"},
    {4, "firewall-port"},  {5, "group-policy"}, {6, "network-endpoint"},
    {7, "custom-state"},   {20, "custom"},      {30, "aggregate"},
};
constexpr NumberName kActions[] = {{1, "start"}, {2, "stop"}};

// Subtypes that mean the same on every machine.
constexpr std::pair<std::string_view, std::string_view> kEvents[] = {
    {"4f27f2de-14e2-430b-a549-7cd48cbc8245", "first-ip-address-arrived"},
    {"cc4ba62a-162e-4648-847a-b6bdf993e335", "last-ip-address-removed"},
    {"1ce20aba-9851-4421-9430-1ddeb766e809", "domain-joined"},
    {"ddaf516e-58c2-4866-9574-c3b615d42ea1", "domain-left"},
    {"b7569e07-8421-4ee0-ad10-86915afdad09", "firewall-port-opened"},
    {"a144ed38-8e12-4de4-9d96-e64740b1a524", "firewall-port-closed"},
    {"659fcae6-5bdb-4da9-b1ff-ca2a178d46e0", "machine-policy-present"},
    {"54fb46c8-f089-464c-b1fd-59d1b62c3b50", "user-policy-present"},
    {"bc90d167-9470-4139-a9ba-be0bbbf5b74d", "rpc-interface-called"},
    {"1f81d131-3fac-4537-9e0c-7e7b0c2f4b55", "named-pipe-opened"},
    {"2d7a2816-0c5e-45fc-9ce7-570e5ecde9c9", "system-state-changed"},
};

constexpr std::int64_t kDataIsText = 2;
constexpr int kMaxItems = 64;  // data items of one trigger; Windows writes a handful

template <std::size_t N>
std::string name_of(const std::optional<std::int64_t>& number, const NumberName (&names)[N]) {
  if (!number) return "unknown";
  for (const NumberName& name : names) {
    if (name.first == *number) return std::string(name.second);
  }
  return std::to_string(*number);
}

// A text as it is, several as an array, anything else in hexadecimal.
std::string item_json(Bytes data, bool is_text) {
  if (!is_text) return '"' + to_hex(data) + '"';
  std::vector<std::string> parts = strings_of(data);
  while (!parts.empty() && parts.back().empty()) parts.pop_back();
  if (parts.size() > 1) return json_array(parts);
  return '"' + (parts.empty() ? std::string() : escape_json(parts.front())) + '"';
}

}  // namespace

std::string trigger_json(const RegistryKey& key) {
  std::string json = "{\"action\":\"" + name_of(number_value(key, "Action"), kActions) +
                     "\",\"type\":\"" + name_of(number_value(key, "Type"), kTypes) + '"';
  const RegistryValue* const subtype = find_value(key, "GUID");
  if (const auto guid = subtype == nullptr ? std::nullopt : guid_text(subtype->data)) {
    for (const auto& [known, event] : kEvents) {
      if (*guid == known) json.append(",\"event\":\"").append(event).append("\"");
    }
    json += ",\"guid\":\"" + *guid + '"';
  }
  std::string data;
  for (int i = 0; i < kMaxItems; ++i) {
    const std::string number = std::to_string(i);
    const RegistryValue* const item = find_value(key, "Data" + number);
    if (item == nullptr) break;
    if (!data.empty()) data += ',';
    data += item_json(item->data, number_value(key, "DataType" + number) == kDataIsText);
  }
  if (!data.empty()) json += ",\"data\":[" + data + ']';
  return json + '}';
}

}  // namespace dirsnap::registry_model
