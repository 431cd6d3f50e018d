// SPDX-License-Identifier: MIT
#include "importers/admindmp/reader.h"
#include "importers/dump_model/importers.h"
#include "importers/dump_model/text_importer.h"

namespace dirsnap::dump_model {
namespace {

bool probe_admindmp(Bytes head, std::uint64_t size_bytes) {
  return admindmp::looks_like_dump(head_of(head, size_bytes).text);
}

}  // namespace

const Importer kAdmindmpImporter = {
    .kind = "admindmp", .probe = probe_admindmp, .import = import_text<admindmp::Reader>};

}  // namespace dirsnap::dump_model
