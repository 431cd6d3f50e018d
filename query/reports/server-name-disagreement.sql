-- SPDX-License-Identifier: MIT
-- id: server-name-disagreement
-- title: A registry has several names for its server
-- severity: error
-- kb: Q257252, Q126521
-- applies: 4.0, 5.0, 5.5
-- needs: registry
-- tags: registry, services
-- param: server text = NULL   only this server
-- x-why: The store looks for the directory and the message transfer agent on the computers named
--   here; after a rename, or a registry put on another computer, it does not start.
-- x-logic: This Server, DSA Computer and MTA Computer of the information store are compared with
--   each other and with the computer's name, without case; where the directory is loaded and has
--   one of the names but not the computer's, that is told. Absent values are not judged.
-- remedy: Give the computer its old name back, which is what an Exchange server needs, or write the
--   right name into the values.
WITH
  registries AS (SELECT * FROM server_registries WHERE :server IS NULL OR server = :server),
  named AS (
    SELECT r.snapshot_id, r.source_id, r.server, r.registry_source, v.name,
           v.key_path || '\' || v.name AS place, trim(v.value) COLLATE FOLD AS value
    FROM registries r
    JOIN registry_values v ON v.snapshot_id = r.snapshot_id AND v.source_id = r.source_id
                          AND v.key_path = r.services_path || '\MSExchangeIS\ParametersSystem'
                          AND v.name IN ('This Server', 'DSA Computer', 'MTA Computer')
    WHERE trim(coalesce(v.value, '')) <> ''
  ),
  -- The computer's name; where no source tells it, what the store calls its server.
  compared AS (
    SELECT n.*, coalesce((SELECT min(trim(f.value)) FROM server_facts f
                          WHERE f.snapshot_id = n.snapshot_id AND f.fact = 'computer_name'
                            AND (f.source_id = n.source_id OR f.server = n.server)),
                         (SELECT t.value FROM named t
                          WHERE t.snapshot_id = n.snapshot_id AND t.source_id = n.source_id
                            AND t.name = 'This Server'),
                         n.server) COLLATE FOLD AS computer
    FROM named n
  )
SELECT c.snapshot_id AS snapshot_id, c.place AS subject, c.server, c.value,
       c.computer AS computer_name,
       (SELECT group_concat(v.server, ', ') FROM exchange_servers v
        WHERE v.snapshot_id = c.snapshot_id AND v.server IN (c.value, c.computer))
         AS directory_servers,
       c.registry_source, NULL AS severity, NULL AS missing
FROM compared c
WHERE c.value <> c.computer
UNION ALL
SELECT v.snapshot_id, NULL, v.server, NULL, NULL, NULL, NULL,
       iif(EXISTS (SELECT 1 FROM named k WHERE k.snapshot_id = v.snapshot_id), NULL, 'skipped'),
       iif(EXISTS (SELECT 1 FROM registries x
                   WHERE x.snapshot_id = v.snapshot_id AND x.server = v.server),
           'names in MSExchangeIS\ParametersSystem of server ' || v.server,
           'registry of server ' || v.server)
FROM exchange_servers v
WHERE (:server IS NULL OR v.server = :server)
  AND NOT EXISTS (SELECT 1 FROM named k
                  WHERE k.snapshot_id = v.snapshot_id AND k.server = v.server)
UNION ALL
-- Nothing tells of a server that could be judged.
SELECT n.snapshot_id, NULL, NULL, NULL, NULL, NULL, NULL, 'skipped',
       'registry of ' || coalesce('server ' || :server, 'an Exchange server')
FROM (SELECT DISTINCT snapshot_id FROM sources WHERE role = 'registry') n
WHERE NOT EXISTS (SELECT 1 FROM exchange_servers v
                  WHERE v.snapshot_id = n.snapshot_id AND (:server IS NULL OR v.server = :server))
  AND NOT EXISTS (SELECT 1 FROM named k WHERE k.snapshot_id = n.snapshot_id)
ORDER BY snapshot_id, missing, server, subject
