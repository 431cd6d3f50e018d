-- SPDX-License-Identifier: MIT
-- id: mta-path-mismatch
-- title: Paths of the message transfer agent are missing or differ
-- severity: warning
-- kb: Q162384, Q271905
-- applies: 4.0, 5.0, 5.5
-- needs: registry
-- tags: registry, routing
-- param: server text = NULL   only this server
-- x-why: Without the two paths the message transfer agent does not find its queue files and does
--   not start.
-- x-logic: MTA Database path and MTA Run Directory of MSExchangeMTA\Parameters: one missing or
--   empty is a warning, different folders are an info. Where the key is not in the export nothing
--   is said.
-- remedy: Write the folder Mtadata of the installation into both values and restart the message
--   transfer agent.
WITH
  registries AS (SELECT * FROM server_registries WHERE :server IS NULL OR server = :server),
  keys AS (
    SELECT r.*, k.key_id, k.path
    FROM registries r
    JOIN registry_keys k ON k.snapshot_id = r.snapshot_id AND k.source_id = r.source_id
                        AND k.path = r.services_path || '\MSExchangeMTA\Parameters'
  ),
  paths AS (
    SELECT k.*, trim(coalesce(d.value, '')) AS database_path,
           trim(coalesce(r.value, '')) AS run_path
    FROM keys k
    LEFT JOIN registry_values d ON d.snapshot_id = k.snapshot_id AND d.key_id = k.key_id
                               AND d.name = 'MTA Database path'
    LEFT JOIN registry_values r ON r.snapshot_id = k.snapshot_id AND r.key_id = k.key_id
                               AND r.name = 'MTA Run Directory'
  )
SELECT snapshot_id, path AS subject, server,
       CASE WHEN database_path = '' AND run_path = '' THEN 'both paths are missing'
            WHEN database_path = '' THEN 'MTA Database path is missing'
            WHEN run_path = '' THEN 'MTA Run Directory is missing'
            ELSE 'the two paths are different folders' END AS finding,
       database_path, run_path, registry_source,
       iif(database_path = '' OR run_path = '', 'warning', 'info') AS severity, NULL AS missing
FROM paths
WHERE database_path = '' OR run_path = ''
   OR rtrim(database_path, '\') <> rtrim(run_path, '\') COLLATE FOLD
UNION ALL
SELECT v.snapshot_id, NULL, v.server, NULL, NULL, NULL, NULL,
       iif(EXISTS (SELECT 1 FROM keys k WHERE k.snapshot_id = v.snapshot_id), NULL, 'skipped'),
       iif(EXISTS (SELECT 1 FROM registries x
                   WHERE x.snapshot_id = v.snapshot_id AND x.server = v.server),
           'key MSExchangeMTA\Parameters of server ' || v.server, 'registry of server ' || v.server)
FROM exchange_servers v
WHERE (:server IS NULL OR v.server = :server)
  AND NOT EXISTS (SELECT 1 FROM keys k
                  WHERE k.snapshot_id = v.snapshot_id AND k.server = v.server)
UNION ALL
-- Nothing tells of a server that could be judged.
SELECT n.snapshot_id, NULL, NULL, NULL, NULL, NULL, NULL, 'skipped',
       'registry of ' || coalesce('server ' || :server, 'an Exchange server')
FROM (SELECT DISTINCT snapshot_id FROM sources WHERE role = 'registry') n
WHERE NOT EXISTS (SELECT 1 FROM exchange_servers v
                  WHERE v.snapshot_id = n.snapshot_id AND (:server IS NULL OR v.server = :server))
  AND NOT EXISTS (SELECT 1 FROM keys k WHERE k.snapshot_id = n.snapshot_id)
ORDER BY snapshot_id, missing, server, subject
