// SPDX-License-Identifier: MIT
#include "importers/dump_model/importers.h"
#include "importers/dump_model/text_importer.h"
#include "importers/ldif/reader.h"

namespace dirsnap::dump_model {
namespace {

bool probe_ldif(Bytes head, std::uint64_t size_bytes) {
  return ldif::looks_like_ldif(head_of(head, size_bytes).text);
}

}  // namespace

const Importer kLdifImporter = {
    .kind = "ldif", .probe = probe_ldif, .import = import_text<ldif::Reader>};

}  // namespace dirsnap::dump_model
