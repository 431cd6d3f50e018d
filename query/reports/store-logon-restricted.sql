-- SPDX-License-Identifier: MIT
-- id: store-logon-restricted
-- title: "Logon Only As" keeps connectors or everyone out of the information store
-- severity: error
-- kb: Q146764, Q306308
-- applies: 4.0, 5.0, 5.5
-- needs: registry
-- tags: stores, registry, connectors
-- param: server text = NULL   only this server
-- x-why: With the value set nobody but those listed can log on to the store; connectors that are
--   not listed do not start and their mail waits.
-- x-logic: The list is read as names, compared without case, and set beside the connectors homed on
--   the server and the live objects of the directory.
-- remedy: Delete the value, or add the connector's name to it, and restart the information store
--   and the connector. The value is a lock for maintenance; while it stands the Internet Mail
--   connector does not start (events 4018, 4116).
WITH
  registries AS (SELECT * FROM server_registries WHERE :server IS NULL OR server = :server),
  -- The store's parameters in the control set in force, which may be all that was exported.
  stores AS (
    SELECT r.snapshot_id, r.server, r.source_id,
           r.services_path || '\MSExchangeIS\ParametersSystem' AS path
    FROM registries r
    WHERE EXISTS (SELECT 1 FROM registry_keys k
                  WHERE k.snapshot_id = r.snapshot_id AND k.source_id = r.source_id
                    AND k.path IN (r.services_path || '\MSExchangeIS',
                                   r.services_path || '\MSExchangeIS\ParametersSystem'))
  ),
  locked AS (
    SELECT s.snapshot_id, s.server, s.source_id, s.path || '\Logon Only As' AS place,
           iif(json_valid(v.value) AND v.value LIKE '[%', v.value,
               iif(trim(coalesce(v.value, '')) = '', '[]', json_array(v.value))) AS list
    FROM stores s
    JOIN registry_values v ON v.snapshot_id = s.snapshot_id AND v.source_id = s.source_id
                          AND v.key_path = s.path AND v.name = 'Logon Only As' COLLATE FOLD
  ),
  -- A name once, as it stands first.
  listed AS (
    SELECT l.snapshot_id, l.server, l.source_id, l.place, l.list, trim(j.value) AS dn,
           min(j.key) AS line
    FROM locked l, json_each(l.list) j
    WHERE trim(j.value) <> ''
    GROUP BY l.snapshot_id, l.source_id, l.place, fold(trim(j.value))
  ),
  -- Connectors that log on to the store; one row for all its containers.
  gateways AS (
    SELECT c.snapshot_id, c.server, c.type, c.name,
           coalesce(max(iif(c.level = 'configuration', c.dn, NULL)), min(c.dn)) AS dn,
           max(EXISTS (SELECT 1 FROM listed x
                       WHERE x.snapshot_id = c.snapshot_id AND x.server = c.server
                         AND dn_equal(x.dn, c.dn))) AS is_listed
    FROM connectors c
    WHERE c.is_deleted = 0
      AND c.type IN ('imc', 'ccmail', 'notes', 'groupwise', 'snads', 'profs', 'gateway')
    GROUP BY c.snapshot_id, c.server, c.type, c.name
  ),
  directory_paths AS (
    SELECT snapshot_id, min(path) AS path FROM directories GROUP BY snapshot_id
  ),
  found AS (
    SELECT l.snapshot_id, l.place AS subject, l.server, l.source_id, l.list,
           'the list is empty: nobody can log on' AS finding, 'error' AS severity
    FROM locked l
    WHERE NOT EXISTS (SELECT 1 FROM listed x
                      WHERE x.snapshot_id = l.snapshot_id AND x.place = l.place
                        AND x.source_id = l.source_id)
    UNION ALL
    SELECT g.snapshot_id, g.dn, l.server, l.source_id, l.list,
           'the connector is not in the list: it cannot log on', 'error'
    FROM gateways g
    JOIN locked l ON l.snapshot_id = g.snapshot_id AND l.server = g.server
    WHERE g.is_listed = 0
    UNION ALL
    SELECT x.snapshot_id, x.dn, x.server, x.source_id, x.list,
           'the name in the list is no live object of the directory', 'warning'
    FROM listed x
    JOIN directory_paths d ON d.snapshot_id = x.snapshot_id
    WHERE NOT EXISTS (SELECT 1 FROM objects o
                      WHERE o.snapshot_id = x.snapshot_id AND o.rdn = trim(dn_rdn(x.dn))
                        AND dn_equal(o.dn, x.dn) AND o.is_deleted = 0 AND o.is_phantom = 0)
    UNION ALL
    SELECT snapshot_id, place, server, source_id, list,
           'a lock for maintenance is left on', 'info'
    FROM locked
  ),
  servers AS (
    SELECT o.snapshot_id, o.rdn AS server
    FROM objects o
    JOIN objects p ON p.snapshot_id = o.snapshot_id AND p.object_id = o.parent_id
    WHERE o.class_x500 = 'Computer' AND o.is_deleted = 0 AND p.rdn = 'Servers'
      AND (:server IS NULL OR o.rdn = :server)
  )
