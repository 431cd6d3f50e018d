-- SPDX-License-Identifier: MIT
-- id: public-store-missing
-- title: Server without a public store that something expects
-- severity: info
-- kb: Q195968, Q162384
-- applies: 4.0, 5.0, 5.5
-- needs: directory
-- tags: stores
-- param: server text = NULL   only this server
-- x-why: News feeds, the site's folders and clients homed on the server look for a public store
--   there and find none.
-- x-logic: A live server without Microsoft Public MDB that runs the news service, has a public
--   database path in its registry, is the site folder server, or is home of live public folders.
--   Private-only servers that nothing expects more of are not reported.
-- remedy: Make a public store on the server, or move the folders, the news feed or the site's
--   folders elsewhere.
WITH
  servers AS (SELECT * FROM exchange_servers WHERE :server IS NULL OR server = :server),
  without AS (
    SELECT s.* FROM servers s
    WHERE NOT EXISTS (SELECT 1 FROM objects o
                      WHERE o.snapshot_id = s.snapshot_id AND o.parent_id = s.object_id
                        AND o.rdn = 'Microsoft Public MDB' AND o.is_deleted = 0)
  ),
  expecting AS (
    SELECT w.snapshot_id, w.object_id, 'the news service runs' AS reason, r.path AS other_source
    FROM without w
    JOIN services s ON s.snapshot_id = w.snapshot_id AND s.server = w.server
                   AND s.name = 'MSExchangeINS' AND s.is_current = 1 AND trim(s.image_path) <> ''
    LEFT JOIN sources r ON r.snapshot_id = s.snapshot_id AND r.source_id = s.source_id
    UNION ALL
    SELECT w.snapshot_id, w.object_id, 'its registry has the public database ' || v.value,
           r.registry_source
    FROM without w
    JOIN server_registries r ON r.snapshot_id = w.snapshot_id AND r.server = w.server
    JOIN registry_values v ON v.snapshot_id = r.snapshot_id AND v.source_id = r.source_id
                          AND v.key_path = r.services_path || '\MSExchangeIS\ParametersPublic'
                          AND v.name = 'DB Path'
    WHERE trim(coalesce(v.value, '')) <> ''
    UNION ALL
    SELECT w.snapshot_id, w.object_id, 'it is the site folder server', w.directory_source
    FROM without w
    JOIN attributes a ON a.snapshot_id = w.snapshot_id AND a.attribute_x500 = 'Site-Folder-Server'
    WHERE dn_server(a.text) = w.server COLLATE FOLD
    UNION ALL
    SELECT w.snapshot_id, w.object_id, count(*) || ' public folders have their home on it',
           w.directory_source
    FROM without w
    JOIN objects f ON f.snapshot_id = w.snapshot_id AND f.class_x500 = 'Public-Folder'
    JOIN attributes a ON a.snapshot_id = f.snapshot_id AND a.object_id = f.object_id
                     AND a.attribute_x500 = 'Home-MDB'
    WHERE f.is_deleted = 0 AND dn_server(a.text) = w.server COLLATE FOLD
    GROUP BY w.snapshot_id, w.object_id
  )
SELECT w.snapshot_id AS snapshot_id, w.dn AS subject, w.server,
       group_concat(e.reason, '; ') AS finding, w.directory_source,
       group_concat(DISTINCT e.other_source) AS sources, 'info' AS severity, NULL AS missing
FROM without w
JOIN expecting e ON e.snapshot_id = w.snapshot_id AND e.object_id = w.object_id
GROUP BY w.snapshot_id, w.object_id
UNION ALL
SELECT w.snapshot_id, NULL, w.server, NULL, NULL, NULL, NULL, 'registry of server ' || w.server
FROM without w
WHERE NOT EXISTS (SELECT 1 FROM server_registries r
                  WHERE r.snapshot_id = w.snapshot_id AND r.server = w.server)
UNION ALL
SELECT s.snapshot_id, NULL, NULL, NULL, NULL, NULL, 'skipped', 'servers of an Exchange directory'
FROM snapshots s
WHERE EXISTS (SELECT 1 FROM sources d WHERE d.snapshot_id = s.snapshot_id AND d.role = 'directory')
  AND NOT EXISTS (SELECT 1 FROM exchange_servers v WHERE v.snapshot_id = s.snapshot_id)
ORDER BY snapshot_id, missing, subject
