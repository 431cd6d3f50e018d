-- SPDX-License-Identifier: MIT
-- id: ras-connector-without-ras
-- title: Dynamic RAS connector on a server without Remote Access Service or RAS stack
-- severity: error
-- kb: Q147107, Q148286
-- applies: 4.0, 5.0, 5.5
-- needs: directory
-- tags: connectors, services
-- param: server text = NULL   only this server
-- remedy: Install the Remote Access Service of Windows NT, then the RAS MTA transport stack of the
--   server, then the connector, in this order.
-- x-why: The connector dials through the Remote Access Service and its stack. Without either no
--   call is made and mail waits.
-- x-logic: The home server of a live Dynamic RAS connector must have the service RasMan or
--   RemoteAccess in its current control set and a live RAS stack. A server whose registry is
--   absent or partial, or whose objects are not loaded, is not judged in that respect.
WITH
  covered AS (
    SELECT snapshot_id, server, min(source_id) AS source_id,
           substr(key_path, 1, length(key_path) - length(name)) AS services_path
    FROM services
    WHERE is_current = 1 AND name IN ('MSExchangeSA', 'EventLog')
    GROUP BY snapshot_id, server
  ),
  dialers AS (
    SELECT c.snapshot_id, c.dn, c.server, d.path, d.is_whole, d.is_lossy,
           (SELECT o.object_id FROM objects o
            WHERE o.snapshot_id = c.snapshot_id AND o.rdn = c.server AND o.class_x500 = 'Computer'
              AND o.is_deleted = 0 AND o.is_phantom = 0 LIMIT 1) AS server_id
    FROM connectors c
    JOIN directories d ON d.snapshot_id = c.snapshot_id AND d.source_id = c.source_id
    WHERE c.is_deleted = 0 AND c.type = 'ras' AND (:server IS NULL OR c.server = :server)
  ),
  states AS (
    SELECT x.*, v.services_path, v.source_id AS registry_source_id,
           EXISTS (SELECT 1 FROM services s
                   WHERE s.snapshot_id = x.snapshot_id AND s.server = x.server
                     AND s.name IN ('RasMan', 'RemoteAccess') AND s.is_current = 1
                     AND trim(s.image_path) <> '') AS has_ras,
           EXISTS (SELECT 1 FROM objects o
                   WHERE o.snapshot_id = x.snapshot_id AND o.parent_id = x.server_id
                     AND o.is_deleted = 0 AND o.is_phantom = 0
                     AND (o.class_x500 = 'RAS-Stack' OR o.class = 'rASStack'
                          OR o.rdn LIKE 'RAS (%')) AS has_stack,
           x.server_id IS NOT NULL AND x.is_lossy = 0 AND (x.is_whole = 1 OR EXISTS (
             SELECT 1 FROM objects o
             WHERE o.snapshot_id = x.snapshot_id AND o.parent_id = x.server_id
               AND o.is_deleted = 0)) AS knows_stacks
    FROM dialers x
    LEFT JOIN covered v ON v.snapshot_id = x.snapshot_id AND v.server = x.server
  )
SELECT s.snapshot_id AS snapshot_id, s.dn AS subject, s.server,
       'no Remote Access Service on the home server' AS finding,
       'no ' || s.services_path || 'RasMan, no ' || s.services_path || 'RemoteAccess' AS detail,
       s.path AS directory_source, r.path AS registry_source, NULL AS severity, NULL AS missing
FROM states s
LEFT JOIN sources r ON r.snapshot_id = s.snapshot_id AND r.source_id = s.registry_source_id
WHERE s.services_path IS NOT NULL AND s.has_ras = 0
UNION ALL
SELECT snapshot_id, dn, server, 'no RAS transport stack on the home server',
       'no stack below ' || server, path, NULL, NULL, NULL
FROM states
WHERE knows_stacks AND has_stack = 0
UNION ALL
SELECT snapshot_id, NULL, server, NULL, NULL, path, NULL, NULL,
       coalesce('services of server ' || server, 'home server of connector ' || dn)
FROM states
WHERE services_path IS NULL
UNION ALL
SELECT snapshot_id, NULL, server, NULL, NULL, path, NULL, NULL, 'objects of server ' || server
FROM states
WHERE NOT knows_stacks AND has_stack = 0 AND server IS NOT NULL
UNION ALL
SELECT d.snapshot_id, NULL, NULL, NULL, NULL, min(d.path), NULL, 'skipped',
       'Connections containers'
FROM directories d
WHERE NOT EXISTS (SELECT 1 FROM containers k
                  WHERE k.snapshot_id = d.snapshot_id AND k.rdn = 'Connections')
GROUP BY d.snapshot_id
ORDER BY snapshot_id, missing, subject, finding
