-- SPDX-License-Identifier: MIT
-- id: services-without-connectors
-- title: NT service of a connector that the directory does not have
-- severity: warning
-- kb: Q196305, Q242762, Q199989, Q182814
-- applies: 4.0, 5.0, 5.5
-- needs: directory, registry
-- tags: connectors, services, registry
-- param: server text = NULL   only this server
-- x-why: A service left behind starts without a connector to serve, fills the event log, and keeps
--   the connector from being installed anew.
-- x-logic: The service keys of known connectors (with an ImagePath) are set beside the live
--   connectors of their server. Services that exist without connectors by design are not judged;
--   the news service, which stays when the last newsfeed goes, is an info. A deleted connector is
--   named.
-- remedy: Remove connectors before Exchange is removed from a server. To clean up, delete the
--   service's key, SOFTWARE\Microsoft\Exchange\Setup\Exchconn and the folder Connect\Exchconn,
--   restart, and install the connector again if it is wanted.
WITH
  known(key, type) AS (VALUES
    ('MSExchangeIMC', 'imc'), ('MSExchangeMSMI', 'msmail'), ('MSExchangeCCMC', 'ccmail'),
    ('LME-NOTES', 'notes'), ('LME-GWISE', 'groupwise'), ('MSExchangeGWRtr', 'groupwise'),
    ('LME-SNADS', 'snads'), ('LME-PROFS', 'profs'), ('MSExchangeINS', 'newsfeed')),
  -- Every connector of the last four also runs under the connectivity controller.
  wanted AS (
    SELECT key, type FROM known
    UNION ALL
    SELECT 'MSExchangeCoCo', type FROM known WHERE key LIKE 'LME-%'
  ),
  running AS (
    SELECT s.snapshot_id, s.server, s.name, s.key_path, s.start_type, s.image_path, s.source_id,
           k.key
    FROM (SELECT DISTINCT key FROM wanted) k
    JOIN services s ON s.name = k.key
    WHERE s.is_current = 1 AND trim(s.image_path) <> ''
      AND (:server IS NULL OR s.server = :server)
    UNION ALL
    SELECT s.snapshot_id, s.server, s.name, s.key_path, s.start_type, s.image_path, s.source_id,
           k.key
    FROM known k
    JOIN server_registries r ON k.key LIKE 'LME-%' AND r.server IS NOT NULL
    JOIN services s ON s.snapshot_id = r.snapshot_id AND s.name = r.server || '-' || k.key
                   AND s.source_id = r.source_id
    WHERE s.is_current = 1 AND trim(s.image_path) <> ''
      AND (:server IS NULL OR s.server = :server)
  ),
  servers AS (SELECT snapshot_id, server, directory_source FROM exchange_servers),
  -- A connector whose server is not known may be any server's.
  orphans AS (
    SELECT u.* FROM running u
    WHERE NOT EXISTS (SELECT 1 FROM connectors c
                      WHERE c.snapshot_id = u.snapshot_id AND c.is_deleted = 0
                        AND (c.server = u.server OR c.server IS NULL)
                        AND (c.service_key IN (u.name, u.key)
                             OR c.type IN (SELECT w.type FROM wanted w WHERE w.key = u.key)))
  )
SELECT o.snapshot_id AS snapshot_id, o.key_path AS subject, o.server, o.name AS service,
       o.start_type,
       o.image_path, 'no live connector of this service on server ' || o.server AS finding,
       (SELECT min(c.dn) FROM connectors c
        WHERE c.snapshot_id = o.snapshot_id AND c.is_deleted = 1
          AND (c.server = o.server OR c.server IS NULL)
          AND c.type IN (SELECT w.type FROM wanted w WHERE w.key = o.key)) AS deleted_connector,
       r.path AS registry_source, v.directory_source,
       iif(o.key = 'MSExchangeINS', 'info', 'warning') AS severity, NULL AS missing
FROM orphans o
JOIN servers v ON v.snapshot_id = o.snapshot_id AND v.server = o.server
LEFT JOIN sources r ON r.snapshot_id = o.snapshot_id AND r.source_id = o.source_id
WHERE o.snapshot_id NOT IN (SELECT snapshot_id FROM unread_connections)
UNION ALL
SELECT v.snapshot_id, NULL, v.server, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
       iif(EXISTS (SELECT 1 FROM server_registries x WHERE x.snapshot_id = v.snapshot_id
                     AND x.is_complete = 1), NULL, 'skipped'),
       iif(EXISTS (SELECT 1 FROM server_registries x
                   WHERE x.snapshot_id = v.snapshot_id AND x.server = v.server),
           'services of server ' || v.server || ': registry export is partial',
           'registry of server ' || v.server)
FROM servers v
WHERE (:server IS NULL OR v.server = :server)
  AND NOT EXISTS (SELECT 1 FROM server_registries x
                  WHERE x.snapshot_id = v.snapshot_id AND x.server = v.server
                    AND x.is_complete = 1)
UNION ALL
SELECT DISTINCT o.snapshot_id, NULL, o.server, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
       'directory of the site of server ' || coalesce(o.server, '(unknown)')
FROM orphans o
WHERE NOT EXISTS (SELECT 1 FROM servers v
                  WHERE v.snapshot_id = o.snapshot_id AND v.server = o.server)
UNION ALL
-- A directory of which the part with the connectors was not read.
SELECT d.snapshot_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'skipped',
       'containers Connections in the directory'
FROM unread_connections d
ORDER BY snapshot_id, missing, server, subject