SELECT f.snapshot_id AS snapshot_id, f.subject AS subject, f.server, f.finding, f.list AS logon_only_as,
       r.path AS registry_source, d.path AS directory_source, f.severity, NULL AS missing
FROM found f
LEFT JOIN sources r ON r.snapshot_id = f.snapshot_id AND r.source_id = f.source_id
LEFT JOIN directory_paths d ON d.snapshot_id = f.snapshot_id
UNION ALL
SELECT v.snapshot_id, NULL, v.server, NULL, NULL, NULL, NULL,
       iif(EXISTS (SELECT 1 FROM stores x WHERE x.snapshot_id = v.snapshot_id), NULL, 'skipped'),
       'registry of server ' || v.server ||
         iif(EXISTS (SELECT 1 FROM registries x
                     WHERE x.snapshot_id = v.snapshot_id AND x.server = v.server),
             ': it does not hold the key MSExchangeIS', '')
FROM servers v
WHERE NOT EXISTS (SELECT 1 FROM stores s
                  WHERE s.snapshot_id = v.snapshot_id AND s.server = v.server)
UNION ALL
SELECT s.snapshot_id, NULL, s.server, NULL, NULL, NULL, NULL,
       iif(EXISTS (SELECT 1 FROM stores x
                   JOIN registry_keys k ON k.snapshot_id = x.snapshot_id
                                       AND k.source_id = x.source_id AND k.path = x.path
                   WHERE x.snapshot_id = s.snapshot_id), NULL, 'skipped'),
       'key ' || s.path || ': not in the registry of ' ||
         coalesce('server ' || s.server, 'an unknown server')
FROM stores s
WHERE NOT EXISTS (SELECT 1 FROM registry_keys k
                  WHERE k.snapshot_id = s.snapshot_id AND k.source_id = s.source_id
                    AND k.path = s.path)
UNION ALL
SELECT DISTINCT l.snapshot_id, NULL, l.server, NULL, NULL, NULL, NULL, NULL,
       'directory database: connectors and listed names are not judged'
FROM locked l
WHERE l.snapshot_id NOT IN (SELECT snapshot_id FROM directory_paths)
UNION ALL
-- Nothing tells of a server that could be judged.
SELECT n.snapshot_id, NULL, NULL, NULL, NULL, NULL, NULL, 'skipped',
       'registry of ' || coalesce('server ' || :server, 'an Exchange server')
FROM (SELECT DISTINCT snapshot_id FROM sources WHERE role = 'registry') n
WHERE NOT EXISTS (SELECT 1 FROM servers v
                  WHERE v.snapshot_id = n.snapshot_id AND (:server IS NULL OR v.server = :server))
  AND NOT EXISTS (SELECT 1 FROM stores k WHERE k.snapshot_id = n.snapshot_id)
ORDER BY snapshot_id, missing, severity, subject
