-- SPDX-License-Identifier: MIT
-- id: tombstone-inventory
-- title: Deleted objects that are still in the directory
-- severity: info
-- kb: Q239639, Q188645
-- applies: 4.0, 5.0, 5.5
-- needs: directory
-- tags: deleted
-- remedy: Nothing is to be done. The list dates deletions and shows what can still be compared
--   with other reports, deleted connectors in particular.
-- x-why: A tombstone shows what was deleted and when, which explains services and mailboxes that
--   are left over.
-- x-logic: Objects with Is-Deleted, the time of their deletion (When-Changed), their age at the
--   time of the backup beside the site's tombstone lifetime. Tombstones keep few attributes, so
--   class and place may be all there is. An export without Is-Deleted shows none.
WITH
  lifetimes AS (
    SELECT a.snapshot_id, min(CAST(a.text AS INTEGER)) AS days
    FROM attributes a
    WHERE a.attribute_x500 = 'Tombstone-Lifetime'
    GROUP BY a.snapshot_id
  ),
  -- The time of the backup: as told, else of the newest change.
  times AS (
    SELECT n.snapshot_id,
           coalesce(n.taken_at, (SELECT max(o.changed_at) FROM objects o
                                 WHERE o.snapshot_id = n.snapshot_id)) AS taken_at
    FROM snapshots n
  ),
  gone AS (
    SELECT DISTINCT o.snapshot_id, o.object_id, o.dn, o.class, o.changed_at, o.source_id
    FROM attributes a
    JOIN objects o ON o.snapshot_id = a.snapshot_id AND o.object_id = a.object_id
    WHERE a.attribute_x500 = 'Is-Deleted' AND o.is_deleted = 1 AND o.is_phantom = 0
      AND o.rdn <> 'Deleted Objects'
  )
SELECT g.snapshot_id AS snapshot_id, g.dn AS subject, g.class, c.type AS connector_type,
       g.changed_at AS deleted_at,
       CAST(julianday(t.taken_at) - julianday(g.changed_at) AS INTEGER) AS age_days,
       coalesce(l.days, 30) AS lifetime_days, dn_parent(g.dn) AS container,
       s.path AS directory_source, NULL AS severity, NULL AS missing
FROM gone g
LEFT JOIN connectors c ON c.snapshot_id = g.snapshot_id AND c.object_id = g.object_id
LEFT JOIN times t ON t.snapshot_id = g.snapshot_id
LEFT JOIN lifetimes l ON l.snapshot_id = g.snapshot_id
LEFT JOIN sources s ON s.snapshot_id = g.snapshot_id AND s.source_id = g.source_id
UNION ALL
SELECT s.snapshot_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, min(s.path), 'skipped',
       'deleted objects (Is-Deleted): the export has none'
FROM sources s
WHERE s.role = 'directory'
  AND NOT EXISTS (SELECT 1 FROM directories w
                  WHERE w.snapshot_id = s.snapshot_id AND w.is_whole)
  AND NOT EXISTS (SELECT 1 FROM attributes a
                  WHERE a.snapshot_id = s.snapshot_id AND a.attribute_x500 = 'Is-Deleted')
GROUP BY s.snapshot_id
ORDER BY snapshot_id, missing, connector_type DESC, deleted_at, subject
