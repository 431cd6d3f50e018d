-- SPDX-License-Identifier: MIT
-- id: setup-key-without-services
-- title: Traces of Exchange on a computer without its services
-- severity: info
-- kb: Q178975, Q147374
-- applies: 4.0, 5.0, 5.5, 2000, 2003
-- needs: registry
-- tags: registry, services
-- param: server text = NULL   only this server
-- x-why: What a removal left behind makes Setup believe that Exchange is installed; it then offers
--   to change or to remove what is not there.
-- x-logic: The key SOFTWARE\Microsoft\Exchange\Setup, or event sources MSExchange of the
--   application log, in a registry that holds the services of Windows and none of Exchange. Keys
--   without ImagePath are no services.
-- remedy: Delete the key and the event sources before Exchange is installed anew.
WITH
  registries AS (SELECT * FROM server_registries WHERE :server IS NULL OR server = :server),
  covered AS (
    SELECT r.*,
           (SELECT count(*) FROM services s
            WHERE s.snapshot_id = r.snapshot_id AND s.is_current = 1
              AND (s.source_id = r.source_id OR s.server = r.server)
              AND s.name LIKE 'MSExchange%' AND trim(s.image_path) <> '') AS exchange_services
    FROM registries r
    WHERE EXISTS (SELECT 1 FROM services s
                  WHERE s.snapshot_id = r.snapshot_id AND s.source_id = r.source_id
                    AND s.is_current = 1 AND s.name = 'EventLog')
      AND r.is_complete = 1
  ),
  traces AS (
    SELECT c.snapshot_id, c.source_id, k.path, k.source_id AS trace_source_id
    FROM covered c
    JOIN registry_keys k ON k.snapshot_id = c.snapshot_id
                        AND k.path = 'HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Exchange\Setup'
    JOIN sources s ON s.snapshot_id = k.snapshot_id AND s.source_id = k.source_id
    WHERE k.source_id = c.source_id OR s.server = c.server COLLATE FOLD
    UNION ALL
    SELECT c.snapshot_id, c.source_id, k.path, k.source_id
    FROM covered c
    JOIN registry_keys p ON p.snapshot_id = c.snapshot_id AND p.source_id = c.source_id
                        AND p.path = c.services_path || '\EventLog\Application'
    JOIN registry_keys k ON k.snapshot_id = p.snapshot_id AND k.parent_id = p.key_id
    WHERE k.name LIKE 'MSExchange%'
  )
SELECT c.snapshot_id AS snapshot_id, t.path AS subject, c.server,
       'no Exchange service on this computer' AS finding, s.path AS registry_source,
       'info' AS severity, NULL AS missing
FROM covered c
JOIN traces t ON t.snapshot_id = c.snapshot_id AND t.source_id = c.source_id
LEFT JOIN sources s ON s.snapshot_id = t.snapshot_id AND s.source_id = t.trace_source_id
WHERE c.exchange_services = 0
UNION ALL
SELECT r.snapshot_id, NULL, r.server, NULL, r.registry_source,
       iif(EXISTS (SELECT 1 FROM covered c WHERE c.snapshot_id = r.snapshot_id), NULL, 'skipped'),
       'services of ' || coalesce('server ' || r.server, 'registry ' || r.registry_source) ||
         ': registry export is partial'
FROM registries r
WHERE NOT EXISTS (SELECT 1 FROM covered c
                  WHERE c.snapshot_id = r.snapshot_id
                    AND (c.source_id = r.source_id OR c.server = r.server))
UNION ALL
-- Nothing tells of a server that could be judged.
SELECT n.snapshot_id, NULL, NULL, NULL, NULL, 'skipped',
       'services of ' || coalesce('server ' || :server, 'a server')
FROM (SELECT DISTINCT snapshot_id FROM sources WHERE role = 'registry') n
WHERE NOT EXISTS (SELECT 1 FROM registries k WHERE k.snapshot_id = n.snapshot_id)
ORDER BY snapshot_id, missing, server, subject
