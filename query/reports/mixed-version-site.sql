-- SPDX-License-Identifier: MIT
-- id: mixed-version-site
-- title: Servers of one site run different versions of Exchange
-- severity: error
-- kb: Q183320, Q202424, Q185842, Q174728
-- applies: 4.0, 5.0, 5.5
-- needs: directory
-- tags: versions, services
-- remedy: Bring the servers to the same version, or run the Administrator program of each version
--   once against each older server, so that extensions and address generators are copied there.
-- x-why: Address generators and extensions of one version may not be on the servers of another:
--   recipients made there get no addresses, or their pages do not open.
-- x-logic: The build in the registry of each server and version attributes of its directory object
--   are compared within the site. Different versions alone are a hint; an error where the site also
--   lacks an extension that its objects name (addin-extension-missing).
WITH
  servers AS (
    SELECT o.snapshot_id, o.object_id, o.rdn AS server, o.source_id,
           dn_parent(dn_parent(o.dn)) COLLATE FOLD AS configuration
    FROM objects o
    WHERE o.class_x500 = 'Computer' AND o.is_deleted = 0 AND o.is_phantom = 0
      AND o.dn LIKE '/o=%/cn=Servers/cn=%'
  ),
  facts AS (
    SELECT v.snapshot_id, v.configuration, v.server, 'registry: ' || f.fact AS witness,
           f.value AS version, f.source_id AS fact_source_id
    FROM servers v
    JOIN server_facts f ON f.snapshot_id = v.snapshot_id AND f.server = v.server
    WHERE f.fact IN ('exchange_build', 'exchange_service_pack_build') AND f.value IS NOT NULL
    UNION ALL
    SELECT v.snapshot_id, v.configuration, v.server,
           'directory: ' || coalesce(a.attribute_x500, a.attribute), coalesce(a.text, hex(a.value)),
           v.source_id
    FROM servers v
    JOIN attributes a ON a.snapshot_id = v.snapshot_id AND a.object_id = v.object_id
    WHERE (a.attribute LIKE '%version%' OR a.attribute LIKE 'serial%')
      AND coalesce(a.attribute_x500, a.attribute)
          NOT IN ('Object-Version', 'Replicated-Object-Version', 'Schema-Version')
  ),
  mixed AS (
    SELECT snapshot_id, configuration, witness, count(DISTINCT version) AS versions,
           group_concat(DISTINCT version) AS list,
           group_concat(server || '=' || version, ', ') AS detail,
           min(fact_source_id) AS fact_source_id
    FROM facts
    GROUP BY snapshot_id, configuration, witness
    HAVING count(DISTINCT version) > 1
  ),
  -- Extensions that the site has, and those that its objects name.
  extensions AS (
    SELECT o.snapshot_id, dn_parent(dn_parent(o.dn)) COLLATE FOLD AS configuration,
           coalesce(a.text, substr(o.rdn, 1, instr(o.rdn || ':', ':') - 1)) COLLATE FOLD AS name
    FROM objects o
    LEFT JOIN attributes a ON a.snapshot_id = o.snapshot_id AND a.object_id = o.object_id
                          AND a.attribute_x500 = 'Extension-Name'
    WHERE o.class_x500 = 'Admin-Extension' AND o.is_deleted = 0 AND o.is_phantom = 0
  ),
  lacking AS (
    SELECT DISTINCT m.snapshot_id, m.configuration
    FROM mixed m
    JOIN attributes a ON a.snapshot_id = m.snapshot_id AND a.attribute_x500 = 'Extension-Name'
    JOIN objects o ON o.snapshot_id = a.snapshot_id AND o.object_id = a.object_id
    WHERE o.is_deleted = 0 AND o.class_x500 IS NOT 'Admin-Extension'
      AND substr(o.dn, 1, length(dn_parent(m.configuration)) + 1)
          = dn_parent(m.configuration) || '/' COLLATE FOLD
      AND EXISTS (SELECT 1 FROM extensions x
                  WHERE x.snapshot_id = m.snapshot_id AND x.configuration = m.configuration)
      AND NOT EXISTS (SELECT 1 FROM extensions x
                      WHERE x.snapshot_id = m.snapshot_id AND x.configuration = m.configuration
                        AND x.name = trim(a.text))
  )
SELECT m.snapshot_id AS snapshot_id, dn_parent(m.configuration) AS subject,
       m.witness, m.list AS versions, m.detail AS servers,
       iif((m.snapshot_id, m.configuration) IN (SELECT snapshot_id, configuration FROM lacking),
           'different versions, and an extension is missing', 'different versions') AS finding,
       s.path AS first_source,
       iif((m.snapshot_id, m.configuration) IN (SELECT snapshot_id, configuration FROM lacking),
           'error', 'info') AS severity,
       NULL AS missing
FROM mixed m
LEFT JOIN sources s ON s.snapshot_id = m.snapshot_id AND s.source_id = m.fact_source_id
UNION ALL
SELECT v.snapshot_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
       'version of server ' || v.server
FROM servers v
WHERE NOT EXISTS (SELECT 1 FROM facts f
                  WHERE f.snapshot_id = v.snapshot_id AND f.configuration = v.configuration
                    AND f.server = v.server)
  AND EXISTS (SELECT 1 FROM servers o
              WHERE o.snapshot_id = v.snapshot_id AND o.configuration = v.configuration
                AND o.object_id <> v.object_id)
UNION ALL
SELECT s.snapshot_id, NULL, NULL, NULL, NULL, NULL, min(s.path), 'skipped', 'server objects'
FROM sources s
WHERE s.role = 'directory' AND s.snapshot_id NOT IN (SELECT snapshot_id FROM servers)
GROUP BY s.snapshot_id
ORDER BY snapshot_id, missing, severity, subject, witness
