-- SPDX-License-Identifier: MIT
-- id: tombstone-lifetime-risk
-- title: Tombstones of a site expire too early, or the backup is older than they live
-- severity: warning
-- kb: Q239639, Q179573, Q222647
-- applies: 4.0, 5.0, 5.5
-- needs: directory
-- tags: deleted, replication
-- param: days integer = 30   lifetime below which a site is reported
-- param: now datetime = NULL   the day to compare the backup with, today if not given
-- remedy: Set the tombstone lifetime on DS Site Configuration to 30 days or more. Do not put a
--   directory back that is older than the lifetime: install the server anew and let it replicate,
--   unless the site has no other server.
-- x-why: A server that was away longer than the lifetime, or is restored from an older backup,
--   never hears of deletions made meanwhile and brings the deleted objects back.
-- x-logic: Tombstone-Lifetime of each live DS Site Configuration against the limit, and against the
--   age of the backup, as told at import, else by its newest change. Without a value the default of
--   30 days holds for the age. A lifetime lowered for a few days on advice (Q222647) is reported.
WITH
  lives AS (
    SELECT o.snapshot_id, o.dn, o.source_id,
           dn_parent(dn_parent(o.dn)) COLLATE FOLD AS site_dn,
           (SELECT min(CAST(a.text AS INTEGER)) FROM attributes a
            WHERE a.snapshot_id = o.snapshot_id AND a.object_id = o.object_id
              AND a.attribute_x500 = 'Tombstone-Lifetime') AS days
    FROM objects o
    WHERE (o.class = 'Directory-Cfg' OR o.rdn = 'DS Site Configuration')
      AND o.is_deleted = 0 AND o.is_phantom = 0 AND o.dn LIKE '/o=%'
  ),
  -- When each backup was taken, and the site it is of.
  ages AS (
    SELECT d.snapshot_id, d.source_id, d.path,
           coalesce(n.taken_at, (SELECT max(o.changed_at) FROM objects o
                                 WHERE o.snapshot_id = d.snapshot_id), d.modified_at) AS taken_at,
           (SELECT dn_parent(dn_parent(dn_parent(o.dn))) FROM objects o
            WHERE o.snapshot_id = d.snapshot_id AND o.rdn = coalesce(d.server, n.server)
              AND o.class_x500 = 'Computer' AND o.is_deleted = 0
              AND o.dn LIKE '/o=%/cn=Servers/cn=%' LIMIT 1) COLLATE FOLD AS site_dn
    FROM sources d
    JOIN snapshots n ON n.snapshot_id = d.snapshot_id
    WHERE d.role = 'directory'
  ),
  own AS (
    SELECT a.snapshot_id, a.source_id, a.path, a.taken_at, l.dn, coalesce(l.days, 30) AS days,
           julianday(coalesce(:now, 'now')) - julianday(a.taken_at) AS age,
           row_number() OVER (PARTITION BY a.snapshot_id, a.source_id
                              ORDER BY l.site_dn IS NOT a.site_dn, l.dn) AS place
    FROM ages a
    JOIN lives l ON l.snapshot_id = a.snapshot_id AND l.source_id = a.source_id
  )
SELECT l.snapshot_id AS snapshot_id, l.dn AS subject,
       'the lifetime is shorter than ' || :days || ' days' AS finding, l.days AS lifetime_days,
       NULL AS taken_at, NULL AS age_days, s.path AS directory_source, NULL AS severity,
       NULL AS missing
FROM lives l
LEFT JOIN sources s ON s.snapshot_id = l.snapshot_id AND s.source_id = l.source_id
WHERE l.days < :days
UNION ALL
SELECT snapshot_id, dn, 'the backup is older than the lifetime', days, taken_at,
       CAST(age AS INTEGER), path, NULL, NULL
FROM own
WHERE place = 1 AND age > days
UNION ALL
SELECT l.snapshot_id, NULL, NULL, NULL, NULL, NULL, s.path, NULL, 'Tombstone-Lifetime of ' || l.dn
FROM lives l
JOIN directories s ON s.snapshot_id = l.snapshot_id AND s.source_id = l.source_id
WHERE l.days IS NULL AND s.is_whole = 0
UNION ALL
SELECT s.snapshot_id, NULL, NULL, NULL, NULL, NULL, min(s.path), 'skipped',
       'DS Site Configuration objects'
FROM sources s
WHERE s.role = 'directory' AND s.snapshot_id NOT IN (SELECT snapshot_id FROM lives)
GROUP BY s.snapshot_id
ORDER BY snapshot_id, missing, subject, finding
