-- SPDX-License-Identifier: MIT
-- id: address-type-without-generator
-- title: Address type of a site that no proxy generator makes, or a generator without an address
-- severity: error
-- kb: Q169425, Q242888, Q175480, Q175954
-- applies: 4.0, 5.0, 5.5
-- needs: directory
-- tags: addressing
-- remedy: Uninstall the gateway the type belonged to completely, or take the value out of
--   Gateway-Proxy in raw mode. A type that Exchange brings along comes back when the server's
--   setup is run again. For a generator without an address: add the address on Site Addressing.
-- x-why: The System Attendant asks for a generator of every type of the site when it makes a
--   recipient. Where one is missing, no new mailbox gets its addresses.
-- x-logic: The types before the colon in Gateway-Proxy are looked up among the live Addr-Type
--   objects of the same site, without their platform; then the other way round. cc:Mail generators
--   without an address are left out, they are installed everywhere; disabled types count as used.
WITH
  addressing AS (
    SELECT o.snapshot_id, o.object_id, o.dn, o.source_id,
           dn_parent(o.dn) COLLATE FOLD AS configuration
    FROM objects o
    WHERE o.class_x500 = 'Site-Addressing' AND o.is_deleted = 0 AND o.is_phantom = 0
  ),
  proxies AS (
    SELECT d.snapshot_id, d.configuration, a.attribute_x500 = 'Gateway-Proxy' AS is_enabled, a.text,
           trim(substr(a.text, 1, instr(a.text, ':') - 1)) COLLATE FOLD AS type
    FROM addressing d
    JOIN attributes a ON a.snapshot_id = d.snapshot_id AND a.object_id = d.object_id
    WHERE a.attribute_x500 IN ('Gateway-Proxy', 'Disabled-Gateway-Proxy')
      AND instr(a.text, ':') > 1
  ),
  generators AS (
    SELECT o.snapshot_id, o.dn, o.is_deleted, o.source_id,
           dn_parent(dn_parent(dn_parent(o.dn))) COLLATE FOLD AS configuration,
           trim(substr(o.rdn, 1, instr(replace(o.rdn, '(', ':') || ':', ':') - 1)) COLLATE FOLD
             AS type
    FROM objects o
    WHERE o.class_x500 = 'Addr-Type' AND o.is_phantom = 0
  ),
  -- What can be judged of each site.
  judged AS (
    SELECT d.snapshot_id, d.dn, d.configuration, d.source_id, s.path,
           (d.snapshot_id, d.configuration) IN (
             SELECT snapshot_id, configuration FROM proxies WHERE is_enabled = 1) AS has_proxies,
           s.is_lossy = 0 AND (s.is_whole = 1 OR (d.snapshot_id, d.configuration) IN (
             SELECT snapshot_id, configuration FROM generators WHERE is_deleted = 0))
             AS has_generators
    FROM addressing d
    JOIN directories s ON s.snapshot_id = d.snapshot_id AND s.source_id = d.source_id
  )
SELECT j.snapshot_id AS snapshot_id, j.dn AS subject, p.type AS address_type,
       iif(EXISTS (SELECT 1 FROM generators g
                   WHERE g.snapshot_id = p.snapshot_id AND g.configuration = p.configuration
                     AND g.type = p.type), 'the generator of the type is deleted',
           'no generator makes the type') AS finding,
       p.text AS gateway_proxy, NULL AS generator, j.path AS directory_source,
       'error' AS severity, NULL AS missing
FROM proxies p
CROSS JOIN judged j ON j.snapshot_id = p.snapshot_id AND j.configuration = p.configuration
WHERE j.has_generators = 1 AND p.is_enabled = 1
  AND NOT EXISTS (SELECT 1 FROM generators g
                  WHERE g.snapshot_id = p.snapshot_id AND g.configuration = p.configuration
                    AND g.type = p.type AND g.is_deleted = 0)
UNION ALL
SELECT g.snapshot_id, j.dn, g.type, 'no address of the site uses the generator', NULL, min(g.dn),
       j.path, 'warning', NULL
FROM judged j
JOIN generators g ON g.snapshot_id = j.snapshot_id AND g.configuration = j.configuration
WHERE j.has_proxies = 1 AND g.is_deleted = 0 AND g.type <> 'CCMAIL'
  AND NOT EXISTS (SELECT 1 FROM proxies p
                  WHERE p.snapshot_id = g.snapshot_id AND p.configuration = g.configuration
                    AND p.type = g.type)
GROUP BY g.snapshot_id, g.configuration, g.type
UNION ALL
SELECT snapshot_id, NULL, NULL, NULL, NULL, NULL, path, NULL,
       iif(has_proxies = 0, 'Gateway-Proxy of ' || dn,
           'address generators below ' || configuration)
FROM judged
WHERE has_proxies = 0 OR has_generators = 0
UNION ALL
SELECT snapshot_id, NULL, NULL, NULL, NULL, NULL, min(path), 'skipped', 'Site Addressing objects'
FROM directories d
WHERE NOT EXISTS (SELECT 1 FROM addressing a WHERE a.snapshot_id = d.snapshot_id)
GROUP BY snapshot_id
ORDER BY snapshot_id, missing, severity, subject, address_type
