-- SPDX-License-Identifier: MIT
-- id: replication-conflict-risk
-- title: One version of an object, changed by two servers
-- severity: info
-- kb: Q195911
-- applies: 4.0, 5.0, 5.5
-- needs: directory
-- tags: replication
-- x-why: Both copies count as the newest: replication does not carry one over the other, and the
--   servers go on with different content.
-- x-logic: An object of the same name and Object-Version in two backups that follow each other,
--   written by different directory services (DSA-Signature). Objects whose version or signature is
--   not in a backup are not judged.
-- remedy: Change the object once more on the server whose content is right; its version then wins.
WITH
  ordered AS (
    SELECT s.snapshot_id,
           lag(s.snapshot_id) OVER (ORDER BY coalesce(s.taken_at, ''), s.snapshot_id) AS before_id
    FROM snapshots s
    WHERE EXISTS (SELECT 1 FROM sources d
                  WHERE d.snapshot_id = s.snapshot_id AND d.role = 'directory')
  )
SELECT p.snapshot_id AS snapshot_id, o.dn AS subject, a.version AS object_version,
       a.originating_id AS signature, b.originating_id AS other_signature,
       p.before_id AS other_snapshot_id, o.changed_at, c.changed_at AS other_changed_at,
       d.path AS directory_source, 'info' AS severity, NULL AS missing
FROM ordered p
-- Exchange 4.0 to 5.5 keep one version for each object, which has no attribute here.
CROSS JOIN replication_metadata a ON a.snapshot_id = p.snapshot_id AND a.attribute IS NULL
CROSS JOIN objects o ON o.snapshot_id = a.snapshot_id AND o.object_id = a.object_id
CROSS JOIN objects c ON c.snapshot_id = p.before_id AND c.dn = o.dn
CROSS JOIN replication_metadata b ON b.snapshot_id = c.snapshot_id AND b.object_id = c.object_id
                                 AND b.attribute IS NULL
LEFT JOIN sources d ON d.snapshot_id = o.snapshot_id AND d.source_id = o.source_id
WHERE p.before_id IS NOT NULL AND a.version = b.version
  AND a.originating_id <> b.originating_id
UNION ALL
SELECT snapshot_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'skipped',
       'another backup of the directory'
FROM ordered WHERE before_id IS NULL
ORDER BY snapshot_id, missing, subject
