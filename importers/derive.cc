// SPDX-License-Identifier: MIT
#include "importers/derive.h"

#include "importers/directory/connectors.h"
#include "importers/registry_model/server_facts.h"
#include "importers/registry_model/services.h"

namespace dirsnap {

Result<void> derive_rows(ImportContext& context) {
  registry_model::settle_servers(context.registries);
  registry_model::drop_guesses(context.registries);
  registry_model::settle_services(context.services, context.registries);
  DIRSNAP_CHECK(registry_model::write_server_facts(context));
  DIRSNAP_CHECK(registry_model::write_services(context));
  return directory::write_connectors(context);
}

}  // namespace dirsnap
