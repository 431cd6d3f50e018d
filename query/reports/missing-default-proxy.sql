-- SPDX-License-Identifier: MIT
-- id: missing-default-proxy
-- title: Recipient without an address that its site gives to all
-- severity: error
-- kb: Q155104, Q150095, Q148727
-- applies: 4.0, 5.0, 5.5
-- needs: directory
-- tags: addressing, recipients
-- x-why: The message transfer agent and connectors need the X.400 address of every recipient:
--   without it mail from and to him is not delivered. Another missing type cuts him off from that
--   system.
-- x-logic: Live mailboxes and distribution lists without an X400 address are errors; those without
--   another type that Gateway-Proxy of their site lists, and Disabled-Gateway-Proxy does not, are
--   warnings. Custom recipients and public folders may go without and are not judged.
-- remedy: Add the address on the page E-mail Addresses of the recipient, or let the site's
--   addresses be generated again. A list takes its alias as surname.
WITH
  addressing AS (
    SELECT o.snapshot_id, o.object_id, u.dn AS site_dn
    FROM objects o
    JOIN objects c ON c.snapshot_id = o.snapshot_id AND c.object_id = o.parent_id
    JOIN objects u ON u.snapshot_id = c.snapshot_id AND u.object_id = c.parent_id
    WHERE o.class_x500 = 'Site-Addressing' AND o.is_deleted = 0
  ),
  listed AS (
    SELECT g.snapshot_id, g.site_dn, a.attribute_x500 = 'Gateway-Proxy' AS is_given,
           upper(trim(substr(a.text, 1, instr(a.text || ':', ':') - 1))) AS type
    FROM addressing g
    JOIN attributes a ON a.snapshot_id = g.snapshot_id AND a.object_id = g.object_id
    WHERE a.attribute_x500 IN ('Gateway-Proxy', 'Disabled-Gateway-Proxy')
  ),
  -- What each recipient of the site should have; an X.400 address whatever the site says.
  defaults AS (
    SELECT snapshot_id, site_dn, type FROM listed
    WHERE type <> 'X400'
    GROUP BY snapshot_id, site_dn, type
    HAVING min(is_given) = 1
    UNION ALL
    SELECT snapshot_id, '/o=%/ou=%', 'X400' FROM snapshots
  ),
  -- Every type that some site of the snapshot gives, as it stands in a list of types.
  marks AS MATERIALIZED (
    SELECT DISTINCT snapshot_id, '|' || type || ':' AS mark FROM defaults
  ),
  -- Recipients that lack one of these; one snapshot at a time, in the order of their rows.
  suspects AS MATERIALIZED (
    SELECT s.snapshot_id, j.value AS object_id
    FROM snapshots s,
         json_each((SELECT json_group_array(x.object_id) FROM (
           SELECT o.object_id
           FROM objects o
           WHERE o.snapshot_id = s.snapshot_id AND o.is_deleted = 0 AND o.is_phantom = 0
             AND o.class IN ('organizationalPerson', 'Distribution-List', 'groupOfNames')
           EXCEPT
           SELECT h.object_id
           FROM (SELECT a.object_id,
                        group_concat('|' || upper(substr(a.text, 1, instr(a.text, ':'))), '')
                          AS types
                 FROM attributes a
                 WHERE a.snapshot_id = s.snapshot_id AND a.attribute_x500 = 'Proxy-Addresses'
                 GROUP BY a.object_id) h
           WHERE NOT EXISTS (SELECT 1 FROM marks m
                             WHERE m.snapshot_id = s.snapshot_id
                               AND instr(h.types, m.mark) = 0)) x)) j
  ),
  typed AS MATERIALIZED (
    SELECT o.snapshot_id, o.object_id, o.dn, o.class, o.class_x500, o.source_id,
           (SELECT group_concat('|' || upper(trim(substr(a.text, 1, instr(a.text, ':') - 1)))
                               || '|',
                                '')
            FROM attributes a
            WHERE a.snapshot_id = o.snapshot_id AND a.object_id = o.object_id
              AND a.attribute_x500 = 'Proxy-Addresses') AS types
    FROM suspects s
    JOIN objects o ON o.snapshot_id = s.snapshot_id AND o.object_id = s.object_id
  ),
  lacking AS (
    SELECT t.*, d.type
    FROM typed t
    JOIN defaults d ON d.snapshot_id = t.snapshot_id
    WHERE instr(coalesce(t.types, ''), '|' || d.type || '|') = 0
      AND t.dn LIKE d.site_dn || '/%'
  ),
  exported AS (
    SELECT s.snapshot_id
    FROM snapshots s
    WHERE EXISTS (SELECT 1 FROM attributes a
                  WHERE a.snapshot_id = s.snapshot_id AND a.attribute_x500 = 'Proxy-Addresses')
  )
SELECT l.snapshot_id AS snapshot_id, l.dn AS subject, coalesce(l.class_x500, l.class) AS class,
       group_concat(l.type, ', ') AS lacking_types,
       replace(trim(l.types, '|'), '||', ', ') AS types,
       d.path AS directory_source,
       iif(max(l.type = 'X400'), 'error', 'warning') AS severity, NULL AS missing
FROM lacking l
JOIN exported x ON x.snapshot_id = l.snapshot_id
LEFT JOIN sources d ON d.snapshot_id = l.snapshot_id AND d.source_id = l.source_id
GROUP BY l.snapshot_id, l.object_id
UNION ALL
SELECT s.snapshot_id, NULL, NULL, NULL, NULL, NULL, 'skipped', 'addresses of recipients'
FROM snapshots s
WHERE s.snapshot_id NOT IN (SELECT snapshot_id FROM exported)
  AND EXISTS (SELECT 1 FROM sources d WHERE d.snapshot_id = s.snapshot_id AND d.role = 'directory')
UNION ALL
SELECT DISTINCT v.snapshot_id, NULL, NULL, NULL, NULL, NULL, NULL,
       'Gateway-Proxy of site ' || v.site
FROM exchange_servers v
WHERE NOT EXISTS (SELECT 1 FROM listed l
                  WHERE l.snapshot_id = v.snapshot_id AND l.site_dn = v.site_dn AND l.is_given = 1)
UNION ALL
-- Recipients alone, or a directory of another kind.
SELECT x.snapshot_id, NULL, NULL, NULL, NULL, NULL,
       iif(EXISTS (SELECT 1 FROM objects o
                   WHERE o.snapshot_id = x.snapshot_id AND o.class_x500 = 'Mailbox'),
           NULL, 'skipped'),
       'Gateway-Proxy of sites'
FROM exported x
WHERE NOT EXISTS (SELECT 1 FROM exchange_servers v WHERE v.snapshot_id = x.snapshot_id)
  AND NOT EXISTS (SELECT 1 FROM listed l WHERE l.snapshot_id = x.snapshot_id)
ORDER BY snapshot_id, missing, severity, subject
