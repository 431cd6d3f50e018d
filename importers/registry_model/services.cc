// SPDX-License-Identifier: MIT
#include "importers/registry_model/services.h"

#include <array>
#include <string>
#include <utility>

#include "importers/registry_model/image_path.h"
#include "importers/registry_model/server_facts.h"
#include "importers/registry_model/value_text.h"
#include "storage/base/text.h"

namespace dirsnap::registry_model {
namespace {

namespace services = tables::services;

// Bits of the value Type.
constexpr std::int64_t kKernelDriver = 0x1;
constexpr std::int64_t kFileSystemDriver = 0x2;
constexpr std::int64_t kAdapter = 0x4;
constexpr std::int64_t kRecognizerDriver = 0x8;  // recognises file systems
constexpr std::int64_t kOwnProcess = 0x10;
constexpr std::int64_t kSharedProcess = 0x20;
constexpr std::int64_t kInteractive = 0x100;

ValueView text_or_null(const std::optional<std::string>& text) {
  return text ? ValueView::text(*text) : ValueView::null();
}

ValueView number_or_null(const std::optional<std::int64_t>& number) {
  return number ? ValueView::of(*number) : ValueView::null();
}

std::optional<std::string> list_text(const std::optional<std::vector<std::string>>& list) {
  if (!list) return std::nullopt;
  return json_array(*list);
}

// The elements are JSON already; no array for none.
std::optional<std::string> joined(const std::vector<std::string>& elements) {
  if (elements.empty()) return std::nullopt;
  std::string json = "[";
  for (const std::string& element : elements) {
    if (json.size() > 1) json += ',';
    json += element;
  }
  return json + ']';
}

// What every registry of the server tells about the folders of Windows. SystemRoot and windir are
// no values of the environment's key: Windows sets them when it starts.
Variables machine_variables(const std::vector<RegistrySource>& registries,
                            const ServiceRecord& service) {
  static constexpr std::array<std::pair<const char*, const char*>, 3> kNames = {
      {{"systemroot", "system_root"},
       {"programfiles", "program_files"},
       {"commonprogramfiles", "common_files"}}};
  Variables variables;
  for (const RegistrySource& source : registries) {
    const bool is_own = source.source_id == service.source_id;
    const bool is_same_server =
        source.server && service.server && equal_folded(*source.server, *service.server);
    if (!is_own && !is_same_server) continue;
    for (const auto& [variable, name] : kNames) {
      const ServerFact* const fact = find_fact(source.facts, name);
      if (fact != nullptr) variables.emplace(variable, fact->value);
    }
  }
  if (const auto root = variables.find("systemroot"); root != variables.end()) {
    variables.emplace("systemdrive", root->second.substr(0, root->second.find('\\')));
  }
  variables.emplace("windir", "%SystemRoot%");
  return variables;
}

Result<void> append(RelationWriter& rows,
                    const ServiceRecord& service,
                    const Variables& variables) {
  std::optional<std::string> image;
  if (service.rooted_image_path) image = expand_variables(*service.rooted_image_path, variables);
  const auto triggers = joined(service.triggers);
  std::optional<std::string> profiles;
  if (!service.disabled_in_profiles.empty()) profiles = json_array(service.disabled_in_profiles);
  const std::string_view start_type = service_start_type(service);
  const auto depends_on = list_text(service.depends_on);
  const auto depends_on_group = list_text(service.depends_on_group);
  const std::array cells = {
      Cell{services::kServer, text_or_null(service.server)},
      Cell{services::kName, ValueView::text(service.name)},
      Cell{services::kDisplayName, text_or_null(service.display_name)},
      Cell{services::kStart, number_or_null(service.start)},
      Cell{services::kStartType,
           start_type.empty() ? ValueView::null() : ValueView::text(start_type)},
      Cell{services::kType, number_or_null(service.type)},
      Cell{services::kKind, ValueView::text(service_kind(service))},
      Cell{services::kImagePath, text_or_null(service.image_path)},
      Cell{services::kAccount, text_or_null(service.account)},
      Cell{services::kDependsOn, text_or_null(depends_on)},
      Cell{services::kDependsOnGroup, text_or_null(depends_on_group)},
      Cell{services::kErrorControl, number_or_null(service.error_control)},
      Cell{services::kLoadGroup, text_or_null(service.load_group)},
      Cell{services::kInControlPanel, ValueView::of(service_in_control_panel(service) ? 1 : 0)},
      Cell{services::kIsStub, ValueView::of(service_is_stub(service) ? 1 : 0)},
      Cell{services::kControlSet, ValueView::text(service.control_set)},
      Cell{services::kIsCurrent, ValueView::of(service.is_current ? 1 : 0)},
      Cell{services::kKeyPath, ValueView::text(service.key_path)},
      Cell{services::kChangedAt, text_or_null(service.changed_at)},
      Cell{services::kSourceId, ValueView::of(service.source_id)},
      Cell{services::kImagePathExpanded, text_or_null(image)},
      Cell{services::kDelayedStart, ValueView::of(service_start_is_delayed(service) ? 1 : 0)},
      Cell{services::kTriggers, text_or_null(triggers)},
      Cell{services::kDisabledInProfiles, text_or_null(profiles)},
      Cell{services::kMarkedForDeletion, ValueView::of(service.is_marked_for_deletion ? 1 : 0)},
      Cell{services::kDescription, text_or_null(service.description)},
  };
  DIRSNAP_CHECK(rows.append(cells));
  return {};
}

}  // namespace

std::string_view service_kind(const ServiceRecord& service) {
  if (!service.type) return "unknown";
  const std::int64_t type = *service.type;
  const bool is_interactive = (type & kInteractive) != 0;
  if ((type & kOwnProcess) != 0) return is_interactive ? "own-process-interactive" : "own-process";
  if ((type & kSharedProcess) != 0)
    return is_interactive ? "shared-process-interactive" : "shared-process";
  if ((type & kKernelDriver) != 0) return "kernel-driver";
  if ((type & (kFileSystemDriver | kRecognizerDriver)) != 0) return "file-system-driver";
  if ((type & kAdapter) != 0) return "adapter";
  return "unknown";
}

std::string_view service_start_type(const ServiceRecord& service) {
  static constexpr std::array<std::string_view, 5> kNames = {"boot", "system", "automatic",
                                                             "manual", "disabled"};
  if (!service.start || *service.start < 0 ||
      static_cast<std::size_t>(*service.start) >= kNames.size()) {
    return {};
  }
  return kNames[static_cast<std::size_t>(*service.start)];
}

bool service_start_is_delayed(const ServiceRecord& service) {
  return service.is_delayed && service_start_type(service) == "automatic";
}

bool service_in_control_panel(const ServiceRecord& service) {
  return service.type && (*service.type & (kOwnProcess | kSharedProcess)) != 0;
}

bool service_is_stub(const ServiceRecord& service) {
  const bool has_image = service.image_path && !service.image_path->empty();
  if (service_in_control_panel(service)) return !has_image;
  return !service.type && !has_image;
}

Result<void> write_services(ImportContext& context) {
  DIRSNAP_TRY(RelationWriter* const rows, context.table(services::kSpec));
  Variables variables;
  std::optional<std::int64_t> source_id;  // whose services the variables are for
  for (const ServiceRecord& service : context.services) {
    if (source_id != service.source_id) {
      variables = machine_variables(context.registries, service);
      source_id = service.source_id;
    }
    DIRSNAP_CHECK(append(*rows, service, variables));
  }
  return {};
}

}  // namespace dirsnap::registry_model
