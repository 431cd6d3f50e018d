-- SPDX-License-Identifier: MIT
-- id: restore-in-progress-left
-- title: Restore of a database was begun and not finished
-- severity: warning
-- kb: Q200941, Q161584
-- applies: 4.0, 5.0, 5.5
-- needs: registry
-- tags: registry, stores
-- param: server text = NULL   only this server
-- x-why: While the key is there the service insists on replaying the logs that it lists, and does
--   not start if one of them is missing.
-- x-logic: A key "Restore in Progress" below MSExchangeIS or MSExchangeDS in the control set in
--   force. Right after an online restore it is as it should be, so in a backup it tells when that
--   was taken.
-- remedy: Finish the restore: with all logs listed and the .pat files in place, start the service
--   once. Delete the key only if the databases are consistent or were copied offline.
WITH
  registries AS (SELECT * FROM server_registries WHERE :server IS NULL OR server = :server),
  flags AS (
    SELECT r.snapshot_id, r.server, r.registry_source, k.path, k.key_id, k.changed_at
    FROM registry_keys k
    JOIN registries r ON r.snapshot_id = k.snapshot_id AND r.source_id = k.source_id
    WHERE k.name IN ('Restore in Progress', 'RestoreInProgress')
      AND (k.path LIKE r.services_path || '\MSExchangeIS\%'
           OR k.path LIKE r.services_path || '\MSExchangeDS\%')
  ),
  known AS (
    SELECT r.snapshot_id, r.server, count(DISTINCT fold(k.name)) AS services
    FROM registries r
    JOIN registry_keys k ON k.snapshot_id = r.snapshot_id AND k.source_id = r.source_id
                        AND k.path IN (r.services_path || '\MSExchangeIS',
                                       r.services_path || '\MSExchangeDS')
    GROUP BY r.snapshot_id, r.server
  )
SELECT f.snapshot_id AS snapshot_id, f.path AS subject, f.server,
       iif(f.path LIKE '%\MSExchangeDS\%', 'directory', 'information store') AS restored,
       (SELECT group_concat(coalesce(v.name, '(default)') || ' = ' || coalesce(v.value, ''), '; ')
        FROM registry_values v
        WHERE v.snapshot_id = f.snapshot_id AND v.key_id = f.key_id) AS restore_values,
       f.changed_at, f.registry_source, NULL AS severity, NULL AS missing
FROM flags f
UNION ALL
SELECT v.snapshot_id, NULL, v.server, NULL, NULL, NULL, NULL,
       iif(EXISTS (SELECT 1 FROM known k WHERE k.snapshot_id = v.snapshot_id), NULL, 'skipped'),
       iif(EXISTS (SELECT 1 FROM registries x
                   WHERE x.snapshot_id = v.snapshot_id AND x.server = v.server),
           'keys MSExchangeIS and MSExchangeDS of server ' || v.server,
           'registry of server ' || v.server)
FROM exchange_servers v
WHERE (:server IS NULL OR v.server = :server)
  AND NOT EXISTS (SELECT 1 FROM known k
                  WHERE k.snapshot_id = v.snapshot_id AND k.server = v.server AND k.services = 2)
UNION ALL
-- Nothing tells of a server that could be judged.
SELECT n.snapshot_id, NULL, NULL, NULL, NULL, NULL, NULL, 'skipped',
       'registry of ' || coalesce('server ' || :server, 'an Exchange server')
FROM (SELECT DISTINCT snapshot_id FROM sources WHERE role = 'registry') n
WHERE NOT EXISTS (SELECT 1 FROM exchange_servers v
                  WHERE v.snapshot_id = n.snapshot_id AND (:server IS NULL OR v.server = :server))
  AND NOT EXISTS (SELECT 1 FROM known k WHERE k.snapshot_id = n.snapshot_id)
ORDER BY snapshot_id, missing, server, subject
