-- SPDX-License-Identifier: MIT
-- id: service-dependency-broken
-- title: Exchange service that depends on a missing or disabled service
-- severity: error
-- kb: Q143380, Q274814
-- applies: 4.0, 5.0, 5.5
-- needs: registry
-- tags: services, registry
-- param: server text = NULL   only this server
-- x-why: Windows NT does not start a service one of whose dependencies is missing or disabled, nor
--   those that depend on it in turn: one key can keep the whole server down.
-- x-logic: DependOnService of the Exchange services is followed through all services of the
--   registry, all exports of the server together, to those that have no key or Start 4. Load-order
--   groups (+Name) are no services. An absent key counts only where a whole export holds its kind:
--   other services of Windows, or of Exchange. OLE and NtLmSsp, which Windows 2000 lacks, are an
--   info unless it is Windows NT 4.0, and so is a usual dependency that is not listed.
-- remedy: Restore the service or enable it, or take a name that does not exist out of
--   DependOnService.
WITH RECURSIVE
  -- Windows' own services, or those of Exchange, are part of the export.
  registries AS (
    SELECT r.*,
           r.is_complete AND EXISTS (
             SELECT 1 FROM services s
             WHERE s.snapshot_id = r.snapshot_id AND s.source_id = r.source_id
               AND s.is_current = 1 AND s.name IN ('LanmanServer', 'LanmanWorkstation', 'RpcSs')
               AND trim(s.image_path) <> '') AS has_windows,
           r.is_complete AND EXISTS (
             SELECT 1 FROM services s
             WHERE s.snapshot_id = r.snapshot_id AND s.source_id = r.source_id
               AND s.is_current = 1 AND s.name = 'MSExchangeSA') AS has_exchange
    FROM server_registries r
    WHERE :server IS NULL OR r.server = :server
  ),
  -- A server's registry may be in several exports.
  servers AS (
    SELECT snapshot_id, server, max(has_windows) AS has_windows,
           max(has_exchange) AS has_exchange
    FROM registries WHERE server IS NOT NULL GROUP BY snapshot_id, server
  ),
  covered AS (
    SELECT r.snapshot_id, r.source_id, r.server, r.registry_source,
           coalesce(v.has_windows, r.has_windows) AS has_windows,
           coalesce(v.has_exchange, r.has_exchange) AS has_exchange,
           (SELECT min(x.value) FROM server_facts x
            WHERE x.snapshot_id = r.snapshot_id AND x.server = r.server
              AND x.fact = 'product_version') AS windows_version
    FROM registries r
    LEFT JOIN servers v ON v.snapshot_id = r.snapshot_id AND v.server = r.server
  ),
  current AS (
    SELECT snapshot_id, source_id, server, name COLLATE FOLD AS name, start, depends_on, key_path,
           image_path
    FROM services
    WHERE is_current = 1 AND (:server IS NULL OR server = :server)
  ),
  exchange AS (
    SELECT * FROM current
    WHERE (name LIKE 'MSExchange%' OR name LIKE 'LME-%' OR name LIKE '%-LME-%')
      AND trim(image_path) <> ''
  ),
  chains AS (
    SELECT e.snapshot_id, e.source_id, e.server, e.name, e.key_path, j.value COLLATE FOLD AS needs,
           e.name || ' > ' || j.value AS chain, 1 AS depth
    FROM exchange e, json_each(e.depends_on) j
    WHERE j.value NOT LIKE '+%' AND trim(j.value) <> ''
    UNION
    SELECT c.snapshot_id, c.source_id, c.server, c.name, c.key_path, j.value,
           c.chain || ' > ' || j.value, c.depth + 1
    FROM chains c
    JOIN services s ON s.snapshot_id = c.snapshot_id AND s.name = c.needs AND s.is_current = 1
                   AND (s.source_id = c.source_id OR s.server = c.server)
    JOIN json_each(s.depends_on) j
    WHERE c.depth < 16 AND coalesce(s.start, 0) <> 4 AND j.value NOT LIKE '+%'
      AND trim(j.value) <> ''
  ),
  -- The shortest way to each service.
  needed AS (
    SELECT snapshot_id, source_id, server, name, key_path, needs, min(depth) AS depth, chain
    FROM chains GROUP BY snapshot_id, source_id, key_path, needs
  ),
  states AS (
    SELECT n.*, coalesce(s.start, max(o.start)) AS start,
           coalesce(s.name, max(o.name)) IS NOT NULL AS is_there
    FROM needed n
    LEFT JOIN services s ON s.snapshot_id = n.snapshot_id AND s.source_id = n.source_id
                        AND s.name = n.needs AND s.is_current = 1
    LEFT JOIN services o ON s.name IS NULL AND o.snapshot_id = n.snapshot_id
                        AND o.server = n.server AND o.name = n.needs AND o.is_current = 1
    GROUP BY n.snapshot_id, n.source_id, n.key_path, n.needs
  ),
  usual(name, needs) AS (VALUES
    ('MSExchangeDS', 'MSExchangeSA'), ('MSExchangeIS', 'MSExchangeDS'),
    ('MSExchangeMTA', 'MSExchangeDS'), ('MSExchangeDX', 'MSExchangeMTA'),
    ('MSExchangeIMC', 'MSExchangeIS'), ('MSExchangeIMC', 'MSExchangeMTA'),
    ('MSExchangeMSMI', 'MSExchangeDS'), ('MSExchangeKMS', 'MSExchangeDS'),
    ('MSExchangeES', 'MSExchangeIS'), ('MSExchangeSA', 'EventLog'))
