-- SPDX-License-Identifier: MIT
-- id: orphaned-server
-- title: Server object that nothing else speaks for
-- severity: warning
-- kb: Q189286, Q196406, Q243398
-- applies: 4.0, 5.0, 5.5
-- needs: directory
-- tags: services, replication
-- param: days integer = 30   days by which its directory object is older than its siblings'
-- remedy: Move connectors and roles to a server that exists, then delete the server with the
--   Administrator program connected to another server of the site.
-- x-why: Replication, routing and the address book keep waiting for a server that was taken away
--   without being removed from the directory.
-- x-logic: A live server of a site with several, that no Reps-From or Reps-To of the site names,
--   on which no recipient is homed, of which no registry or store is loaded and whose Microsoft
--   DSA changed long before its siblings'. All of it must hold: one sign alone proves nothing.
WITH
  servers AS (
    SELECT o.snapshot_id, o.object_id, o.dn, o.rdn AS server, o.source_id,
           dn_parent(dn_parent(o.dn)) COLLATE FOLD AS configuration,
           (SELECT max(a.changed_at) FROM objects a
            WHERE a.snapshot_id = o.snapshot_id AND a.parent_id = o.object_id
              AND a.rdn = 'Microsoft DSA' AND a.is_phantom = 0) AS changed_at
    FROM objects o
    WHERE o.class_x500 = 'Computer' AND o.is_deleted = 0 AND o.is_phantom = 0
      AND o.dn LIKE '/o=%/cn=Servers/cn=%'
  ),
  sites AS (
    SELECT snapshot_id, configuration, count(*) AS servers, max(changed_at) AS newest
    FROM servers
    GROUP BY snapshot_id, configuration
    HAVING count(*) > 1
  ),
  heads AS (
    SELECT snapshot_id, configuration, configuration AS dn FROM sites
    UNION ALL
    SELECT snapshot_id, configuration, dn_parent(configuration) FROM sites
  ),
  -- Replication links of the site and of its Configuration, with the partners they name.
  links AS (
    SELECT t.snapshot_id, t.configuration, hex(a.value) AS link,
           substr(CAST(substr(a.value, 29) AS TEXT), 1) COLLATE FOLD AS name_a,
           substr(CAST(substr(a.value, 33) AS TEXT), 1) COLLATE FOLD AS name_b,
           ',' || CAST(a.value AS TEXT) AS as_text
    FROM heads t
    CROSS JOIN objects o ON o.snapshot_id = t.snapshot_id AND o.dn = t.dn
    CROSS JOIN attributes a ON a.snapshot_id = o.snapshot_id AND a.object_id = o.object_id
    WHERE a.attribute_x500 IN ('Reps-From', 'Reps-To')
  ),
  named AS (
    SELECT DISTINCT s.snapshot_id, s.object_id, s.configuration
    FROM servers s
    JOIN links l ON l.snapshot_id = s.snapshot_id AND l.configuration = s.configuration
                AND (l.name_a = s.server OR l.name_b = s.server
                     OR l.as_text LIKE '%,' || s.server)
  ),
  lonely AS (
    SELECT s.*, t.newest
    FROM servers s
    JOIN sites t ON t.snapshot_id = s.snapshot_id AND t.configuration = s.configuration
    WHERE (s.snapshot_id, s.object_id) NOT IN (SELECT snapshot_id, object_id FROM named)
      AND julianday(t.newest) - julianday(s.changed_at) > :days
      AND NOT EXISTS (SELECT 1 FROM sources r
                      WHERE r.snapshot_id = s.snapshot_id AND r.server = s.server COLLATE FOLD)
      AND NOT EXISTS (SELECT 1 FROM services v
                      WHERE v.snapshot_id = s.snapshot_id AND v.server = s.server)
  )
SELECT l.snapshot_id AS snapshot_id, l.dn AS subject, l.server,
       'no replication link, no recipient, no backup and no recent change' AS finding,
       l.changed_at AS directory_service_changed_at, l.newest AS newest_sibling_changed_at,
       d.path AS directory_source, NULL AS severity, NULL AS missing
FROM lonely l
JOIN directories d ON d.snapshot_id = l.snapshot_id AND d.source_id = l.source_id
WHERE d.is_lossy = 0
  AND EXISTS (SELECT 1 FROM named n
              WHERE n.snapshot_id = l.snapshot_id AND n.configuration = l.configuration)
  AND NOT EXISTS (SELECT 1
                  FROM objects c
                  JOIN attributes a ON a.snapshot_id = c.snapshot_id AND c.dn = a.text
                                   AND a.attribute_x500 = iif(c.rdn = 'Microsoft MTA',
                                                              'Home-MTA', 'Home-MDB')
                  JOIN objects o ON o.snapshot_id = a.snapshot_id AND o.object_id = a.object_id
                  WHERE c.snapshot_id = l.snapshot_id AND c.parent_id = l.object_id
                    AND c.rdn IN ('Microsoft Private MDB', 'Microsoft MTA')
                    AND o.is_deleted = 0 AND o.dn NOT LIKE '%/cn=Configuration/%')
UNION ALL
SELECT l.snapshot_id, NULL, l.server, NULL, NULL, NULL, d.path, NULL,
       'replication links (Reps-From, Reps-To) of ' || l.configuration ||
         iif(d.is_lossy, ': some of the directory was lost', '')
FROM lonely l
JOIN directories d ON d.snapshot_id = l.snapshot_id AND d.source_id = l.source_id
WHERE d.is_lossy = 1 OR NOT EXISTS (SELECT 1 FROM named n
                  WHERE n.snapshot_id = l.snapshot_id AND n.configuration = l.configuration)
UNION ALL
SELECT t.snapshot_id, NULL, s.server, NULL, NULL, NULL, NULL, NULL,
       'When-Changed of the directory service of server ' || s.server
FROM sites t
JOIN servers s ON s.snapshot_id = t.snapshot_id AND s.configuration = t.configuration
WHERE s.changed_at IS NULL
UNION ALL
SELECT d.snapshot_id, NULL, NULL, NULL, NULL, NULL, min(d.path), 'skipped', 'server objects'
FROM directories d
WHERE d.snapshot_id NOT IN (SELECT snapshot_id FROM servers)
GROUP BY d.snapshot_id
ORDER BY snapshot_id, missing, subject
