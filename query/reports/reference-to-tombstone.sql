-- SPDX-License-Identifier: MIT
-- id: reference-to-tombstone
-- title: Live object that names a deleted one
-- severity: warning
-- kb: Q166555, Q182558
-- applies: 4.0, 5.0, 5.5
-- needs: directory
-- tags: deleted, recipients
-- remedy: Correct the attribute on the live object before the tombstone is collected; afterwards
--   the name leads nowhere and the fault is harder to see.
-- x-why: What the live object needs is gone: a mailbox without its store, a connector without its
--   transfer agent, a list that expands to nobody.
-- x-logic: Every name in a live object's attributes is compared with the names of tombstones. The
--   object's own name and back links are left out: the directory clears those by itself. A name
--   that a live object has as well is that object's.
WITH
  gone AS (
    SELECT DISTINCT o.snapshot_id, o.object_id, o.dn, o.class, o.changed_at
    FROM attributes f
    JOIN objects o ON o.snapshot_id = f.snapshot_id AND o.object_id = f.object_id
    WHERE f.attribute_x500 = 'Is-Deleted' AND o.is_deleted = 1 AND o.is_phantom = 0
      AND NOT EXISTS (SELECT 1 FROM objects t
                      WHERE t.snapshot_id = o.snapshot_id AND t.dn = o.dn AND t.is_deleted = 0
                        AND t.is_phantom = 0)
  ),
  -- Values that name one of them: a database stores names as they are, found by index; a text
  -- export may write them in other letters.
  named AS (
    SELECT g.snapshot_id, g.object_id AS gone_id, a.object_id, a.attribute, a.attribute_x500
    FROM gone g
    JOIN attributes a ON a.snapshot_id = g.snapshot_id AND a.text = g.dn
    UNION
    SELECT g.snapshot_id, g.object_id, a.object_id, a.attribute, a.attribute_x500
    FROM (SELECT DISTINCT g.snapshot_id FROM gone g
          JOIN directories s ON s.snapshot_id = g.snapshot_id AND s.is_whole = 0) t
    JOIN schema_attributes x ON x.snapshot_id = t.snapshot_id AND x.value_count > 0
                            AND x.syntax IN ('2.5.5.1', '2.5.5.7', '2.5.5.14')
    JOIN attributes a ON a.snapshot_id = x.snapshot_id AND a.attribute = x.ldap_name
    JOIN gone g ON g.snapshot_id = a.snapshot_id AND g.dn = a.text
    WHERE x.x500_name IS NOT 'Obj-Dist-Name'
  )
SELECT o.snapshot_id AS snapshot_id, o.dn AS subject,
       coalesce(n.attribute_x500, n.attribute) AS attribute, g.dn AS deleted_object,
       g.class AS deleted_class, min(g.changed_at) AS deleted_at, s.path AS directory_source,
       NULL AS severity, NULL AS missing
FROM named n
JOIN gone g ON g.snapshot_id = n.snapshot_id AND g.object_id = n.gone_id
JOIN objects o ON o.snapshot_id = n.snapshot_id AND o.object_id = n.object_id
LEFT JOIN sources s ON s.snapshot_id = o.snapshot_id AND s.source_id = o.source_id
WHERE o.is_deleted = 0 AND o.is_phantom = 0 AND n.object_id <> n.gone_id
  AND coalesce(n.attribute_x500, '') NOT IN ('Obj-Dist-Name', 'Is-Member-Of-DL', 'Reports',
                                             'NNTP-Newsfeeds', 'Well-Known-Objects',
                                             'Other-Well-Known-Objects')
  AND coalesce(n.attribute_x500, n.attribute, '') NOT LIKE '%-BL'
  AND NOT EXISTS (SELECT 1 FROM schema_attributes x
                  WHERE x.snapshot_id = n.snapshot_id AND x.ldap_name = n.attribute
                    AND x.link_id % 2 = 1)
-- Several directories of one backup may each have the tombstone.
GROUP BY o.snapshot_id, o.object_id, n.attribute, g.dn
UNION ALL
SELECT s.snapshot_id, NULL, NULL, NULL, NULL, NULL, min(s.path), 'skipped',
       'deleted objects (Is-Deleted): the export has none'
FROM sources s
WHERE s.role = 'directory'
  AND NOT EXISTS (SELECT 1 FROM directories w
                  WHERE w.snapshot_id = s.snapshot_id AND w.is_whole)
  AND NOT EXISTS (SELECT 1 FROM attributes a
                  WHERE a.snapshot_id = s.snapshot_id AND a.attribute_x500 = 'Is-Deleted')
GROUP BY s.snapshot_id
ORDER BY snapshot_id, missing, deleted_object, subject, attribute
