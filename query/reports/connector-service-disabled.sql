-- SPDX-License-Identifier: MIT
-- id: connector-service-disabled
-- title: Connector whose NT service does not start by itself
-- severity: error
-- kb: Q182989, Q176566, Q285090
-- applies: 4.0, 5.0, 5.5, 2000, 2003
-- needs: directory, registry
-- tags: connectors, services
-- param: server text = NULL   only this server
-- x-why: Mail for the connector is queued and nothing moves it on: a disabled service cannot start
--   (error 1058), a manual one waits for somebody.
-- x-logic: The service that a live connector needs is there and has Start 4 (error) or 3 (warning),
--   or is automatic but disabled in a hardware profile (info). A missing service is another
--   report's matter.
-- remedy: Set the service to automatic, or to manual on purpose; enable it for the hardware profile
--   in force (Control Panel, Services, HW Profiles).
WITH
  live AS (
    SELECT * FROM connectors
    WHERE is_deleted = 0 AND needs_service = 1 AND service_key IS NOT NULL
      AND (:server IS NULL OR server = :server)
  ),
  needed AS (
    SELECT snapshot_id, object_id, server, service_key AS key FROM live
    UNION ALL
    SELECT snapshot_id, object_id, server, 'MSExchangeCoCo' FROM live
    WHERE service_key LIKE 'LME-%' OR service_key LIKE '%-LME-%'
  ),
  found AS (
    SELECT n.snapshot_id, n.object_id, s.name, s.start, s.start_type, s.key_path, s.source_id,
           s.disabled_in_profiles
    FROM needed n
    JOIN services s ON s.snapshot_id = n.snapshot_id AND s.server = n.server
                   AND s.name IN (n.key, n.server || '-' || n.key)
    WHERE s.is_current = 1 AND trim(s.image_path) <> ''
      AND (s.start IN (3, 4) OR s.disabled_in_profiles IS NOT NULL)
  )
SELECT c.snapshot_id AS snapshot_id, c.dn AS subject, c.name, c.type, c.server, f.name AS service,
       f.start_type, f.disabled_in_profiles,
       (SELECT min(x.value) FROM server_facts x
        WHERE x.snapshot_id = c.snapshot_id AND x.source_id = f.source_id
          AND x.fact = 'hardware_profile') AS profile_in_force,
       c.address_spaces, f.key_path, d.path AS directory_source, r.path AS registry_source,
       CASE f.start WHEN 4 THEN 'error' WHEN 3 THEN 'warning' ELSE 'info' END AS severity,
       NULL AS missing
FROM found f
JOIN connectors c ON c.snapshot_id = f.snapshot_id AND c.object_id = f.object_id
LEFT JOIN sources d ON d.snapshot_id = c.snapshot_id AND d.source_id = c.source_id
LEFT JOIN sources r ON r.snapshot_id = c.snapshot_id AND r.source_id = f.source_id
UNION ALL
SELECT DISTINCT n.snapshot_id, NULL, NULL, NULL, n.server, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
       NULL,
       iif(EXISTS (SELECT 1 FROM server_registries x WHERE x.snapshot_id = n.snapshot_id
                     AND x.is_complete = 1), NULL, 'skipped'),
       iif(EXISTS (SELECT 1 FROM server_registries x
                   WHERE x.snapshot_id = n.snapshot_id AND x.server = n.server),
           'services of server ' || n.server || ': registry export is partial',
           'registry of server ' || n.server)
FROM needed n
WHERE n.server IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM server_registries x
                  WHERE x.snapshot_id = n.snapshot_id AND x.server = n.server
                    AND x.is_complete = 1)
  AND NOT EXISTS (SELECT 1 FROM services s
                  WHERE s.snapshot_id = n.snapshot_id AND s.server = n.server
                    AND s.name IN (n.key, n.server || '-' || n.key) AND s.is_current = 1)
UNION ALL
SELECT snapshot_id, NULL, name, type, NULL, service_key, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
       NULL, 'home server of connector ' || dn
FROM live
WHERE server IS NULL
UNION ALL
-- A directory of which the part with the connectors was not read.
SELECT d.snapshot_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
       'skipped', 'containers Connections in the directory'
FROM unread_connections d
ORDER BY snapshot_id, missing, name, subject
