-- SPDX-License-Identifier: MIT
-- id: usn-behind-siblings
-- title: Restored directory that is behind what other servers have of it
-- severity: warning
-- kb: Q201414
-- applies: 4.0, 5.0, 5.5
-- needs: directory
-- tags: replication
-- x-why: The server gives numbers out again that its partners believe to have; they do not ask for
--   those changes, so they never see them.
-- x-logic: The highest USN-Changed of a server's own directory, against the highest number that
--   objects in another server's directory say they were given by it (USN-Source with its
--   Invocation-Id), in a backup that is not younger. What Reps-From itself records has no published
--   form and is not read.
-- remedy: Restore the directory once more from a later backup, or let the server be given a new
--   identity: remove it from the site and install it again.
WITH
  -- The directory of one server each.
  own AS (
    SELECT d.snapshot_id, d.server COLLATE FOLD AS server, d.path, d.source_id,
           coalesce(s.taken_at, d.modified_at) AS taken_at
    FROM sources d
    JOIN snapshots s ON s.snapshot_id = d.snapshot_id
    WHERE d.role = 'directory' AND d.server IS NOT NULL
  ),
  identities AS (
    SELECT o.snapshot_id, o.server, o.path, o.taken_at, v.dn, a.text AS invocation_id
    FROM own o
    JOIN exchange_servers v ON v.snapshot_id = o.snapshot_id AND v.server = o.server
    JOIN objects g ON g.snapshot_id = v.snapshot_id AND g.parent_id = v.object_id
                  AND g.rdn = 'Microsoft DSA'
    JOIN attributes a ON a.snapshot_id = g.snapshot_id AND a.object_id = g.object_id
                     AND a.attribute_x500 = 'Invocation-Id'
  ),
  -- Highest number of each directory service, as one backup has it.
  recorded AS (
    SELECT o.snapshot_id, o.server, o.path, o.taken_at, j.key AS invocation_id, j.value AS usn
    FROM own o,
         json_each((SELECT json_group_object(t.originating_id, t.usn)
                    FROM (SELECT m.originating_id, max(m.originating_usn) AS usn
                          FROM replication_metadata m
                          WHERE m.snapshot_id = o.snapshot_id AND m.attribute IS NULL
                            AND m.originating_id IS NOT NULL
                          GROUP BY m.originating_id) t)) j
  ),
  highest AS (
    SELECT i.*, (SELECT max(o.usn_changed) FROM objects o
                 WHERE o.snapshot_id = i.snapshot_id) AS usn
    FROM identities i
  )
SELECT h.snapshot_id AS snapshot_id, h.dn AS subject, h.server, h.usn AS highest_usn,
       max(r.usn) AS recorded_usn, r.server AS recorded_by, r.snapshot_id AS other_snapshot_id,
       h.path AS directory_source, r.path AS other_source, NULL AS severity, NULL AS missing
FROM highest h
JOIN recorded r ON r.snapshot_id <> h.snapshot_id AND r.invocation_id = h.invocation_id
               AND r.server <> h.server
WHERE r.usn > h.usn AND (h.taken_at IS NULL OR r.taken_at IS NULL OR r.taken_at <= h.taken_at)
GROUP BY h.snapshot_id, h.server
UNION ALL
SELECT s.snapshot_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'skipped',
       'directories of two servers of the site'
FROM snapshots s
WHERE EXISTS (SELECT 1 FROM sources d WHERE d.snapshot_id = s.snapshot_id AND d.role = 'directory')
  AND NOT EXISTS (SELECT 1 FROM highest h, recorded r
                  WHERE h.snapshot_id = s.snapshot_id AND r.snapshot_id <> h.snapshot_id
                    AND r.server <> h.server)
ORDER BY snapshot_id, missing, subject
