-- SPDX-License-Identifier: MIT
-- id: msmail-postoffice-registry-gap
-- title: Postoffice of the MS Mail connector without its value in the registry
-- severity: warning
-- kb: Q177417, Q201120
-- applies: 4.0, 5.0, 5.5
-- needs: directory, registry
-- tags: connectors, registry
-- param: server text = NULL   only this server
-- remedy: Add a value named NETWORK/POSTOFFICE to MSExchangeMSMI\Parameters\Admin, as the other
--   postoffices have, and restart the interchange.
-- x-why: The interchange does not know the postoffice; mail for it stays in the connector's shadow
--   postoffice.
-- x-logic: Network and postoffice of the connector's MS address spaces, those with wildcards left
--   out, are looked up among the value names below the home server's key. The list of postoffices
--   itself is in files that no source holds. A key that is not exported proves nothing.
WITH
  bridges AS (
    SELECT snapshot_id, object_id, dn, server, source_id,
           row_number() OVER (PARTITION BY snapshot_id, server, organization, name
                              ORDER BY level <> 'configuration', dn) AS place
    FROM connectors
    WHERE type = 'msmail' AND is_deleted = 0 AND (:server IS NULL OR server = :server)
  ),
  parts AS (
    SELECT b.snapshot_id, b.dn, b.server, b.source_id, a.text AS entry,
           trim(substr(a.text, 4, instr(substr(a.text, 4) || ';', ';') - 1)) AS address
    FROM bridges b
    JOIN attributes a ON a.snapshot_id = b.snapshot_id AND a.object_id = b.object_id
                     AND a.attribute_x500 = 'Routing-List'
    WHERE b.place = 1 AND a.text LIKE 'MS:%'
  ),
  -- Network and postoffice without what follows.
  postoffices AS (
    SELECT p.*,
           substr(address, 1, instr(address, '/') + instr(
             substr(address, instr(address, '/') + 1) || '/', '/') - 1) COLLATE FOLD AS postoffice
    FROM parts p
    WHERE instr(address, '/') > 1
  ),
  named AS (
    SELECT * FROM postoffices
    WHERE postoffice NOT LIKE '%*%' AND postoffice NOT LIKE '%?%' AND postoffice NOT LIKE '%/'
  ),
  keys AS (
    SELECT s.snapshot_id, s.server, s.source_id, k.key_id, k.path
    FROM services s
    JOIN registry_keys k ON k.snapshot_id = s.snapshot_id AND k.source_id = s.source_id
                        AND k.path = s.key_path || '\Parameters\Admin'
    WHERE s.name = 'MSExchangeMSMI' AND s.is_current = 1
  )
SELECT n.snapshot_id AS snapshot_id, n.dn AS subject, n.server, n.postoffice,
       n.entry AS address_space, 'no value of this name in ' || k.path AS finding,
       d.path AS directory_source, r.path AS registry_source, NULL AS severity, NULL AS missing
FROM named n
JOIN keys k ON k.snapshot_id = n.snapshot_id AND k.server = n.server
LEFT JOIN sources d ON d.snapshot_id = n.snapshot_id AND d.source_id = n.source_id
LEFT JOIN sources r ON r.snapshot_id = n.snapshot_id AND r.source_id = k.source_id
WHERE NOT EXISTS (SELECT 1 FROM registry_values v
                  WHERE v.snapshot_id = k.snapshot_id AND v.key_id = k.key_id
                    AND v.name = n.postoffice)
UNION ALL
SELECT DISTINCT b.snapshot_id, NULL, b.server, NULL, NULL, NULL, NULL, NULL, NULL,
       'MSExchangeMSMI\Parameters\Admin of server ' || coalesce(b.server, 'of ' || b.dn)
FROM bridges b
WHERE b.place = 1
  AND NOT EXISTS (SELECT 1 FROM keys k
                  WHERE k.snapshot_id = b.snapshot_id AND k.server = b.server)
UNION ALL
SELECT s.snapshot_id, NULL, NULL, NULL, NULL, NULL, min(s.path), NULL, 'skipped',
       'Connections containers'
FROM sources s
WHERE s.role = 'directory'
  AND NOT EXISTS (SELECT 1 FROM containers k
                  WHERE k.snapshot_id = s.snapshot_id AND k.rdn = 'Connections')
GROUP BY s.snapshot_id
ORDER BY snapshot_id, missing, subject, postoffice
