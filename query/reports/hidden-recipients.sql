-- SPDX-License-Identifier: MIT
-- id: hidden-recipients
-- title: Recipients hidden from the address book
-- severity: info
-- kb: Q259009
-- applies: 4.0, 5.0, 5.5, 2000, 2003
-- needs: directory
-- tags: recipients
-- x-why: Nobody sees them, but they receive mail and hold addresses that others are then refused.
-- x-logic: Live objects with Hide-From-Address-Book set. Agents below Configuration are hidden by
--   design and are left out.
-- remedy: Clear the box Hide from address book of those that should be seen; delete those that
--   nobody needs.
SELECT o.snapshot_id AS snapshot_id, o.dn AS subject, coalesce(o.class_x500, o.class) AS class,
       (SELECT min(p.text) FROM attributes p
        WHERE p.snapshot_id = o.snapshot_id AND p.object_id = o.object_id
          AND p.attribute_x500 = 'Proxy-Addresses' AND p.text LIKE 'SMTP:%') AS address,
       o.changed_at, d.path AS directory_source, 'info' AS severity, NULL AS missing
FROM attributes a
JOIN objects o ON o.snapshot_id = a.snapshot_id AND o.object_id = a.object_id
LEFT JOIN sources d ON d.snapshot_id = o.snapshot_id AND d.source_id = o.source_id
WHERE a.attribute_x500 = 'Hide-From-Address-Book' AND a.value = 1 AND o.is_deleted = 0
  AND o.dn NOT LIKE '/o=%/cn=Configuration/%'
UNION ALL
-- A database shows that nobody has the attribute; a dump may have been made without it.
SELECT s.snapshot_id, NULL, NULL, NULL, NULL, NULL, 'skipped',
       'Hide-From-Address-Book of recipients'
FROM snapshots s
WHERE EXISTS (SELECT 1 FROM sources d WHERE d.snapshot_id = s.snapshot_id AND d.role = 'directory')
  AND NOT EXISTS (SELECT 1 FROM sources d
                  WHERE d.snapshot_id = s.snapshot_id AND d.role = 'directory' AND d.kind = 'ese')
  AND NOT EXISTS (SELECT 1 FROM attributes a
                  WHERE a.snapshot_id = s.snapshot_id
                    AND a.attribute_x500 = 'Hide-From-Address-Book')
ORDER BY snapshot_id, missing, subject
