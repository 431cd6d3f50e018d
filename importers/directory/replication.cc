// SPDX-License-Identifier: MIT
#include "importers/directory/replication.h"

#include <algorithm>
#include <tuple>

#include "storage/base/byte_reader.h"
#include "storage/base/identifiers.h"
#include "storage/base/text.h"
#include "storage/base/time.h"

namespace dirsnap::directory {
namespace {

namespace metadata_columns = tables::replication_metadata;

constexpr std::size_t kHeaderBytes = 16;
constexpr std::size_t kEntryBytes = 48;
constexpr std::uint64_t kKnownVersion = 1;

Guid guid_at(Bytes bytes, std::size_t offset) {
  Guid id{};
  std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(offset), id.size(), id.begin());
  return id;
}

ValueView text_or_null(std::string_view text) {
  return text.empty() ? ValueView::null() : ValueView::text(text);
}

ValueView number_or_null(const std::optional<std::int64_t>& number) {
  return number ? ValueView::of(*number) : ValueView::null();
}

}  // namespace

void InvocationIndex::add(Bytes invocation_id, std::size_t node) {
  if (invocation_id.size() != sizeof(Guid)) return;
  entries_.push_back({guid_at(invocation_id, 0), static_cast<std::uint32_t>(node)});
}

void InvocationIndex::finish() {
  std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.id, a.node) < std::tie(b.id, b.node);
  });
}

std::optional<std::size_t> InvocationIndex::find(const Guid& invocation_id) const {
  const auto found =
      std::lower_bound(entries_.begin(), entries_.end(), invocation_id,
                       [](const Entry& entry, const Guid& id) { return entry.id < id; });
  if (found == entries_.end() || found->id != invocation_id) return std::nullopt;
  return found->node;
}

MetadataValue survey_metadata(Bytes value) {
  if (value.size() < kHeaderBytes) {
    return {.defect = "is shorter than its head of 16 bytes", .is_loss = true};
  }
  const auto version = load_le<std::uint64_t>(value, 0);
  if (version != kKnownVersion) {
    return {.defect = "has the version " + std::to_string(version) + ", only 1 is known",
            .is_loss = true};
  }
  const auto count = load_le<std::uint64_t>(value, 8);
  const std::size_t whole = (value.size() - kHeaderBytes) / kEntryBytes;
  if (count > whole) {
    return {.entries = whole,
            .defect = "holds " + std::to_string(whole) + " of " + std::to_string(count) +
                      " entries; the others are lost",
            .is_loss = true};
  }
  MetadataValue out;
  out.entries = static_cast<std::size_t>(count);
  const std::size_t rest = value.size() - kHeaderBytes - out.entries * kEntryBytes;
  if (rest > 0) out.defect = "goes on for " + std::to_string(rest) + " bytes behind its entries";
  return out;
}

MetadataEntry metadata_entry(Bytes value, std::size_t index) {
  const Bytes entry = value.subspan(kHeaderBytes + index * kEntryBytes, kEntryBytes);
  return {.attribute_id = load_le<std::uint32_t>(entry, 0),
          .version = load_le<std::uint32_t>(entry, 4),
          .changed_at = load_le<std::int64_t>(entry, 8),
          .originating_id = guid_at(entry, 16),
          .originating_usn = load_le<std::int64_t>(entry, 32),
          .local_usn = load_le<std::int64_t>(entry, 40)};
}

Result<ReplicationWriter> ReplicationWriter::create(const Source& source, ImportContext& context) {
  DIRSNAP_TRY(RelationWriter* const table, context.table(metadata_columns::kSpec));
  return ReplicationWriter(source, *table);
}

// nullopt: more attributes than any schema has.
Result<std::optional<std::uint32_t>> ReplicationWriter::kind_of(std::uint32_t attribute_id) {
  if (const auto found = kinds_.find(attribute_id); found != kinds_.end()) return found->second;
  if (kinds_.size() == kMostKinds) return std::nullopt;
  const auto& known = source_.schema.attributes();
  const auto attribute = known.find(attribute_id);
  const bool is_known = attribute != known.end();
  const std::string name =
      is_known ? attribute->second.ldap_name : source_.schema.fallback_name(attribute_id);
  std::vector<Cell> cells = {
      {metadata_columns::kAttribute, ValueView::text(name)},
      {metadata_columns::kAttributeId, ValueView::of(static_cast<std::int32_t>(attribute_id))},
      {metadata_columns::kSourceId, ValueView::of(source_.source_id)}};
  if (is_known && !attribute->second.x500_name.empty()) {
    cells.push_back(
        {metadata_columns::kAttributeX500, ValueView::text(attribute->second.x500_name)});
  }
  DIRSNAP_TRY(const std::uint32_t kind, table_->kind(cells));
  kinds_.emplace(attribute_id, kind);
  return kind;
}

