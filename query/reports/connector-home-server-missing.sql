-- SPDX-License-Identifier: MIT
-- id: connector-home-server-missing
-- title: Connector that belongs to a server which is not there
-- severity: error
-- kb: Q189286, Q196413, Q126521
-- applies: 4.0, 5.0, 5.5
-- needs: directory
-- tags: connectors, routing
-- param: server text = NULL   only references to this server
-- x-why: Nothing serves such a connector, yet routing still sends mail to it; it also keeps its
--   server from being forgotten.
-- x-logic: Home-MTA, Home-MDB, Home-Server and Computer-Name of live connectors must lead to a live
--   server of the connector's site. Gateways may name any computer in Computer-Name. A server in
--   brackets in the connector's name that is not the one of Home-MTA is a warning: renamed or
--   moved. Sites of which no server is in the directory are not judged.
-- remedy: Connectors do not move and are not renamed with a server: make the connector anew on a
--   live server, then delete the old one; before a server is removed, not after.
WITH
  live AS (
    SELECT c.* FROM connectors c
    WHERE c.is_deleted = 0 AND c.type NOT IN ('dirrep', 'newsfeed', 'freebusy', 'smtp',
                                              'routing-group')
  ),
  refs AS (
    SELECT c.snapshot_id, c.object_id, coalesce(a.attribute_x500, a.attribute) AS attribute,
           a.text AS value,
           iif(a.attribute_x500 IN ('Home-MTA', 'Home-MDB'), dn_server(a.text),
               coalesce(dn_server(a.text), trim(a.text, ' \'))) COLLATE FOLD AS server
    FROM live c
    JOIN attributes a ON a.snapshot_id = c.snapshot_id AND a.object_id = c.object_id
    WHERE coalesce(a.attribute_x500, a.attribute)
            IN ('Home-MTA', 'Home-MDB', 'Home-Server', 'Computer-Name')
      AND NOT (a.attribute_x500 = 'Computer-Name' AND c.type IN ('gateway', 'unknown'))
  ),
  sites AS (
    SELECT DISTINCT snapshot_id, site, organization FROM exchange_servers
  ),
  -- The site of the container, else of the home server; of a connector of the organization any.
  placed AS (
    SELECT c.snapshot_id, c.object_id, c.dn, c.name, c.type, c.site, c.level, c.organization,
           c.source_id,
           EXISTS (SELECT 1 FROM sites s WHERE s.snapshot_id = c.snapshot_id
                     AND ((s.site = c.site
                           AND coalesce(s.organization, c.organization) = c.organization)
                          OR c.level = 'organization' OR c.site IS NULL))
             AS is_known
    FROM live c
  ),
  broken AS (
    SELECT p.*, r.attribute, r.value, r.server
    FROM placed p
    JOIN refs r ON r.snapshot_id = p.snapshot_id AND r.object_id = p.object_id
    WHERE p.is_known = 1 AND r.server <> '' AND (:server IS NULL OR r.server = :server)
      AND NOT EXISTS (SELECT 1 FROM exchange_servers s
                      WHERE s.snapshot_id = p.snapshot_id AND s.server = r.server
                        AND ((s.site = p.site
                              AND coalesce(s.organization, p.organization) = p.organization)
                             OR p.level = 'organization' OR p.site IS NULL))
  ),
  renamed AS (
    SELECT p.*, r.value, r.server,
           -- What stands behind the last bracket.
           trim(substr(p.name, length(rtrim(p.name, replace(p.name, '(', ''))) + 1), ') ')
             COLLATE FOLD AS named_server
    FROM placed p
    JOIN refs r ON r.snapshot_id = p.snapshot_id AND r.object_id = p.object_id
               AND r.attribute = 'Home-MTA'
    WHERE p.type IN ('imc', 'msmail', 'ccmail', 'notes', 'groupwise', 'snads', 'profs')
      AND p.name LIKE '%(%)' AND p.is_known = 1
  )
SELECT b.snapshot_id AS snapshot_id, b.dn AS subject, b.name, b.type, b.site, b.attribute, b.value,
       b.server,
       CASE WHEN EXISTS (SELECT 1 FROM objects o
                         JOIN objects p ON p.snapshot_id = o.snapshot_id
                                       AND p.object_id = o.parent_id
                         WHERE o.snapshot_id = b.snapshot_id AND o.rdn = b.server
                           AND o.class_x500 = 'Computer' AND o.is_deleted = 1 AND p.rdn = 'Servers')
            THEN 'the server is deleted'
            WHEN EXISTS (SELECT 1 FROM exchange_servers s
                         WHERE s.snapshot_id = b.snapshot_id AND s.server = b.server)
            THEN 'the server stands in another site'
            ELSE 'no such server in the directory' END AS finding,
       d.path AS directory_source, 'error' AS severity, NULL AS missing
FROM broken b
LEFT JOIN sources d ON d.snapshot_id = b.snapshot_id AND d.source_id = b.source_id
UNION ALL
SELECT n.snapshot_id, n.dn, n.name, n.type, n.site, 'Home-MTA', n.value, n.server,
       'the name tells of server ' || n.named_server || ', Home-MTA of ' || n.server, d.path,
       'warning', NULL
FROM renamed n
LEFT JOIN sources d ON d.snapshot_id = n.snapshot_id AND d.source_id = n.source_id
WHERE n.named_server <> n.server AND (:server IS NULL OR n.server = :server)
UNION ALL
SELECT DISTINCT p.snapshot_id, NULL, NULL, NULL, p.site, NULL, NULL, NULL, NULL, NULL,
       iif(EXISTS (SELECT 1 FROM sites s WHERE s.snapshot_id = p.snapshot_id), NULL, 'skipped'),
       'servers of site ' || coalesce(p.site, p.organization, '(unknown)')
FROM placed p
WHERE p.is_known = 0
UNION ALL
-- A directory of which the part with the connectors was not read.
SELECT d.snapshot_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'skipped',
       'containers Connections in the directory'
FROM unread_connections d
ORDER BY snapshot_id, missing, severity, subject, attribute
