-- SPDX-License-Identifier: MIT
-- id: x400-address-by-name
-- title: X.400 connector over TCP reaches the other side by host name
-- severity: info
-- kb: Q193380, Q189345, Q197378
-- applies: 4.0, 5.0, 5.5
-- needs: directory
-- tags: connectors
-- remedy: Enter the IP address on the Stack page, or give both sides entries in DNS or the hosts
--   file that resolve in both directions.
-- x-why: The transfer agent looks the name of a calling host up backwards. Where that fails it
--   refuses the connection (event 9301).
-- x-logic: N-Address-Type 0 on a live TCP X.400 connector, the name read from the octets of
--   N-Address. A name that resolves is no fault, which a backup cannot tell: a hint only.
WITH
  links AS (
    SELECT c.snapshot_id, c.object_id, c.dn, c.server, c.source_id,
           (SELECT min(CAST(a.text AS INTEGER)) FROM attributes a
            WHERE a.snapshot_id = c.snapshot_id AND a.object_id = c.object_id
              AND a.attribute_x500 = 'N-Address-Type') AS address_type,
           (SELECT coalesce(a.text, substr(CAST(a.value AS TEXT), 1)) FROM attributes a
            WHERE a.snapshot_id = c.snapshot_id AND a.object_id = c.object_id
              AND a.attribute_x500 = 'N-Address' LIMIT 1) AS address
    FROM connectors c
    WHERE c.is_deleted = 0 AND c.type = 'x400' AND c.class LIKE 'RFC1006%'
  )
SELECT l.snapshot_id AS snapshot_id, l.dn AS subject, l.server, l.address AS remote_host,
       l.address_type AS n_address_type, s.path AS directory_source, NULL AS severity,
       NULL AS missing
FROM links l
LEFT JOIN sources s ON s.snapshot_id = l.snapshot_id AND s.source_id = l.source_id
WHERE l.address_type = 0
UNION ALL
SELECT l.snapshot_id, NULL, l.server, NULL, NULL, s.path, NULL, 'N-Address-Type of ' || l.dn
FROM links l
LEFT JOIN sources s ON s.snapshot_id = l.snapshot_id AND s.source_id = l.source_id
WHERE l.address_type IS NULL
UNION ALL
SELECT s.snapshot_id, NULL, NULL, NULL, NULL, min(s.path), 'skipped', 'Connections containers'
FROM sources s
WHERE s.role = 'directory'
  AND NOT EXISTS (SELECT 1 FROM containers k
                  WHERE k.snapshot_id = s.snapshot_id AND k.rdn = 'Connections')
GROUP BY s.snapshot_id
ORDER BY snapshot_id, missing, subject
