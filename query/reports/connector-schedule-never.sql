-- SPDX-License-Identifier: MIT
-- id: connector-schedule-never
-- title: Connector or directory replication connector whose schedule is set to never
-- severity: warning
-- kb: Q160850, Q199412
-- applies: 4.0, 5.0, 5.5
-- needs: directory
-- tags: connectors, replication
-- remedy: Set the schedule to always or to selected times. Leave it during a cut-over that is meant
--   to hold mail back.
-- x-why: Nothing is sent while the schedule says never. On a directory replication connector it
--   also blocks changes for up to 16 hours after a restored directory catches up.
-- x-logic: Activation-Style 0 on a live connector or on an object in Dir-Repl. Selected times (1),
--   always (2) and remote initiated (3) are fine; a connector without the attribute is not judged.
WITH
  -- Objects that connect sites or systems: connectors, and whatever stands in Dir-Repl.
  senders AS (
    SELECT c.snapshot_id, c.object_id, c.dn, c.type, c.server, c.source_id
    FROM connectors c
    WHERE c.is_deleted = 0
    UNION
    SELECT o.snapshot_id, o.object_id, o.dn, coalesce(c.type, 'dirrep'), c.server, o.source_id
    FROM objects k
    CROSS JOIN objects o ON o.snapshot_id = k.snapshot_id AND o.parent_id = k.object_id
    LEFT JOIN connectors c ON c.snapshot_id = o.snapshot_id AND c.object_id = o.object_id
    WHERE k.rdn = 'Dir-Repl' AND o.is_deleted = 0 AND o.is_phantom = 0
  )
SELECT x.snapshot_id AS snapshot_id, x.dn AS subject, x.type, x.server,
       'never' AS schedule, a.text AS activation_style, s.path AS directory_source,
       NULL AS severity, NULL AS missing
FROM senders x
JOIN attributes a ON a.snapshot_id = x.snapshot_id AND a.object_id = x.object_id
                 AND a.attribute_x500 = 'Activation-Style'
LEFT JOIN sources s ON s.snapshot_id = x.snapshot_id AND s.source_id = x.source_id
WHERE trim(a.text) = '0'
UNION ALL
SELECT s.snapshot_id, NULL, NULL, NULL, NULL, NULL, min(s.path), 'skipped',
       'Activation-Style of connectors'
FROM sources s
WHERE s.role = 'directory'
  AND NOT EXISTS (SELECT 1 FROM attributes a
                  WHERE a.snapshot_id = s.snapshot_id AND a.attribute_x500 = 'Activation-Style')
GROUP BY s.snapshot_id
ORDER BY snapshot_id, missing, subject