// Valid until the next call.
const ReplicationWriter::Server& ReplicationWriter::server(const Guid& id) {
  if (last_server_ != nullptr && id == last_id_) return *last_server_;
  key_.assign(as_chars(id));
  last_id_ = id;
  if (const auto found = servers_.find(key_); found != servers_.end()) {
    return *(last_server_ = &found->second);
  }
  if (servers_.size() >= kMostServers) servers_.clear();
  Server server{.id = guid_text(id).value_or(""), .dn = {}};
  if (const auto node = source_.invocations.find(id)) {
    server.dn = source_.tree.names(source_.tree.nodes()[*node]).x500;
  }
  last_server_ = &servers_.emplace(key_, std::move(server)).first->second;
  return *last_server_;
}

// Neighbours were often changed at the same time.
std::string_view ReplicationWriter::time_text(std::int64_t seconds) {
  if (seconds != last_seconds_) {
    last_seconds_ = seconds;
    last_time_ = seconds > 0 ? iso_from_seconds_1601(seconds).value_or("") : std::string();
  }
  return last_time_;
}

Result<void> ReplicationWriter::append(const NameTree::Node& node, Bytes value) {
  const MetadataValue found = survey_metadata(value);
  std::size_t unnamed = 0;
  for (std::size_t i = 0; i < found.entries; ++i) {
    const MetadataEntry entry = metadata_entry(value, i);
    DIRSNAP_TRY(const std::optional<std::uint32_t> kind, kind_of(entry.attribute_id));
    if (!kind) {
      ++unnamed;
      continue;
    }
    const Server& origin = server(entry.originating_id);
    const std::array<Cell, 7> row = {{
        {metadata_columns::kObjectId, ValueView::of(node.object_id)},
        {metadata_columns::kVersion, ValueView::of(entry.version)},
        {metadata_columns::kChangedAt, text_or_null(time_text(entry.changed_at))},
        {metadata_columns::kOriginatingId, text_or_null(origin.id)},
        {metadata_columns::kOriginatingDn, text_or_null(origin.dn)},
        {metadata_columns::kOriginatingUsn, ValueView::of(entry.originating_usn)},
        {metadata_columns::kLocalUsn, ValueView::of(entry.local_usn)},
    }};
    DIRSNAP_CHECK(table_->append(*kind, row));
  }
  std::string defect = found.defect;
  if (unnamed > 0) {
    if (!defect.empty()) defect += ", and ";
    defect += "names more attributes than any schema has; " + std::to_string(unnamed) +
              " entries are not kept";
  }
  if (defect.empty()) return {};
  source_.issues.report(
      {.severity = found.is_loss || unnamed > 0 ? Severity::kLoss : Severity::kDoubt,
       .code = "replication-metadata",
       .place = "object " + source_.tree.names(node).x500,
       .message = "replPropertyMetaData " + defect});
  return {};
}

Result<void> ReplicationWriter::append(const NameTree::Node& node,
                                       const ObjectVersion& object,
                                       std::string_view changed_at,
                                       std::optional<std::int64_t> usn_changed) {
  if (!object.version || !object.signature) return {};
  if (!object_kind_) {
    const std::array<Cell, 1> cells = {
        {{metadata_columns::kSourceId, ValueView::of(source_.source_id)}}};
    DIRSNAP_TRY(object_kind_, table_->kind(cells));
  }
  const Server& origin = server(*object.signature);
  const std::array<Cell, 7> row = {{
      {metadata_columns::kObjectId, ValueView::of(node.object_id)},
      {metadata_columns::kVersion, ValueView::of(*object.version)},
      {metadata_columns::kChangedAt, text_or_null(changed_at)},
      {metadata_columns::kOriginatingId, text_or_null(origin.id)},
      {metadata_columns::kOriginatingDn, text_or_null(origin.dn)},
      {metadata_columns::kOriginatingUsn, number_or_null(object.usn_source)},
      {metadata_columns::kLocalUsn, number_or_null(usn_changed)},
  }};
  DIRSNAP_CHECK(table_->append(*object_kind_, row));
  return {};
}

}  // namespace dirsnap::directory
