-- SPDX-License-Identifier: MIT
-- id: exchange-shares-missing
-- title: Shares of an Exchange server are missing
-- severity: warning
-- kb: Q186787, Q247276
-- applies: 4.0, 5.0, 5.5
-- needs: registry
-- tags: registry, services
-- param: server text = NULL   only this server
-- x-why: Other servers and the Administrator program fetch extensions, address generators and
--   tracking logs from these shares; without them objects cannot be opened and addresses not be
--   made.
-- x-logic: LanmanServer\Shares of a server with Exchange services must hold a share of each of the
--   folders Add-ins, Address, Connect, Res and Tracking.log. A share is told by its folder or by
--   its name, which may differ. Where the key is not in the export nothing is said.
-- remedy: Share the folders below Exchsrvr again under the names that Setup gives them, or run
--   Setup again.
WITH
  registries AS (SELECT * FROM server_registries WHERE :server IS NULL OR server = :server),
  expected(folder, share) AS (VALUES
    ('ADD-INS', 'Add-ins'), ('ADDRESS', 'Address'), ('CONNECT', 'Connect$'), ('RES', 'Resources$'),
    ('TRACKING.LOG', 'tracking.log')),
  keys AS (
    SELECT r.*, k.key_id, k.path
    FROM registries r
    JOIN registry_keys k ON k.snapshot_id = r.snapshot_id AND k.source_id = r.source_id
                        AND k.path = r.services_path || '\LanmanServer\Shares'
    WHERE EXISTS (SELECT 1 FROM services s
                  WHERE s.snapshot_id = r.snapshot_id AND s.source_id = r.source_id
                    AND s.name = 'MSExchangeSA' AND s.is_current = 1 AND trim(s.image_path) <> '')
  ),
  shares AS (
    SELECT k.snapshot_id, k.key_id, rtrim(v.name, '$') COLLATE FOLD AS name,
           upper((SELECT substr(j.value, 6) FROM json_each(v.value) j
                  WHERE j.value LIKE 'Path=%')) AS path
    FROM keys k
    JOIN registry_values v ON v.snapshot_id = k.snapshot_id AND v.key_id = k.key_id
    WHERE v.type = 'REG_MULTI_SZ'
  ),
  lacking AS (
    SELECT k.*, e.share
    FROM keys k
    JOIN expected e
    WHERE NOT EXISTS (SELECT 1 FROM shares s
                      WHERE s.snapshot_id = k.snapshot_id AND s.key_id = k.key_id
                        AND (s.name IN (rtrim(e.share, '$'), e.folder)
                             OR rtrim(s.path, '\') LIKE '%\' || e.folder))
  )
SELECT snapshot_id, path AS subject, server, group_concat(share, ', ') AS missing_shares,
       registry_source, 'warning' AS severity, NULL AS missing
FROM lacking
GROUP BY snapshot_id, key_id
UNION ALL
SELECT v.snapshot_id, NULL, v.server, NULL, NULL,
       iif(EXISTS (SELECT 1 FROM keys k WHERE k.snapshot_id = v.snapshot_id), NULL, 'skipped'),
       iif(EXISTS (SELECT 1 FROM registries x
                   WHERE x.snapshot_id = v.snapshot_id AND x.server = v.server),
           'key LanmanServer\Shares of server ' || v.server, 'registry of server ' || v.server)
FROM exchange_servers v
WHERE (:server IS NULL OR v.server = :server)
  AND NOT EXISTS (SELECT 1 FROM keys k
                  WHERE k.snapshot_id = v.snapshot_id AND k.server = v.server)
UNION ALL
-- Nothing tells of a server that could be judged.
SELECT n.snapshot_id, NULL, NULL, NULL, NULL, 'skipped',
       'registry of ' || coalesce('server ' || :server, 'an Exchange server')
FROM (SELECT DISTINCT snapshot_id FROM sources WHERE role = 'registry') n
WHERE NOT EXISTS (SELECT 1 FROM exchange_servers v
                  WHERE v.snapshot_id = n.snapshot_id AND (:server IS NULL OR v.server = :server))
  AND NOT EXISTS (SELECT 1 FROM keys k WHERE k.snapshot_id = n.snapshot_id)
ORDER BY snapshot_id, missing, server, subject