SELECT t.snapshot_id AS snapshot_id, t.key_path AS subject, t.server, t.name AS service,
       t.needs AS dependency,
       iif(t.is_there, 'the service it depends on is disabled',
           'the service it depends on has no key') AS finding,
       t.chain, v.registry_source,
       CASE WHEN t.is_there = 0 AND t.needs IN ('OLE', 'NtLmSsp')
                 AND coalesce(v.windows_version, '') NOT LIKE '4%'
            THEN 'info' ELSE 'error' END AS severity, NULL AS missing
FROM states t
CROSS JOIN covered v ON v.snapshot_id = t.snapshot_id AND v.source_id = t.source_id
WHERE t.start = 4
   OR (t.is_there = 0 AND iif(t.needs LIKE 'MSExchange%' OR t.needs LIKE '%LME-%', v.has_exchange,
                              v.has_windows))
UNION ALL
SELECT e.snapshot_id, e.key_path, e.server, e.name, u.needs,
       'does not depend on it, as this service usually does', e.depends_on, v.registry_source,
       'info', NULL
FROM usual u
JOIN exchange e ON e.name = u.name
JOIN covered v ON v.snapshot_id = e.snapshot_id AND v.source_id = e.source_id
WHERE NOT EXISTS (SELECT 1 FROM json_each(e.depends_on) j WHERE j.value = u.needs COLLATE FOLD)
UNION ALL
-- Dependencies of which the export cannot tell.
SELECT v.snapshot_id, NULL, v.server, NULL, NULL, NULL, NULL, v.registry_source, NULL,
       iif(v.has_windows, 'Exchange services', 'services of Windows') || ' of server ' ||
         coalesce(v.server, v.registry_source) || ': registry export is partial'
FROM covered v
WHERE (v.has_windows = 0 OR v.has_exchange = 0)
  AND EXISTS (SELECT 1 FROM states t
              WHERE t.snapshot_id = v.snapshot_id AND t.source_id = v.source_id AND t.is_there = 0
                AND NOT iif(t.needs LIKE 'MSExchange%' OR t.needs LIKE '%LME-%', v.has_exchange,
                            v.has_windows))
UNION ALL
SELECT v.snapshot_id, NULL, v.server, NULL, NULL, NULL, NULL, NULL,
       iif(EXISTS (SELECT 1 FROM exchange e WHERE e.snapshot_id = v.snapshot_id), NULL, 'skipped'),
       'registry of server ' || v.server
FROM exchange_servers v
WHERE (:server IS NULL OR v.server = :server)
  AND NOT EXISTS (SELECT 1 FROM exchange e
                  WHERE e.snapshot_id = v.snapshot_id AND e.server = v.server)
UNION ALL
-- Nothing tells of a server that could be judged.
SELECT n.snapshot_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'skipped',
       'registry of ' || coalesce('server ' || :server, 'an Exchange server')
FROM (SELECT DISTINCT snapshot_id FROM sources WHERE role = 'registry') n
WHERE NOT EXISTS (SELECT 1 FROM exchange_servers v
                  WHERE v.snapshot_id = n.snapshot_id AND (:server IS NULL OR v.server = :server))
  AND NOT EXISTS (SELECT 1 FROM exchange k WHERE k.snapshot_id = n.snapshot_id)
ORDER BY snapshot_id, missing, severity, server, subject, dependency
