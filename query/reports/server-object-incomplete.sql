-- SPDX-License-Identifier: MIT
-- id: server-object-incomplete
-- title: Server object without the objects that every server has
-- severity: error
-- kb: Q155027, Q240430, Q143380
-- applies: 4.0, 5.0, 5.5
-- needs: directory
-- tags: services, stores
-- remedy: Restore a Dir.edb that has the objects, or install Exchange on the server again. Look in
--   raw mode first: the MTA and Site Addressing may be hidden in the Administrator program.
-- x-why: The directory service, the transfer agent and the System Attendant read their settings
--   from these objects and do not start without them.
-- x-logic: A live server without a live Microsoft DSA, Microsoft MTA or Microsoft System Attendant
--   is an error; one with neither a private nor a public store is a hint. Servers with one kind of
--   store are normal. In text exports a kind of object that no server shows is not judged.
WITH
  servers AS (
    SELECT o.snapshot_id, o.object_id, o.dn, o.rdn AS server, d.path, d.is_whole, d.is_lossy
    FROM objects o
    JOIN directories d ON d.snapshot_id = o.snapshot_id AND d.source_id = o.source_id
    WHERE o.class_x500 = 'Computer' AND o.is_deleted = 0 AND o.is_phantom = 0
      AND o.dn LIKE '/o=%/cn=Servers/cn=%'
  ),
  children AS (
    SELECT s.snapshot_id, s.object_id, c.rdn, c.is_deleted
    FROM servers s
    JOIN objects c ON c.snapshot_id = s.snapshot_id AND c.parent_id = s.object_id
    WHERE c.is_phantom = 0
  ),
  shown AS (
    SELECT DISTINCT snapshot_id, rdn FROM children WHERE is_deleted = 0
  ),
  needed AS (
    SELECT 'Microsoft DSA' AS child UNION ALL SELECT 'Microsoft MTA'
    UNION ALL SELECT 'Microsoft System Attendant'
  ),
  gaps AS (
    SELECT s.*, n.child,
           EXISTS (SELECT 1 FROM children c
                   WHERE c.snapshot_id = s.snapshot_id AND c.object_id = s.object_id
                     AND c.rdn = n.child) AS is_tombstone,
           s.is_lossy = 0 AND (s.is_whole OR (
             EXISTS (SELECT 1 FROM children c
                     WHERE c.snapshot_id = s.snapshot_id AND c.object_id = s.object_id
                       AND c.is_deleted = 0)
             AND EXISTS (SELECT 1 FROM shown x
                         WHERE x.snapshot_id = s.snapshot_id AND x.rdn = n.child))) AS is_judged
    FROM servers s, needed n
    WHERE NOT EXISTS (SELECT 1 FROM children c
                      WHERE c.snapshot_id = s.snapshot_id AND c.object_id = s.object_id
                        AND c.rdn = n.child AND c.is_deleted = 0)
  )
SELECT g.snapshot_id AS snapshot_id, g.dn AS subject, g.server,
       iif(g.is_tombstone, 'deleted: ', 'not there: ') || g.child AS finding,
       g.dn || '/cn=' || g.child AS expected, g.path AS directory_source,
       'error' AS severity, NULL AS missing
FROM gaps g
WHERE g.is_judged OR g.is_tombstone
UNION ALL
SELECT s.snapshot_id, s.dn, s.server, 'neither a private nor a public store',
       s.dn || '/cn=Microsoft Private MDB', s.path, 'info', NULL
FROM servers s
WHERE s.is_lossy = 0
  AND (s.is_whole
       OR (EXISTS (SELECT 1 FROM shown x
                   WHERE x.snapshot_id = s.snapshot_id
                     AND x.rdn IN ('Microsoft Private MDB', 'Microsoft Public MDB'))
           AND EXISTS (SELECT 1 FROM children c
                       WHERE c.snapshot_id = s.snapshot_id AND c.object_id = s.object_id
                         AND c.is_deleted = 0)))
  AND NOT EXISTS (SELECT 1 FROM children c
                  WHERE c.snapshot_id = s.snapshot_id AND c.object_id = s.object_id
                    AND c.rdn IN ('Microsoft Private MDB', 'Microsoft Public MDB')
                    AND c.is_deleted = 0)
UNION ALL
SELECT g.snapshot_id, NULL, g.server, NULL, NULL, g.path, NULL,
       group_concat(g.child, ', ') || ' of server ' || g.server ||
         iif(g.is_lossy, ': some of the directory was lost', '')
FROM gaps g
WHERE NOT g.is_judged AND NOT g.is_tombstone
GROUP BY g.snapshot_id, g.object_id
UNION ALL
SELECT d.snapshot_id, NULL, NULL, NULL, NULL, min(d.path), 'skipped', 'server objects'
FROM directories d
WHERE d.snapshot_id NOT IN (SELECT snapshot_id FROM servers)
GROUP BY d.snapshot_id
ORDER BY snapshot_id, missing, severity, subject, finding
