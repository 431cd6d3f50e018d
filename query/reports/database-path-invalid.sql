-- SPDX-License-Identifier: MIT
-- id: database-path-invalid
-- title: Paths of a store's or the directory's databases are wrong
-- severity: error
-- kb: Q260230, Q183266, Q264816, Q247274
-- applies: 4.0, 5.0, 5.5
-- needs: registry
-- tags: registry, stores
-- param: server text = NULL   only this server
-- x-why: A service whose database path is wrong does not start, or opens the wrong file: a private
--   and a public store with one path destroy each other.
-- x-logic: DB Path of both stores and the directory's database must be full file names ending in
--   .edb, those of the stores not the same; log and working paths must be folders (warning);
--   databases and logs on different drives are an info. Where the server has no public store in the
--   directory its public path may be stale: an info.
-- remedy: Write the full path of priv.edb, pub.edb or dir.edb into the value, or that of the
--   folder, and restart the service. Equal paths are what the optimizer's workaround left: name
--   pub.edb again.
WITH
  registries AS (SELECT * FROM server_registries WHERE :server IS NULL OR server = :server),
  named(subkey, name, what) AS (VALUES
    ('MSExchangeIS\ParametersPrivate', 'DB Path', 'private'),
    ('MSExchangeIS\ParametersPublic', 'DB Path', 'public'),
    ('MSExchangeDS\Parameters', 'DSA Database file', 'directory'),
    ('MSExchangeIS\ParametersSystem', 'DB Log Path', 'store folder'),
    ('MSExchangeIS\ParametersSystem', 'Working Directory', 'store folder'),
    ('MSExchangeDS\Parameters', 'Database log files path', 'directory folder'),
    ('MSExchangeDS\Parameters', 'DSA Working Directory', 'directory folder')),
  paths AS (
    SELECT r.snapshot_id, r.source_id, r.server, r.registry_source, n.what, v.name,
           v.key_path || '\' || v.name AS place, v.value, upper(trim(v.value)) AS path,
           -- Windows opens the same file by each of these.
           replace(replace(trim(v.value, ' "'), '/', '\'), '\\', '\') COLLATE FOLD AS file,
           trim(v.value) REGEXP '^([A-Za-z]:\\|\\\\[^\\]|%[^%]+%)' AS has_start
    FROM registries r
    JOIN named n
    JOIN registry_values v ON v.snapshot_id = r.snapshot_id AND v.source_id = r.source_id
                          AND v.key_path = r.services_path || '\' || n.subkey AND v.name = n.name
  ),
  -- Servers of which the directory says that they have no public store.
  private_only AS (
    SELECT s.snapshot_id, s.server
    FROM exchange_servers s
    WHERE NOT EXISTS (SELECT 1 FROM objects o
                      WHERE o.snapshot_id = s.snapshot_id AND o.parent_id = s.object_id
                        AND o.rdn = 'Microsoft Public MDB' AND o.is_deleted = 0)
  ),
  found AS (
    SELECT p.*, 'not the full name of a database file (.edb)' AS finding, NULL AS other,
           iif(p.what = 'public'
               AND (p.snapshot_id, p.server) IN (SELECT snapshot_id, server FROM private_only),
               'info', 'error') AS severity
    FROM paths p
    WHERE p.what IN ('private', 'public', 'directory')
      AND (p.path NOT LIKE '%.EDB' OR p.path LIKE '%\.EDB' OR NOT p.has_start)
    UNION ALL
    SELECT q.*, 'private and public store have the same path', p.place,
           iif((p.snapshot_id, p.server) IN (SELECT snapshot_id, server FROM private_only),
               'info', 'error')
    FROM paths p
    JOIN paths q ON q.snapshot_id = p.snapshot_id AND q.source_id = p.source_id
    WHERE p.what = 'private' AND q.what = 'public' AND p.file = q.file AND p.file <> ''
    UNION ALL
    SELECT p.*, 'not the path of a folder', NULL, 'warning'
    FROM paths p
    WHERE p.what LIKE '%folder' AND (NOT p.has_start OR p.path
            REGEXP '\\[^\\]*\.(EDB|LOG|PAT|CHK|DAT)$')
    UNION ALL
    SELECT p.*, 'database and logs stand on different drives', q.value, 'info'
    FROM paths p
    JOIN paths q ON q.snapshot_id = p.snapshot_id AND q.source_id = p.source_id
    WHERE ((p.what IN ('private', 'public') AND q.name = 'DB Log Path')
           OR (p.what = 'directory' AND q.name = 'Database log files path'))
      AND p.has_start AND q.has_start AND substr(p.path, 1, 2) <> substr(q.path, 1, 2)
  )
SELECT snapshot_id, place AS subject, server, finding, value AS path, other, registry_source,
       severity, NULL AS missing
FROM found
UNION ALL
SELECT v.snapshot_id, NULL, v.server, NULL, NULL, NULL, NULL,
       iif(EXISTS (SELECT 1 FROM paths p WHERE p.snapshot_id = v.snapshot_id), NULL, 'skipped'),
       iif(EXISTS (SELECT 1 FROM registries x
                   WHERE x.snapshot_id = v.snapshot_id AND x.server = v.server),
           'database paths of server ' || v.server, 'registry of server ' || v.server)
FROM exchange_servers v
WHERE (:server IS NULL OR v.server = :server)
  AND NOT EXISTS (SELECT 1 FROM paths p
                  WHERE p.snapshot_id = v.snapshot_id AND p.server = v.server)
UNION ALL
-- Nothing tells of a server that could be judged.
SELECT n.snapshot_id, NULL, NULL, NULL, NULL, NULL, NULL, 'skipped',
       'registry of ' || coalesce('server ' || :server, 'an Exchange server')
FROM (SELECT DISTINCT snapshot_id FROM sources WHERE role = 'registry') n
WHERE NOT EXISTS (SELECT 1 FROM exchange_servers v
                  WHERE v.snapshot_id = n.snapshot_id AND (:server IS NULL OR v.server = :server))
  AND NOT EXISTS (SELECT 1 FROM paths k WHERE k.snapshot_id = n.snapshot_id)
ORDER BY snapshot_id, missing, severity, server, subject
