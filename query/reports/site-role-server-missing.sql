-- SPDX-License-Identifier: MIT
-- id: site-role-server-missing
-- title: Role of a site is held by a server that does not exist
-- severity: error
-- kb: Q152960
-- applies: 4.0, 5.0, 5.5
-- needs: directory
-- tags: routing, services
-- remedy: Choose a live server: routing calculation on Site Addressing, the offline address book on
--   DS Site Configuration, expansion server on the distribution list; the site folders in raw
--   mode on Information Store Site Configuration (Site-Folder-Server). Then wait some hours.
-- x-why: Routing is no longer calculated, free/busy data and the offline address book have no home,
--   or lists are not expanded, though every server that is left runs well.
-- x-logic: Site-Folder-Server, Rid-Server and Off-Line-AB-Server of live objects, and Home-MTA of
--   distribution lists, must name something live below a live server; the first three in the same
--   site. A role that is not set is not reported, nor a name whose servers are not loaded.
WITH
  servers AS (
    SELECT o.snapshot_id, o.object_id, o.dn, o.rdn AS server,
           dn_parent(o.dn) COLLATE FOLD AS servers_dn,
           dn_parent(dn_parent(o.dn)) COLLATE FOLD AS configuration
    FROM objects o
    WHERE o.class_x500 = 'Computer' AND o.is_deleted = 0 AND o.is_phantom = 0
      AND o.dn LIKE '/o=%/cn=Servers/cn=%'
  ),
  -- A name whose object a database does not have is there by its number only.
  held AS (
    SELECT snapshot_id, object_id, 'Site-Folder-Server' AS role,
           coalesce(text, 'object number ' || value) AS target
    FROM attributes WHERE attribute_x500 = 'Site-Folder-Server'
    UNION ALL
    SELECT snapshot_id, object_id, 'Rid-Server', coalesce(text, 'object number ' || value)
    FROM attributes WHERE attribute_x500 = 'Rid-Server'
    UNION ALL
    SELECT snapshot_id, object_id, 'Off-Line-AB-Server', coalesce(text, 'object number ' || value)
    FROM attributes WHERE attribute_x500 = 'Off-Line-AB-Server'
  ),
  roles AS (
    SELECT o.snapshot_id, o.dn, o.source_id, h.role, h.target
    FROM held h
    CROSS JOIN objects o ON o.snapshot_id = h.snapshot_id AND o.object_id = h.object_id
    WHERE o.is_deleted = 0 AND o.is_phantom = 0
    UNION ALL
    SELECT o.snapshot_id, o.dn, o.source_id, 'Home-MTA',
           coalesce(a.text, 'object number ' || a.value)
    FROM objects o
    JOIN attributes a ON a.snapshot_id = o.snapshot_id AND a.object_id = o.object_id
                     AND a.attribute_x500 = 'Home-MTA'
    WHERE (o.class = 'Distribution-List' OR o.class = 'groupOfNames')
      AND o.is_deleted = 0 AND o.is_phantom = 0
  ),
  states AS (
    SELECT r.*, d.path, d.is_whole, d.is_lossy, dn_server(r.target) AS target_server,
           (SELECT s.object_id FROM servers s
            WHERE s.snapshot_id = r.snapshot_id AND s.server = dn_server(r.target)
              AND substr(r.target || '/', 1, length(s.dn) + 1) = s.dn || '/' COLLATE FOLD)
             AS server_id,
           (SELECT s.configuration FROM servers s
            WHERE s.snapshot_id = r.snapshot_id AND s.server = dn_server(r.target)
              AND substr(r.target || '/', 1, length(s.dn) + 1) = s.dn || '/' COLLATE FOLD)
             COLLATE FOLD AS configuration,
           EXISTS (SELECT 1 FROM objects o
                   WHERE o.snapshot_id = r.snapshot_id AND o.rdn = dn_server(r.target)
                     AND o.is_deleted = 1 AND o.is_phantom = 0
                     AND substr(r.target || '/', 1, length(o.dn) + 1)
                         = o.dn || '/' COLLATE FOLD) AS server_deleted,
           (SELECT min(o.is_deleted) FROM objects o
            WHERE o.snapshot_id = r.snapshot_id AND o.dn = r.target AND o.is_phantom = 0)
             AS target_deleted
    FROM roles r
    JOIN directories d ON d.snapshot_id = r.snapshot_id AND d.source_id = r.source_id
    WHERE r.target LIKE '/o=%' OR r.target LIKE 'object number %'
  ),
  judged AS (
    SELECT s.*,
           CASE WHEN server_id IS NOT NULL AND role <> 'Home-MTA'
                     AND dn_parent(dn) LIKE '%/cn=Configuration'
                     AND configuration <> dn_parent(dn) COLLATE FOLD
                THEN 'the server belongs to another site'
                WHEN server_id IS NULL AND server_deleted THEN 'the server is deleted'
                WHEN target_deleted = 0 THEN NULL
                WHEN target_deleted = 1 THEN 'what it names on the server is deleted'
                WHEN is_lossy THEN NULL
                WHEN server_id IS NULL AND (is_whole OR EXISTS (
                  SELECT 1 FROM servers x
                  WHERE x.snapshot_id = s.snapshot_id
                    AND substr(s.target, 1, length(x.servers_dn) + 1)
                        = x.servers_dn || '/' COLLATE FOLD))
                THEN 'there is no such server'
                WHEN server_id IS NOT NULL AND (is_whole OR EXISTS (
                  SELECT 1 FROM objects o
                  WHERE o.snapshot_id = s.snapshot_id AND o.parent_id = s.server_id))
                THEN 'the server has nothing of that name' END AS finding
    FROM states s
  )
SELECT j.snapshot_id AS snapshot_id, j.dn AS subject, j.role, j.finding, j.target AS named,
       j.target_server AS server, j.path AS directory_source, NULL AS severity, NULL AS missing
FROM judged j
WHERE j.finding IS NOT NULL
UNION ALL
SELECT j.snapshot_id, NULL, j.role, NULL, j.target, j.target_server, j.path, NULL,
       'objects of server ' || coalesce(j.target_server, j.target) ||
         iif(j.is_lossy, ': some of the directory was lost', '')
FROM judged j
WHERE j.finding IS NULL AND j.target_deleted IS NULL
UNION ALL
SELECT d.snapshot_id, NULL, NULL, NULL, NULL, NULL, min(d.path),
       iif(d.snapshot_id IN (SELECT snapshot_id FROM roles), NULL, 'skipped'),
       'roles of the sites (Site-Folder-Server, Rid-Server, Off-Line-AB-Server)'
FROM directories d
WHERE d.snapshot_id NOT IN (SELECT snapshot_id FROM roles WHERE role <> 'Home-MTA')
GROUP BY d.snapshot_id
ORDER BY snapshot_id, missing, subject, role
