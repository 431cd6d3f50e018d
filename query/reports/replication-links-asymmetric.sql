-- SPDX-License-Identifier: MIT
-- id: replication-links-asymmetric
-- title: Replication link to a server of the site is missing or names another directory
-- severity: error
-- kb: Q174758, Q196406, Q182198
-- applies: 4.0, 5.0, 5.5
-- needs: directory
-- tags: replication
-- remedy: Run the knowledge consistency check on both servers (Microsoft DSA, General page). Join
--   the server to the site anew if it was deleted; correct DNS or WINS where a name leads to
--   another machine.
-- x-why: Without the link one of the two servers no longer gets the other's changes; with a swapped
--   one it takes another server's changes for them. The directories drift apart.
-- x-logic: In both writable parts of the server's own site, the site and its Configuration, each
--   other server must be named in Reps-From and in Reps-To, with the invocation id of its
--   Microsoft DSA. Sites that replicate in from outside are not judged, nor links of an unknown
--   form.
WITH
  members AS (
    SELECT o.snapshot_id, o.source_id, o.rdn AS server,
           dn_parent(dn_parent(o.dn)) COLLATE FOLD AS configuration,
           (SELECT upper(hex(i.value))
            FROM objects a
            JOIN attributes i ON i.snapshot_id = a.snapshot_id AND i.object_id = a.object_id
                             AND i.attribute_x500 = 'Invocation-Id'
            WHERE a.snapshot_id = o.snapshot_id AND a.parent_id = o.object_id
              AND a.rdn = 'Microsoft DSA' AND a.is_deleted = 0 LIMIT 1) AS invocation_id
    FROM objects o
    WHERE o.class_x500 = 'Computer' AND o.is_deleted = 0 AND o.is_phantom = 0
      AND o.dn LIKE '/o=%/cn=Servers/cn=%'
  ),
  -- Sites of several servers, one of them the directory's own; where that is not known, any.
  own AS (
    SELECT d.snapshot_id, d.source_id, d.path, d.server, d.is_lossy, m.configuration
    FROM directories d
    JOIN members m ON m.snapshot_id = d.snapshot_id AND m.source_id = d.source_id
    GROUP BY d.snapshot_id, d.source_id, m.configuration
    HAVING count(*) > 1 AND (d.server IS NULL OR max(m.server = d.server COLLATE FOLD) = 1)
  ),
  heads AS (
    SELECT w.snapshot_id, w.source_id, w.configuration, w.server, w.path, w.is_lossy,
           o.object_id, o.dn
    FROM (SELECT *, configuration AS head_dn FROM own
          UNION ALL SELECT *, dn_parent(configuration) FROM own) w
    CROSS JOIN objects o ON o.snapshot_id = w.snapshot_id AND o.source_id = w.source_id
                        AND o.dn = w.head_dn
    WHERE o.is_deleted = 0 AND o.is_phantom = 0
  ),
  -- A link: head, invocation id of 16 bytes, name up to a NUL, where substr() of a text ends;
  -- Reps-From has a number more in its head.
  links AS (
    SELECT h.snapshot_id, h.object_id, a.attribute_x500 AS attribute, hex(a.value) AS octets,
           substr(CAST(substr(a.value, 29) AS TEXT), 1) COLLATE FOLD AS name_a,
           substr(CAST(substr(a.value, 33) AS TEXT), 1) COLLATE FOLD AS name_b,
           CAST(a.value AS TEXT) AS as_text
    FROM heads h
    CROSS JOIN attributes a ON a.snapshot_id = h.snapshot_id AND a.object_id = h.object_id
    WHERE a.attribute_x500 IN ('Reps-From', 'Reps-To')
  ),
  matches AS (
    SELECT h.snapshot_id, h.source_id, h.object_id, l.attribute, m.server, m.invocation_id,
           CASE WHEN l.name_a = m.server THEN substr(l.octets, 25, 32)
                WHEN l.name_b = m.server THEN substr(l.octets, 33, 32) END AS partner_id
    FROM heads h
    JOIN links l ON l.snapshot_id = h.snapshot_id AND l.object_id = h.object_id
    JOIN members m ON m.snapshot_id = h.snapshot_id AND m.source_id = h.source_id
                  AND m.configuration = h.configuration
    WHERE l.name_a = m.server OR l.name_b = m.server OR l.as_text LIKE '%,' || m.server
  ),
  carried AS (
    SELECT DISTINCT snapshot_id, attribute FROM links
  ),
  kinds AS (
    SELECT 'Reps-From' AS attribute UNION ALL SELECT 'Reps-To'
  ),
  -- Whether the links of a head can be read: some name a server of the site, or there are none.
  readable AS (
    SELECT h.snapshot_id, h.object_id, k.attribute
    FROM heads h, kinds k
    WHERE (h.snapshot_id, k.attribute) IN (SELECT snapshot_id, attribute FROM carried)
      AND h.is_lossy = 0
      AND (EXISTS (SELECT 1 FROM matches m
                   WHERE m.snapshot_id = h.snapshot_id AND m.object_id = h.object_id
                     AND m.attribute = k.attribute)
           OR NOT EXISTS (SELECT 1 FROM links l
                          WHERE l.snapshot_id = h.snapshot_id AND l.object_id = h.object_id
                            AND l.attribute = k.attribute))
  )
