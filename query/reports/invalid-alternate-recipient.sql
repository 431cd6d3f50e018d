-- SPDX-License-Identifier: MIT
-- id: invalid-alternate-recipient
-- title: Alternate recipient that does not exist, forwards in a loop or has no address
-- severity: error
-- kb: Q182558
-- applies: 4.0, 5.0, 5.5
-- needs: directory
-- tags: recipients
-- remedy: Choose another alternate recipient on the Delivery Options page, or clear it.
-- x-why: Mail for the mailbox is not delivered: it is returned, or it goes round until the
--   transfer agent stops the loop.
-- x-logic: Alt-Recipient of live objects is followed: a target that is absent, deleted, the object
--   itself or part of a loop is an error, one without any address a warning. A target in a
--   container that is not loaded is not judged.
WITH
  -- The target and its live object. A name whose object a database does not have is there by its
  -- number only.
  forwards AS (
    SELECT o.snapshot_id, o.object_id, o.dn, o.source_id,
           coalesce(a.text, 'object number ' || a.value) AS target,
           (SELECT t.object_id FROM objects t
            WHERE t.snapshot_id = a.snapshot_id AND t.dn = a.text AND t.is_deleted = 0
              AND t.is_phantom = 0 LIMIT 1) AS target_id
    FROM attributes a
    JOIN objects o ON o.snapshot_id = a.snapshot_id AND o.object_id = a.object_id
    WHERE a.attribute_x500 = 'Alt-Recipient' AND coalesce(trim(a.text), a.value, '') <> ''
      AND o.is_deleted = 0 AND o.is_phantom = 0
  ),
  chains(snapshot_id, start_id, at_id, steps) AS (
    SELECT snapshot_id, object_id, target_id, 1 FROM forwards WHERE target_id IS NOT NULL
    UNION
    SELECT c.snapshot_id, c.start_id, f.target_id, c.steps + 1
    FROM chains c
    JOIN forwards f ON f.snapshot_id = c.snapshot_id AND f.object_id = c.at_id
    WHERE f.target_id IS NOT NULL AND c.at_id <> c.start_id AND c.steps < 50
  ),
  carried AS (
    SELECT snapshot_id FROM directories WHERE is_whole = 1
    UNION
    SELECT d.snapshot_id FROM directories d
    WHERE EXISTS (SELECT 1 FROM attributes a
                  WHERE a.snapshot_id = d.snapshot_id AND a.attribute_x500 = 'Proxy-Addresses')
  ),
  sites AS (
    SELECT snapshot_id, dn FROM objects
    WHERE class_x500 = 'Organizational-Unit' AND depth = 2 AND is_deleted = 0 AND is_phantom = 0
  ),
  states AS (
    SELECT f.*, d.path,
           EXISTS (SELECT 1 FROM objects t
                   WHERE t.snapshot_id = f.snapshot_id AND t.dn = f.target
                     AND t.is_deleted = 1) AS is_deleted,
           d.is_lossy = 0 AND (
             (d.is_whole = 1 AND (f.target LIKE 'object number %' OR EXISTS (
               SELECT 1 FROM sites s
               WHERE s.snapshot_id = f.snapshot_id
                 AND substr(f.target, 1, length(s.dn) + 1) = s.dn || '/' COLLATE FOLD)))
             OR EXISTS (SELECT 1 FROM containers k
                        WHERE k.snapshot_id = f.snapshot_id AND k.dn = dn_parent(f.target)
                          AND k.children > 0)) AS is_loaded,
           EXISTS (SELECT 1 FROM chains c
                   WHERE c.snapshot_id = f.snapshot_id AND c.start_id = f.object_id
                     AND c.at_id = f.object_id) AS is_loop
    FROM forwards f
    JOIN directories d ON d.snapshot_id = f.snapshot_id AND d.source_id = f.source_id
  ),
  judged AS (
    SELECT s.*,
           CASE WHEN target_id = object_id THEN 'it forwards to itself'
                WHEN is_loop THEN 'the chain of alternate recipients is a loop'
                WHEN target_id IS NULL AND is_deleted THEN 'the alternate recipient is deleted'
                WHEN target_id IS NULL AND is_loaded
                  THEN 'the alternate recipient does not exist'
                WHEN target_id IS NOT NULL AND snapshot_id IN (SELECT snapshot_id FROM carried)
                     AND NOT EXISTS (
                       SELECT 1 FROM attributes a
                       WHERE a.snapshot_id = s.snapshot_id AND a.object_id = s.target_id
                         AND a.attribute_x500 IN ('Proxy-Addresses', 'Target-Address'))
                  THEN 'the alternate recipient has no address' END AS finding
    FROM states s
  )
SELECT j.snapshot_id AS snapshot_id, j.dn AS subject, j.finding, j.target AS alternate_recipient,
       j.path AS directory_source,
       iif(j.finding = 'the alternate recipient has no address', 'warning', 'error') AS severity,
       NULL AS missing
FROM judged j
WHERE j.finding IS NOT NULL
UNION ALL
SELECT DISTINCT snapshot_id, NULL, NULL, NULL, path, NULL,
       'container ' || coalesce(dn_parent(target), target) || ' of an alternate recipient'
FROM judged
WHERE finding IS NULL AND target_id IS NULL
UNION ALL
SELECT d.snapshot_id, NULL, NULL, NULL, min(d.path), 'skipped', 'Alt-Recipient of mailboxes'
FROM directories d
WHERE d.is_whole = 0
  AND NOT EXISTS (SELECT 1 FROM attributes a
                  WHERE a.snapshot_id = d.snapshot_id AND a.attribute_x500 = 'Alt-Recipient')
GROUP BY d.snapshot_id
ORDER BY snapshot_id, missing, severity, subject
