-- SPDX-License-Identifier: MIT
-- id: usn-anomaly
-- title: Objects with an update sequence number far beyond all others
-- severity: error
-- kb: Q243438
-- applies: 4.0, 5.0, 5.5
-- needs: directory
-- tags: replication
-- param: gap integer = 1000000   numbers left out before the outliers
-- param: outliers integer = 50   at most so many objects are outliers
-- x-why: Partners take the highest number they have seen as the point up to which they are served:
--   after such a number they ask for nothing that is really new, and replication between sites
--   stops (events 1224, 1171).
-- x-logic: The highest USN-Changed of each directory in order; what stands above a gap is reported
--   if it is few objects and the gap is at least the parameter's, or a tenth of it and more than
--   all numbers below together.
-- remedy: Restore the directory from a backup made before the numbers jumped, or have the objects
--   written again and the site joined anew.
WITH
  top AS (
    SELECT s.snapshot_id, json_extract(j.value, '$[0]') AS object_id,
           json_extract(j.value, '$[1]') AS usn
    FROM snapshots s,
         json_each((SELECT json_group_array(json_array(t.object_id, t.usn_changed))
                    FROM (SELECT o.object_id, o.usn_changed
                          FROM objects o
                          WHERE o.snapshot_id = s.snapshot_id AND o.usn_changed IS NOT NULL
                          ORDER BY o.usn_changed DESC LIMIT :outliers + 1) t)) j
  ),
  spaced AS (
    SELECT *, lag(usn) OVER (PARTITION BY snapshot_id ORDER BY usn, object_id) AS below
    FROM top
  ),
  -- The lowest number above the widest gap.
  jumps AS (
    SELECT snapshot_id, min(usn) AS first_usn, max(below) AS last_genuine
    FROM (SELECT *, max(usn - below) OVER (PARTITION BY snapshot_id) AS widest FROM spaced)
    WHERE usn - below = widest
      AND (widest >= :gap OR (widest * 10 >= :gap AND widest > below))
    GROUP BY snapshot_id
  )
SELECT t.snapshot_id AS snapshot_id, o.dn AS subject, t.usn AS usn_changed,
       u.last_genuine AS highest_usn_below, o.changed_at, o.is_deleted,
       d.path AS directory_source, NULL AS severity, NULL AS missing
FROM jumps u
CROSS JOIN top t ON t.snapshot_id = u.snapshot_id AND t.usn >= u.first_usn
CROSS JOIN objects o ON o.snapshot_id = t.snapshot_id AND o.object_id = t.object_id
LEFT JOIN sources d ON d.snapshot_id = o.snapshot_id AND d.source_id = o.source_id
UNION ALL
SELECT s.snapshot_id, NULL, NULL, NULL, NULL, NULL, NULL, 'skipped', 'USN-Changed of objects'
FROM snapshots s
WHERE EXISTS (SELECT 1 FROM sources d WHERE d.snapshot_id = s.snapshot_id AND d.role = 'directory')
  AND s.snapshot_id NOT IN (SELECT snapshot_id FROM top)
ORDER BY snapshot_id, missing, usn_changed DESC, subject
