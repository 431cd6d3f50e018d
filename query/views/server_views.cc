// SPDX-License-Identifier: MIT
//
// Where reports begin: the directories and what they can prove, the Exchange servers that they
// know, and the registries that tell of servers.
// Facts: servers stand below Configuration\Servers of their site; an export lists the key it was
// asked for, so that one of a single service does not hold the key Services.
#include <array>

#include "query/views.h"

namespace dirsnap {
namespace {

constexpr ViewColumn kDirectoryColumns[] = {
    {"snapshot_id", "INTEGER", "Snapshot the row belongs to (snapshots.snapshot_id)."},
    {"source_id", "INTEGER", "The source (sources.source_id)."},
    {"path", "TEXT", "Its path."},
    {"server", "TEXT", "Server it is of; NULL where that is not known."},
    {"is_whole", "INTEGER",
     "1 if it carries every attribute its objects have; 0 for dumps, which carry what was asked "
     "for."},
    {"is_lossy", "INTEGER", "1 if some of it was lost: then what is absent proves nothing."},
};

constexpr const char* kDirectoryExamples[] = {
    "SELECT path, server FROM directories WHERE is_whole = 1 AND is_lossy = 0",
};

constexpr const char* kDirectorySql = R"sql(
SELECT s.snapshot_id, s.source_id, s.path, s.server, s.kind IN ('ese', 'esedbexport') AS is_whole,
       EXISTS (SELECT 1 FROM import_issues i
               WHERE i.snapshot_id = s.snapshot_id AND i.source_id = s.source_id
                 AND i.severity = 'loss') AS is_lossy
FROM sources s
WHERE s.role = 'directory'
)sql";

constexpr ViewColumn kUnreadColumns[] = {
    {"snapshot_id", "INTEGER", "Snapshot the row belongs to (snapshots.snapshot_id)."},
};

constexpr const char* kUnreadExamples[] = {
    "SELECT name FROM snapshots WHERE snapshot_id IN (SELECT snapshot_id FROM unread_connections)",
};

constexpr const char* kUnreadSql = R"sql(
SELECT DISTINCT d.snapshot_id
FROM directories d
WHERE NOT EXISTS (SELECT 1 FROM objects o
                  WHERE o.snapshot_id = d.snapshot_id AND o.rdn = 'Connections')
  AND NOT EXISTS (SELECT 1 FROM connectors c
                  WHERE c.snapshot_id = d.snapshot_id AND c.type NOT IN ('dirrep', 'dirsync'))
)sql";

constexpr ViewColumn kServerColumns[] = {
    {"snapshot_id", "INTEGER", "Snapshot the row belongs to (snapshots.snapshot_id)."},
    {"server", "TEXT", "Name of the server."},
    {"object_id", "INTEGER", "Its object (objects.object_id)."},
    {"dn", "TEXT", "Distinguished name of the server in X.500 form."},
    {"site", "TEXT", "Name of its site."},
    {"site_dn", "TEXT", "Distinguished name of the site."},
    {"organization", "TEXT", "Name of the organization."},
    {"servers_id", "INTEGER", "The container Servers of the site (objects.object_id)."},
    {"configuration_id", "INTEGER", "The container Configuration of the site (objects.object_id)."},
    {"source_id", "INTEGER", "Source the object was read from (sources.source_id)."},
    {"directory_source", "TEXT", "Path of that source."},
};

constexpr const char* kServerExamples[] = {
    "SELECT organization, site, server FROM exchange_servers ORDER BY site, server",
};

constexpr const char* kServerSql = R"sql(
SELECT o.snapshot_id, o.rdn AS server, o.object_id, o.dn, u.rdn AS site, u.dn AS site_dn,
       g.rdn AS organization, p.object_id AS servers_id, c.object_id AS configuration_id,
       o.source_id, d.path AS directory_source
