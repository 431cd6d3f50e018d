-- SPDX-License-Identifier: MIT
-- id: public-folder-directory-mismatch
-- title: Public folders of the store and of the directory do not agree
-- severity: warning
-- kb: Q231488, Q288420, Q152433, Q182979
-- applies: 4.0, 5.0, 5.5
-- needs: directory
-- tags: stores
-- param: server text = NULL   only public stores of this server
-- remedy: A folder without an object: add a replica, or make the object anew in raw mode. An object
--   without a folder: delete it. Run the DS/IS consistency adjuster with care only: where sites are
--   unknown it gives folders a new home and strips their permissions.
-- x-why: Mail to such a folder is returned, or permissions and replicas are set for a folder that
--   does not exist.
-- x-logic: Folders below the visible tree of a public store are paired with live Public-Folder
--   objects by name, as a store keeps no directory names. Home-MDB must name a live store of a
--   loaded site. System folders are left out; without a public store only homes are judged.
WITH
  stores AS (
    SELECT s.snapshot_id, s.source_id, s.path, coalesce(s.server, n.server) COLLATE FOLD AS server,
           EXISTS (SELECT 1 FROM import_issues i
                   WHERE i.snapshot_id = s.snapshot_id AND i.source_id = s.source_id
                     AND i.severity = 'loss') AS is_lossy
    FROM sources s
    JOIN snapshots n ON n.snapshot_id = s.snapshot_id
    WHERE s.role = 'public-store'
      AND (:server IS NULL OR coalesce(s.server, n.server) = :server COLLATE FOLD)
  ),
  objects_of_folders AS (
    SELECT o.snapshot_id, o.object_id, o.dn, o.rdn, o.source_id,
           (SELECT min(a.text) FROM attributes a
            WHERE a.snapshot_id = o.snapshot_id AND a.object_id = o.object_id
              AND a.attribute_x500 = 'Display-Name') COLLATE FOLD AS display_name,
           (SELECT min(a.text) FROM attributes a
            WHERE a.snapshot_id = o.snapshot_id AND a.object_id = o.object_id
              AND a.attribute_x500 = 'Home-MDB') COLLATE FOLD AS home
    FROM objects o
    WHERE o.class_x500 = 'Public-Folder' AND o.is_deleted = 0 AND o.is_phantom = 0
  ),
  names AS (
    SELECT snapshot_id, display_name AS name FROM objects_of_folders WHERE display_name IS NOT NULL
    UNION
    SELECT snapshot_id, rdn FROM objects_of_folders
  ),
  visible AS (
    SELECT f.snapshot_id, f.source_id, f.path, f.name, f.messages, s.path AS store_path, s.server
    FROM stores s
    JOIN folders f ON f.snapshot_id = s.snapshot_id AND f.source_id = s.source_id
    WHERE f.name IS NOT NULL
      AND (f.path LIKE '/IPM\_SUBTREE/%' ESCAPE '\' OR f.path LIKE '%/IPM\_SUBTREE/%' ESCAPE '\'
           OR f.path LIKE '/Public Folders/%' OR f.path LIKE '%/All Public Folders/%')
      AND f.path NOT LIKE '%NON\_IPM\_SUBTREE%' ESCAPE '\'
  ),
  homes AS (
    SELECT p.*, d.path, d.is_whole, d.is_lossy, dn_server(p.home) AS home_server,
           (SELECT min(o.is_deleted) FROM objects o
            WHERE o.snapshot_id = p.snapshot_id AND o.dn = p.home AND o.is_phantom = 0)
             AS home_deleted,
           EXISTS (SELECT 1 FROM containers k
                   WHERE k.snapshot_id = p.snapshot_id AND k.rdn = 'Servers' AND k.children > 0
                     AND substr(p.home, 1, length(k.dn) + 1) = k.dn || '/' COLLATE FOLD)
             AS knows_servers
    FROM objects_of_folders p
    JOIN directories d ON d.snapshot_id = p.snapshot_id AND d.source_id = p.source_id
  )
SELECT v.snapshot_id AS snapshot_id, v.path AS subject, v.server,
       'folder of the store without an object of the directory' AS finding, v.name AS folder,
       NULL AS home, d.path AS directory_source, v.store_path AS store_source, NULL AS severity,
       NULL AS missing
FROM visible v
JOIN directories d ON d.snapshot_id = v.snapshot_id AND d.is_lossy = 0
WHERE EXISTS (SELECT 1 FROM names n WHERE n.snapshot_id = v.snapshot_id)
  AND NOT EXISTS (SELECT 1 FROM names n WHERE n.snapshot_id = v.snapshot_id AND n.name = v.name)
GROUP BY v.snapshot_id, v.source_id, v.path
UNION ALL
SELECT h.snapshot_id, h.dn, h.home_server, 'object of the directory without a folder in the store',
       coalesce(h.display_name, h.rdn), h.home, h.path, s.path, NULL, NULL
FROM homes h
JOIN stores s ON s.snapshot_id = h.snapshot_id AND s.server = h.home_server AND s.is_lossy = 0
WHERE EXISTS (SELECT 1 FROM visible v
              WHERE v.snapshot_id = s.snapshot_id AND v.source_id = s.source_id)
  AND NOT EXISTS (SELECT 1 FROM folders f
                  WHERE f.snapshot_id = s.snapshot_id AND f.name = h.display_name
                    AND f.source_id = s.source_id)
  AND NOT EXISTS (SELECT 1 FROM folders f
                  WHERE f.snapshot_id = s.snapshot_id AND f.name = h.rdn
                    AND f.source_id = s.source_id)
UNION ALL
SELECT h.snapshot_id, h.dn, h.home_server,
       iif(h.home_deleted = 1, 'its home is deleted', 'its home does not exist'),
       coalesce(h.display_name, h.rdn), h.home, h.path, NULL, NULL, NULL
FROM homes h
WHERE h.home_deleted = 1
   OR (h.home_deleted IS NULL AND h.home IS NOT NULL AND h.is_lossy = 0
       AND (h.is_whole OR h.knows_servers))
UNION ALL
SELECT DISTINCT h.snapshot_id, NULL, h.home_server, NULL, NULL, NULL, h.path, NULL, NULL,
       'servers of the site of ' || h.home
FROM homes h
WHERE h.home_deleted IS NULL AND h.home IS NOT NULL AND NOT (h.is_whole OR h.knows_servers)
UNION ALL
SELECT d.snapshot_id, NULL, NULL, NULL, NULL, NULL, min(d.path), NULL,
       iif(d.snapshot_id IN (SELECT snapshot_id FROM objects_of_folders), NULL, 'skipped'),
       'public store'
FROM directories d
WHERE d.snapshot_id NOT IN (SELECT snapshot_id FROM stores)
GROUP BY d.snapshot_id
UNION ALL
SELECT s.snapshot_id, NULL, s.server, NULL, NULL, NULL, NULL, s.path, NULL,
       iif(s.is_lossy, 'some of the public store was lost', 'Public-Folder objects')
FROM stores s
WHERE s.is_lossy = 1 OR s.snapshot_id NOT IN (SELECT snapshot_id FROM objects_of_folders)
ORDER BY snapshot_id, missing, subject