SELECT h.snapshot_id AS snapshot_id, h.dn AS subject, m.server, r.attribute,
       'no link to the server' AS finding, m.invocation_id AS invocation_id, NULL AS link_id,
       NULL AS link_id_belongs_to, h.path AS directory_source, NULL AS severity, NULL AS missing
FROM readable r
JOIN heads h ON h.snapshot_id = r.snapshot_id AND h.object_id = r.object_id
JOIN members m ON m.snapshot_id = h.snapshot_id AND m.source_id = h.source_id
              AND m.configuration = h.configuration
WHERE m.server <> coalesce(h.server, '') COLLATE FOLD
  AND NOT EXISTS (SELECT 1 FROM matches x
                  WHERE x.snapshot_id = h.snapshot_id AND x.object_id = h.object_id
                    AND x.attribute = r.attribute AND x.server = m.server)
  AND (h.server IS NOT NULL
       OR EXISTS (SELECT 1 FROM matches x
                  WHERE x.snapshot_id = h.snapshot_id AND x.source_id = h.source_id
                    AND x.server = m.server))
UNION ALL
SELECT h.snapshot_id, h.dn, x.server, x.attribute,
       'the link names the server, but its id is another', x.invocation_id, x.partner_id,
       (SELECT min(o.server) FROM members o
        WHERE o.snapshot_id = x.snapshot_id AND o.invocation_id = x.partner_id),
       h.path, NULL, NULL
FROM matches x
JOIN heads h ON h.snapshot_id = x.snapshot_id AND h.object_id = x.object_id
WHERE x.partner_id <> x.invocation_id
UNION ALL
SELECT w.snapshot_id, NULL, w.server, k.attribute, NULL, NULL, NULL, NULL, w.path, NULL,
       k.attribute || ' of ' || w.configuration ||
         iif(w.is_lossy, ': some of the directory was lost', '')
FROM own w, kinds k
WHERE w.is_lossy
   OR (w.snapshot_id, k.attribute) NOT IN (SELECT snapshot_id, attribute FROM carried)
UNION ALL
SELECT h.snapshot_id, NULL, h.server, l.attribute, NULL, NULL, NULL, NULL, h.path, NULL,
       l.attribute || ' of ' || h.dn || ': links of an unknown form'
FROM heads h
JOIN links l ON l.snapshot_id = h.snapshot_id AND l.object_id = h.object_id
WHERE h.is_lossy = 0
  AND (l.snapshot_id, l.object_id, l.attribute)
      NOT IN (SELECT snapshot_id, object_id, attribute FROM readable)
GROUP BY h.snapshot_id, h.object_id, l.attribute
UNION ALL
SELECT d.snapshot_id, NULL, d.server, NULL, NULL, NULL, NULL, NULL, d.path, 'skipped',
       'server objects'
FROM directories d
WHERE d.snapshot_id NOT IN (SELECT snapshot_id FROM members)
ORDER BY snapshot_id, missing, subject, attribute, server
