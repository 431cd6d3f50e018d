-- SPDX-License-Identifier: MIT
-- id: retired-connector-still-routed
-- title: Connector out of service that still has address spaces
-- severity: error
-- kb: Q285090
-- applies: 5.0, 5.5
-- needs: directory, registry
-- tags: connectors, services, routing
-- param: server text = NULL   only this server
-- x-why: Routing goes on choosing the connector: mail collects in its queue MTS-OUT and no sender
--   gets a report of non-delivery.
-- x-logic: Live connectors with at least one address space (Routing-List) whose service is missing,
--   a key without ImagePath, disabled, manual, or disabled in the hardware profile in force. A high
--   cost of the address space makes it no less a trap.
-- remedy: Take the address spaces away first, let the queue run empty with the connector set to
--   outbound only, point the MX records elsewhere, then remove the connector.
WITH
  routed AS (
    SELECT * FROM connectors
    WHERE is_deleted = 0 AND needs_service = 1 AND service_key IS NOT NULL
      AND coalesce(address_spaces, '[]') <> '[]'
      AND (:server IS NULL OR server = :server)
  ),
  needed AS (
    SELECT snapshot_id, object_id, type, server, service_key AS key FROM routed
    UNION ALL
    SELECT snapshot_id, object_id, type, server, 'MSExchangeCoCo' FROM routed
    WHERE service_key LIKE 'LME-%' OR service_key LIKE '%-LME-%'
  ),
  covered AS (
    SELECT snapshot_id, server, min(source_id) AS source_id
    FROM services
    WHERE is_current = 1 AND name IN ('MSExchangeSA', 'EventLog')
    GROUP BY snapshot_id, server
  ),
  -- What is known of each service that a connector needs: of several keys, the one that can run.
  state AS (
    SELECT n.snapshot_id, n.object_id, n.key, n.server, s.start, s.start_type,
           max(nullif(trim(s.image_path), '')) AS image_path,
           coalesce(s.source_id, v.source_id) AS source_id, v.source_id IS NOT NULL AS is_covered,
           EXISTS (SELECT 1 FROM json_each(s.disabled_in_profiles) j, server_facts x
                   WHERE x.snapshot_id = n.snapshot_id AND x.source_id = s.source_id
                     AND x.fact = 'hardware_profile'
                     AND CAST(x.value AS INTEGER) = CAST(j.value AS INTEGER)) AS is_off_here
    FROM needed n
    -- A gateway may run on another computer than its message transfer agent.
    LEFT JOIN services s ON s.snapshot_id = n.snapshot_id
                        AND s.name IN (n.key, n.server || '-' || n.key) AND s.is_current = 1
                        AND (s.server = n.server OR n.type = 'gateway')
    LEFT JOIN covered v ON v.snapshot_id = n.snapshot_id AND v.server = n.server
    GROUP BY n.snapshot_id, n.object_id, n.key
  ),
  judged AS (
    SELECT *, CASE
        WHEN image_path IS NULL AND is_covered THEN 'service ' || key || ' is missing'
        WHEN image_path IS NULL THEN NULL
        WHEN start IN (3, 4) THEN 'service ' || key || ' is ' || start_type
        WHEN is_off_here THEN 'service ' || key || ' is disabled in the hardware profile in force'
      END AS finding
    FROM state
  )
SELECT c.snapshot_id AS snapshot_id, c.dn AS subject, c.name, c.type, c.server, c.service_key,
       group_concat(j.finding, '; ') AS finding, c.address_spaces, d.path AS directory_source,
       r.path AS registry_source, NULL AS severity, NULL AS missing
FROM judged j
JOIN connectors c ON c.snapshot_id = j.snapshot_id AND c.object_id = j.object_id
LEFT JOIN sources d ON d.snapshot_id = c.snapshot_id AND d.source_id = c.source_id
LEFT JOIN sources r ON r.snapshot_id = j.snapshot_id AND r.source_id = j.source_id
WHERE j.finding IS NOT NULL
GROUP BY c.snapshot_id, c.object_id
UNION ALL
SELECT DISTINCT s.snapshot_id, NULL, NULL, NULL, s.server, NULL, NULL, NULL, NULL, NULL,
       iif(EXISTS (SELECT 1 FROM covered x WHERE x.snapshot_id = s.snapshot_id), NULL, 'skipped'),
       iif(EXISTS (SELECT 1 FROM server_registries x
                   WHERE x.snapshot_id = s.snapshot_id AND x.server = s.server),
           'services of server ' || s.server || ': registry export is partial',
           'registry of server ' || s.server)
FROM state s
WHERE s.image_path IS NULL AND s.is_covered = 0 AND s.server IS NOT NULL
UNION ALL
SELECT snapshot_id, NULL, name, type, NULL, service_key, NULL, NULL, NULL, NULL, NULL,
       'home server of connector ' || dn
FROM routed
WHERE server IS NULL
UNION ALL
-- A directory of which the part with the connectors was not read.
SELECT d.snapshot_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'skipped',
       'containers Connections in the directory'
FROM unread_connections d
ORDER BY snapshot_id, missing, name, subject
