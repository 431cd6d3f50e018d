-- SPDX-License-Identifier: MIT
-- id: unparsable-address-space
-- title: Address space in a form that routing cannot read
-- severity: error
-- kb: Q192349, Q228998, Q152472
-- applies: 5.0, 5.5
-- needs: directory
-- tags: connectors, routing
-- remedy: Correct or remove the entry on the connector's Address Space page, in raw mode where the
--   page refuses, and recalculate routing.
-- x-why: One entry that cannot be read stops the store or the transfer agent from loading the
--   whole routing table: mail stands still, or services end.
-- x-logic: Routing-List of live connectors: no type before the colon, a directory name in place of
--   the address, a blank at the end of the address, no cost at the end. The grammar is only partly
--   known; other fields are not judged. In X.400 addresses blanks are normal.
WITH
  entries AS (
    SELECT c.snapshot_id, c.object_id, c.dn, c.type, c.server, c.source_id, a.text AS entry,
           upper(trim(substr(a.text, 1, instr(a.text, ':') - 1))) AS address_type,
           ltrim(substr(a.text, instr(a.text, ':') + 1)) AS address,
           rtrim(rtrim(a.text), '0123456789') AS head
    FROM connectors c
    JOIN attributes a ON a.snapshot_id = c.snapshot_id AND a.object_id = c.object_id
                     AND a.attribute_x500 = 'Routing-List'
    WHERE c.is_deleted = 0 AND a.text IS NOT NULL
  ),
  judged AS (
    SELECT e.*,
           CASE WHEN trim(entry) = '' THEN 'empty'
                WHEN instr(entry, ':') = 0 OR address_type = '' THEN 'no address type'
                WHEN address LIKE '/o=%' THEN 'a directory name in place of the address'
                WHEN head NOT LIKE '%;' OR length(head) = length(rtrim(entry)) THEN 'no cost'
                WHEN address_type NOT IN ('X400', 'X500', 'EX')
                     AND (substr(address, 1, instr(address || ';', ';') - 1) LIKE '% ')
                  THEN 'a blank at the end of the address'
           END AS finding
    FROM entries e
  )
SELECT j.snapshot_id AS snapshot_id, j.dn AS subject, j.type, j.server, j.finding,
       j.entry AS address_space, s.path AS directory_source, NULL AS severity, NULL AS missing
FROM judged j
LEFT JOIN sources s ON s.snapshot_id = j.snapshot_id AND s.source_id = j.source_id
WHERE j.finding IS NOT NULL
UNION ALL
SELECT s.snapshot_id, NULL, NULL, NULL, NULL, NULL, min(s.path), 'skipped',
       'address spaces of connectors (Routing-List)'
FROM sources s
WHERE s.role = 'directory'
  AND NOT EXISTS (SELECT 1 FROM directories d
                  WHERE d.snapshot_id = s.snapshot_id AND d.is_whole)
  AND NOT EXISTS (SELECT 1 FROM attributes a
                  WHERE a.snapshot_id = s.snapshot_id AND a.attribute_x500 = 'Routing-List')
GROUP BY s.snapshot_id
ORDER BY snapshot_id, missing, subject, address_space
