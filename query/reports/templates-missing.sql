-- SPDX-License-Identifier: MIT
-- id: templates-missing
-- title: Address type without a template, or a language without any
-- severity: warning
-- kb: Q177308, Q179346, Q195915
-- applies: 4.0, 5.0, 5.5
-- needs: directory
-- tags: templates, addressing
-- remedy: Install the gateway's templates for the language again, or run Exchange setup to put its
--   own back; delete a language container that is not used.
-- x-why: Clients search for the template of each address type at logon and wait when it is not
--   there; the offline address book is not made for a language without templates.
-- x-logic: The types of a connector's address spaces must each have a live Address-Template in
--   every language of its site; EX and X500 need none. Language containers below Address-Templates
--   and Display-Templates must not be empty. Where no template is loaded at all nothing is
--   concluded.
WITH
  -- Language containers: children of the two containers of templates.
  languages AS (
    SELECT l.snapshot_id, l.object_id, l.dn, l.rdn AS language, p.rdn AS kind, d.path, d.is_whole,
           dn_parent(dn_parent(dn_parent(dn_parent(l.dn)))) COLLATE FOLD AS site_dn
    FROM (SELECT 'Address-Templates' AS name UNION ALL SELECT 'Display-Templates') n
    CROSS JOIN objects p ON p.rdn = n.name AND p.is_deleted = 0
    CROSS JOIN objects l ON l.snapshot_id = p.snapshot_id AND l.parent_id = p.object_id
    JOIN directories d ON d.snapshot_id = l.snapshot_id AND d.source_id = l.source_id
    WHERE l.class_x500 = 'Container' AND l.is_deleted = 0 AND l.is_phantom = 0
      AND l.dn LIKE '/o=%' AND d.is_lossy = 0
  ),
  templates AS (
    SELECT l.snapshot_id, l.object_id, l.kind, t.rdn COLLATE FOLD AS name
    FROM languages l
    CROSS JOIN objects t ON t.snapshot_id = l.snapshot_id AND t.parent_id = l.object_id
    WHERE t.is_deleted = 0 AND t.is_phantom = 0
    UNION
    SELECT l.snapshot_id, l.object_id, l.kind, a.text
    FROM languages l
    CROSS JOIN objects t ON t.snapshot_id = l.snapshot_id AND t.parent_id = l.object_id
    CROSS JOIN attributes a ON a.snapshot_id = t.snapshot_id AND a.object_id = t.object_id
    WHERE t.is_deleted = 0 AND t.is_phantom = 0
      AND a.attribute_x500 IN ('Address-Type', 'Display-Name')
  ),
  shown AS (
    SELECT DISTINCT snapshot_id, kind FROM templates
  ),
  used AS (
    SELECT c.snapshot_id, '/o=' || c.organization || '/ou=' || c.site COLLATE FOLD AS site_dn,
           upper(trim(substr(a.text, 1, instr(a.text, ':') - 1))) COLLATE FOLD AS type,
           min(c.dn) AS connector, min(a.text) AS entry
    FROM connectors c
    JOIN attributes a ON a.snapshot_id = c.snapshot_id AND a.object_id = c.object_id
                     AND a.attribute_x500 = 'Routing-List'
    WHERE c.is_deleted = 0 AND instr(a.text, ':') > 1
    GROUP BY c.snapshot_id, site_dn, type
  )
SELECT l.snapshot_id AS snapshot_id, l.dn AS subject, u.type AS address_type,
       'no template for the address type' AS finding, u.entry AS address_space, u.connector,
       l.path AS directory_source, NULL AS severity, NULL AS missing
FROM languages l
JOIN used u ON u.snapshot_id = l.snapshot_id AND u.site_dn = l.site_dn
WHERE l.kind = 'Address-Templates' AND u.type NOT IN ('EX', 'X500')
  AND EXISTS (SELECT 1 FROM templates t
              WHERE t.snapshot_id = l.snapshot_id AND t.object_id = l.object_id)
  AND NOT EXISTS (SELECT 1 FROM templates t
                  WHERE t.snapshot_id = l.snapshot_id AND t.object_id = l.object_id
                    AND (t.name = u.type OR t.name = u.type || ':' || l.language))
UNION ALL
SELECT l.snapshot_id, l.dn, NULL, 'the language has no ' || l.kind, NULL, NULL, l.path, NULL, NULL
FROM languages l
WHERE (l.is_whole OR (l.snapshot_id, l.kind) IN (SELECT snapshot_id, kind FROM shown))
  AND NOT EXISTS (SELECT 1 FROM templates t
                  WHERE t.snapshot_id = l.snapshot_id AND t.object_id = l.object_id)
UNION ALL
SELECT l.snapshot_id, NULL, NULL, NULL, NULL, NULL, min(l.path), NULL, l.kind || ' of all languages'
FROM languages l
WHERE NOT l.is_whole AND (l.snapshot_id, l.kind) NOT IN (SELECT snapshot_id, kind FROM shown)
GROUP BY l.snapshot_id, l.kind
UNION ALL
SELECT d.snapshot_id, NULL, NULL, NULL, NULL, NULL, min(d.path), 'skipped',
       'language containers of templates'
FROM directories d
WHERE d.snapshot_id NOT IN (SELECT snapshot_id FROM languages)
GROUP BY d.snapshot_id
ORDER BY snapshot_id, missing, subject, address_type
