-- SPDX-License-Identifier: MIT
-- id: dirrep-connector-unpaired
-- title: Directory replication connector without its counterpart in the other site
-- severity: error
-- kb: Q174758, Q169653, Q258257
-- applies: 4.0, 5.0, 5.5
-- needs: directory
-- tags: replication, connectors
-- remedy: Run the knowledge consistency check on both bridgeheads. If the counterpart does not come
--   back, delete the connector and make the pair anew from one side.
-- x-why: The other site asks for no changes any more, or gets none: the directories of the sites
--   drift apart.
-- x-logic: For each live directory replication connector the other site's Dir-Repl must hold a live
--   one that leads back; each side's Inbound-Sites must be the other's Outbound-Sites. A copy of a
--   lower Object-Version in a later backup, or beside another server's, is stale. Where the other
--   site's Dir-Repl is not loaded nothing is concluded.
WITH
  ends AS (
    SELECT o.snapshot_id, o.object_id, o.dn, o.is_deleted, d.path, d.is_whole, d.is_lossy, d.server,
           dn_parent(dn_parent(dn_parent(o.dn))) COLLATE FOLD AS site_dn,
           (SELECT min(a.text) FROM attributes a
            WHERE a.snapshot_id = o.snapshot_id AND a.object_id = o.object_id
              AND a.attribute_x500 = 'Remote-Site') COLLATE FOLD AS remote_dn
    FROM connectors c
    JOIN objects o ON o.snapshot_id = c.snapshot_id AND o.object_id = c.object_id
    JOIN directories d ON d.snapshot_id = o.snapshot_id AND d.source_id = o.source_id
    WHERE c.type = 'dirrep' AND o.dn LIKE '%/cn=Dir-Repl/%'
  ),
  live AS (
    SELECT e.*,
           e.is_lossy = 0
             AND EXISTS (SELECT 1 FROM objects k
                         WHERE k.snapshot_id = e.snapshot_id AND k.is_deleted = 0
                           AND k.is_phantom = 0
                           AND k.dn = e.remote_dn || '/cn=Configuration/cn=Dir-Repl')
             AND (e.is_whole
                  OR EXISTS (SELECT 1 FROM containers k
                             WHERE k.snapshot_id = e.snapshot_id AND k.children > 0
                               AND k.dn = e.remote_dn || '/cn=Configuration/cn=Dir-Repl'))
             AS is_loaded
    FROM ends e
    WHERE e.is_deleted = 0
  ),
  pairs AS (
    SELECT a.snapshot_id, a.object_id, a.dn, a.path, b.object_id AS other_id, b.dn AS other_dn
    FROM live a
    JOIN live b ON b.snapshot_id = a.snapshot_id AND b.site_dn = a.remote_dn
               AND b.remote_dn = a.site_dn
  ),
  -- The sites of each end's lists.
  listed AS (
    SELECT l.snapshot_id, l.object_id, a.attribute_x500 AS attribute, a.text COLLATE FOLD AS site
    FROM live l
    JOIN attributes a ON a.snapshot_id = l.snapshot_id AND a.object_id = l.object_id
    WHERE a.attribute_x500 IN ('Inbound-Sites', 'Outbound-Sites')
  ),
  differing AS (
    SELECT p.snapshot_id, p.dn, p.other_dn, p.path, i.site,
           'takes in a site that the counterpart does not send' AS finding
    FROM pairs p
    JOIN listed i ON i.snapshot_id = p.snapshot_id AND i.object_id = p.object_id
                 AND i.attribute = 'Inbound-Sites'
    WHERE EXISTS (SELECT 1 FROM listed o
                  WHERE o.snapshot_id = p.snapshot_id AND o.object_id = p.other_id
                    AND o.attribute = 'Outbound-Sites')
      AND NOT EXISTS (SELECT 1 FROM listed o
                      WHERE o.snapshot_id = p.snapshot_id AND o.object_id = p.other_id
                        AND o.attribute = 'Outbound-Sites' AND o.site = i.site)
    UNION ALL
    SELECT p.snapshot_id, p.dn, p.other_dn, p.path, o.site,
           'does not take in a site that the counterpart sends'
    FROM pairs p
    JOIN listed o ON o.snapshot_id = p.snapshot_id AND o.object_id = p.other_id
                 AND o.attribute = 'Outbound-Sites'
    WHERE EXISTS (SELECT 1 FROM listed i
                  WHERE i.snapshot_id = p.snapshot_id AND i.object_id = p.object_id
                    AND i.attribute = 'Inbound-Sites')
      AND NOT EXISTS (SELECT 1 FROM listed i
                      WHERE i.snapshot_id = p.snapshot_id AND i.object_id = p.object_id
                        AND i.attribute = 'Inbound-Sites' AND i.site = o.site)
  ),
  versions AS (
    SELECT e.snapshot_id, e.object_id, e.dn, e.path, e.server COLLATE FOLD AS server, n.taken_at,
           CAST(v.text AS INTEGER) AS version
    FROM live e
    JOIN snapshots n ON n.snapshot_id = e.snapshot_id
    JOIN attributes v ON v.snapshot_id = e.snapshot_id AND v.object_id = e.object_id
                     AND v.attribute_x500 = 'Object-Version'
  ),
  -- Backups of a known time in their order; of the others the last of each server.
  ranked AS (
    SELECT v.*,
           max(version) OVER (PARTITION BY fold(dn) ORDER BY taken_at
                              RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS newest
    FROM versions v WHERE taken_at IS NOT NULL
    UNION ALL
    SELECT v.*, max(version) OVER (PARTITION BY fold(dn))
    FROM versions v
    WHERE taken_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM versions l
                      WHERE l.taken_at IS NULL AND l.server IS v.server AND l.dn = v.dn
                        AND l.snapshot_id > v.snapshot_id)
  )
