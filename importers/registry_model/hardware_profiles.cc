// SPDX-License-Identifier: MIT
#include "importers/registry_model/hardware_profiles.h"

#include <algorithm>

#include "importers/registry_model/value_text.h"
#include "storage/base/text.h"

namespace dirsnap::registry_model {
namespace {

constexpr std::string_view kEnum = "Enum\\";
constexpr std::string_view kProfiles = "Hardware Profiles\\";
constexpr std::string_view kProfileEnum = "System\\CurrentControlSet\\Enum\\";
constexpr std::string_view kLegacy = "ROOT\\LEGACY_";
constexpr std::int64_t kDisabled = 0x1;  // bit of CSConfigFlags

// Cuts the prefix off, compared case-blind; false if it is not there.
bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!equal_ascii_nocase(text.substr(0, prefix.size()), prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// The service of ROOT\LEGACY_<NAME>, with or without the instance behind it; empty for others.
std::string_view legacy_service(std::string_view instance) {
  if (!take_prefix(instance, kLegacy)) return {};
  return instance.substr(0, instance.find('\\'));
}

}  // namespace

void HardwareProfiles::add(const RegistryKey& key, std::string_view rest) {
  if (take_prefix(rest, kEnum)) {
    if (auto service = text_value(key, "Service"))
      services_.emplace_back(rest, *std::move(service));
  } else if (take_prefix(rest, kProfiles)) {
    add_flag(key, rest);
  }
}

void HardwareProfiles::add(const HardwareProfiles& other) {
  flagged_.insert(flagged_.end(), other.flagged_.begin(), other.flagged_.end());
  services_.insert(services_.end(), other.services_.begin(), other.services_.end());
}

void HardwareProfiles::add_flag(const RegistryKey& key, std::string_view rest) {
  const std::string_view profile = rest.substr(0, rest.find('\\'));
  if (equal_ascii_nocase(profile, "Current")) return;  // a link to the one in force
  rest.remove_prefix(std::min(profile.size() + 1, rest.size()));
  if (!take_prefix(rest, kProfileEnum)) return;
  const std::int64_t flags = number_value(key, "CSConfigFlags").value_or(0);
  if ((flags & kDisabled) == 0) return;
  flagged_.push_back({.profile = std::string(profile), .instance = std::string(rest)});
}

std::map<std::string, std::vector<std::string>> HardwareProfiles::disabled_services() const {
  std::map<std::string, std::string> by_instance;
  if (!flagged_.empty()) {
    for (const auto& [instance, service] : services_) by_instance[fold_case(instance)] = service;
  }
  std::map<std::string, std::vector<std::string>> disabled;
  for (const Flagged& flag : flagged_) {
    std::string service(legacy_service(flag.instance));
    const auto place = by_instance.find(fold_case(flag.instance));
    if (place != by_instance.end()) service = place->second;
    if (service.empty()) continue;
    std::vector<std::string>& profiles = disabled[fold_case(service)];
    const bool is_known =
        std::find(profiles.begin(), profiles.end(), flag.profile) != profiles.end();
    if (!is_known) profiles.push_back(flag.profile);
  }
  return disabled;
}

}  // namespace dirsnap::registry_model
