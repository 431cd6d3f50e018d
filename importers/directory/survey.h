// SPDX-License-Identifier: MIT
//
// The first pass over a directory: names of all rows, the schema, the links, who the server is.
// Memory: about 60 bytes a row plus its relative name, 24 bytes a link, 32 bytes and the data of a
// link that was removed or holds more than a name, the shared security descriptors.
// Threads: one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "importers/directory/layout.h"
#include "importers/directory/name_tree.h"
#include "importers/directory/replication.h"
#include "importers/directory/schema.h"
#include "importers/directory/shared_descriptors.h"
#include "importers/ese/recovered.h"
#include "importers/importer.h"

namespace dirsnap::directory {

// A link value.
struct Link {
  std::int32_t from = 0;  // DNT of the object that carries the forward attribute
  std::int32_t to = 0;    // DNT of the target
  std::uint32_t base = 0;
  std::uint32_t detail = 0;      // 0 for most; else 1 + place in Survey::link_details
  std::int64_t usn_changed = 0;  // 0: none
};

// What few links have. Times are as stored, 0: none.
struct LinkDetail {
  std::int64_t deleted_at = 0;      // the value was removed
  std::int64_t deactivated_at = 0;  // one of its ends was deleted
  std::uint64_t data_begin = 0;     // of what it holds beside the name, in Survey::link_data
  std::uint32_t data_size = 0;
  [[nodiscard]] bool is_dead() const { return deleted_at != 0 || deactivated_at != 0; }
};

struct Survey {
  NameTree tree;
  std::vector<std::int64_t> object_ids;  // by order of the rows; 0 for placeholder rows
  std::vector<Link> links;               // ordered by (from, base), equal ones as stored
  std::vector<LinkDetail> link_details;  // of those links that have any
  std::string link_data;                 // of those links that have any
  SharedDescriptors descriptors;
  InvocationIndex invocations;              // the directory services by their invocation ids
  std::uint64_t classes_from_category = 0;  // objects whose class only objectCategory tells
  std::optional<std::int32_t> dsa_dnt;      // the directory service's own object
  std::size_t first_row = 0;  // nodes before it are copies, there for their names only
};

// Reads names, schema and links, not the descriptors. Object ids are taken from the context.
// Placeholder rows of a new database ($ROOT_OBJECT$ and the row before it) get none: they are no
// objects.
Result<Survey> survey_directory(TableSource& database,
                                const Layout& layout,
                                const OverrideMap& overrides,
                                Schema& schema,
                                ImportContext& context);

// Where rows of an object table are recovered from.
struct RecoveredSource {
  ese::Database& database;
  const ese::RecoveryIndex& index;
  const Layout& layout;
};

// Names of the rows of the object table that can be recovered, in the order of RecoveredCursor:
// those of live parents come from `live`. Object ids count recovered objects. Nothing is learnt
// from these rows: they may be old.
Result<Survey> survey_recovered(const RecoveredSource& source,
                                const Survey& live,
                                Schema& schema,
                                ImportContext& context);

// Name of the attribute that names an object, as distinguished names write it (cn, ou, o, dc).
std::string rdn_type_name(std::uint32_t attribute_id, Schema& schema);

}  // namespace dirsnap::directory
