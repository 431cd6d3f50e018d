// SPDX-License-Identifier: MIT
#include "importers/registry.h"

#include <array>

#include "importers/dump_model/importers.h"
#include "importers/ese_importer.h"
#include "importers/esedbexport/importers.h"
#include "importers/registry_model/importers.h"
#include "importers/source.h"
#include "importers/store_model/isinteg_importer.h"

namespace dirsnap {
namespace {

constexpr std::array kImporters = {
    &kEseImporter,
    &registry_model::kHiveImporter,
    &registry_model::kRegTextImporter,
    &dump_model::kLdifImporter,
    &dump_model::kCsvdeImporter,
    &dump_model::kExchangeCsvImporter,
    &dump_model::kAdmindmpImporter,
    &esedbexport::kExportImporter,
    &store_model::kIsintegImporter,
};

}  // namespace

Result<std::string> hash_evidence(const std::filesystem::path& path, const CancelToken& cancel) {
  DIRSNAP_TRY(const auto source, FileSource::open(path));
  DIRSNAP_TRY(SourceHash hash, hash_source(*source, cancel, {}));
  if (!hash.unreadable.empty()) {
    const UnreadableRange& first = hash.unreadable.front();
    return fail(Code::kIo, first.offset,
                hash.reason + ", from offset " + std::to_string(first.offset) + " on");
  }
  return std::move(hash.sha256);
}

std::span<const Importer* const> importer_registry() { return kImporters; }

}  // namespace dirsnap
