-- SPDX-License-Identifier: MIT
-- id: mailbox-directory-only
-- title: Mailbox in the directory that its server's private store does not have
-- severity: info
-- kb: Q169413, Q190700
-- applies: 4.0, 5.0, 5.5
-- needs: directory, private-store
-- tags: stores, recipients
-- param: server text = NULL   only mailboxes of this server
-- param: days integer = 30   objects older than this, when the backup was taken, are a warning
-- x-why: A mailbox that the store never made is usually an unused one, but after the loss of a
--   store it is a person whose mail is gone.
-- x-logic: Live objects homed on a server whose private store is loaded, without a mailbox of their
--   name. Agents, connectors, public folders and lists are left out; young objects are an info.
-- remedy: None for new and unused mailboxes: the store makes one at the first logon or delivery.
--   After the loss of a store the list names those whose mail is lost.
WITH
  -- Stores of which rows were lost prove no absence.
  partial AS (
    SELECT s.snapshot_id, s.server COLLATE FOLD AS server
    FROM sources s
    WHERE s.role = 'private-store' AND s.server IS NOT NULL
      AND EXISTS (SELECT 1 FROM import_issues i
                  WHERE i.snapshot_id = s.snapshot_id AND i.source_id = s.source_id
                    AND i.severity = 'loss')
  )
SELECT h.snapshot_id AS snapshot_id, h.owner_dn AS subject, h.directory_server AS server, o.created_at,
       o.rdn, d.path AS directory_source,
       (SELECT group_concat(path, '; ') FROM sources s
        WHERE s.snapshot_id = h.snapshot_id AND s.role = 'private-store'
          AND s.server = h.directory_server) AS store_source,
       iif(julianday(coalesce(n.taken_at, d.modified_at)) - julianday(o.created_at) > :days,
           'warning', 'info') AS severity,
       NULL AS missing
FROM mailbox_pairs h
JOIN snapshots n ON n.snapshot_id = h.snapshot_id
JOIN objects o ON o.snapshot_id = h.snapshot_id AND o.object_id = h.object_id
LEFT JOIN sources d ON d.snapshot_id = h.snapshot_id AND d.source_id = h.directory_source_id
WHERE h.side = 'directory' AND h.kind = 'user' AND h.other_side_loaded = 1
  AND coalesce(o.class_x500, '') NOT IN ('Public-Folder', 'Distribution-List', 'Group-Of-Names',
                                         'Remote-Address')
  AND (:server IS NULL OR h.directory_server = :server)
  AND (h.snapshot_id, h.directory_server) NOT IN (SELECT snapshot_id, server FROM partial)
UNION ALL
SELECT h.snapshot_id, NULL, h.server, NULL, NULL, NULL, NULL, NULL,
       'private store of server ' || h.server
FROM home_stores h
WHERE h.is_loaded = 0 AND h.server IS NOT NULL AND (:server IS NULL OR h.server = :server)
  AND EXISTS (SELECT 1 FROM attributes a
              CROSS JOIN objects o ON o.snapshot_id = a.snapshot_id AND o.object_id = a.object_id
              WHERE a.snapshot_id = h.snapshot_id AND a.text = h.store_dn
                AND a.attribute_id = 131316 AND a.seq = 0
                AND o.is_deleted = 0 AND o.is_phantom = 0
                AND o.dn NOT LIKE '%/cn=Configuration/%'
                AND NOT EXISTS (SELECT 1 FROM connectors c
                                WHERE c.snapshot_id = o.snapshot_id
                                  AND c.object_id = o.object_id))
GROUP BY h.snapshot_id, h.server
UNION ALL
SELECT snapshot_id, NULL, server, NULL, NULL, NULL, NULL, NULL,
       'private store of server ' || server || ': some of it was lost'
FROM partial
WHERE :server IS NULL OR server = :server
ORDER BY snapshot_id, missing, subject
