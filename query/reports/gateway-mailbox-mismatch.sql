-- SPDX-License-Identifier: MIT
-- id: gateway-mailbox-mismatch
-- title: Mailboxes of connectors and connector objects disagree
-- severity: error
-- kb: Q166520, Q165505, Q157042
-- applies: 5.0, 5.5
-- needs: directory
-- tags: stores, connectors
-- param: server text = NULL   only this server
-- x-why: A gateway works through a mailbox of its own name in the private store; without it, or
--   with one that must not be, its mail is stuck or lost.
-- x-logic: Owners of the store's mailboxes are set beside the connector objects and the Private MDB
--   of their server. Stores that are not loaded, or of which rows were lost, prove no absence.
-- remedy: An MS Mail connector with a mailbox: correct its extension; what waits in that mailbox is
--   lost. No private store: make one, the Internet Mail connector does not start without (event
--   4018). No mailbox yet: normal until the connector has started once.
WITH
  live AS (
    SELECT * FROM connectors
    WHERE is_deleted = 0 AND (:server IS NULL OR server = :server)
  ),
  -- Connectors that log on to a mailbox of their own; one row for all its containers.
  gateways AS (
    SELECT snapshot_id, server, type, name, source_id,
           coalesce(max(iif(level = 'configuration', dn, NULL)), min(dn)) AS dn
    FROM live
    WHERE type IN ('imc', 'ccmail', 'notes', 'groupwise', 'snads', 'profs', 'gateway')
      AND server IS NOT NULL
    GROUP BY snapshot_id, server, type, name
  ),
  stores AS (
    SELECT snapshot_id, server COLLATE FOLD AS server, min(path) AS path,
           max(EXISTS (SELECT 1 FROM import_issues i
                       WHERE i.snapshot_id = s.snapshot_id AND i.source_id = s.source_id
                         AND i.severity = 'loss')) AS is_partial
    FROM sources s
    WHERE role = 'private-store' AND server IS NOT NULL
    GROUP BY snapshot_id, server
  ),
  -- Connectors some copy of which owns a mailbox.
  owning AS (
    SELECT DISTINCT c.snapshot_id, c.server, c.type, c.name
    FROM live c
    JOIN mailboxes m ON m.snapshot_id = c.snapshot_id AND m.owner_dn = c.dn
  ),
  servers AS (
    SELECT o.snapshot_id, o.object_id, o.rdn AS server
    FROM objects o
    JOIN objects p ON p.snapshot_id = o.snapshot_id AND p.object_id = o.parent_id
    WHERE o.class_x500 = 'Computer' AND o.is_deleted = 0 AND p.rdn = 'Servers'
  )
SELECT c.snapshot_id AS snapshot_id, c.dn AS subject, c.type, c.server,
       'mailbox of an MS Mail connector, which uses none' AS finding,
       m.display_name AS mailbox, m.messages, d.path AS directory_source, s.path AS store_source,
       'error' AS severity, NULL AS missing
FROM live c
JOIN mailboxes m ON m.snapshot_id = c.snapshot_id AND m.owner_dn = c.dn
LEFT JOIN sources d ON d.snapshot_id = c.snapshot_id AND d.source_id = c.source_id
LEFT JOIN sources s ON s.snapshot_id = m.snapshot_id AND s.source_id = m.source_id
WHERE c.type = 'msmail'
UNION ALL
SELECT g.snapshot_id, g.dn, g.type, g.server,
       'no mailbox: never started, or the store was reset', NULL, NULL, d.path, s.path, 'info', NULL
FROM gateways g
JOIN stores s ON s.snapshot_id = g.snapshot_id AND s.server = g.server AND s.is_partial = 0
LEFT JOIN sources d ON d.snapshot_id = g.snapshot_id AND d.source_id = g.source_id
WHERE NOT EXISTS (SELECT 1 FROM owning x
                  WHERE x.snapshot_id = g.snapshot_id AND x.server = g.server
                    AND x.type = g.type AND x.name = g.name)
UNION ALL
SELECT g.snapshot_id, g.dn, g.type, g.server, 'the server has no private store', NULL, NULL, d.path,
       NULL, 'error', NULL
FROM gateways g
JOIN servers v ON v.snapshot_id = g.snapshot_id AND v.server = g.server
LEFT JOIN sources d ON d.snapshot_id = g.snapshot_id AND d.source_id = g.source_id
WHERE g.type = 'imc'
  AND NOT EXISTS (SELECT 1 FROM objects o
                  WHERE o.snapshot_id = v.snapshot_id AND o.parent_id = v.object_id
                    AND o.rdn = 'Microsoft Private MDB' AND o.is_deleted = 0)
UNION ALL
SELECT g.snapshot_id, NULL, NULL, g.server, NULL, NULL, NULL, NULL, NULL, NULL,
       'private store of server ' || g.server ||
         iif(max(s.is_partial) = 1, ': some of it was lost', '')
FROM gateways g
LEFT JOIN stores s ON s.snapshot_id = g.snapshot_id AND s.server = g.server
WHERE coalesce(s.is_partial, 1) = 1
GROUP BY g.snapshot_id, g.server
UNION ALL
-- A directory of which the part with the connectors was not read.
SELECT d.snapshot_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'skipped',
       'containers Connections in the directory'
FROM unread_connections d
ORDER BY snapshot_id, missing, subject
