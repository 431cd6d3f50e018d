-- SPDX-License-Identifier: MIT
-- id: protocol-disabled-mailboxes
-- title: Mailboxes that a protocol is turned off for
-- severity: info
-- kb: Q236983
-- applies: 5.0, 5.5
-- needs: directory
-- tags: recipients
-- x-why: Their owners cannot log on with that protocol, whatever the server allows; it looks like a
--   fault of the server.
-- x-logic: Values of Protocol-Settings whose first field behind the protocol's name is 0. Fields
--   are parted by the section sign.
-- remedy: Turn the protocol on, or set it to use the site's defaults, on the page Protocols of the
--   recipient.
WITH
  settings AS (
    SELECT a.snapshot_id, a.object_id, a.text,
           substr(a.text, 1, instr(a.text, '§') - 1) AS protocol,
           substr(a.text, instr(a.text, '§') + 1) AS rest
    FROM attributes a
    WHERE a.attribute_x500 = 'Protocol-Settings' AND instr(a.text, '§') > 1
  )
SELECT s.snapshot_id AS snapshot_id, o.dn AS subject, group_concat(s.protocol, ', ') AS protocols,
       group_concat(s.text, '; ') AS settings, d.path AS directory_source, 'info' AS severity,
       NULL AS missing
FROM settings s
JOIN objects o ON o.snapshot_id = s.snapshot_id AND o.object_id = s.object_id
LEFT JOIN sources d ON d.snapshot_id = o.snapshot_id AND d.source_id = o.source_id
WHERE (s.rest = '0' OR s.rest LIKE '0§%') AND o.is_deleted = 0
GROUP BY s.snapshot_id, s.object_id
UNION ALL
-- A database shows that nobody has the attribute; a dump may have been made without it.
SELECT s.snapshot_id, NULL, NULL, NULL, NULL, 'skipped', 'Protocol-Settings of recipients'
FROM snapshots s
WHERE EXISTS (SELECT 1 FROM sources d WHERE d.snapshot_id = s.snapshot_id AND d.role = 'directory')
  AND NOT EXISTS (SELECT 1 FROM sources d
                  WHERE d.snapshot_id = s.snapshot_id AND d.role = 'directory' AND d.kind = 'ese')
  AND NOT EXISTS (SELECT 1 FROM attributes a
                  WHERE a.snapshot_id = s.snapshot_id AND a.attribute_x500 = 'Protocol-Settings')
ORDER BY snapshot_id, missing, subject
