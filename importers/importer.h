// SPDX-License-Identifier: MIT
//
// The seam between the import driver and the importers of each kind of source.
// An importer gets a source's bytes and a context; it appends rows to relations and reports
// issues. Domain rows that need several sources (connectors, services) are collected in the
// context and written when all sources of the snapshot have been read.
// Threads: one import runs in one thread; an importer may use helpers of its own inside.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/base/byte_source.h"
#include "storage/base/cancel.h"
#include "storage/base/issue.h"
#include "storage/base/result.h"
#include "storage/snapshot_writer.h"
#include "storage/tables.h"

namespace dirsnap {

// The facts of one evidence file; the row of the table `sources`. An importer fills the second
// part.
struct SourceFacts {
  std::int64_t source_id = 0;
  std::string path;  // as given
  std::string absolute_path;
  std::uint64_t size_bytes = 0;
  std::string sha256;
  std::optional<std::string> modified_at;
  std::string imported_at;

  std::string kind = "other";         // contract, sources.kind
  std::string role = "other";         // contract, sources.role
  std::optional<std::string> server;  // NULL until told
  std::optional<std::string> state;   // clean, dirty, damaged
  std::uint64_t records = 0;
  std::string details;  // JSON object text, may be empty
};

// A connector object as the directory tells it, before services are known.
struct ConnectorCandidate {
  std::int64_t object_id = 0;
  std::int64_t source_id = 0;
  std::string dn, name, class_name, level, organization;
  std::vector<std::string> class_names;  // most derived first, X.500 names where there are any
  std::optional<std::string> site, routing_group, diagnostic_reg_key;
  std::optional<std::string> home_mta_server, home_server, computer_name;
  std::optional<std::string> bridgehead_server;  // the first of several
  std::optional<std::string> own_server;         // whose object it stands below
  bool is_deleted = false;
  std::vector<std::string> address_spaces;
};

// One Services subkey of one control set, as its registry tells it.
struct ServiceRecord {
  std::int64_t source_id = 0;
  std::optional<std::string> server, display_name, image_path, account, load_group, changed_at;
  std::string name, control_set, key_path;
  std::optional<std::int64_t> start, type, error_control;
  std::optional<std::vector<std::string>> depends_on, depends_on_group;
  bool is_current = false;
  std::optional<std::string> description;
  std::optional<std::string> rooted_image_path;   // variables of its own registry expanded
  std::vector<std::string> triggers;              // JSON objects
  std::vector<std::string> disabled_in_profiles;  // hardware profiles, e.g. 0001
  bool is_delayed = false;
  bool is_marked_for_deletion = false;
};

// One thing that a registry tells about its server: a row of the table server_facts.
struct ServerFact {
  std::string fact, value, place;
  bool is_guess = false;  // inferred; counts only where no registry of the server states it
};

// A registry source, for what only all sources together tell.
struct RegistrySource {
  std::int64_t source_id = 0;
  bool is_hive = false;
  std::string folder;                 // it lies in
  std::optional<std::string> server;  // NULL where it does not tell
  std::vector<ServerFact> facts = {};
};

// What the user said on the command line.
struct ImportOptions {
  std::optional<std::string> server;    // --server
  std::optional<unsigned> codepage;     // --codepage
  std::optional<std::string> map_file;  // --map
  std::optional<std::string> as_kind;   // --as
  bool no_logs = false;                 // --no-logs: hives as they lie, without their logs
  bool with_bodies = false;             // --with-bodies: the content of messages as well
};

// Loops over rows of a source look at their cancel token once in so many: each row is decoded
// whole.
inline constexpr std::uint64_t kRowsPerCheck = 1024;

// Shared by all importers of one snapshot.
class ImportContext {
 public:
  ImportContext(SnapshotWriter& writer, const ImportOptions& options, const CancelToken& cancel)
      : writer_(writer), options_(options), cancel_(cancel) {}

  [[nodiscard]] SnapshotWriter& writer() { return writer_; }
  [[nodiscard]] const ImportOptions& options() const { return options_; }
  [[nodiscard]] const CancelToken& cancel() const { return cancel_; }

  // The relation of a fixed table.
  [[nodiscard]] Result<RelationWriter*> table(const TableSpec& spec) {
    return writer_.relation(relation_of(spec));
  }

  // Next free ids of the snapshot (they start at 1 and are dense).
  std::int64_t next_object_id = 1;
  std::int64_t next_key_id = 1;
  std::int64_t next_recovered_object_id = 1;

  std::vector<ConnectorCandidate> connectors;
  // Major versions of Exchange servers (6: 2000 and 2003, 8: 2007) as the directory tells them, by
  // name in lower case.
  std::map<std::string, int> exchange_versions;
  std::vector<ServiceRecord> services;
  std::vector<RegistrySource> registries;
  std::optional<std::string> organization;      // first one found
  std::optional<std::string> directory_server;  // server the directory database belongs to

  // Opens a file beside the present source whose name is the source's name plus `suffix`,
  // compared without case (".LOG1"); null where there is none. Set by the driver per source.
  std::function<std::unique_ptr<ByteSource>(std::string_view suffix)> open_sibling;
  // Names of the files in the present source's folder, itself among them, sorted; and how to open
  // one: null where that fails. Set by the driver per source.
  std::function<std::vector<std::string>()> list_folder;
  std::function<std::unique_ptr<ByteSource>(std::string_view name)> open_beside;

 private:
  SnapshotWriter& writer_;
  const ImportOptions& options_;
  const CancelToken& cancel_;
};

// One kind of source: how it is told by content and how it is read.
struct Importer {
  const char* kind;  // contract, sources.kind
  // True if the content is of this kind. `head`: the first bytes (up to 64 KiB, fewer if the
  // source is smaller).
  bool (*probe)(Bytes head, std::uint64_t size_bytes);
  // Reads the source into the context. Fails only if nothing of it can be used; all else is an
  // issue. `facts` is filled in.
  Result<void> (*import)(ByteSource& source,
                         SourceFacts& facts,
                         ImportContext& context,
                         IssueSink& issues);
  // May be null. True if the content can be a part of a set of files of this kind; asked for files
  // of no other kind that lie in one folder with a file that probe() knows.
  bool (*probe_member)(Bytes head) = nullptr;
};

}  // namespace dirsnap
