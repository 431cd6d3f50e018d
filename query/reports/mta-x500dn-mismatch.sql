-- SPDX-License-Identifier: MIT
-- id: mta-x500dn-mismatch
-- title: Directory name of the message transfer agent missing or wrong in its registry
-- severity: error
-- kb: Q155027, Q260060, Q162384, Q293088
-- applies: 4.0, 5.0, 5.5
-- needs: directory, registry
-- tags: registry, routing
-- param: server text = NULL   only this server
-- x-why: The message transfer agent finds its object, its queues and its connectors by this name;
--   with another it does not start, or routes nothing (events 137, 2245, 5000).
-- x-logic: MSExchangeMTA\Parameters must hold "X500 DN" (also spelled X500DN), and it must name the
--   live Microsoft MTA below the server. A difference in letters or blanks only is an info, two
--   spellings with different data a warning. Where the key is not in an export nothing is said.
-- remedy: Write the directory's name of the server's Microsoft MTA into the value, restart the
--   service and recalculate routing.
WITH
  registries AS (SELECT * FROM server_registries WHERE :server IS NULL OR server = :server),
  servers AS (
    SELECT s.*, m.dn AS mta_dn
    FROM exchange_servers s
    LEFT JOIN objects m ON m.snapshot_id = s.snapshot_id AND m.parent_id = s.object_id
                       AND m.rdn = 'Microsoft MTA' AND m.is_deleted = 0 AND m.is_phantom = 0
    WHERE :server IS NULL OR s.server = :server
  ),
  keys AS (
    SELECT r.*, k.key_id, k.path
    FROM registries r
    JOIN registry_keys k ON k.snapshot_id = r.snapshot_id AND k.source_id = r.source_id
                        AND k.path = r.services_path || '\MSExchangeMTA\Parameters'
  ),
  named AS (
    SELECT k.snapshot_id, k.key_id, v.name, v.value
    FROM keys k
    JOIN registry_values v ON v.snapshot_id = k.snapshot_id AND v.key_id = k.key_id
    WHERE v.name IN ('X500 DN', 'X500DN')
  ),
  compared AS (
    SELECT k.*, n.name, n.value, s.mta_dn, s.dn AS server_dn, s.directory_source,
           (SELECT o.dn FROM objects o
            WHERE o.snapshot_id = k.snapshot_id AND o.dn = trim(n.value) AND o.is_deleted = 0
              AND o.is_phantom = 0 AND o.rdn = 'Microsoft MTA') AS object_dn,
           EXISTS (SELECT 1 FROM exchange_servers t
                   WHERE t.snapshot_id = k.snapshot_id
                     AND dn_equal(t.site_dn, dn_parent(dn_parent(dn_parent(dn_parent(n.value))))))
             AS is_site_known
    FROM keys k
    LEFT JOIN named n ON n.snapshot_id = k.snapshot_id AND n.key_id = k.key_id
    LEFT JOIN servers s ON s.snapshot_id = k.snapshot_id AND s.server = k.server
  ),
  judged AS (
    SELECT *, CASE
        WHEN trim(coalesce(value, '')) = '' THEN 'the value is missing or empty'
        WHEN server_dn IS NULL AND object_dn IS NULL AND NOT is_site_known THEN NULL
        WHEN server_dn IS NULL AND object_dn IS NULL THEN 'no such object in the directory'
        WHEN mta_dn IS NULL AND server_dn IS NOT NULL
          THEN 'the server has no Microsoft MTA in the directory'
        WHEN mta_dn IS NOT NULL AND NOT dn_equal(value, mta_dn) AND object_dn IS NOT NULL
          THEN 'names the message transfer agent of another server'
        WHEN mta_dn IS NOT NULL AND NOT dn_equal(value, mta_dn)
          THEN 'no such object in the directory'
        WHEN value COLLATE BINARY <> coalesce(mta_dn, object_dn) COLLATE BINARY
          THEN 'differs in capitals or blanks only'
      END AS finding
    FROM compared
  )
SELECT j.snapshot_id AS snapshot_id, j.path || '\' || coalesce(j.name, 'X500 DN') AS subject,
       j.server, j.finding, j.value AS registry_value, j.mta_dn AS directory_dn, j.registry_source,
       coalesce(j.directory_source,
                (SELECT min(d.path) FROM sources d
                 WHERE d.snapshot_id = j.snapshot_id AND d.role = 'directory')) AS directory_source,
       iif(j.finding LIKE 'differs in%', 'info', 'error') AS severity, NULL AS missing
FROM judged j
WHERE j.finding IS NOT NULL
UNION ALL
SELECT k.snapshot_id, k.path, k.server, '"X500 DN" and "X500DN" hold different names',
       group_concat(n.value, '; '), NULL, k.registry_source, NULL, 'warning', NULL
FROM keys k
JOIN named n ON n.snapshot_id = k.snapshot_id AND n.key_id = k.key_id
GROUP BY k.snapshot_id, k.key_id
HAVING count(*) = 2 AND NOT dn_equal(min(n.value), max(n.value))
UNION ALL
SELECT v.snapshot_id, NULL, v.server, NULL, NULL, NULL, NULL, NULL,
       iif(EXISTS (SELECT 1 FROM keys k WHERE k.snapshot_id = v.snapshot_id), NULL, 'skipped'),
       iif(EXISTS (SELECT 1 FROM registries x
                   WHERE x.snapshot_id = v.snapshot_id AND x.server = v.server),
           'key MSExchangeMTA\Parameters of server ' || v.server,
           'registry of server ' || v.server)
FROM servers v
WHERE NOT EXISTS (SELECT 1 FROM keys k
                  WHERE k.snapshot_id = v.snapshot_id AND k.server = v.server)
UNION ALL
SELECT c.snapshot_id, NULL, c.server, NULL, c.value, NULL, NULL, NULL, NULL,
       'directory of the site that ' || c.path || '\' || c.name || ' names'
FROM compared c
WHERE c.server_dn IS NULL AND c.object_dn IS NULL AND NOT c.is_site_known
  AND trim(coalesce(c.value, '')) <> ''
ORDER BY snapshot_id, missing, server, subject
