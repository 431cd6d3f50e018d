// SPDX-License-Identifier: MIT
//
// Exported tables: the first half of the input is the catalog, the other half a table of it. Both
// are separated by a line of one '='.
#include <string_view>

#include "importers/dump/entry.h"
#include "importers/esedbexport/catalog.h"
#include "importers/esedbexport/export_tables.h"
#include "importers/esedbexport/field.h"
#include "storage/snapshot_writer.h"
#include "tests/fuzz/dump_fuzz.h"

namespace {

using namespace dirsnap;

// Nothing is written: only the tables are read.
class NoSnapshot final : public SnapshotWriter {
 public:
  [[nodiscard]] std::uint64_t snapshot_id() const override { return 1; }
  Result<RelationWriter*> relation(const RelationDef& /*def*/) override {
    return fail(Code::kUnsupported, "no rows");
  }
  void set_facts(const SnapshotRecord& /*facts*/) override {}
  Result<SnapshotRecord> seal() override { return SnapshotRecord{}; }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t middle = std::min(text.find("\n=\n"), size);
  const std::string_view catalog = text.substr(0, middle);
  const std::string_view table = text.substr(std::min(middle + 3, size));
  NoSnapshot snapshot;
  const ImportOptions options;
  const CancelToken cancel;
  ImportContext context(snapshot, options, cancel);
  context.list_folder = [] { return std::vector<std::string>{"MSysObjects.0", "datatable.1"}; };
  context.open_beside = [&](std::string_view name) -> std::unique_ptr<ByteSource> {
    const Bytes bytes = as_bytes(name == "datatable.1" ? table : catalog);
    return std::make_unique<MemorySource>(std::vector<std::byte>(bytes.begin(), bytes.end()));
  };
  esedbexport::ExportTables tables(context);
  (void)tables.read_catalog();
  const auto added = tables.add("datatable.1");
  if (!added || !*added) return 0;
  const ese::TableDef& def = tables.tables().front();
  const auto rows = tables.open(def, {});
  if (!rows) return 0;
  for (;;) {
    const auto more = (*rows)->next();
    if (!more || !*more) return 0;
    for (const ese::CellView& cell : (*rows)->row().cells) {
      const std::uint32_t wanted = ese::type_size(cell.column->type);
      if (wanted != 0 && cell.bytes.size() != wanted &&
          cell.column->type != ese::ColumnType::kGuid) {
        std::abort();
      }
    }
  }
}
