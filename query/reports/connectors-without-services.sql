-- SPDX-License-Identifier: MIT
-- id: connectors-without-services
-- title: Connector present in the directory, its NT service missing from the registry
-- severity: error
-- kb: Q188632, Q185061
-- applies: 4.0, 5.0, 5.5, 2000, 2003, 2007, 2010, 2013, 2016, 2019
-- needs: directory, registry
-- tags: connectors, services
-- param: server text = NULL   only this server
-- x-why: The connector still takes part in routing, so mail is sent to it, but no service moves
--   that mail on: it waits in the queue and nobody is told.
-- x-logic: The service key of each live connector is looked for in its server's control set; a key
--   without ImagePath counts as missing. Connectors that the message transfer agent or the
--   directory run need no key, and an export that does not hold the core services proves no
--   absence.
-- remedy: Delete the connector from every Connections container it stands in (organization, site
--   and Configuration), then run the Internet Mail wizard, or the connector's own setup, so that
--   object and service are made together. If the Administrator program refuses, delete the object
--   in raw mode (Q249904). From Exchange 2000 on: install the transport service of the server
--   (SMTP service of Windows in 2000 and 2003), or give the connector another source server.
WITH
  -- Registries complete enough to prove that a key is absent, and where their services stand.
  covered AS (
    SELECT snapshot_id, server, min(source_id) AS source_id,
           substr(key_path, 1, length(key_path) - length(name)) AS services_path
    FROM services
    WHERE is_current = 1 AND name IN ('MSExchangeSA', 'EventLog')
    GROUP BY snapshot_id, server
  ),
  live AS (
    SELECT * FROM connectors
    WHERE is_deleted = 0 AND needs_service = 1 AND (:server IS NULL OR server = :server)
  ),
  -- The keys a connector needs; the LME connectors need the connectivity controller as well.
  -- Their keys are also found with the server's name in front (Q196305).
  needed AS (
    SELECT snapshot_id, object_id, server, service_key AS key FROM live
    WHERE service_key IS NOT NULL
    UNION ALL
    SELECT snapshot_id, object_id, server, 'MSExchangeCoCo' FROM live
    WHERE service_key LIKE 'LME-%' OR service_key LIKE '%-LME-%'
  ),
  lacking AS (
    SELECT n.snapshot_id, n.object_id, v.source_id AS registry_source_id,
           group_concat('no ' || v.services_path || n.key || iif(
             EXISTS (SELECT 1 FROM services s
                     WHERE s.snapshot_id = n.snapshot_id AND s.server = n.server
                       AND s.name IN (n.key, n.server || '-' || n.key) AND s.is_current = 1),
             ' with an ImagePath (stub)', ''), '; ') AS detail
    FROM needed n
    JOIN covered v ON v.snapshot_id = n.snapshot_id AND v.server = n.server
    WHERE NOT EXISTS (SELECT 1 FROM services s
                      WHERE s.snapshot_id = n.snapshot_id AND s.server = n.server
                        AND s.name IN (n.key, n.server || '-' || n.key)
                        AND s.is_current = 1 AND trim(s.image_path) <> '')
      -- A gateway may run on another computer than its message transfer agent.
      AND NOT EXISTS (SELECT 1 FROM services s
                      WHERE s.snapshot_id = n.snapshot_id AND s.name = n.key
                        AND s.is_current = 1 AND trim(s.image_path) <> ''
                        AND EXISTS (SELECT 1 FROM connectors g
                                    WHERE g.snapshot_id = n.snapshot_id
                                      AND g.object_id = n.object_id AND g.type = 'gateway'))
    GROUP BY n.snapshot_id, n.object_id
  ),
  -- Servers whose services matter: those the directory knows, and the connectors' own.
  servers AS (
    SELECT o.snapshot_id, o.rdn AS server
    FROM objects o
    JOIN objects p ON p.snapshot_id = o.snapshot_id AND p.object_id = o.parent_id
    WHERE o.class_x500 = 'Computer' AND o.is_deleted = 0 AND p.rdn = 'Servers'
      AND (:server IS NULL OR o.rdn = :server)
    UNION
    SELECT snapshot_id, server FROM live WHERE server IS NOT NULL
  ),
  loaded AS (
    SELECT snapshot_id, server FROM services
    UNION
    SELECT snapshot_id, server FROM sources WHERE role = 'registry' AND server IS NOT NULL
  )
SELECT c.snapshot_id, c.dn AS subject, c.name, c.type, c.level, c.organization, c.site, c.server,
       c.service_key, c.join_rule, l.detail,
       d.path AS directory_source, r.path AS registry_source, NULL AS severity, NULL AS missing
FROM lacking l
JOIN connectors c ON c.snapshot_id = l.snapshot_id AND c.object_id = l.object_id
LEFT JOIN sources d ON d.snapshot_id = c.snapshot_id AND d.source_id = c.source_id
LEFT JOIN sources r ON r.snapshot_id = c.snapshot_id AND r.source_id = l.registry_source_id
UNION ALL
SELECT s.snapshot_id, NULL, NULL, NULL, NULL, NULL, NULL, s.server, NULL, NULL, NULL, NULL, NULL,
       iif(EXISTS (SELECT 1 FROM covered x WHERE x.snapshot_id = s.snapshot_id), NULL, 'skipped'),
       iif(EXISTS (SELECT 1 FROM loaded x
                   WHERE x.snapshot_id = s.snapshot_id AND x.server = s.server),
           'services of server ' || s.server || ': registry export is partial',
           'registry of server ' || s.server)
FROM servers s
WHERE NOT EXISTS (SELECT 1 FROM covered v
                  WHERE v.snapshot_id = s.snapshot_id AND v.server = s.server)
UNION ALL
SELECT snapshot_id, dn, name, type, level, organization, site, NULL, service_key, join_rule, NULL,
       NULL, NULL, NULL, 'home server of connector ' || dn
FROM live
WHERE server IS NULL
UNION ALL
-- A directory of which the part with the connectors was not read.
SELECT d.snapshot_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
       'skipped', 'containers Connections in the directory'
FROM unread_connections d
ORDER BY snapshot_id, missing, name, subject
