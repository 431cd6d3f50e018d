-- SPDX-License-Identifier: MIT
-- id: address-type-without-connector
-- title: Addresses of a type that no connector of the organization delivers
-- severity: warning
-- kb: Q285090, Q169425, Q148727
-- applies: 4.0, 5.0, 5.5
-- needs: directory
-- tags: addressing, routing, recipients
-- remedy: Add a connector, or an address space of the type to one, and recalculate routing; or take
--   the addresses and the type away where the foreign system is gone.
-- x-why: Mail to such an address cannot be routed and comes back, or stays in a queue.
-- x-logic: The types of all live recipients' addresses are compared with the types in Routing-List
--   and Connected-Domains of the organization's live connectors. EX and X500 serve inside only.
--   MS, CCMAIL and X400 proxies are given to everyone by default: alone they are a hint.
WITH
  spaces AS (
    SELECT c.snapshot_id, c.dn, '/o=' || c.organization COLLATE FOLD AS organization, a.text,
           a.attribute_x500 AS attribute
    FROM connectors c
    JOIN attributes a ON a.snapshot_id = c.snapshot_id AND a.object_id = c.object_id
    WHERE c.is_deleted = 0 AND a.attribute_x500 IN ('Routing-List', 'Connected-Domains')
  ),
  delivered AS (
    SELECT snapshot_id, organization,
           upper(trim(substr(text, 1, instr(text, ':') - 1))) AS type
    FROM spaces
    WHERE attribute = 'Routing-List' AND instr(text, ':') > 1
    UNION
    -- The routing address is the last field of a connected site.
    SELECT s.snapshot_id, s.organization, upper(trim(substr(j.value, 1, instr(j.value, ':') - 1)))
    FROM spaces s, json_each('[' || replace(json_quote(s.text), '§', '","') || ']') j
    WHERE s.attribute = 'Connected-Domains' AND instr(j.value, ':') > 1
  ),
  -- All types in use, in one walk over the addresses of a snapshot.
  prefixes AS MATERIALIZED (
    SELECT snapshot_id, json_group_array(DISTINCT address_type(text)) AS types
    FROM attributes WHERE attribute_x500 = 'Proxy-Addresses' GROUP BY snapshot_id
    UNION ALL
    SELECT snapshot_id, json_group_array(DISTINCT address_type(text))
    FROM attributes WHERE attribute_x500 = 'Target-Address' GROUP BY snapshot_id
  ),
  found AS (
    SELECT DISTINCT p.snapshot_id, upper(t.value) || ':' AS type
    FROM prefixes p, json_each(p.types) t
    WHERE t.value <> '' AND upper(t.value) NOT IN ('EX', 'X500')
  ),
  organizations AS (
    SELECT snapshot_id, dn AS organization FROM objects
    WHERE class_x500 = 'Organization' AND depth = 1 AND is_deleted = 0 AND is_phantom = 0
    UNION
    SELECT snapshot_id, '/o=' || organization FROM connectors WHERE organization IS NOT NULL
  ),
  -- Types that an organization's connectors do not deliver, and someone who has such an address.
  types AS (
    SELECT f.snapshot_id, g.organization, trim(f.type, ' :') AS type,
           (SELECT o.dn FROM attributes a
            CROSS JOIN objects o ON o.snapshot_id = a.snapshot_id AND o.object_id = a.object_id
            WHERE a.snapshot_id = f.snapshot_id AND a.attribute_x500 = 'Target-Address'
              AND a.text LIKE f.type || '%' AND o.is_deleted = 0 AND o.is_phantom = 0
              AND substr(o.dn, 1, length(g.organization) + 1)
                  = g.organization || '/' COLLATE FOLD LIMIT 1) AS target,
           (SELECT o.dn FROM attributes a
            CROSS JOIN objects o ON o.snapshot_id = a.snapshot_id AND o.object_id = a.object_id
            WHERE a.snapshot_id = f.snapshot_id AND a.attribute_x500 = 'Proxy-Addresses'
              AND a.text LIKE f.type || '%' AND o.is_deleted = 0 AND o.is_phantom = 0
              AND substr(o.dn, 1, length(g.organization) + 1)
                  = g.organization || '/' COLLATE FOLD LIMIT 1) AS proxy
    FROM found f
    JOIN organizations g ON g.snapshot_id = f.snapshot_id
    WHERE NOT EXISTS (SELECT 1 FROM delivered d
                      WHERE d.snapshot_id = f.snapshot_id AND d.organization = g.organization
                        AND d.type || ':' = f.type)
  ),
  -- Connectors prove an absence where the database is whole, or the export carries their spaces.
  judged AS (
    SELECT snapshot_id, min(path) AS path,
           max(is_lossy) = 0 AND (max(is_whole) = 1
             OR snapshot_id IN (SELECT snapshot_id FROM spaces)) AS has_spaces,
           max(is_lossy) AS is_lossy,
           snapshot_id IN (SELECT snapshot_id FROM found) AS has_types
    FROM directories
    GROUP BY snapshot_id
  )
SELECT t.snapshot_id AS snapshot_id, t.organization AS subject, t.type AS address_type,
       'no connector has an address space of the type' AS finding,
       t.target AS target_address_of, t.proxy AS proxy_address_of,
       (SELECT group_concat(DISTINCT d.type) FROM delivered d
        WHERE d.snapshot_id = t.snapshot_id AND d.organization = t.organization)
         AS delivered_types,
       (SELECT s.path FROM objects o
        JOIN sources s ON s.snapshot_id = o.snapshot_id AND s.source_id = o.source_id
        WHERE o.snapshot_id = t.snapshot_id AND o.dn = coalesce(t.target, t.proxy) LIMIT 1)
         AS directory_source,
       iif(t.target IS NULL AND t.type IN ('MS', 'CCMAIL', 'X400'), 'info', 'warning')
         AS severity,
       NULL AS missing
FROM types t
JOIN judged j ON j.snapshot_id = t.snapshot_id AND j.has_spaces = 1
WHERE t.target IS NOT NULL OR t.proxy IS NOT NULL
UNION ALL
SELECT snapshot_id, NULL, NULL, NULL, NULL, NULL, NULL, path, 'skipped',
       iif(has_types = 0, 'addresses of recipients', 'address spaces of connectors') ||
         iif(is_lossy, ': some of the directory was lost', '')
FROM judged
WHERE has_types = 0 OR has_spaces = 0
ORDER BY snapshot_id, missing, severity, address_type
