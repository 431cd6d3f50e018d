-- SPDX-License-Identifier: MIT
-- id: dirsync-system-recipient-duplicate
-- title: Several $SYSTEM recipients of one postoffice, or one without a requestor
-- severity: error
-- kb: Q163625, Q151668
-- applies: 4.0, 5.0, 5.5
-- needs: directory
-- tags: dirsync, recipients
-- remedy: Delete the hidden recipient that is too many, let it replicate, then make the directory
--   synchronization requestor anew.
-- x-why: Directory synchronization answers to the $SYSTEM recipient of a postoffice. With two of
--   them requests are not accepted; a left one stops a new requestor from being made.
-- x-logic: Live custom recipients whose name or address ends in NETWORK/POSTOFFICE/$SYSTEM, counted
--   by network and postoffice without case. Several are an error, one that no requestor object
--   names is a warning. They are hidden: an export without hidden recipients proves nothing.
WITH
  -- Exports call it by several names.
  hidden AS (
    SELECT snapshot_id, object_id FROM attributes
    WHERE attribute = 'Hide-From-AB' AND upper(trim(text)) IN ('TRUE', '1')
    UNION
    SELECT snapshot_id, object_id FROM attributes
    WHERE attribute = 'hideFromAB' AND upper(trim(text)) IN ('TRUE', '1')
    UNION
    SELECT snapshot_id, object_id FROM attributes
    WHERE attribute = 'Hide-From-Address-Book' AND upper(trim(text)) IN ('TRUE', '1')
    UNION
    SELECT snapshot_id, object_id FROM attributes
    WHERE attribute = 'hideFromAddressBook' AND upper(trim(text)) IN ('TRUE', '1')
  ),
  recipients AS (
    SELECT o.snapshot_id, o.object_id, o.dn, o.rdn, o.source_id,
           (SELECT min(a.text) FROM attributes a
            WHERE a.snapshot_id = o.snapshot_id AND a.object_id = o.object_id
              AND a.attribute_x500 = 'Target-Address') AS target
    FROM objects o
    WHERE (o.class = 'Remote-Address' OR o.class = 'remoteAddress')
      AND o.is_deleted = 0 AND o.is_phantom = 0
  ),
  -- "NETWORK/POSTOFFICE" of each.
  systems AS (
    SELECT snapshot_id, dn, source_id, coalesce(target, rdn) AS address,
           fold(trim(substr(place, instr(place, ':') + 1,
                            length(place) - instr(place, ':') - length('/$SYSTEM')))) AS postoffice
    FROM (SELECT r.*, trim(iif(trim(target) LIKE '%/$SYSTEM', target, replace(rdn, '\/', '/')))
                        AS place
          FROM recipients r)
    WHERE place LIKE '%/$SYSTEM'
  ),
  counted AS (
    SELECT snapshot_id, postoffice, count(DISTINCT fold(dn)) AS n FROM systems
    GROUP BY snapshot_id, postoffice
  ),
  requestors AS (
    SELECT c.snapshot_id, c.object_id, fold(c.name) AS name
    FROM connectors c
    WHERE c.type = 'dirsync' AND c.is_deleted = 0
    UNION
    SELECT o.snapshot_id, o.object_id, fold(o.rdn)
    FROM objects o
    WHERE (o.class_x500 = 'DX-Requestor' OR o.class_x500 = 'Remote-DXA'
           OR o.class_x500 = 'DX-Server-Conn' OR o.class_x500 = 'DXA-Site-Server')
      AND o.is_deleted = 0 AND o.is_phantom = 0
  ),
  -- Whatever text a requestor carries: its postoffice stands in one of them.
  texts AS (
    SELECT snapshot_id, name AS text FROM requestors
    UNION
    SELECT r.snapshot_id, fold(a.text)
    FROM requestors r
    JOIN attributes a ON a.snapshot_id = r.snapshot_id AND a.object_id = r.object_id
    WHERE a.text IS NOT NULL
  ),
  judged AS (
    SELECT s.*, c.n,
           EXISTS (SELECT 1 FROM texts t
                   WHERE t.snapshot_id = s.snapshot_id
                     AND (instr(t.text, s.postoffice) > 0
                          OR t.text = substr(s.postoffice, instr(s.postoffice, '/') + 1)))
             AS has_requestor,
           -- Requestors prove an absence where the database is whole, or some are shown.
           NOT EXISTS (SELECT 1 FROM directories d
                       WHERE d.snapshot_id = s.snapshot_id AND d.is_lossy = 1)
             AND (EXISTS (SELECT 1 FROM directories d
                          WHERE d.snapshot_id = s.snapshot_id AND d.source_id = s.source_id
                            AND d.is_whole = 1)
                  OR EXISTS (SELECT 1 FROM containers k
                             WHERE k.snapshot_id = s.snapshot_id AND k.rdn = 'Connections'
                               AND k.children > 0)) AS knows_requestors
    FROM systems s
    JOIN counted c ON c.snapshot_id = s.snapshot_id AND c.postoffice = s.postoffice
  )
SELECT j.snapshot_id AS snapshot_id, j.dn AS subject, j.postoffice,
       iif(j.n > 1, 'one of several recipients of the postoffice', 'no requestor of the postoffice')
         AS finding,
       j.address, j.n AS recipients, d.path AS directory_source,
       iif(j.n > 1, 'error', 'warning') AS severity, NULL AS missing
FROM judged j
LEFT JOIN directories d ON d.snapshot_id = j.snapshot_id AND d.source_id = j.source_id
WHERE j.n > 1 OR (NOT j.has_requestor AND j.knows_requestors)
UNION ALL
SELECT snapshot_id, NULL, postoffice, NULL, address, NULL, NULL, NULL,
       'requestors of directory synchronization'
FROM judged
WHERE n = 1 AND NOT has_requestor AND NOT knows_requestors
UNION ALL
SELECT d.snapshot_id, NULL, NULL, NULL, NULL, NULL, min(d.path), 'skipped',
       'hidden recipients: the export shows none'
FROM directories d
WHERE d.is_whole = 0 AND d.snapshot_id NOT IN (SELECT snapshot_id FROM systems)
  AND NOT EXISTS (SELECT 1 FROM directories w
                  WHERE w.snapshot_id = d.snapshot_id AND w.is_whole = 1)
  AND d.snapshot_id NOT IN (SELECT snapshot_id FROM hidden)
GROUP BY d.snapshot_id
ORDER BY snapshot_id, missing, severity, postoffice, subject
