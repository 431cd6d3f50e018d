-- SPDX-License-Identifier: MIT
-- id: prmd-empty-with-msmail
-- title: MS Mail connector in a site whose X.400 address has no private domain
-- severity: error
-- kb: Q165485, Q176194
-- applies: 4.0, 5.0
-- needs: directory
-- tags: addressing, connectors
-- remedy: Enter a private management domain, any name will do, in the site's X.400 address on Site
--   Addressing, and let the addresses of the recipients be made anew.
-- x-why: The MS Mail connector builds X.400 addresses of the site; with an empty private domain its
--   mail is returned or its queue stops.
-- x-logic: A live MS Mail connector, and an X400 value of Gateway-Proxy on the same site's Site
--   Addressing with an empty, blank or absent p=. A blank a= is normal and not looked at.
WITH
  -- One row for a connector with all its containers.
  bridges AS (
    SELECT snapshot_id, '/o=' || organization || '/ou=' || site COLLATE FOLD AS site_dn,
           coalesce(max(iif(level = 'configuration', dn, NULL)), min(dn)) AS dn
    FROM connectors
    WHERE is_deleted = 0 AND type = 'msmail'
    GROUP BY snapshot_id, organization, site, name
  ),
  addressing AS (
    SELECT o.snapshot_id, o.object_id, o.dn, o.source_id,
           dn_parent(dn_parent(o.dn)) COLLATE FOLD AS site_dn
    FROM objects o
    WHERE o.class_x500 = 'Site-Addressing' AND o.is_deleted = 0 AND o.is_phantom = 0
      AND o.snapshot_id IN (SELECT snapshot_id FROM bridges)
  ),
  proxies AS (
    SELECT d.snapshot_id, d.site_dn, d.dn, d.source_id, a.text,
           (SELECT max(trim(substr(ltrim(j.value), 3)))
            FROM json_each('[' || replace(json_quote(substr(a.text, 6)), ';', '","') || ']') j
            WHERE ltrim(j.value) LIKE 'p=%') AS prmd
    FROM addressing d
    JOIN attributes a ON a.snapshot_id = d.snapshot_id AND a.object_id = d.object_id
                     AND a.attribute_x500 = 'Gateway-Proxy'
    WHERE a.text LIKE 'X400:%'
  )
SELECT b.snapshot_id AS snapshot_id, p.dn AS subject, b.dn AS connector, p.text AS gateway_proxy,
       coalesce(p.prmd, 'absent') AS prmd, s.path AS directory_source, NULL AS severity,
       NULL AS missing
FROM bridges b
JOIN proxies p ON p.snapshot_id = b.snapshot_id AND p.site_dn = b.site_dn
LEFT JOIN sources s ON s.snapshot_id = p.snapshot_id AND s.source_id = p.source_id
WHERE coalesce(p.prmd, '') = ''
UNION ALL
SELECT b.snapshot_id, NULL, b.dn, NULL, NULL, NULL, NULL,
       coalesce('X.400 address of the site ' || b.site_dn || ' (Gateway-Proxy)',
                'site of connector ' || b.dn)
FROM bridges b
WHERE NOT EXISTS (SELECT 1 FROM proxies p
                  WHERE p.snapshot_id = b.snapshot_id AND p.site_dn = b.site_dn)
UNION ALL
SELECT s.snapshot_id, NULL, NULL, NULL, NULL, min(s.path), 'skipped', 'Connections containers'
FROM sources s
WHERE s.role = 'directory'
  AND NOT EXISTS (SELECT 1 FROM containers k
                  WHERE k.snapshot_id = s.snapshot_id AND k.rdn = 'Connections')
GROUP BY s.snapshot_id
ORDER BY snapshot_id, missing, subject
