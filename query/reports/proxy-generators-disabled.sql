-- SPDX-License-Identifier: MIT
-- id: proxy-generators-disabled
-- title: Address types of a site are switched off (Disabled-Gateway-Proxy)
-- severity: warning
-- kb: Q246895, Q258923, Q175953
-- applies: 5.0, 5.5
-- needs: directory
-- tags: addressing
-- remedy: Clear Disabled-Gateway-Proxy of Site Addressing in raw mode before a server joins the
--   site or a service pack is installed; switch the types off again afterwards.
-- x-why: Setup writes the disabled values a second time and stops with the error that the value
--   exists already (DS_E_ATTRIBUTE_OR_VALUE_EXISTS).
-- x-logic: Live Site Addressing objects with values in Disabled-Gateway-Proxy. Servers of version
--   4.0 ignore the attribute: where the registries show no later one in the site it is a hint.
WITH
  addressing AS (
    SELECT o.snapshot_id, o.object_id, o.dn, o.source_id,
           dn_parent(o.dn) || '/cn=Servers' COLLATE FOLD AS servers_dn
    FROM objects o
    WHERE o.class_x500 = 'Site-Addressing' AND o.is_deleted = 0 AND o.is_phantom = 0
  ),
  disabled AS (
    SELECT d.snapshot_id, d.dn, d.source_id, d.servers_dn,
           group_concat(a.text, ', ') AS disabled_values
    FROM addressing d
    JOIN attributes a ON a.snapshot_id = d.snapshot_id AND a.object_id = d.object_id
                     AND a.attribute_x500 = 'Disabled-Gateway-Proxy'
    WHERE trim(coalesce(a.text, '')) <> ''
    GROUP BY d.snapshot_id, d.object_id
  ),
  -- Builds from 1457 on are 5.0 and later.
  builds AS (
    SELECT x.snapshot_id, x.servers_dn, count(*) AS servers,
           count(f.value) AS known, max(CAST(f.value AS INTEGER)) AS newest
    FROM disabled x
    JOIN objects k ON k.snapshot_id = x.snapshot_id AND k.dn = x.servers_dn
    JOIN objects o ON o.snapshot_id = k.snapshot_id AND o.parent_id = k.object_id
                  AND o.class_x500 = 'Computer' AND o.is_deleted = 0
    LEFT JOIN server_facts f ON f.snapshot_id = o.snapshot_id AND f.fact = 'exchange_build'
                            AND f.server = o.rdn COLLATE FOLD
    GROUP BY x.snapshot_id, x.servers_dn
  )
SELECT x.snapshot_id AS snapshot_id, x.dn AS subject, x.disabled_values, b.newest AS newest_build,
       s.path AS directory_source,
       iif(b.servers = b.known AND b.newest < 1457, 'info', 'warning') AS severity, NULL AS missing
FROM disabled x
LEFT JOIN builds b ON b.snapshot_id = x.snapshot_id AND b.servers_dn = x.servers_dn
LEFT JOIN sources s ON s.snapshot_id = x.snapshot_id AND s.source_id = x.source_id
UNION ALL
SELECT s.snapshot_id, NULL, NULL, NULL, min(s.path), 'skipped',
       iif(s.snapshot_id IN (SELECT snapshot_id FROM addressing),
           'Disabled-Gateway-Proxy of the sites', 'Site Addressing objects')
FROM sources s
WHERE s.role = 'directory'
  AND (s.snapshot_id NOT IN (SELECT snapshot_id FROM addressing)
       OR (NOT EXISTS (SELECT 1 FROM directories w
                       WHERE w.snapshot_id = s.snapshot_id AND w.is_whole)
           AND NOT EXISTS (SELECT 1 FROM attributes a
                           WHERE a.snapshot_id = s.snapshot_id
                             AND a.attribute_x500 = 'Disabled-Gateway-Proxy')))
GROUP BY s.snapshot_id
ORDER BY snapshot_id, missing, subject
