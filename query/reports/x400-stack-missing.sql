-- SPDX-License-Identifier: MIT
-- id: x400-stack-missing
-- title: X.400 connector whose transport stack is gone or belongs to another server
-- severity: error
-- kb: Q189345, Q199412
-- applies: 4.0, 5.0, 5.5
-- needs: directory
-- tags: connectors
-- remedy: Make the MTA transport stack on the connector's home server and choose it on the
--   connector, or make the connector anew on the server that has the stack.
-- x-why: Without its stack the transfer agent cannot open a connection for the connector; mail
--   waits in its queue.
-- x-logic: Every value of Supporting-Stack of a live X.400 or Dynamic RAS connector must name a
--   live object below the server of Home-MTA; of several stacks one good one is enough. A name in a
--   part of the directory that is not loaded is not judged.
WITH
  links AS (
    SELECT c.snapshot_id, c.object_id, c.dn, c.type, c.server, d.path, d.is_whole, d.is_lossy,
           (SELECT min(a.text) FROM attributes a
            WHERE a.snapshot_id = c.snapshot_id AND a.object_id = c.object_id
              AND a.attribute_x500 = 'Home-MTA') AS home_mta
    FROM connectors c
    JOIN directories d ON d.snapshot_id = c.snapshot_id AND d.source_id = c.source_id
    WHERE c.is_deleted = 0 AND c.type IN ('x400', 'ras') AND c.dn LIKE '/o=%'
  ),
  -- A name whose object a database does not have is there by its number only.
  named AS (
    SELECT l.snapshot_id, l.object_id, l.home_mta, l.is_whole, l.is_lossy,
           coalesce(a.text, 'object number ' || a.value) AS stack
    FROM links l
    JOIN attributes a ON a.snapshot_id = l.snapshot_id AND a.object_id = l.object_id
                     AND a.attribute_x500 = 'Supporting-Stack'
  ),
  stacks AS (
    SELECT n.snapshot_id, n.object_id, n.stack,
           EXISTS (SELECT 1 FROM objects o
                   WHERE o.snapshot_id = n.snapshot_id AND o.dn = n.stack
                     AND o.is_deleted = 0 AND o.is_phantom = 0) AS is_live,
           EXISTS (SELECT 1 FROM objects o
                   WHERE o.snapshot_id = n.snapshot_id AND o.dn = n.stack
                     AND o.is_deleted = 1) AS is_deleted,
           n.is_lossy = 0 AND (n.is_whole = 1 OR EXISTS (
             SELECT 1 FROM containers k
             WHERE k.snapshot_id = n.snapshot_id AND k.dn = dn_parent(n.stack)
               AND k.children > 0)) AS is_loaded,
           fold(dn_server(n.stack)) IS fold(dn_server(n.home_mta)) AS is_at_home
    FROM named n
    WHERE trim(n.stack) <> ''
  ),
  summed AS (
    SELECT l.*, group_concat(s.stack, '; ') AS stack, count(s.stack) AS stacks,
           max(s.is_live) AS any_live, max(s.is_deleted) AS any_deleted,
           min(s.is_live OR s.is_deleted OR s.is_loaded) AS all_loaded,
           max(s.is_live AND (s.is_at_home OR l.home_mta IS NULL)) AS any_good
    FROM links l
    LEFT JOIN stacks s ON s.snapshot_id = l.snapshot_id AND s.object_id = l.object_id
    GROUP BY l.snapshot_id, l.object_id
  ),
  carried AS (
    SELECT DISTINCT d.snapshot_id FROM directories d
    WHERE d.is_whole = 1
       OR EXISTS (SELECT 1 FROM attributes a
                  WHERE a.snapshot_id = d.snapshot_id AND a.attribute_x500 = 'Supporting-Stack')
  ),
  judged AS (
    SELECT s.*,
           CASE WHEN stacks = 0 AND snapshot_id IN (SELECT snapshot_id FROM carried)
                THEN 'no transport stack is named'
                WHEN stacks = 0 OR any_good THEN NULL
                WHEN any_live THEN 'the stack belongs to another server than the connector'
                WHEN all_loaded AND any_deleted THEN 'the stack is deleted'
                WHEN all_loaded THEN 'the stack does not exist' END AS finding
    FROM summed s
  )
SELECT j.snapshot_id AS snapshot_id, j.dn AS subject, j.type, j.server, j.finding, j.stack,
       j.home_mta, j.path AS directory_source, NULL AS severity, NULL AS missing
FROM judged j
WHERE j.finding IS NOT NULL
UNION ALL
SELECT j.snapshot_id, NULL, j.type, j.server, NULL, j.stack, NULL, j.path, NULL,
       iif(j.stacks = 0, 'Supporting-Stack of ' || j.dn,
           'stacks of the server: ' || j.stack || ' is in a part that is not loaded')
FROM judged j
WHERE j.finding IS NULL AND NOT coalesce(j.any_good, 0)
UNION ALL
SELECT d.snapshot_id, NULL, NULL, NULL, NULL, NULL, NULL, min(d.path), 'skipped',
       'Connections containers'
FROM directories d
WHERE NOT EXISTS (SELECT 1 FROM containers k
                  WHERE k.snapshot_id = d.snapshot_id AND k.rdn = 'Connections')
GROUP BY d.snapshot_id
ORDER BY snapshot_id, missing, subject
