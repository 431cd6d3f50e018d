// SPDX-License-Identifier: MIT
//
// Replication metadata: which server changed an attribute last, and when. Active Directory keeps
// it for each attribute in the octets of replPropertyMetaData; Exchange 4.0 to 5.5 only for the
// object as a whole, in attributes of its own. Rows of the table replication_metadata.
// Facts: [MS-ADTS] 3.1.1.3.4 and public readers of ntds.dit (layout of the octets: 64-bit version
// 1, 64-bit count, entries of 48 bytes); KB Q179573, Q195911 for Exchange.
// Not decoded: link_metadata of the link table, whose layout nobody has published; it stays in the
// raw table.
// Lifetime: borrows tree, schema and index. Threads: one thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "importers/directory/name_tree.h"
#include "importers/directory/schema.h"
#include "importers/importer.h"

namespace dirsnap::directory {

using Guid = std::array<std::byte, 16>;  // as stored

// The directory services that a source names by Invocation-Id.
// Memory: 20 bytes an object that has one.
class InvocationIndex {
 public:
  // REQUIRES: 16 octets, else nothing happens. `node`: place in NameTree::nodes().
  void add(Bytes invocation_id, std::size_t node);
  // Call once, after the last add().
  void finish();
  // The first object with that id.
  [[nodiscard]] std::optional<std::size_t> find(const Guid& invocation_id) const;

 private:
  struct Entry {
    Guid id;
    std::uint32_t node = 0;
  };
  std::vector<Entry> entries_;
};

// One entry of replPropertyMetaData.
struct MetadataEntry {
  std::uint32_t attribute_id = 0;
  std::uint32_t version = 0;
  std::int64_t changed_at = 0;  // seconds since 1601
  Guid originating_id{};
  std::int64_t originating_usn = 0;
  std::int64_t local_usn = 0;
};

// What the octets of one value hold.
struct MetadataValue {
  std::size_t entries = 0;  // that are whole
  std::string defect;       // empty, or what is wrong with the octets
  bool is_loss = false;     // entries are missing
};
MetadataValue survey_metadata(Bytes value);
// REQUIRES: index < survey_metadata(value).entries.
MetadataEntry metadata_entry(Bytes value, std::size_t index);

// What Exchange keeps about the object as a whole.
struct ObjectVersion {
  std::optional<std::int64_t> version;  // Object-Version
  std::optional<Guid> signature;        // DSA-Signature: invocation id of the last writer
  std::optional<std::int64_t> usn_source;
};

class ReplicationWriter {
 public:
  struct Source {
    NameTree& tree;
    const Schema& schema;
    const InvocationIndex& invocations;
    std::int64_t source_id;
    IssueSink& issues;
  };
  static Result<ReplicationWriter> create(const Source& source, ImportContext& context);

  // The rows of one value of replPropertyMetaData. Issue "replication-metadata" where its octets
  // are no such value, end early or go on behind the last entry.
  Result<void> append(const NameTree::Node& node, Bytes value);
  // The row of an object of Exchange; none unless it has a version and a signature.
  Result<void> append(const NameTree::Node& node,
                      const ObjectVersion& object,
                      std::string_view changed_at,
                      std::optional<std::int64_t> usn_changed);

 private:
  struct Server {
    std::string id, dn;
  };
  ReplicationWriter(const Source& source, RelationWriter& table)
      : source_(source), table_(&table) {}
  Result<std::optional<std::uint32_t>> kind_of(std::uint32_t attribute_id);
  const Server& server(const Guid& id);
  std::string_view time_text(std::int64_t seconds);

  // A schema has some thousand attributes; numbers beyond are those of a forged value.
  static constexpr std::size_t kMostKinds = 65'536;
  static constexpr std::size_t kMostServers = 1024;  // kept

  Source source_;
  RelationWriter* table_;
  std::unordered_map<std::uint32_t, std::uint32_t> kinds_;  // by attribute
  std::optional<std::uint32_t> object_kind_;
  std::unordered_map<std::string, Server> servers_;  // by the id's octets
  const Server* last_server_ = nullptr;              // most entries have the one before's
  Guid last_id_{};
  std::string key_;  // scratch
  std::int64_t last_seconds_ = 0;
  std::string last_time_;  // its text; empty: none
};

}  // namespace dirsnap::directory
