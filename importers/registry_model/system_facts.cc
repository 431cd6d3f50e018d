// SPDX-License-Identifier: MIT
#include "importers/registry_model/system_facts.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <set>
#include <utility>

#include "importers/registry_model/hive_kind.h"
#include "importers/registry_model/server_facts.h"
#include "importers/registry_model/service_triggers.h"
#include "importers/registry_model/services.h"
#include "importers/registry_model/value_text.h"
#include "storage/base/text.h"
#include "storage/base/time.h"

namespace dirsnap::registry_model {
namespace {

constexpr std::string_view kMachine = "HKEY_LOCAL_MACHINE\\";
constexpr const char* kRunningSet = "currentcontrolset";  // folded
constexpr std::size_t kMaxVariables = 4096;               // of one environment
constexpr std::size_t kMaxVariableBytes = 32'767;         // Windows allows no more

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

// DependOnService may name groups too, with a plus sign in front. Afterwards depends_on holds the
// services, then all groups with the sign; depends_on_group holds the groups without it.
void mark_groups(ServiceRecord& service) {
  std::vector<std::string> names;
  std::vector<std::string> groups;
  std::set<std::string> known;  // folded: Windows compares them case-blind
  const auto add_group = [&groups, &known](std::string group) {
    if (!group.empty() && known.insert(fold_case(group)).second) groups.push_back(std::move(group));
  };
  if (!service.depends_on && !service.depends_on_group) return;
  if (!service.depends_on) service.depends_on.emplace();
  for (std::string& name : *service.depends_on) {
    if (name.starts_with('+')) {
      add_group(name.substr(1));
    } else if (!name.empty()) {
      names.push_back(std::move(name));
    }
  }
  if (service.depends_on_group) {
    for (std::string& group : *service.depends_on_group) add_group(std::move(group));
  }
  for (const std::string& group : groups) names.push_back('+' + group);
  service.depends_on = std::move(names);
  if (groups.empty()) return service.depends_on_group.reset();
  service.depends_on_group = std::move(groups);
}

// The number of a trigger's key; keys of another name come last.
std::uint64_t trigger_number(std::string_view name) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  const bool is_number = error == std::errc{} && end == name.data() + name.size();
  return is_number ? number : UINT64_MAX;
}

void add_variables(const RegistryKey& key, Variables& variables) {
  for (const RegistryValue& value : key.values) {
    if (variables.size() >= kMaxVariables) return;
    const auto text = text_of(value);
    if (text && text->size() <= kMaxVariableBytes) variables[fold_case(value.name)] = *text;
  }
}

}  // namespace

void SystemFacts::add(const RegistryKey& key) {
  std::string_view rest = key.path;
  if (!equal_ascii_nocase(rest.substr(0, kMachine.size()), kMachine)) return;
  rest.remove_prefix(kMachine.size());
  const std::string_view hive = take_part(rest);
  if (equal_ascii_nocase(hive, "SOFTWARE")) collect_facts(FactScope::kSoftware, rest, key, facts_);
  if (!equal_ascii_nocase(hive, "SYSTEM")) return;
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
  collect_facts(FactScope::kControlSet, rest, key, set.facts);
  set.profiles.add(key, rest);
  if (equal_ascii_nocase(rest, "Control\\Session Manager\\Environment")) {
    add_variables(key, set.variables);
  }
  if (equal_ascii_nocase(take_part(rest), "Services")) add_below_services(key, set, rest);
}

void SystemFacts::add_below_services(const RegistryKey& key,
                                     ControlSet& set,
                                     std::string_view rest) {
  const std::string_view service = take_part(rest);
  if (service.empty()) return;
  if (rest.empty()) return add_service(key, set);
  const bool is_trigger = equal_ascii_nocase(take_part(rest), "TriggerInfo") && !rest.empty() &&
                          rest.find('\\') == std::string_view::npos;
  if (!is_trigger) return;
  set.triggers[fold_case(service)][{trigger_number(rest), fold_case(rest)}] = trigger_json(key);
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
  mark_groups(service);
  service.description = text_value(key, "Description");
  service.is_delayed = number_value(key, "DelayedAutostart").value_or(0) != 0;
  service.is_marked_for_deletion = number_value(key, "DeleteFlag").value_or(0) != 0;
  if (key.filetime) service.changed_at = iso_from_filetime(*key.filetime);
  services_.push_back(std::move(service));
}

// A text export's CurrentControlSet is what ran. A hive has no such key; one that is there anyway
// is a leftover or planted, and Windows would go by Select.
void SystemFacts::choose_control_set(bool is_hive, IssueSink& issues) {
  if (sets_.empty()) return;
  const auto choose = [this](const std::string& folded, const char* rule) {
    const auto place = sets_.find(folded);
    if (place == sets_.end()) return false;
    control_set_ = place->second.name;
    control_set_rule_ = rule;
    return true;
  };
  if (!is_hive && choose(kRunningSet, "CurrentControlSet")) return;
  if (select_current_ && choose(numbered_set(*select_current_), "Select\\Current")) return;
  const bool is_default =
      select_default_ && choose(numbered_set(*select_default_), "Select\\Default");
  if (!is_default) {
    const auto place = std::find_if(sets_.begin(), sets_.end(), [](const auto& entry) {
      return is_numbered_control_set(entry.second.name);
    });
    if (place == sets_.end()) {
      if (!choose(kRunningSet, "CurrentControlSet")) return;
    } else {
      choose(place->first, "lowest number");
    }
  }
  if (services_.empty()) return;  // nothing hangs on the guess
  report(issues, Severity::kDoubt, "control-set-guessed",
         "Select\\Current names no control set that is here; " + control_set_ + " was taken (" +
             control_set_rule_ + ")");
}

