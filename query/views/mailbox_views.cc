// SPDX-License-Identifier: MIT
//
// The views home_stores and mailbox_pairs: the stores that directories name as somebody's home, and
// the mailboxes of stores beside the objects of directories.
// Facts: the store keeps the owner's full directory name, in upper case (KB Q284199); from Exchange
// 2000 on that name is the object's legacyExchangeDN. 131316 is Home-MDB.
#include <array>

#include "query/views.h"

namespace dirsnap {
namespace {

constexpr ViewColumn kHomeColumns[] = {
    {"snapshot_id", "INTEGER", "Snapshot the row belongs to (snapshots.snapshot_id)."},
    {"store_dn", "TEXT", "Distinguished name of the store, as Home-MDB has it."},
    {"server", "TEXT", "Name of its server; NULL where the name tells none."},
    {"is_loaded", "INTEGER",
     "1 if the snapshot holds a private store of that server; NULL where that is not known."},
};

constexpr const char* kHomeExamples[] = {
    "SELECT store_dn FROM home_stores WHERE is_loaded = 0",
};

// A directory has few of them: who asks for some servers begins here and reads their people alone.
constexpr const char* kHomeSql = R"sql(
SELECT h.snapshot_id, h.text AS store_dn, dn_server(h.text) COLLATE FOLD AS server,
       (h.snapshot_id, dn_server(h.text) COLLATE FOLD) IN (
         SELECT s.snapshot_id, s.server COLLATE FOLD FROM sources s
         WHERE s.role = 'private-store' AND s.server IS NOT NULL) AS is_loaded
FROM (SELECT DISTINCT snapshot_id, text
      FROM attributes WHERE attribute_id = 131316 AND seq = 0) h
)sql";

constexpr ViewColumn kColumns[] = {
    {"snapshot_id", "INTEGER", "Snapshot the row belongs to (snapshots.snapshot_id)."},
    {"owner_dn", "TEXT",
     "Name of the owner: as the directory has it, else as the store has it; NULL where the store "
     "does not tell."},
    {"side", "TEXT", "Where it is: both, directory or store."},
    {"other_side_loaded", "INTEGER",
     "1 if the snapshot holds what could have the other side: a directory, or the private store of "
     "the home server. 0: nothing is known of it."},
    {"kind", "TEXT", "user, system, connector or unknown."},
    {"directory_server", "TEXT", "Home server that the directory names (Home-MDB)."},
    {"store_server", "TEXT", "Server of the store that holds the mailbox."},
    {"display_name", "TEXT", "Name the store shows."},
    {"class", "TEXT", "LDAP name of the directory object's class."},
    {"is_tombstone", "INTEGER",
     "1 if the directory knows the owner as a deleted object only; NULL for side directory."},
    {"object_id", "INTEGER", "The directory object (objects.object_id)."},
    {"mailbox_id", "INTEGER", "The mailbox (mailboxes.mailbox_id)."},
    {"directory_source_id", "INTEGER", "Source of the directory object."},
    {"store_source_id", "INTEGER", "Source of the mailbox."},
};

constexpr const char* kExamples[] = {
    "SELECT side, kind, count(*) AS n FROM mailbox_pairs WHERE other_side_loaded = 1 GROUP BY "
    "side, kind",
    "SELECT owner_dn, directory_server, store_server FROM mailbox_pairs WHERE side = 'both' AND "
    "directory_server <> store_server COLLATE FOLD",
};

constexpr const char* kSql = R"sql(
WITH
  legacy AS (
    SELECT snapshot_id, object_id, text AS dn FROM attributes WHERE attribute = 'legacyExchangeDN'
  ),
  -- A mailbox and the live objects that have its owner's name.
  matched AS (
    SELECT m.snapshot_id, m.mailbox_id, o.object_id
    FROM mailboxes m
    JOIN objects o ON o.snapshot_id = m.snapshot_id AND o.dn = m.owner_dn
    WHERE o.is_deleted = 0 AND o.is_phantom = 0
    UNION
    SELECT m.snapshot_id, m.mailbox_id, l.object_id
    FROM legacy l
    JOIN mailboxes m ON m.snapshot_id = l.snapshot_id AND m.owner_dn = l.dn
    JOIN objects o ON o.snapshot_id = l.snapshot_id AND o.object_id = l.object_id
    WHERE o.is_deleted = 0 AND o.is_phantom = 0
  )
SELECT m.snapshot_id, coalesce(o.dn, m.owner_dn) COLLATE FOLD AS owner_dn, 'both' AS side,
       1 AS other_side_loaded, m.kind,
       (SELECT dn_server(a.text) FROM attributes a
        WHERE a.snapshot_id = x.snapshot_id AND a.object_id = x.object_id
          AND a.attribute_id = 131316 AND a.seq = 0) COLLATE FOLD AS directory_server,
       s.server AS store_server, m.display_name, o.class, 0 AS is_tombstone, o.object_id,
       m.mailbox_id, o.source_id AS directory_source_id, m.source_id AS store_source_id
FROM matched x
JOIN mailboxes m ON m.snapshot_id = x.snapshot_id AND m.mailbox_id = x.mailbox_id
JOIN objects o ON o.snapshot_id = x.snapshot_id AND o.object_id = x.object_id
LEFT JOIN sources s ON s.snapshot_id = m.snapshot_id AND s.source_id = m.source_id
UNION ALL
SELECT m.snapshot_id, m.owner_dn, 'store', m.snapshot_id IN (SELECT snapshot_id FROM directories),
       m.kind, NULL, s.server, m.display_name, NULL,
       EXISTS (SELECT 1 FROM objects t
               WHERE t.snapshot_id = m.snapshot_id AND t.dn = m.owner_dn AND t.is_deleted = 1),
       NULL, m.mailbox_id, NULL, m.source_id
FROM mailboxes m
LEFT JOIN sources s ON s.snapshot_id = m.snapshot_id AND s.source_id = m.source_id
WHERE (m.snapshot_id, m.mailbox_id) NOT IN (SELECT snapshot_id, mailbox_id FROM matched)
UNION ALL
SELECT h.snapshot_id, o.dn, 'directory', h.is_loaded,
       CASE WHEN (o.snapshot_id, o.object_id) IN (SELECT snapshot_id, object_id FROM connectors)
            THEN 'connector'
            WHEN o.dn LIKE '%/cn=Configuration/%' THEN 'system'
            ELSE 'user' END,
       h.server, NULL, NULL, o.class, NULL, o.object_id, NULL, o.source_id, NULL
FROM home_stores h
CROSS JOIN attributes a ON a.snapshot_id = h.snapshot_id AND a.text = h.store_dn
                       AND a.attribute_id = 131316 AND a.seq = 0
JOIN objects o ON o.snapshot_id = a.snapshot_id AND o.object_id = a.object_id
WHERE o.is_deleted = 0 AND o.is_phantom = 0
  AND (o.snapshot_id, o.object_id) NOT IN (SELECT snapshot_id, object_id FROM matched)
)sql";

constexpr std::array kMailboxViews = {
    ViewSpec{.name = "home_stores",
             .doc = "One row per store that objects of a directory name as their home.",
             .theme = "stores",
             .columns = kHomeColumns,
             .examples = kHomeExamples,
             .sql = kHomeSql},
    ViewSpec{.name = "mailbox_pairs",
             .doc =
                 "One row per mailbox of a store and the directory object that owns it, or per one "
                 "of both alone: objects that name a store as their home, mailboxes whose owner no "
                 "live object is.",
             .theme = "stores",
             .columns = kColumns,
             .examples = kExamples,
             .sql = kSql}};

}  // namespace

std::span<const ViewSpec> mailbox_views() { return kMailboxViews; }

}  // namespace dirsnap