FROM objects p
JOIN objects o ON o.snapshot_id = p.snapshot_id AND o.parent_id = p.object_id
JOIN objects c ON c.snapshot_id = p.snapshot_id AND c.object_id = p.parent_id
JOIN objects u ON u.snapshot_id = c.snapshot_id AND u.object_id = c.parent_id
LEFT JOIN objects g ON g.snapshot_id = u.snapshot_id AND g.object_id = u.parent_id
LEFT JOIN sources d ON d.snapshot_id = o.snapshot_id AND d.source_id = o.source_id
WHERE p.rdn = 'Servers' AND c.rdn = 'Configuration' AND u.rdn_type = 'ou'
  AND o.class_x500 = 'Computer' AND o.is_deleted = 0 AND o.is_phantom = 0
  -- Of the copies that several directories have, the first.
  AND NOT EXISTS (SELECT 1 FROM objects e
                  WHERE e.snapshot_id = o.snapshot_id AND e.dn = o.dn AND e.object_id < o.object_id
                    AND e.class_x500 = 'Computer' AND e.is_deleted = 0 AND e.is_phantom = 0)
)sql";

constexpr ViewColumn kRegistryColumns[] = {
    {"snapshot_id", "INTEGER", "Snapshot the row belongs to (snapshots.snapshot_id)."},
    {"source_id", "INTEGER", "The registry (sources.source_id)."},
    {"server", "TEXT", "Server it is of; NULL where it does not tell."},
    {"services_path", "TEXT", "Path of the key Services of the control set in force."},
    {"is_complete", "INTEGER",
     "1 if it holds the key Services itself with MSExchangeSA or EventLog, or these two: a service "
     "that it lacks is then not there. 0: an export of some keys, which proves no absence."},
    {"registry_source", "TEXT", "Path of the source."},
};

constexpr const char* kRegistryExamples[] = {
    "SELECT server, is_complete, registry_source FROM server_registries ORDER BY server",
};

constexpr const char* kRegistrySql = R"sql(
SELECT f.snapshot_id, f.source_id, f.server COLLATE FOLD AS server,
       'HKEY_LOCAL_MACHINE\SYSTEM\' || f.value || '\Services' AS services_path,
       (SELECT count(*) >= 2 FROM registry_keys k
        WHERE k.snapshot_id = f.snapshot_id AND k.source_id = f.source_id
          AND k.path IN ('HKEY_LOCAL_MACHINE\SYSTEM\' || f.value || '\Services',
                         'HKEY_LOCAL_MACHINE\SYSTEM\' || f.value || '\Services\MSExchangeSA',
                         'HKEY_LOCAL_MACHINE\SYSTEM\' || f.value || '\Services\EventLog'))
         AS is_complete,
       s.path AS registry_source
FROM server_facts f
LEFT JOIN sources s ON s.snapshot_id = f.snapshot_id AND s.source_id = f.source_id
WHERE f.fact = 'control_set'
)sql";

constexpr std::array kServerViews = {
    ViewSpec{.name = "directories",
             .doc = "One row per source that is a directory, and what it can prove.",
             .theme = "directory",
             .columns = kDirectoryColumns,
             .examples = kDirectoryExamples,
             .sql = kDirectorySql},
    ViewSpec{.name = "unread_connections",
             .doc = "One row per snapshot whose directories are without the part that holds the "
                    "connectors: that one is not there proves nothing.",
             .theme = "directory",
             .columns = kUnreadColumns,
             .examples = kUnreadExamples,
             .sql = kUnreadSql},
    ViewSpec{.name = "exchange_servers",
             .doc = "One row per live server of an Exchange 4.0 to 5.5 site.",
             .theme = "directory",
             .columns = kServerColumns,
             .examples = kServerExamples,
             .sql = kServerSql},
    ViewSpec{
        .name = "server_registries",
        .doc = "One row per registry source that holds a control set: whose services it tells.",
        .theme = "registry",
        .columns = kRegistryColumns,
        .examples = kRegistryExamples,
        .sql = kRegistrySql},
};

}  // namespace

std::span<const ViewSpec> server_views() { return kServerViews; }

}  // namespace dirsnap
