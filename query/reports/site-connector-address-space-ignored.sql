-- SPDX-License-Identifier: MIT
-- id: site-connector-address-space-ignored
-- title: Additional address space on a Site connector to a replicated site is not used
-- severity: info
-- kb: Q182128, Q281587
-- applies: 4.0, 5.0, 5.5
-- needs: directory
-- tags: connectors, routing
-- remedy: Route the additional address space through an X.400 connector to that site, and take it
--   off the Site connector.
-- x-why: Once the directories of two sites replicate, address spaces entered on the Site connector
--   between them no longer take part in routing: mail takes another way, or none.
-- x-logic: A live Site connector with a Routing-List whose connected site is in the directory with
--   a Configuration of its own. Entries with a scope, local or sub-site, do count and are not
--   reported; nor are connectors to sites that are not replicated.
WITH
  entries AS (
    SELECT c.snapshot_id, c.object_id, c.dn, c.server, c.organization, c.source_id,
           trim(a.text) AS entry, rtrim(trim(a.text), '0123456789') AS head
    FROM connectors c
    JOIN attributes a ON a.snapshot_id = c.snapshot_id AND a.object_id = c.object_id
                     AND a.attribute_x500 = 'Routing-List'
    WHERE c.is_deleted = 0 AND c.type = 'site' AND trim(a.text) <> ''
  ),
  targets AS (
    SELECT DISTINCT e.snapshot_id, e.object_id,
           '/o=' || trim(json_extract(f.fields, '$[0]')) || '/ou='
             || trim(json_extract(f.fields, '$[1]')) COLLATE FOLD AS site_dn
    FROM entries e
    JOIN (SELECT snapshot_id, object_id,
                 '[' || replace(json_quote(text), '§', '","') || ']' AS fields
          FROM attributes WHERE attribute_x500 = 'Connected-Domains') f
      ON f.snapshot_id = e.snapshot_id AND f.object_id = e.object_id
    WHERE json_array_length(f.fields) > 1
  ),
  replicated AS (
    SELECT t.snapshot_id, t.object_id, t.site_dn
    FROM targets t
    WHERE EXISTS (SELECT 1 FROM objects o
                  WHERE o.snapshot_id = t.snapshot_id AND o.dn = t.site_dn
                    AND o.is_deleted = 0 AND o.is_phantom = 0)
      AND EXISTS (SELECT 1 FROM objects o
                  WHERE o.snapshot_id = t.snapshot_id
                    AND o.dn = t.site_dn || '/cn=Configuration'
                    AND o.is_deleted = 0 AND o.is_phantom = 0)
  )
SELECT e.snapshot_id AS snapshot_id, e.dn AS subject, e.server, r.site_dn AS connected_site,
       e.entry AS address_space, s.path AS directory_source, NULL AS severity, NULL AS missing
FROM entries e
JOIN replicated r ON r.snapshot_id = e.snapshot_id AND r.object_id = e.object_id
LEFT JOIN sources s ON s.snapshot_id = e.snapshot_id AND s.source_id = e.source_id
WHERE e.head LIKE '%;;' OR e.head NOT LIKE '%;'
UNION ALL
SELECT DISTINCT e.snapshot_id, NULL, e.server, NULL, NULL, NULL, NULL,
       'Connected-Domains of ' || e.dn
FROM entries e
WHERE NOT EXISTS (SELECT 1 FROM targets t
                  WHERE t.snapshot_id = e.snapshot_id AND t.object_id = e.object_id)
UNION ALL
SELECT s.snapshot_id, NULL, NULL, NULL, NULL, min(s.path), 'skipped',
       'address spaces of connectors (Routing-List)'
FROM sources s
WHERE s.role = 'directory'
  AND NOT EXISTS (SELECT 1 FROM directories d
                  WHERE d.snapshot_id = s.snapshot_id AND d.is_whole)
  AND NOT EXISTS (SELECT 1 FROM attributes a
                  WHERE a.snapshot_id = s.snapshot_id AND a.attribute_x500 = 'Routing-List')
GROUP BY s.snapshot_id
ORDER BY snapshot_id, missing, subject, address_space
