-- SPDX-License-Identifier: MIT
-- id: inetinfo-dispatch
-- title: Internet Information Services do not host an Exchange service
-- severity: error
-- kb: Q277770
-- applies: 2000, 2003
-- needs: registry
-- tags: services, registry
-- param: server text = NULL   only this server
-- x-why: Inetinfo starts only what this list names: a service that it lacks stays down although its
--   own key is whole, and mail or news through it stops.
-- x-logic: On a server with the routing engine of Exchange 2000 (RESvc), DispatchEntries of
--   InetInfo\Parameters must list each of its Internet services that have a key with an ImagePath.
--   Where the key Parameters is not in the export nothing is said.
-- remedy: Add the names to DispatchEntries and restart the IIS Admin service.
WITH
  registries AS (SELECT * FROM server_registries WHERE :server IS NULL OR server = :server),
  hosted(service) AS (VALUES
    ('RESvc'), ('LDAPSVC'), ('SMTPSVC'), ('NntpSvc'), ('IMAP4Svc'), ('POP3Svc')),
  exchange AS (
    SELECT r.* FROM registries r
    WHERE EXISTS (SELECT 1 FROM services s
                  WHERE s.snapshot_id = r.snapshot_id AND s.source_id = r.source_id
                    AND s.name = 'RESvc' AND s.is_current = 1 AND trim(s.image_path) <> '')
  ),
  keys AS (
    SELECT e.*, k.key_id, k.path,
           (SELECT v.value FROM registry_values v
            WHERE v.snapshot_id = k.snapshot_id AND v.key_id = k.key_id
              AND v.name = 'DispatchEntries') AS entries
    FROM exchange e
    JOIN registry_keys k ON k.snapshot_id = e.snapshot_id AND k.source_id = e.source_id
                        AND k.path = e.services_path || '\InetInfo\Parameters'
  ),
  listed AS (
    SELECT k.snapshot_id, k.key_id, trim(j.value) COLLATE FOLD AS service
    FROM keys k, json_each(CASE WHEN json_valid(k.entries) AND k.entries LIKE '[%' THEN k.entries
                                WHEN k.entries IS NULL THEN '[]'
                                ELSE json_array(k.entries) END) j
  ),
  lacking AS (
    SELECT k.*, s.name AS service
    FROM keys k
    JOIN hosted h
    JOIN services s ON s.snapshot_id = k.snapshot_id AND s.source_id = k.source_id
                   AND s.name = h.service AND s.is_current = 1 AND trim(s.image_path) <> ''
    WHERE NOT EXISTS (SELECT 1 FROM listed l
                      WHERE l.snapshot_id = k.snapshot_id AND l.key_id = k.key_id
                        AND l.service = h.service)
  )
SELECT snapshot_id, path || '\DispatchEntries' AS subject, server,
       group_concat(service, ', ') AS lacking_services, entries AS dispatch_entries,
       registry_source, NULL AS severity, NULL AS missing
FROM lacking
GROUP BY snapshot_id, key_id
UNION ALL
SELECT e.snapshot_id, NULL, e.server, NULL, NULL, NULL,
       iif(EXISTS (SELECT 1 FROM keys k WHERE k.snapshot_id = e.snapshot_id), NULL, 'skipped'),
       'key InetInfo\Parameters of server ' || coalesce(e.server, e.registry_source)
FROM exchange e
WHERE NOT EXISTS (SELECT 1 FROM keys k
                  WHERE k.snapshot_id = e.snapshot_id AND k.source_id = e.source_id)
UNION ALL
-- Nothing tells of a server that could be judged.
SELECT n.snapshot_id, NULL, NULL, NULL, NULL, NULL, 'skipped',
       'registry of ' || coalesce('server ' || :server, 'an Exchange server')
FROM (SELECT DISTINCT snapshot_id FROM sources WHERE role = 'registry') n
WHERE NOT EXISTS (SELECT 1 FROM exchange k WHERE k.snapshot_id = n.snapshot_id)
  AND NOT EXISTS (SELECT 1 FROM server_registries x
                  WHERE x.snapshot_id = n.snapshot_id AND x.is_complete = 1
                    AND (:server IS NULL OR x.server = :server))
ORDER BY snapshot_id, missing, server, subject
