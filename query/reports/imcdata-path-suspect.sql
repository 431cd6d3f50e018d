-- SPDX-License-Identifier: MIT
-- id: imcdata-path-suspect
-- title: Folder of the Internet Mail service is missing, relative or on another drive
-- severity: warning
-- kb: Q244048, Q231737, Q146791
-- applies: 4.0, 5.0, 5.5
-- needs: registry
-- tags: registry, connectors
-- param: server text = NULL   only this server
-- x-why: The service keeps its queue in this folder. A path that leads nowhere stops it; one on
--   another drive is easily left out of a backup.
-- x-logic: RootDir of MSExchangeIMC\Parameters must be a full path on the drive of the service's
--   program. Where the key is not in the export nothing is said, nor of servers without the
--   service.
-- remedy: Write the full path of the folder Imcdata into RootDir, move the folder if need be, and
--   restart the service.
WITH
  registries AS (SELECT * FROM server_registries WHERE :server IS NULL OR server = :server),
  keys AS (
    SELECT r.*, k.key_id, k.path,
           (SELECT s.image_path FROM services s
            WHERE s.snapshot_id = r.snapshot_id AND s.source_id = r.source_id
              AND s.name = 'MSExchangeIMC' AND s.is_current = 1) AS image_path
    FROM registries r
    JOIN registry_keys k ON k.snapshot_id = r.snapshot_id AND k.source_id = r.source_id
                        AND k.path = r.services_path || '\MSExchangeIMC\Parameters'
  ),
  paths AS (
    SELECT k.*, trim(coalesce(v.value, '')) AS root_dir,
           upper(trim(replace(coalesce(k.image_path, ''), '"', ''))) AS program
    FROM keys k
    LEFT JOIN registry_values v ON v.snapshot_id = k.snapshot_id AND v.key_id = k.key_id
                               AND v.name = 'RootDir'
  ),
  judged AS (
    SELECT *, CASE
        WHEN root_dir = '' THEN 'the value is missing or empty'
        WHEN root_dir NOT REGEXP '^([A-Za-z]:\\|\\\\[^\\]|%[^%]+%)' THEN 'not a full path'
        WHEN root_dir LIKE '_:\%' AND program LIKE '_:\%'
             AND upper(substr(root_dir, 1, 2)) <> substr(program, 1, 2)
          THEN 'on another drive than the program'
      END AS finding
    FROM paths
  )
SELECT snapshot_id, path || '\RootDir' AS subject, server, finding, root_dir, image_path,
       registry_source, 'warning' AS severity, NULL AS missing
FROM judged
WHERE finding IS NOT NULL
UNION ALL
SELECT v.snapshot_id, NULL, v.server, NULL, NULL, NULL, NULL,
       iif(EXISTS (SELECT 1 FROM keys k WHERE k.snapshot_id = v.snapshot_id), NULL, 'skipped'),
       iif(EXISTS (SELECT 1 FROM registries x
                   WHERE x.snapshot_id = v.snapshot_id AND x.server = v.server),
           'key MSExchangeIMC\Parameters of server ' || v.server,
           'registry of server ' || v.server)
FROM exchange_servers v
WHERE (:server IS NULL OR v.server = :server)
  AND NOT EXISTS (SELECT 1 FROM keys k
                  WHERE k.snapshot_id = v.snapshot_id AND k.server = v.server)
  AND (EXISTS (SELECT 1 FROM services s
               WHERE s.snapshot_id = v.snapshot_id AND s.server = v.server
                 AND s.name = 'MSExchangeIMC' AND s.is_current = 1 AND trim(s.image_path) <> '')
       OR NOT EXISTS (SELECT 1 FROM registries x
                      WHERE x.snapshot_id = v.snapshot_id AND x.server = v.server
                        AND x.is_complete = 1))
UNION ALL
-- Nothing tells of a server that could be judged.
SELECT n.snapshot_id, NULL, NULL, NULL, NULL, NULL, NULL, 'skipped',
       'registry of ' || coalesce('server ' || :server, 'an Exchange server')
FROM (SELECT DISTINCT snapshot_id FROM sources WHERE role = 'registry') n
WHERE NOT EXISTS (SELECT 1 FROM exchange_servers v
                  WHERE v.snapshot_id = n.snapshot_id AND (:server IS NULL OR v.server = :server))
  AND NOT EXISTS (SELECT 1 FROM keys k WHERE k.snapshot_id = n.snapshot_id)
  AND NOT EXISTS (SELECT 1 FROM registries x
                  WHERE x.snapshot_id = n.snapshot_id AND x.is_complete = 1)
ORDER BY snapshot_id, missing, server, subject
