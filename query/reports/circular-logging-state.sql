-- SPDX-License-Identifier: MIT
-- id: circular-logging-state
-- title: Circular logging of the store and the directory
-- severity: info
-- kb: Q257252, Q263548, Q176239
-- applies: 4.0, 5.0, 5.5
-- needs: registry
-- tags: registry, stores
-- param: server text = NULL   only this server
-- x-why: With circular logging on, which is the default, logs are written over: after the loss of a
--   database only the last backup can be restored, nothing newer.
-- x-logic: The value Circular Logging of the information store and of the directory service, where
--   it is 1; a second finding where the two differ. An absent value is not taken for the default.
-- remedy: Turn circular logging off on the page Advanced of the server's properties if logs are to
--   be replayed, and give the logs a drive of their own.
WITH
  registries AS (SELECT * FROM server_registries WHERE :server IS NULL OR server = :server),
  named(service, subkey) AS (VALUES
    ('information store', 'MSExchangeIS\ParametersSystem'),
    ('directory', 'MSExchangeDS\Parameters')),
  states AS (
    SELECT r.snapshot_id, r.source_id, r.server, r.registry_source, n.service,
           v.key_path || '\' || v.name AS place, CAST(v.value AS INTEGER) AS is_on
    FROM registries r
    JOIN named n
    JOIN registry_values v ON v.snapshot_id = r.snapshot_id AND v.source_id = r.source_id
                          AND v.key_path = r.services_path || '\' || n.subkey
                          AND v.name = 'Circular Logging'
  )
SELECT snapshot_id, place AS subject, server, 'circular logging is on: ' || service AS finding,
       is_on AS value, registry_source, 'info' AS severity, NULL AS missing
FROM states WHERE is_on = 1
UNION ALL
SELECT DISTINCT a.snapshot_id, a.place, a.server, 'store and directory differ', a.is_on,
       a.registry_source, 'info', NULL
FROM states a
JOIN states b ON b.snapshot_id = a.snapshot_id
             AND (b.source_id = a.source_id OR b.server = a.server)
WHERE a.service = 'information store' AND b.service = 'directory' AND a.is_on <> b.is_on
UNION ALL
SELECT v.snapshot_id, NULL, v.server, NULL, NULL, NULL,
       iif(EXISTS (SELECT 1 FROM states k WHERE k.snapshot_id = v.snapshot_id), NULL, 'skipped'),
       iif(EXISTS (SELECT 1 FROM registries x
                   WHERE x.snapshot_id = v.snapshot_id AND x.server = v.server),
           'values Circular Logging of server ' || v.server, 'registry of server ' || v.server)
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
ORDER BY snapshot_id, missing, server, subject, finding
