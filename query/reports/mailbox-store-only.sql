-- SPDX-License-Identifier: MIT
-- id: mailbox-store-only
-- title: Mailbox in the private store whose owner the directory does not know, or has elsewhere
-- severity: error
-- kb: Q284199, Q177772, Q182979
-- applies: 4.0, 5.0, 5.5
-- needs: directory, private-store
-- tags: stores, recipients
-- param: server text = NULL   only stores of this server
-- x-why: Nobody can open such a mailbox and the administrator does not see it, yet it takes space
--   and holds somebody's mail.
-- x-logic: Owners of the store's mailboxes that are no live object, or one with another home
--   server. Mailboxes of agents and connectors are not judged, nor those whose owner the store does
--   not tell.
-- remedy: Orphan: run the DS/IS consistency adjuster, or make a directory object with the same
--   name, then delete it if the mailbox is not wanted. Stranded: move the mailbox to the server
--   that holds it and back; the duplicate goes with it. Compare a directory and a store of the
--   same age first.
WITH
  pairs AS (
    SELECT * FROM mailbox_pairs
    WHERE side <> 'directory' AND kind IN ('user', 'unknown') AND other_side_loaded = 1
      AND (:server IS NULL OR store_server = :server)
  ),
  found AS (
    SELECT snapshot_id, owner_dn, mailbox_id, store_server, directory_server, directory_source_id,
           iif(is_tombstone = 1, 'orphan: the directory object is deleted',
               'orphan: no directory object') AS finding
    FROM pairs WHERE side = 'store' AND owner_dn IS NOT NULL
    UNION ALL
    SELECT snapshot_id, owner_dn, mailbox_id, store_server, directory_server, directory_source_id,
           'stranded: the directory names another home server'
    FROM pairs
    WHERE side = 'both' AND directory_server IS NOT NULL AND store_server IS NOT NULL
      AND directory_server <> store_server COLLATE FOLD
  )
SELECT f.snapshot_id AS snapshot_id, f.owner_dn AS subject, f.finding, m.display_name, f.store_server,
       f.directory_server, m.messages, m.size_bytes, m.last_logon_at,
       (SELECT group_concat(path, '; ') FROM sources d
        WHERE d.snapshot_id = f.snapshot_id AND d.role = 'directory'
          AND d.source_id = coalesce(f.directory_source_id, d.source_id)) AS directory_source,
       s.path AS store_source, NULL AS missing
FROM found f
JOIN mailboxes m ON m.snapshot_id = f.snapshot_id AND m.mailbox_id = f.mailbox_id
LEFT JOIN sources s ON s.snapshot_id = m.snapshot_id AND s.source_id = m.source_id
UNION ALL
SELECT p.snapshot_id, NULL, NULL, NULL, p.store_server, NULL, NULL, NULL, NULL, NULL, s.path,
       'owners of ' || count(*) || ' mailboxes, which the store does not tell'
FROM pairs p
LEFT JOIN sources s ON s.snapshot_id = p.snapshot_id AND s.source_id = p.store_source_id
WHERE p.side = 'store' AND p.owner_dn IS NULL
GROUP BY p.snapshot_id, p.store_source_id
ORDER BY snapshot_id, missing, subject