SELECT l.snapshot_id AS snapshot_id, l.dn AS subject,
       iif(EXISTS (SELECT 1 FROM ends e
                   WHERE e.snapshot_id = l.snapshot_id AND e.site_dn = l.remote_dn
                     AND e.is_deleted = 1 AND coalesce(e.remote_dn, l.site_dn) = l.site_dn),
           'its counterpart is deleted',
           'the other site has no connector that leads back') AS finding,
       l.remote_dn AS remote_site, NULL AS counterpart, NULL AS detail,
       l.path AS directory_source, 'error' AS severity, NULL AS missing
FROM live l
WHERE l.is_loaded
  AND NOT EXISTS (SELECT 1 FROM pairs p
                  WHERE p.snapshot_id = l.snapshot_id AND p.object_id = l.object_id)
UNION ALL
SELECT DISTINCT snapshot_id, dn, finding, site, other_dn, NULL, path, 'warning', NULL
FROM differing
UNION ALL
SELECT snapshot_id, dn, 'an older copy of the connector', NULL, NULL,
       'Object-Version ' || version || ', elsewhere ' || newest, path, 'warning', NULL
FROM ranked
WHERE version < newest
UNION ALL
SELECT l.snapshot_id, NULL, NULL, l.remote_dn, NULL, NULL, l.path, NULL,
       iif(l.remote_dn IS NULL, 'Remote-Site of ' || l.dn,
           'Dir-Repl container of the site ' || l.remote_dn)
FROM live l
WHERE NOT coalesce(l.is_loaded, 0)
  AND NOT EXISTS (SELECT 1 FROM pairs p
                  WHERE p.snapshot_id = l.snapshot_id AND p.object_id = l.object_id)
UNION ALL
SELECT d.snapshot_id, NULL, NULL, NULL, NULL, NULL, min(d.path), 'skipped', 'Dir-Repl containers'
FROM directories d
WHERE NOT EXISTS (SELECT 1 FROM objects k
                  WHERE k.snapshot_id = d.snapshot_id AND k.rdn = 'Dir-Repl')
GROUP BY d.snapshot_id
ORDER BY snapshot_id, missing, severity, subject, finding
