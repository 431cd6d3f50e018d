// SPDX-License-Identifier: MIT
#include "importers/registry_model/system_facts.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "importers/registry_model/hive_kind.h"
#include "importers/registry_model/value_text.h"
#include "storage/base/text.h"
#include "storage/base/time.h"

namespace dirsnap::registry_model {
namespace {

constexpr std::string_view kSystemRoot = "HKEY_LOCAL_MACHINE\\SYSTEM\\";

std::string_view take_part(std::string_view& path) {
  const std::size_t end = std::min(path.find('\\'), path.size());
  const std::string_view part = path.substr(0, end);
  path.remove_prefix(std::min(end + 1, path.size()));
  return part;
}

bool is_control_set(std::string_view name) {
  return is_numbered_control_set(name) || equal_ascii_nocase(name, "CurrentControlSet") ||
         equal_ascii_nocase(name, "Clone");
}

std::string numbered_set(std::int64_t number) {
  if (number < 0 || number > 999) return {};
  char text[16];
  std::snprintf(text, sizeof text, "controlset%03d", static_cast<int>(number));
  return text;
}

void report(IssueSink& issues, Severity severity, const char* code, std::string message) {
  issues.report({.severity = severity, .code = code, .place = {}, .message = std::move(message)});
}

// DependOnService may name groups too, with a plus sign in front.
void split_groups(ServiceRecord& service) {
  if (!service.depends_on) return;
  std::vector<std::string> names;
  for (std::string& name : *service.depends_on) {
    if (!name.starts_with('+')) {
      names.push_back(std::move(name));
      continue;
    }
    if (!service.depends_on_group) service.depends_on_group.emplace();
    service.depends_on_group->push_back(name.substr(1));
  }
  service.depends_on = std::move(names);
}

}  // namespace

void SystemFacts::add(const RegistryKey& key) {
  std::string_view rest = key.path;
  if (!equal_ascii_nocase(rest.substr(0, kSystemRoot.size()), kSystemRoot)) return;
  rest.remove_prefix(kSystemRoot.size());
  const std::string_view first = take_part(rest);
  if (rest.empty() && equal_ascii_nocase(first, "Select")) {
    select_current_ = number_value(key, "Current");
    select_default_ = number_value(key, "Default");
  } else if (is_control_set(first)) {
    ControlSet& set = sets_[fold_case(first)];
    if (set.name.empty()) set.name = first;
    add_in_set(key, set, rest);
  }
}

void SystemFacts::add_in_set(const RegistryKey& key, ControlSet& set, std::string_view rest) {
  const auto is = [&rest](std::string_view path) { return equal_ascii_nocase(rest, path); };
  if (is("Control\\ComputerName\\ComputerName")) {
    set.computer_name = text_value(key, "ComputerName");
  } else if (is("Services\\MSExchangeIS\\ParametersSystem")) {
    set.store_server = text_value(key, "This Server");
  } else if (is("Services\\MSExchangeSA\\Parameters")) {
    set.attendant_server = text_value(key, "Server");
  }
  if (!equal_ascii_nocase(take_part(rest), "Services")) return;
  const bool is_direct_subkey = !rest.empty() && rest.find('\\') == std::string_view::npos;
  if (is_direct_subkey) add_service(key, set);
}

void SystemFacts::add_service(const RegistryKey& key, const ControlSet& set) {
  ServiceRecord service;
  service.source_id = source_id_;
  service.name = key.name;
  service.control_set = set.name;
  service.key_path = key.path;
  service.display_name = text_value(key, "DisplayName");
  service.image_path = text_value(key, "ImagePath");
  service.account = text_value(key, "ObjectName");
  service.load_group = text_value(key, "Group");
  service.start = number_value(key, "Start");
  service.type = number_value(key, "Type");
  service.error_control = number_value(key, "ErrorControl");
  service.depends_on = list_value(key, "DependOnService");
  service.depends_on_group = list_value(key, "DependOnGroup");
  split_groups(service);
  if (key.filetime) service.changed_at = iso_from_filetime(*key.filetime);
  services_.push_back(std::move(service));
}

void SystemFacts::choose_control_set(IssueSink& issues) {
  if (sets_.empty()) return;
  const auto choose = [this](const std::string& folded, const char* rule) {
    const auto place = sets_.find(folded);
    if (place == sets_.end()) return false;
    control_set_ = place->second.name;
    control_set_rule_ = rule;
    return true;
  };
  if (choose("currentcontrolset", "CurrentControlSet")) return;
  if (select_current_ && choose(numbered_set(*select_current_), "Select\\Current")) return;
  const bool is_default =
      select_default_ && choose(numbered_set(*select_default_), "Select\\Default");
  if (!is_default) {
    const auto place = std::find_if(sets_.begin(), sets_.end(), [](const auto& entry) {
      return is_numbered_control_set(entry.second.name);
    });
    if (place == sets_.end()) return;
    choose(place->first, "lowest number");
  }
  if (services_.empty()) return;  // nothing hangs on the guess
  report(issues, Severity::kDoubt, "control-set-guessed",
         "Select\\Current names no control set that is here; " + control_set_ + " was taken (" +
             control_set_rule_ + ")");
}

void SystemFacts::choose_server(SourceFacts& facts,
                                const ImportOptions& options,
                                IssueSink& issues) const {
  std::vector<std::pair<const char*, std::string>> names;  // where it stands, name
  if (const auto place = sets_.find(fold_case(control_set_)); place != sets_.end()) {
    const ControlSet& set = place->second;
    const auto note = [&names](const char* where, const std::optional<std::string>& name) {
      if (name && !name->empty()) names.emplace_back(where, *name);
    };
    note("Control\\ComputerName\\ComputerName", set.computer_name);
    note("MSExchangeIS\\ParametersSystem, This Server", set.store_server);
    note("MSExchangeSA\\Parameters, Server", set.attendant_server);
  }
  for (std::size_t i = 1; i < names.size(); ++i) {
    if (equal_folded(names[i].second, names[0].second)) continue;
    report(issues, Severity::kDoubt, "server-name-conflict",
           std::string(names[0].first) + " says " + names[0].second + ", " + names[i].first +
               " says " + names[i].second + "; the first was taken");
  }
  if (!names.empty()) facts.server = names[0].second;
  if (!options.server) return;
  if (!names.empty() && !equal_folded(names[0].second, *options.server)) {
    report(issues, Severity::kNote, "server-name-overridden",
           "the registry says " + names[0].second + ", the command line " + *options.server);
  }
  facts.server = options.server;
}

void SystemFacts::finish(SourceFacts& facts, ImportContext& context, IssueSink& issues) {
  choose_control_set(issues);
  choose_server(facts, context.options(), issues);
  for (ServiceRecord& service : services_) {
    service.server = facts.server;
    service.is_current = !control_set_.empty() && equal_folded(service.control_set, control_set_);
    context.services.push_back(std::move(service));
  }
  services_.clear();
}

}  // namespace dirsnap::registry_model
