-- SPDX-License-Identifier: MIT
-- id: core-services-missing
-- title: Exchange server without its base services, or base services without a server object
-- severity: error
-- kb: Q143380, Q188632
-- applies: 4.0, 5.0, 5.5
-- needs: directory, registry
-- tags: services, registry
-- param: server text = NULL   only this server
-- x-why: Without the System Attendant, the directory, the store and the message transfer agent
--   nothing of Exchange runs on the server; where they run without an object in the directory the
--   parts of the backup do not belong together.
-- x-logic: Each server object whose registry is complete must have the four service keys, with an
--   ImagePath. The other way round a registry with the directory service must be of a server that
--   the directory of this backup has. Registries that are absent or partial prove nothing.
-- remedy: Reinstall Exchange on the server (setup /r before a restore), or pair the backup of the
--   directory with the registry of the same server.
WITH
  core(service) AS (VALUES ('MSExchangeSA'), ('MSExchangeDS'), ('MSExchangeIS'), ('MSExchangeMTA')),
  registries AS (SELECT * FROM server_registries WHERE :server IS NULL OR server = :server),
  servers AS (SELECT * FROM exchange_servers WHERE :server IS NULL OR server = :server),
  present AS (
    SELECT s.snapshot_id, s.server, s.name, s.image_path, s.source_id
    FROM core c
    JOIN services s ON s.name = c.service
    WHERE s.is_current = 1
  ),
  covered AS (
    SELECT snapshot_id, server, min(source_id) AS source_id,
           min(registry_source) AS registry_source,
           min(services_path) AS services_path
    FROM registries WHERE is_complete = 1 AND server IS NOT NULL GROUP BY snapshot_id, server
  ),
  lacking AS (
    SELECT v.snapshot_id, v.dn, v.server, v.directory_source, r.registry_source, r.services_path,
           c.service,
           EXISTS (SELECT 1 FROM present p
                   WHERE p.snapshot_id = v.snapshot_id AND p.server = v.server
                     AND p.name = c.service) AS is_stub
    FROM servers v
    JOIN covered r ON r.snapshot_id = v.snapshot_id AND r.server = v.server
    CROSS JOIN core c
    WHERE NOT EXISTS (SELECT 1 FROM present p
                      WHERE p.snapshot_id = v.snapshot_id AND p.server = v.server
                        AND p.name = c.service AND trim(p.image_path) <> '')
  )
SELECT l.snapshot_id AS snapshot_id, l.dn AS subject, l.server,
       'services that the server lacks' AS finding,
       group_concat(l.service || iif(l.is_stub, ' (a key without ImagePath)', ''), ', ')
         AS services,
       l.services_path, l.directory_source, l.registry_source, NULL AS severity, NULL AS missing
FROM lacking l
GROUP BY l.snapshot_id, l.dn
UNION ALL
SELECT r.snapshot_id, r.services_path || '\MSExchangeDS', r.server,
       iif(EXISTS (SELECT 1 FROM objects o
                   JOIN objects p ON p.snapshot_id = o.snapshot_id AND p.object_id = o.parent_id
                   WHERE o.snapshot_id = r.snapshot_id AND o.rdn = r.server
                     AND o.class_x500 = 'Computer' AND o.is_deleted = 1 AND p.rdn = 'Servers'),
           'the server is deleted in the directory', 'the directory has no such server'),
       (SELECT group_concat(p.name, ', ') FROM present p
        WHERE p.snapshot_id = r.snapshot_id AND p.server = r.server AND trim(p.image_path) <> ''),
       r.services_path,
       (SELECT min(d.path) FROM sources d
        WHERE d.snapshot_id = r.snapshot_id AND d.role = 'directory'), r.registry_source, NULL, NULL
FROM covered r
WHERE EXISTS (SELECT 1 FROM present p
              WHERE p.snapshot_id = r.snapshot_id AND p.server = r.server
                AND p.name = 'MSExchangeDS' AND trim(p.image_path) <> '')
  AND EXISTS (SELECT 1 FROM exchange_servers v WHERE v.snapshot_id = r.snapshot_id)
  AND NOT EXISTS (SELECT 1 FROM exchange_servers v
                  WHERE v.snapshot_id = r.snapshot_id AND v.server = r.server)
UNION ALL
SELECT v.snapshot_id, NULL, v.server, NULL, NULL, NULL, NULL, NULL,
       iif(EXISTS (SELECT 1 FROM covered x WHERE x.snapshot_id = v.snapshot_id), NULL, 'skipped'),
       iif(EXISTS (SELECT 1 FROM registries x
                   WHERE x.snapshot_id = v.snapshot_id AND x.server = v.server),
           'services of server ' || v.server || ': registry export is partial',
           'registry of server ' || v.server)
FROM servers v
WHERE NOT EXISTS (SELECT 1 FROM covered x
                  WHERE x.snapshot_id = v.snapshot_id AND x.server = v.server)
UNION ALL
SELECT snapshot_id, NULL, NULL, NULL, NULL, NULL, NULL, registry_source, NULL,
       'server of registry ' || registry_source
FROM registries WHERE server IS NULL
UNION ALL
-- A directory of which the part with the servers was not read.
SELECT d.snapshot_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'skipped',
       'servers in the directory'
FROM (SELECT DISTINCT snapshot_id FROM directories) d
WHERE NOT EXISTS (SELECT 1 FROM exchange_servers v WHERE v.snapshot_id = d.snapshot_id)
ORDER BY snapshot_id, missing, server, subject
