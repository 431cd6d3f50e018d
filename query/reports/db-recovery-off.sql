-- SPDX-License-Identifier: MIT
-- id: db-recovery-off
-- title: Recovery by logs is turned off for the store or the directory
-- severity: error
-- kb: Q257252, Q263548
-- applies: 4.0, 5.0, 5.5
-- needs: registry
-- tags: registry, stores
-- param: server text = NULL   only this server
-- x-why: Without recovery the databases are not made whole after a stop in mid-flight: the next
--   crash costs the database.
-- x-logic: DB Recovery of the information store is 0, or Database logging/recovery of the directory
--   service is anything but ON. An empty or absent value of the directory service is another
--   report's matter.
-- remedy: Set DB Recovery to 1 and Database logging/recovery to ON, restart the services and take a
--   full backup.
WITH
  registries AS (SELECT * FROM server_registries WHERE :server IS NULL OR server = :server),
  named(subkey, name, wanted) AS (VALUES
    ('MSExchangeIS\ParametersSystem', 'DB Recovery', '1'),
    ('MSExchangeDS\Parameters', 'Database logging/recovery', 'ON')),
  states AS (
    SELECT r.snapshot_id, r.server, r.registry_source, n.wanted,
           v.key_path || '\' || v.name AS place, upper(trim(v.value)) AS value
    FROM registries r
    JOIN named n
    JOIN registry_values v ON v.snapshot_id = r.snapshot_id AND v.source_id = r.source_id
                          AND v.key_path = r.services_path || '\' || n.subkey AND v.name = n.name
  )
SELECT snapshot_id, place AS subject, server, value, wanted AS usual_value, registry_source,
       'error' AS severity, NULL AS missing
FROM states
WHERE (wanted = '1' AND value = '0') OR (wanted = 'ON' AND value NOT IN ('ON', ''))
UNION ALL
SELECT v.snapshot_id, NULL, v.server, NULL, NULL, NULL,
       iif(EXISTS (SELECT 1 FROM states k WHERE k.snapshot_id = v.snapshot_id), NULL, 'skipped'),
       iif(EXISTS (SELECT 1 FROM registries x
                   WHERE x.snapshot_id = v.snapshot_id AND x.server = v.server),
           'values DB Recovery and Database logging/recovery of server ' || v.server,
           'registry of server ' || v.server)
FROM exchange_servers v
WHERE (:server IS NULL OR v.server = :server)
  AND NOT EXISTS (SELECT 1 FROM states k
                  WHERE k.snapshot_id = v.snapshot_id AND k.server = v.server)
UNION ALL
-- Nothing tells of a server that could be judged.
SELECT n.snapshot_id, NULL, NULL, NULL, NULL, NULL, 'skipped',
       'registry of ' || coalesce('server ' || :server, 'an Exchange server')
FROM (SELECT DISTINCT snapshot_id FROM sources WHERE role = 'registry') n
WHERE NOT EXISTS (SELECT 1 FROM exchange_servers v
                  WHERE v.snapshot_id = n.snapshot_id AND (:server IS NULL OR v.server = :server))
  AND NOT EXISTS (SELECT 1 FROM states k WHERE k.snapshot_id = n.snapshot_id)
ORDER BY snapshot_id, missing, server, subject