// An export may hold a part below CurrentControlSet and a part below the set that it stands for.
void SystemFacts::unite_running_set() {
  const auto running = sets_.find(kRunningSet);
  if (!select_current_ || running == sets_.end() || control_set_ != running->second.name) return;
  const auto selected = sets_.find(numbered_set(*select_current_));
  if (selected == sets_.end()) return;
  selected_set_ = selected->second.name;
  ControlSet& set = running->second;
  ControlSet& other = selected->second;
  std::vector<ServerFact> added;
  for (ServerFact& fact : other.facts) {
    if (find_fact(set.facts, fact.fact) == nullptr) added.push_back(std::move(fact));
  }
  set.facts.insert(set.facts.end(), added.begin(), added.end());
  set.variables.insert(other.variables.begin(), other.variables.end());
  set.profiles.add(other.profiles);
  for (auto& [service, triggers] : other.triggers) {
    set.triggers.emplace(service, std::move(triggers));
  }
  other = set;
  other.name = selected_set_;
}

bool SystemFacts::is_in_force(std::string_view control_set) const {
  return !control_set.empty() && (control_set == control_set_ || control_set == selected_set_);
}

// Of a service that both names of the set in force list, one record is current: the running set's,
// unless that has no more than a key.
void SystemFacts::mark_current() {
  const auto rank = [this](const ServiceRecord& service) {
    return (service_is_stub(service) ? 0 : 2) + (service.control_set == control_set_ ? 1 : 0);
  };
  std::map<std::string, int> best;  // by folded name
  for (ServiceRecord& service : services_) {
    service.is_current = is_in_force(service.control_set);
    if (selected_set_.empty() || !service.is_current) continue;
    int& highest = best[fold_case(service.name)];
    highest = std::max(highest, rank(service));
  }
  if (selected_set_.empty()) return;
  for (ServiceRecord& service : services_) {
    if (service.is_current) service.is_current = rank(service) == best[fold_case(service.name)];
  }
}

void SystemFacts::choose_server(SourceFacts& facts,
                                const ImportOptions& options,
                                IssueSink& issues) const {
  std::vector<std::pair<const char*, std::string>> names;  // where it stands, name
  if (const auto place = sets_.find(fold_case(control_set_)); place != sets_.end()) {
    const ControlSet& set = place->second;
    const auto note = [&names, &set](const char* where, const char* fact) {
      const ServerFact* const found = find_fact(set.facts, fact);
      if (found == nullptr) return;
      const std::string_view name = trim_blanks(found->value);
      if (!name.empty()) names.emplace_back(where, name);
    };
    note("Control\\ComputerName\\ComputerName", "computer_name");
    note("MSExchangeIS\\ParametersSystem, This Server", "exchange_store_server");
    note("MSExchangeSA\\Parameters, Server", "exchange_server");
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

// Where no value names the folder of Windows, images that lie in its system32 do, if all agree.
void SystemFacts::add_system_root() {
  std::optional<ServerFact> found;
  for (const ServiceRecord& service : services_) {
    if (!is_in_force(service.control_set) || !service.image_path) continue;
    auto root = system_root_of(*service.image_path);
    if (!root) continue;
    if (found && !equal_folded(found->value, *root)) return;
    if (!found) {
      found = {.fact = "system_root",
               .value = *std::move(root),
               .place = service.key_path + "\\ImagePath",
               .is_guess = true};
    }
  }
  if (found) facts_.push_back(*std::move(found));
}

// What several keys tell of a service together.
void SystemFacts::complete_services(SourceFacts& facts, ImportContext& context) {
  mark_current();
  for (auto& [folded, set] : sets_) {
    const auto disabled = set.profiles.disabled_services();
    for (ServiceRecord& service : services_) {
      if (service.control_set != set.name) continue;
      service.server = facts.server;
      const std::string name = fold_case(service.name);
      if (const auto place = disabled.find(name); place != disabled.end()) {
        service.disabled_in_profiles = place->second;
      }
      if (const auto place = set.triggers.find(name); place != set.triggers.end()) {
        for (auto& trigger : place->second) service.triggers.push_back(trigger.second);
      }
      if (const auto path = rooted_image_path(service)) {
        service.rooted_image_path = expand_variables(*path, set.variables);
      }
    }
  }
  for (ServiceRecord& service : services_) context.services.push_back(std::move(service));
  services_.clear();
}

void SystemFacts::finish(SourceFacts& facts, ImportContext& context, IssueSink& issues) {
  choose_control_set(facts.kind == "registry-hive", issues);
  unite_running_set();
  choose_server(facts, context.options(), issues);
  if (const auto place = sets_.find(fold_case(control_set_)); place != sets_.end()) {
    ControlSet& set = place->second;
    if (find_fact(facts_, "system_root") == nullptr) add_system_root();
    facts_.insert(facts_.end(), set.facts.begin(), set.facts.end());
    const bool is_selected = control_set_rule_.starts_with("Select\\");
    facts_.push_back({.fact = "control_set",
                      .value = control_set_,
                      .place = std::string(kMachine) + "SYSTEM\\" +
                               (is_selected ? control_set_rule_ : control_set_)});
  }
  complete_services(facts, context);
  context.registries.push_back(
      {.source_id = source_id_,
       .is_hive = facts.kind == "registry-hive",
       .folder = std::filesystem::path(facts.absolute_path).parent_path().string(),
       .server = facts.server,
       .facts = std::move(facts_)});
  facts_.clear();
}

}  // namespace dirsnap::registry_model
