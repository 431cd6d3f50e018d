-- SPDX-License-Identifier: MIT
-- id: dirsync-objects-leftover
-- title: Directory synchronization objects without an MS Mail connector
-- severity: warning
-- kb: Q188386, Q273347
-- applies: 4.0, 5.0, 5.5, 2000, 2003
-- needs: directory
-- tags: dirsync, connectors
-- remedy: Delete the objects, in raw mode where the Administrator program refuses. Another time
--   remove directory synchronization first, then the connector.
-- x-why: The left objects keep the synchronization agent busy with postoffices it cannot reach, and
--   cannot be opened or deleted in the usual way.
-- x-logic: Live requestor, server and remote objects of directory synchronization in an
--   organization that has no live MS Mail connector. The Microsoft DXA object of each server and
--   the service MSExchangeDX are always installed and not counted.
WITH
  agents AS (
    SELECT o.snapshot_id, o.object_id, o.dn, coalesce(o.class_x500, o.class) AS class, o.source_id,
           substr(o.dn, 1, instr(substr(o.dn, 2) || '/', '/')) COLLATE FOLD AS organization
    FROM objects o
    WHERE (o.class_x500 = 'DXA-Site-Server' OR o.class_x500 = 'DX-Requestor'
           OR o.class_x500 = 'DX-Server-Conn' OR o.class_x500 = 'Remote-DXA'
           OR (o.class_x500 = 'Local-DXA' AND o.rdn <> 'Microsoft DXA'))
      AND o.is_deleted = 0 AND o.is_phantom = 0
    UNION
    SELECT o.snapshot_id, o.object_id, o.dn, coalesce(o.class_x500, o.class), o.source_id,
           substr(o.dn, 1, instr(substr(o.dn, 2) || '/', '/')) COLLATE FOLD
    FROM connectors c
    JOIN objects o ON o.snapshot_id = c.snapshot_id AND o.object_id = c.object_id
    WHERE c.type = 'dirsync' AND c.is_deleted = 0
  ),
  bridges AS (
    SELECT DISTINCT snapshot_id,
           substr(dn, 1, instr(substr(dn, 2) || '/', '/')) COLLATE FOLD AS organization, is_deleted
    FROM connectors WHERE type = 'msmail'
  ),
  loaded AS (
    SELECT DISTINCT d.snapshot_id FROM directories d
    WHERE NOT EXISTS (SELECT 1 FROM directories x
                      WHERE x.snapshot_id = d.snapshot_id AND x.is_lossy = 1)
      AND (d.is_whole = 1
           OR EXISTS (SELECT 1 FROM containers k
                      WHERE k.snapshot_id = d.snapshot_id AND k.rdn = 'Connections'
                        AND k.children > 0))
  ),
  alone AS (
    SELECT a.* FROM agents a
    WHERE NOT EXISTS (SELECT 1 FROM bridges b
                      WHERE b.snapshot_id = a.snapshot_id AND b.organization = a.organization
                        AND b.is_deleted = 0)
  )
SELECT a.snapshot_id AS snapshot_id, a.dn AS subject, a.class,
       iif(EXISTS (SELECT 1 FROM bridges b
                   WHERE b.snapshot_id = a.snapshot_id AND b.organization = a.organization),
           'the MS Mail connector is deleted', 'no MS Mail connector') AS finding,
       a.organization, s.path AS directory_source, NULL AS severity, NULL AS missing
FROM alone a
LEFT JOIN sources s ON s.snapshot_id = a.snapshot_id AND s.source_id = a.source_id
WHERE a.snapshot_id IN (SELECT snapshot_id FROM loaded)
UNION ALL
SELECT d.snapshot_id, NULL, NULL, NULL, NULL, min(d.path), 'skipped',
       'connectors' || iif(max(d.is_lossy), ': some of the directory was lost', '')
FROM directories d
WHERE d.snapshot_id NOT IN (SELECT snapshot_id FROM loaded)
GROUP BY d.snapshot_id
ORDER BY snapshot_id, missing, subject
