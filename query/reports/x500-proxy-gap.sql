-- SPDX-License-Identifier: MIT
-- id: x500-proxy-gap
-- title: Mailbox moved to another site without its old name as an X500 address
-- severity: info
-- kb: Q314739, Q196331
-- applies: 5.0, 5.5
-- needs: directory
-- tags: addressing, recipients
-- x-why: Answers to old messages and entries in personal address books lead to the old name: they
--   come back as undeliverable.
-- x-logic: A mailbox that an older backup has under another organization or site, told by its
--   primary SMTP address, and that holds no X500 address with the old name. Its old name must be
--   gone. Each backup is compared with the one before it.
-- remedy: Add an address of type X500 with the old distinguished name to the mailbox.
WITH
  -- Backups of directories in the order of their time.
  ordered AS (
    SELECT s.snapshot_id,
           lag(s.snapshot_id) OVER (ORDER BY coalesce(s.taken_at, ''), s.snapshot_id) AS before_id
    FROM snapshots s
    WHERE EXISTS (SELECT 1 FROM sources d
                  WHERE d.snapshot_id = s.snapshot_id AND d.role = 'directory')
  ),
  -- Mailboxes that the older backup does not have under this name.
  arrived AS (
    SELECT p.snapshot_id, p.before_id, o.object_id, o.dn, o.source_id
    FROM ordered p
    JOIN objects o ON o.snapshot_id = p.snapshot_id AND o.class_x500 = 'Mailbox'
    WHERE p.before_id IS NOT NULL AND o.is_deleted = 0 AND o.is_phantom = 0
      AND NOT EXISTS (SELECT 1 FROM objects b
                      WHERE b.snapshot_id = p.before_id AND b.dn = o.dn AND b.is_deleted = 0)
  ),
  -- By themselves: what the older backup is asked for must come from one table.
  addressed AS MATERIALIZED (
    SELECT r.*, a.text AS address
    FROM arrived r
    JOIN attributes a ON a.snapshot_id = r.snapshot_id AND a.object_id = r.object_id
                     AND a.attribute_x500 = 'Proxy-Addresses'
    WHERE a.text GLOB 'SMTP:*'
  ),
  moved AS (
    SELECT r.*, b.dn AS old_dn
    FROM addressed r
    JOIN attributes c ON c.snapshot_id = r.before_id AND c.text = r.address
                     AND c.attribute_x500 = 'Proxy-Addresses'
    JOIN objects b ON b.snapshot_id = c.snapshot_id AND b.object_id = c.object_id
    WHERE b.is_deleted = 0
      AND substr(b.dn, 1, instr(b.dn || '/cn=', '/cn=') - 1) COLLATE FOLD
            <> substr(r.dn, 1, instr(r.dn || '/cn=', '/cn=') - 1)
      AND NOT EXISTS (SELECT 1 FROM objects n
                      WHERE n.snapshot_id = r.snapshot_id AND n.dn = b.dn AND n.is_deleted = 0)
  )
SELECT m.snapshot_id AS snapshot_id, m.dn AS subject, m.old_dn, m.before_id AS older_snapshot_id,
       m.address, d.path AS directory_source, 'info' AS severity, NULL AS missing
FROM moved m
LEFT JOIN sources d ON d.snapshot_id = m.snapshot_id AND d.source_id = m.source_id
WHERE NOT EXISTS (SELECT 1 FROM attributes x
                  WHERE x.snapshot_id = m.snapshot_id AND x.object_id = m.object_id
                    AND x.attribute_x500 = 'Proxy-Addresses' AND x.text LIKE 'X500:%'
                    AND dn_equal(substr(x.text, 6), m.old_dn))
UNION ALL
SELECT snapshot_id, NULL, NULL, NULL, NULL, NULL, 'skipped', 'an older backup of the directory'
FROM ordered WHERE before_id IS NULL
ORDER BY snapshot_id, missing, subject
