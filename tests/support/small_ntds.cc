// SPDX-License-Identifier: MIT
#include "tests/support/small_ntds.h"

#include "storage/base/text.h"
#include "tests/support/bytes.h"
#include "tests/support/ese_writer.h"

namespace dirsnap::support {
namespace {

constexpr std::uint32_t kUniqueKey = kIndexPrimary | kIndexUnique | kIndexNoNulls;
constexpr std::uint32_t kCommonName = 3;

struct ObjectTable {
  TableSpec spec;
  ColumnId dnt, parent, flag, rdn_type, name, object_class, invocation_id, metadata;

  ObjectTable() {
    spec.name = "datatable";
    dnt = spec.fixed("DNT_col", ColumnType::kLong, kColumnNotNull);
    parent = spec.fixed("PDNT_col", ColumnType::kLong);
    flag = spec.fixed("OBJ_col", ColumnType::kUnsignedByte);
    rdn_type = spec.fixed("RDNtyp_col", ColumnType::kLong);
    name = spec.tagged("ATTm589825", ColumnType::kLongText, kUtf16);
    object_class = spec.tagged("ATTc0", ColumnType::kLong);
    spec.column(object_class).flags |= kColumnMultiValued;
    invocation_id = spec.tagged("ATTk131187", ColumnType::kLongBinary);
    metadata = spec.tagged("ATTk589827", ColumnType::kLongBinary);
    spec.index("DNT_index", {{dnt}}, kUniqueKey);
  }

  void fill(const NtdsObject& object, Row& row) const {
    row.clear();
    row.add_number(dnt, object.dnt);
    row.add_number(parent, object.parent);
    row.add_number(flag, object.is_object);
    row.add_number(rdn_type, kCommonName);
    row.add(name, encode_utf16le(object.rdn));
    if (object.is_object != 0) row.add_number(object_class, object.object_class);
    if (!object.invocation_id.empty()) row.add(invocation_id, object.invocation_id);
    if (!object.replication_metadata.empty()) row.add(metadata, object.replication_metadata);
  }
};

struct LinkTable {
  TableSpec spec;
  ColumnId from, to, base, deleted_at, usn, context, deactivated_at, data;

  LinkTable() {
    spec.name = "link_table";  // without a primary index: rows keep their order
    from = spec.fixed("link_DNT", ColumnType::kLong);
    to = spec.fixed("backlink_DNT", ColumnType::kLong);
    base = spec.fixed("link_base", ColumnType::kLong);
    deleted_at = spec.fixed("link_deltime", ColumnType::kCurrency);
    usn = spec.fixed("link_usnchanged", ColumnType::kCurrency);
    context = spec.fixed("link_ncdnt", ColumnType::kLong);
    deactivated_at = spec.fixed("link_deactivetime", ColumnType::kCurrency);
    data = spec.tagged("link_data", ColumnType::kLongBinary);
  }

  void fill(const NtdsLink& link, Row& row) const {
    row.clear();
    row.add_number(from, link.from);
    row.add_number(to, link.to);
    row.add_number(base, link.base);
    if (link.deleted_at) row.add_number(deleted_at, *link.deleted_at);
    if (link.usn_changed) row.add_number(usn, *link.usn_changed);
    if (link.deactivated_at) row.add_number(deactivated_at, *link.deactivated_at);
    if (!link.data.empty()) row.add(data, link.data);
  }
};

}  // namespace

std::string replication_metadata(const std::vector<NtdsMetadata>& entries) {
  std::string out = le_bytes(std::uint64_t{1});
  append_le(out, static_cast<std::uint64_t>(entries.size()));
  for (const NtdsMetadata& entry : entries) {
    append_le(out, entry.attribute_id);
    append_le(out, entry.version);
    append_le(out, entry.changed_at);
    out += entry.originating_id;
    append_le(out, entry.originating_usn);
    append_le(out, entry.local_usn);
  }
  return out;
}

Result<void> write_small_ntds(const std::string& path,
                              const std::vector<NtdsObject>& objects,
                              const std::vector<NtdsLink>& links) {
  EseOptions options;
  options.generation = Generation::kModern;
  options.page_size = 8192;
  DIRSNAP_TRY(EseWriter writer, EseWriter::create(path, options));
  const ObjectTable object_table;
  const LinkTable link_table;
  const TableId object_rows = writer.add_table(object_table.spec);
  const TableId link_rows = writer.add_table(link_table.spec);
  Row row;
  std::vector<NtdsObject> all = {{.dnt = 1, .parent = 0, .rdn = "$NOT_AN_OBJECT1$", .is_object = 0},
                                 {.dnt = 2, .parent = 0, .rdn = "$ROOT_OBJECT$", .is_object = 0}};
  all.insert(all.end(), objects.begin(), objects.end());
  for (const NtdsObject& object : all) {
    object_table.fill(object, row);
    DIRSNAP_CHECK(writer.append(object_rows, row));
  }
  for (const NtdsLink& link : links) {
    link_table.fill(link, row);
    DIRSNAP_CHECK(writer.append(link_rows, row));
  }
  return writer.finish();
}

}  // namespace dirsnap::support
