// SPDX-License-Identifier: MIT
#include "importers/registry_model/services.h"

#include <array>
#include <string>

#include "importers/registry_model/value_text.h"

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

Result<void> append(RelationWriter& rows, const ServiceRecord& service) {
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

bool service_in_control_panel(const ServiceRecord& service) {
  return service.type && (*service.type & (kOwnProcess | kSharedProcess)) != 0;
}

bool service_is_stub(const ServiceRecord& service) {
  const bool has_image = service.image_path && !service.image_path->empty();
  if (service_in_control_panel(service)) return !has_image;
  return !service.type && !service.start && !has_image;
}

Result<void> write_services(ImportContext& context) {
  DIRSNAP_TRY(RelationWriter* const rows, context.table(services::kSpec));
  for (const ServiceRecord& service : context.services) DIRSNAP_CHECK(append(*rows, service));
  return {};
}

}  // namespace dirsnap::registry_model
