-- SPDX-License-Identifier: MIT
-- id: orphaned-addin
-- title: Extension or address generator of a product without a connector
-- severity: info
-- kb: Q250903, Q169425
-- applies: 4.0, 5.0, 5.5
-- needs: directory
-- tags: templates, connectors
-- remedy: If the product is gone, uninstall it completely or delete its Admin-Extension, Addr-Type
--   and address templates in raw mode, after no object names the extension any more.
-- x-why: What a removed gateway leaves behind keeps making addresses that nobody delivers, and
--   stops the making of mailboxes when its files go.
-- x-logic: Live Admin-Extension and Addr-Type objects whose name no live connector of the
--   organization has as its Extension-Name or as the type of an address space. What Exchange itself
--   installs needs no connector. Extensions that add pages only look the same: a hint.
WITH
  addins AS (
    SELECT o.snapshot_id, o.dn, o.class_x500 AS class, o.source_id,
           trim(substr(o.rdn, 1, instr(o.rdn || ':', ':') - 1)) COLLATE FOLD AS name,
           substr(o.dn, 1, instr(substr(o.dn, 2) || '/', '/')) COLLATE FOLD AS organization
    FROM objects o
    WHERE (o.class_x500 = 'Admin-Extension' OR o.class_x500 = 'Addr-Type')
      AND o.is_deleted = 0 AND o.is_phantom = 0 AND o.dn LIKE '/o=%'
  ),
  products AS (
    SELECT DISTINCT c.snapshot_id, '/o=' || c.organization COLLATE FOLD AS organization,
           trim(iif(a.attribute_x500 = 'Routing-List',
                    substr(a.text, 1, instr(a.text, ':') - 1), a.text)) COLLATE FOLD AS name
    FROM connectors c
    JOIN attributes a ON a.snapshot_id = c.snapshot_id AND a.object_id = c.object_id
    WHERE c.is_deleted = 0 AND a.attribute_x500 IN ('Extension-Name', 'Routing-List')
  ),
  loaded AS (
    SELECT DISTINCT d.snapshot_id FROM directories d
    WHERE NOT EXISTS (SELECT 1 FROM directories x
                      WHERE x.snapshot_id = d.snapshot_id AND x.is_lossy = 1)
      AND (d.is_whole = 1
           OR EXISTS (SELECT 1 FROM containers k
                      WHERE k.snapshot_id = d.snapshot_id AND k.rdn = 'Connections'
                        AND k.children > 0))
  )
SELECT a.snapshot_id AS snapshot_id, a.dn AS subject, a.class, a.name AS product,
       'no connector of the product' AS finding,
       (SELECT group_concat(name, ', ')
        FROM (SELECT p.name FROM products p
              WHERE p.snapshot_id = a.snapshot_id AND p.organization = a.organization
              ORDER BY p.name)) AS products_with_connectors,
       s.path AS directory_source, NULL AS severity, NULL AS missing
FROM addins a
LEFT JOIN sources s ON s.snapshot_id = a.snapshot_id AND s.source_id = a.source_id
WHERE a.snapshot_id IN (SELECT snapshot_id FROM loaded)
  AND upper(a.name) NOT IN ('SMTP', 'MS', 'X400', 'X500', 'EX', 'CCMAIL', 'RFAX', 'NNTP', 'DIRSYNC')
  AND NOT EXISTS (SELECT 1 FROM products p
                  WHERE p.snapshot_id = a.snapshot_id AND p.organization = a.organization
                    AND p.name = a.name)
UNION ALL
SELECT d.snapshot_id, NULL, NULL, NULL, NULL, NULL, min(d.path), 'skipped',
       iif(d.snapshot_id IN (SELECT snapshot_id FROM addins), 'connectors',
           'extensions and address generators') ||
         iif(max(d.is_lossy), ': some of the directory was lost', '')
FROM directories d
WHERE d.snapshot_id NOT IN (SELECT snapshot_id FROM addins)
   OR d.snapshot_id NOT IN (SELECT snapshot_id FROM loaded)
GROUP BY d.snapshot_id
ORDER BY snapshot_id, missing, subject
