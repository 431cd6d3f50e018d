-- SPDX-License-Identifier: MIT
-- id: orphaned-remote-objects
-- title: Object deleted in its own site that lives on in another site's directory
-- severity: warning
-- kb: Q152614, Q183739, Q179573
-- applies: 4.0, 5.0, 5.5
-- needs: directory
-- tags: replication, deleted
-- param: latency integer = 3   days that a deletion may take to reach the other site
-- param: lifetime integer = 30   days after which a site forgets a deletion
-- remedy: Make an object of the same name in its own site, raise its Object-Version above the
--   orphan's by changes, let it replicate, then delete it.
-- x-why: The tombstone expired before it reached the other site, so the object stays in that
--   site's address book for ever; mail to it is returned.
-- x-logic: Objects of a site in a backup of another site's server are looked up in the nearest
--   backup of their own site. Reported: those with a tombstone older than the latency, and those
--   gone without one that existed before. What may still be under way, was made later or was
--   deleted after the other backup is left out.
WITH
  -- The site whose server each directory is of, and when the backup was taken.
  homes AS (
    SELECT d.snapshot_id, d.source_id, d.path, d.is_whole, d.is_lossy,
           dn_parent(dn_parent(dn_parent(o.dn))) COLLATE FOLD AS site_dn,
           coalesce(n.taken_at, (SELECT max(x.changed_at) FROM objects x
                                 WHERE x.snapshot_id = d.snapshot_id)) AS taken_at
    FROM directories d
    JOIN snapshots n ON n.snapshot_id = d.snapshot_id
    JOIN objects o ON o.snapshot_id = d.snapshot_id AND o.source_id = d.source_id
                  AND o.rdn = coalesce(d.server, n.server)
    WHERE o.class_x500 = 'Computer' AND o.is_deleted = 0 AND o.is_phantom = 0
      AND o.dn LIKE '/o=%/cn=Servers/cn=%'
  ),
  -- Other sites in each directory; the nearest directory of that site, later ones first.
  pairs AS (
    SELECT r.snapshot_id, r.source_id, r.path, r.taken_at, s.dn AS site_dn
    FROM homes r
    JOIN objects s ON s.snapshot_id = r.snapshot_id AND s.source_id = r.source_id
    WHERE s.class_x500 = 'Organizational-Unit' AND s.depth = 2 AND s.dn <> r.site_dn
      AND s.is_deleted = 0 AND s.is_phantom = 0 AND r.taken_at IS NOT NULL
  ),
  ranked AS (
    SELECT p.*, h.snapshot_id AS home_snapshot, h.path AS home_path, h.taken_at AS home_taken_at,
           h.is_whole, h.is_lossy, h.source_id AS home_source,
           row_number() OVER (
             PARTITION BY p.snapshot_id, p.source_id, p.site_dn
             ORDER BY h.taken_at < p.taken_at,
                      abs(julianday(h.taken_at) - julianday(p.taken_at)), h.snapshot_id) AS place
    FROM pairs p
    JOIN homes h ON h.site_dn = p.site_dn
    WHERE h.taken_at IS NOT NULL
      AND (h.snapshot_id <> p.snapshot_id OR h.source_id <> p.source_id)
  ),
  joined AS (SELECT * FROM ranked WHERE place = 1),
  alive AS (
    SELECT j.*, o.dn, o.created_at,
           (SELECT max(coalesce(t.changed_at, '')) FROM objects t
            WHERE t.snapshot_id = j.home_snapshot AND t.dn = o.dn AND t.is_deleted = 1)
             AS deleted_at
    FROM joined j
    JOIN objects o ON o.snapshot_id = j.snapshot_id AND o.source_id = j.source_id
    WHERE o.is_deleted = 0 AND o.is_phantom = 0
      AND substr(o.dn, 1, length(j.site_dn) + 1) = j.site_dn || '/' COLLATE FOLD
      AND NOT EXISTS (SELECT 1 FROM objects t
                      WHERE t.snapshot_id = j.home_snapshot AND t.dn = o.dn AND t.is_deleted = 0
                        AND t.is_phantom = 0)
  )
SELECT a.snapshot_id AS snapshot_id, a.dn AS subject,
       iif(a.deleted_at IS NULL, 'not there in its own site', 'deleted in its own site') AS finding,
       a.deleted_at, a.taken_at AS seen_alive_at, a.home_taken_at AS own_site_seen_at,
       a.home_snapshot AS own_site_snapshot, a.path AS directory_source,
       a.home_path AS own_site_source, NULL AS severity, NULL AS missing
FROM alive a
WHERE iif(a.deleted_at IS NOT NULL,
          julianday(coalesce(nullif(a.deleted_at, ''), a.home_taken_at))
            <= julianday(a.taken_at) - :latency,
          a.is_lossy = 0
            AND (a.is_whole OR EXISTS (SELECT 1 FROM containers k
                                       WHERE k.snapshot_id = a.home_snapshot
                                         AND k.dn = dn_parent(a.dn) AND k.children > 0))
            AND coalesce(julianday(a.created_at) <= julianday(a.home_taken_at), 1)
            AND iif(a.home_taken_at >= a.taken_at,
                    julianday(a.taken_at) >= julianday(a.home_taken_at) - :lifetime,
                    julianday(a.taken_at) - julianday(a.home_taken_at) >= :latency
                      OR julianday(a.created_at) <= julianday(a.home_taken_at) - :latency))
UNION ALL
SELECT d.snapshot_id, NULL, NULL, NULL, NULL, NULL, NULL, d.path, NULL, 'skipped',
       CASE WHEN (d.snapshot_id, d.source_id)
                   NOT IN (SELECT snapshot_id, source_id FROM homes WHERE taken_at IS NOT NULL)
            THEN 'server of the directory or time of the backup: not known'
            ELSE 'directory of another site of the organization' END
FROM directories d
WHERE (d.snapshot_id, d.source_id) NOT IN (SELECT snapshot_id, source_id FROM joined)
  AND (d.snapshot_id, d.source_id) NOT IN (SELECT home_snapshot, home_source FROM joined)
ORDER BY snapshot_id, missing, subject
