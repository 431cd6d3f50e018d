-- SPDX-License-Identifier: MIT
-- id: protocol-objects-missing
-- title: Protocol objects of a site or server are missing
-- severity: warning
-- kb: Q240430, Q193703
-- applies: 5.0, 5.5
-- needs: directory
-- tags: services
-- remedy: Restore an earlier Dir.edb, run setup with Reinstall, or install the service pack again;
--   each makes the missing objects anew.
-- x-why: The store and the directory cannot offer a protocol whose object is gone, and log errors
--   for it at every start.
-- x-logic: A site's Configuration or a server without a live Protocols container, or with fewer
--   protocols than its siblings of the same version. Version 4.0 has none and 5.0 has no IMAP4:
--   where no registry tells the version, IMAP4 alone is not judged.
WITH
  -- Builds: below 1457 is 4.0, from 1960 on 5.5.
  servers AS (
    SELECT o.snapshot_id, o.object_id, o.dn, o.rdn AS server, o.source_id,
           dn_parent(dn_parent(o.dn)) COLLATE FOLD AS configuration,
           (SELECT CASE WHEN CAST(f.value AS INTEGER) < 1457 THEN 40
                        WHEN CAST(f.value AS INTEGER) < 1960 THEN 50 ELSE 55 END
            FROM server_facts f
            WHERE f.snapshot_id = o.snapshot_id AND f.server = o.rdn COLLATE FOLD
              AND f.fact = 'exchange_build' AND CAST(f.value AS INTEGER) > 0) AS version
    FROM objects o
    WHERE o.class_x500 = 'Computer' AND o.is_deleted = 0 AND o.is_phantom = 0
      AND o.dn LIKE '/o=%/cn=Servers/cn=%'
  ),
  holders AS (
    SELECT snapshot_id, object_id, dn, source_id, 'server' AS kind, configuration AS family, version
    FROM servers
    UNION ALL
    SELECT c.snapshot_id, c.object_id, c.dn, c.source_id, 'site',
           dn_parent(dn_parent(c.dn)) COLLATE FOLD,
           (SELECT iif(count(v.version) = count(*) OR max(v.version) = 55, max(v.version), NULL)
            FROM servers v
            WHERE v.snapshot_id = c.snapshot_id AND v.configuration = c.dn)
    FROM objects c
    WHERE c.rdn = 'Configuration' AND c.depth = 3 AND c.dn LIKE '/o=%/ou=%'
      AND c.is_deleted = 0 AND c.is_phantom = 0
  ),
  lists AS (
    SELECT h.*, d.path, d.is_whole, d.is_lossy,
           (SELECT p.object_id FROM objects p
            WHERE p.snapshot_id = h.snapshot_id AND p.parent_id = h.object_id
              AND p.rdn = 'Protocols' AND p.is_deleted = 0 AND p.is_phantom = 0 LIMIT 1)
             AS protocols_id
    FROM holders h
    JOIN directories d ON d.snapshot_id = h.snapshot_id AND d.source_id = h.source_id
    WHERE h.version IS NULL OR h.version > 40
  ),
  members AS (
    SELECT l.snapshot_id, l.object_id, l.kind, l.family, l.version, m.rdn AS protocol
    FROM lists l
    CROSS JOIN objects m ON m.snapshot_id = l.snapshot_id AND m.parent_id = l.protocols_id
    WHERE m.is_deleted = 0 AND m.is_phantom = 0
  ),
  known AS (
    SELECT DISTINCT snapshot_id FROM lists WHERE protocols_id IS NOT NULL
  ),
  gaps AS (
    SELECT l.snapshot_id, l.object_id, l.kind, l.dn, l.path, l.is_lossy, m.protocol,
           max(coalesce(m.version = l.version, 0)) AS is_same
    FROM lists l
    JOIN members m ON m.snapshot_id = l.snapshot_id AND m.kind = l.kind AND m.family = l.family
                  AND m.object_id <> l.object_id
    WHERE l.protocols_id IS NOT NULL
      AND (l.version IS NULL OR m.version IS NULL OR l.version = m.version)
      AND NOT EXISTS (SELECT 1 FROM members o
                      WHERE o.snapshot_id = l.snapshot_id AND o.object_id = l.object_id
                        AND o.protocol = m.protocol)
    GROUP BY l.snapshot_id, l.object_id, m.protocol
  )
SELECT l.snapshot_id AS snapshot_id, l.dn AS subject, l.kind,
       'no Protocols container' AS finding, NULL AS protocols, l.path AS directory_source,
       NULL AS severity,
       NULL AS missing
FROM lists l
WHERE l.protocols_id IS NULL AND l.is_lossy = 0
  AND l.snapshot_id IN (SELECT snapshot_id FROM known)
  AND (l.is_whole OR EXISTS (SELECT 1 FROM objects c
                             WHERE c.snapshot_id = l.snapshot_id AND c.parent_id = l.object_id
                               AND c.is_deleted = 0))
UNION ALL
SELECT snapshot_id, dn, kind, 'fewer protocols than the other ' || kind || 's have',
       group_concat(protocol, ', '), path, NULL, NULL
FROM gaps
WHERE (protocol <> 'IMAP4' OR is_same) AND is_lossy = 0
GROUP BY snapshot_id, object_id
UNION ALL
SELECT snapshot_id, NULL, kind, NULL, protocol, path, NULL,
       iif(is_lossy, 'some of the directory was lost: protocols of ', 'version of ') || dn
FROM gaps
WHERE is_lossy OR (protocol = 'IMAP4' AND NOT is_same)
GROUP BY snapshot_id, object_id
UNION ALL
SELECT d.snapshot_id, NULL, NULL, NULL, NULL, min(d.path), 'skipped',
       'protocol objects: none here, as in version 4.0'
FROM directories d
WHERE d.snapshot_id NOT IN (SELECT snapshot_id FROM known)
GROUP BY d.snapshot_id
ORDER BY snapshot_id, missing, subject, finding
