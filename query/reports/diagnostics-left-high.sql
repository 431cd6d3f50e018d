-- SPDX-License-Identifier: MIT
-- id: diagnostics-left-high
-- title: Diagnostics logging left at its maximum
-- severity: info
-- kb: Q181451, Q177774
-- applies: 4.0, 5.0, 5.5, 2000, 2003
-- needs: registry
-- tags: registry, services
-- param: server text = NULL   only this server
-- x-why: At level 5 the event log fills within hours and the services become slow.
-- x-logic: Values 5 in the keys Diagnostics of the services, one finding a service. Lower levels
--   are not reported.
-- remedy: Set the level back to None on the page Diagnostics Logging.
WITH
  registries AS (SELECT * FROM server_registries WHERE :server IS NULL OR server = :server),
  high AS (
    SELECT r.snapshot_id, r.server, r.registry_source, k.path, v.name
    FROM registry_keys k
    JOIN registries r ON r.snapshot_id = k.snapshot_id AND r.source_id = k.source_id
    JOIN registry_values v ON v.snapshot_id = k.snapshot_id AND v.key_id = k.key_id
    WHERE k.name = 'Diagnostics' AND k.path LIKE r.services_path || '\%'
      AND CAST(v.value AS INTEGER) = 5 AND v.name IS NOT NULL
  ),
  covered AS (SELECT * FROM registries WHERE is_complete = 1)
SELECT snapshot_id, path AS subject, server, group_concat(name, '; ') AS categories,
       registry_source, 'info' AS severity, NULL AS missing
FROM high
GROUP BY snapshot_id, server, path
UNION ALL
SELECT v.snapshot_id, NULL, v.server, NULL, NULL,
       iif(EXISTS (SELECT 1 FROM covered k WHERE k.snapshot_id = v.snapshot_id), NULL, 'skipped'),
       iif(EXISTS (SELECT 1 FROM registries x
                   WHERE x.snapshot_id = v.snapshot_id AND x.server = v.server),
           'all services of server ' || v.server, 'registry of server ' || v.server)
FROM exchange_servers v
WHERE (:server IS NULL OR v.server = :server)
  AND NOT EXISTS (SELECT 1 FROM covered k
                  WHERE k.snapshot_id = v.snapshot_id AND k.server = v.server)
UNION ALL
-- Nothing tells of a server that could be judged.
SELECT n.snapshot_id, NULL, NULL, NULL, NULL, 'skipped',
       'registry of ' || coalesce('server ' || :server, 'an Exchange server')
FROM (SELECT DISTINCT snapshot_id FROM sources WHERE role = 'registry') n
WHERE NOT EXISTS (SELECT 1 FROM exchange_servers v
                  WHERE v.snapshot_id = n.snapshot_id AND (:server IS NULL OR v.server = :server))
  AND NOT EXISTS (SELECT 1 FROM covered k WHERE k.snapshot_id = n.snapshot_id)
ORDER BY snapshot_id, missing, server, subject
