-- SPDX-License-Identifier: MIT
-- id: ghost-site
-- title: Remnant of a site: no server and no way to replicate with it
-- severity: warning
-- kb: Q179927, Q184535
-- applies: 5.0, 5.5
-- needs: directory
-- tags: replication
-- remedy: Remove the messaging and directory replication connectors that still lead there, run the
--   knowledge consistency check and let it replicate. If the site stays, see
--   site-proxy-space-oversize: its addresses may be too large to be taken down.
-- x-why: The remnant keeps addresses and routes of a site that is gone; mail for it waits, and a
--   new site of that name cannot join.
-- x-logic: A live site without a live server below its Configuration, to and from which no live
--   directory replication connector leads. A site that is only partly replicated so far has such a
--   connector. In a text export a site whose Configuration is not there is not judged.
WITH
  sites AS (
    SELECT o.snapshot_id, o.object_id, o.dn, o.rdn AS site, d.path, d.is_whole, d.is_lossy,
           (SELECT c.object_id FROM objects c
            WHERE c.snapshot_id = o.snapshot_id AND c.parent_id = o.object_id
              AND c.rdn = 'Configuration' AND c.is_deleted = 0 AND c.is_phantom = 0 LIMIT 1)
             AS configuration_id
    FROM objects o
    JOIN directories d ON d.snapshot_id = o.snapshot_id AND d.source_id = o.source_id
    WHERE o.class_x500 = 'Organizational-Unit' AND o.depth = 2 AND o.dn LIKE '/o=%'
      AND o.is_deleted = 0 AND o.is_phantom = 0
  ),
  staffed AS (
    SELECT DISTINCT v.snapshot_id, dn_parent(dn_parent(dn_parent(v.dn))) COLLATE FOLD AS site_dn
    FROM objects v
    WHERE v.class_x500 = 'Computer' AND v.is_deleted = 0 AND v.is_phantom = 0
      AND v.dn LIKE '/o=%/cn=Servers/cn=%'
  ),
  paths AS (
    SELECT c.snapshot_id, dn_parent(dn_parent(dn_parent(c.dn))) COLLATE FOLD AS site_dn
    FROM connectors c WHERE c.type = 'dirrep' AND c.is_deleted = 0
    UNION
    SELECT c.snapshot_id, a.text
    FROM connectors c
    JOIN attributes a ON a.snapshot_id = c.snapshot_id AND a.object_id = c.object_id
    WHERE c.type = 'dirrep' AND c.is_deleted = 0
      AND a.attribute_x500 IN ('Remote-Site', 'Inbound-Sites', 'Outbound-Sites')
  ),
  empty AS (
    SELECT s.* FROM sites s
    WHERE NOT EXISTS (SELECT 1 FROM staffed v
                      WHERE v.snapshot_id = s.snapshot_id AND v.site_dn = s.dn)
      AND NOT EXISTS (SELECT 1 FROM paths p
                      WHERE p.snapshot_id = s.snapshot_id AND p.site_dn = s.dn)
  )
SELECT e.snapshot_id AS snapshot_id, e.dn AS subject, e.site,
       'no server and no directory replication connector' AS finding,
       (SELECT group_concat(c.rdn, ', ') FROM objects c
        WHERE c.snapshot_id = e.snapshot_id AND c.parent_id = e.configuration_id
          AND c.is_deleted = 0) AS configuration_holds,
       e.path AS directory_source, NULL AS severity, NULL AS missing
FROM empty e
WHERE e.is_lossy = 0 AND (e.is_whole OR e.configuration_id IS NOT NULL)
UNION ALL
SELECT snapshot_id, NULL, site, NULL, NULL, path, NULL,
       iif(is_lossy, 'some of the directory was lost: ', 'Configuration of the site ') || dn
FROM empty
WHERE is_lossy OR NOT (is_whole OR configuration_id IS NOT NULL)
UNION ALL
SELECT d.snapshot_id, NULL, NULL, NULL, NULL, min(d.path), 'skipped', 'sites of an organization'
FROM directories d
WHERE d.snapshot_id NOT IN (SELECT snapshot_id FROM sites)
GROUP BY d.snapshot_id
ORDER BY snapshot_id, missing, subject
