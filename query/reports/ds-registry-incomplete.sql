-- SPDX-License-Identifier: MIT
-- id: ds-registry-incomplete
-- title: Values that the directory service cannot do without are missing from its registry
-- severity: error
-- kb: Q263548
-- applies: 4.0, 5.0, 5.5
-- needs: registry
-- tags: registry, services
-- param: server text = NULL   only this server
-- x-why: The directory service does not start without these values (events 1016, 1002), and nothing
--   of Exchange starts without it.
-- x-logic: MSExchangeDS\Parameters must hold six values, none empty. Of an Exchange 4.0 server only
--   the first three are looked for, as a warning. Where the key itself is not in the export nothing
--   is said.
-- remedy: Make the values anew, with the paths of the server's own installation; the defaults stand
--   in the article.
WITH
  registries AS (SELECT * FROM server_registries WHERE :server IS NULL OR server = :server),
  mandatory(place, name) AS (VALUES
    (1, 'DSA Database file'), (2, 'Database log files path'), (3, 'DSA Working Directory'),
    (4, 'DSA Temporary file'), (5, 'DSA Hierarchy table file'), (6, 'Database logging/recovery')),
  keys AS (
    SELECT r.*, k.key_id, k.path,
           -- Builds below 1000 are Exchange 4.0.
           coalesce((SELECT max(CAST(f.value AS INTEGER)) FROM server_facts f
                     WHERE f.snapshot_id = r.snapshot_id AND f.server = r.server
                       AND f.fact = 'exchange_build'), 2000) < 1000 AS is_old
    FROM registries r
    JOIN registry_keys k ON k.snapshot_id = r.snapshot_id AND k.source_id = r.source_id
                        AND k.path = r.services_path || '\MSExchangeDS\Parameters'
  ),
  lacking AS (
    SELECT k.*, m.place, m.name
    FROM keys k
    JOIN mandatory m ON m.place <= iif(k.is_old, 3, 6)
    WHERE NOT EXISTS (SELECT 1 FROM registry_values v
                      WHERE v.snapshot_id = k.snapshot_id AND v.key_id = k.key_id
                        AND v.name = m.name AND trim(coalesce(v.value, '')) <> '')
  )
SELECT l.snapshot_id AS snapshot_id, l.path AS subject, l.server,
       group_concat(l.name, ', ') AS missing_values, l.registry_source,
       iif(l.is_old, 'warning', 'error') AS severity, NULL AS missing
FROM (SELECT * FROM lacking ORDER BY place) l
GROUP BY l.snapshot_id, l.key_id
UNION ALL
SELECT v.snapshot_id, NULL, v.server, NULL, NULL,
       iif(EXISTS (SELECT 1 FROM keys k WHERE k.snapshot_id = v.snapshot_id), NULL, 'skipped'),
       iif(EXISTS (SELECT 1 FROM registries x
                   WHERE x.snapshot_id = v.snapshot_id AND x.server = v.server),
           'key MSExchangeDS\Parameters of server ' || v.server,
           'registry of server ' || v.server)
FROM exchange_servers v
WHERE (:server IS NULL OR v.server = :server)
  AND NOT EXISTS (SELECT 1 FROM keys k
                  WHERE k.snapshot_id = v.snapshot_id AND k.server = v.server)
UNION ALL
-- Nothing tells of a server that could be judged.
SELECT n.snapshot_id, NULL, NULL, NULL, NULL, 'skipped',
       'registry of ' || coalesce('server ' || :server, 'an Exchange server')
FROM (SELECT DISTINCT snapshot_id FROM sources WHERE role = 'registry') n
WHERE NOT EXISTS (SELECT 1 FROM exchange_servers v
                  WHERE v.snapshot_id = n.snapshot_id AND (:server IS NULL OR v.server = :server))
  AND NOT EXISTS (SELECT 1 FROM keys k WHERE k.snapshot_id = n.snapshot_id)
ORDER BY snapshot_id, missing, server, subject
