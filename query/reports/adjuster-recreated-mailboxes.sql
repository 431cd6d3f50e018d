-- SPDX-License-Identifier: MIT
-- id: adjuster-recreated-mailboxes
-- title: Group of mailbox objects that the DS/IS consistency adjuster made anew
-- severity: warning
-- kb: Q197970
-- applies: 4.0, 5.0, 5.5
-- needs: directory
-- tags: recipients, stores
-- param: count integer = 4   such mailboxes that must have been made together
-- param: minutes integer = 15   within which they were made
-- remedy: Import the lost attributes from an earlier directory export: Windows NT account, display
--   and phone data, limits; then take the mailboxes out of hiding.
-- x-why: The adjuster makes bare objects for mailboxes of the store: nobody can log on to them, and
--   they are not in the address book.
-- x-logic: Live mailboxes that are hidden and have neither a Windows NT account nor a security
--   descriptor nor Deliv-Ext-Cont-Types, made within minutes of several others like them. Single
--   ones are not reported: mailboxes of rooms look the same. Signs that an export does not carry
--   are not counted.
WITH
  exports AS (
    SELECT snapshot_id, min(path) AS path, max(is_whole) AS is_whole
    FROM directories
    GROUP BY snapshot_id
  ),
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
    UNION
    SELECT snapshot_id, object_id FROM attributes
    WHERE attribute = 'showInAdvancedViewOnly' AND upper(trim(text)) IN ('TRUE', '1')
  ),
  carried AS (
    SELECT d.snapshot_id, d.path,
           d.is_whole OR d.snapshot_id IN (SELECT snapshot_id FROM hidden) AS has_hidden,
           d.is_whole OR EXISTS (SELECT 1 FROM attributes a
                                 WHERE a.snapshot_id = d.snapshot_id
                                   AND a.attribute_x500 = 'Assoc-NT-Account') AS has_account,
           EXISTS (SELECT 1 FROM objects o
                   WHERE o.snapshot_id = d.snapshot_id AND o.class_x500 = 'Mailbox') AS has_mailbox
    FROM exports d
  ),
  bare AS (
    SELECT o.snapshot_id, o.object_id, o.dn, o.created_at, o.source_id,
           julianday(o.created_at) * 1440.0 AS minute
    FROM hidden h
    CROSS JOIN objects o ON o.snapshot_id = h.snapshot_id AND o.object_id = h.object_id
    JOIN carried c ON c.snapshot_id = o.snapshot_id AND c.has_account
    WHERE o.class_x500 = 'Mailbox' AND o.is_deleted = 0 AND o.is_phantom = 0
      AND o.created_at IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM attributes a
                      WHERE a.snapshot_id = o.snapshot_id AND a.object_id = o.object_id
                        AND a.attribute_x500 IN ('Assoc-NT-Account', 'Deliv-Ext-Cont-Types',
                                                 'NT-Security-Descriptor'))
  ),
  grouped AS (
    SELECT b.*,
           count(*) OVER (PARTITION BY snapshot_id ORDER BY minute
                          RANGE BETWEEN :minutes PRECEDING AND CURRENT ROW) AS before,
           count(*) OVER (PARTITION BY snapshot_id ORDER BY minute
                          RANGE BETWEEN CURRENT ROW AND :minutes FOLLOWING) AS after
    FROM bare b
  )
SELECT g.snapshot_id AS snapshot_id, g.dn AS subject,
       'hidden, without account, rights and content types' AS finding, g.created_at,
       max(g.before, g.after) AS made_together, s.path AS directory_source, NULL AS severity,
       NULL AS missing
FROM grouped g
LEFT JOIN sources s ON s.snapshot_id = g.snapshot_id AND s.source_id = g.source_id
WHERE g.before + g.after - 1 >= :count
UNION ALL
SELECT snapshot_id, NULL, NULL, NULL, NULL, path, 'skipped',
       CASE WHEN NOT has_mailbox THEN 'mailbox objects'
            WHEN NOT has_hidden THEN 'hidden mailboxes (Hide-From-AB): the export shows none'
            ELSE 'Assoc-NT-Account of mailboxes' END
FROM carried
WHERE NOT (has_hidden AND has_account AND has_mailbox)
ORDER BY snapshot_id, missing, created_at, subject
