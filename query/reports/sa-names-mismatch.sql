-- SPDX-License-Identifier: MIT
-- id: sa-names-mismatch
-- title: Names of organization, site or server in the System Attendant's registry are wrong
-- severity: error
-- kb: Q201164, Q314148, Q295696
-- applies: 4.0, 5.0, 5.5
-- needs: directory, registry
-- tags: registry, services, replication
-- param: server text = NULL   only this server
-- x-why: The knowledge consistency checker, the event service and key management build directory
--   names from these values; they fail, mostly without a word (events 1124, 2024).
-- x-logic: Enterprise, Site and Server below MSExchangeSA\Parameters are compared with the relative
--   names of the server's object, its site and its organization; display names do not count. A
--   value that is missing from the key is a finding, other letters only are an info.
-- remedy: Write the directory's names into the values and restart the services. If the message
--   transfer agent's own name is right and these are not, a reinstallation was repaired by half.
WITH
  registries AS (SELECT * FROM server_registries WHERE :server IS NULL OR server = :server),
  servers AS (SELECT * FROM exchange_servers WHERE :server IS NULL OR server = :server),
  keys AS (
    SELECT r.*, k.key_id, k.path
    FROM registries r
    JOIN registry_keys k ON k.snapshot_id = r.snapshot_id AND k.source_id = r.source_id
                        AND k.path = r.services_path || '\MSExchangeSA\Parameters'
  ),
  wanted AS (
    SELECT k.snapshot_id, k.key_id, k.path, k.server, k.services_path, k.source_id,
           k.registry_source, s.directory_source, s.dn AS server_dn,
           s.organization, s.site, s.server AS server_name
    FROM keys k
    JOIN servers s ON s.snapshot_id = k.snapshot_id AND s.server = k.server
  ),
  pairs AS (
    SELECT *, 'Enterprise' AS name, organization AS expected FROM wanted
    UNION ALL
    SELECT *, 'Site', site FROM wanted
    UNION ALL
    SELECT *, 'Server', server_name FROM wanted
  ),
  compared AS (
    SELECT p.*, v.value
    FROM pairs p
    LEFT JOIN registry_values v ON v.snapshot_id = p.snapshot_id AND v.key_id = p.key_id
                               AND v.name = p.name
  )
SELECT c.snapshot_id AS snapshot_id, c.path || '\' || c.name AS subject, c.server,
       CASE WHEN trim(coalesce(c.value, '')) = '' THEN 'the value is missing or empty'
            WHEN trim(c.value) = c.expected COLLATE FOLD THEN 'differs in capitals or blanks only'
            ELSE 'is not the name that the directory has' END AS finding,
       c.value AS registry_value, c.expected AS directory_name,
       (SELECT iif(dn_equal(v.value, c.server_dn || '/cn=Microsoft MTA'), 'right', 'wrong')
        FROM registry_values v
        WHERE v.snapshot_id = c.snapshot_id AND v.source_id = c.source_id
          AND v.key_path = c.services_path || '\MSExchangeMTA\Parameters'
          AND v.name IN ('X500 DN', 'X500DN') LIMIT 1) AS mta_name,
       c.server_dn AS directory_dn, c.registry_source, c.directory_source,
       iif(trim(coalesce(c.value, '')) = c.expected COLLATE FOLD, 'info', 'error') AS severity,
       NULL AS missing
FROM compared c
WHERE c.value IS NULL OR c.value COLLATE BINARY <> c.expected COLLATE BINARY
UNION ALL
SELECT v.snapshot_id, NULL, v.server, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
       iif(EXISTS (SELECT 1 FROM wanted k WHERE k.snapshot_id = v.snapshot_id), NULL, 'skipped'),
       iif(EXISTS (SELECT 1 FROM registries x
                   WHERE x.snapshot_id = v.snapshot_id AND x.server = v.server),
           'key MSExchangeSA\Parameters of server ' || v.server,
           'registry of server ' || v.server)
FROM servers v
WHERE NOT EXISTS (SELECT 1 FROM keys k
                  WHERE k.snapshot_id = v.snapshot_id AND k.server = v.server)
UNION ALL
SELECT k.snapshot_id, NULL, k.server, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
       'server ' || coalesce(k.server, 'of ' || k.registry_source) || ' in the directory'
FROM keys k
WHERE NOT EXISTS (SELECT 1 FROM servers s
                  WHERE s.snapshot_id = k.snapshot_id AND s.server = k.server)
ORDER BY snapshot_id, missing, server, subject
