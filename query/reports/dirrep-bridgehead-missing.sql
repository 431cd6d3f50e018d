-- SPDX-License-Identifier: MIT
-- id: dirrep-bridgehead-missing
-- title: Bridgehead server of a directory replication connector is gone
-- severity: error
-- kb: Q189286, Q254188
-- applies: 4.0, 5.0, 5.5
-- needs: directory
-- tags: replication, connectors
-- remedy: Choose a live server as bridgehead on the connector in both sites, then run the knowledge
--   consistency check.
-- x-why: Requests for changes are sent to a server that does not answer, or are asked for by
--   nobody: the sites no longer replicate.
-- x-logic: Local-Bridge-Head must be a live server of the connector's own site, Remote-Bridge-Head
--   one of the remote site; every other name of a server in the connector must be live too. A
--   site whose servers are not loaded is not judged.
WITH
  ends AS (
    SELECT c.snapshot_id, c.object_id, c.dn, d.path, d.is_lossy,
           dn_parent(dn_parent(dn_parent(c.dn))) COLLATE FOLD AS site_dn,
           (SELECT min(a.text) FROM attributes a
            WHERE a.snapshot_id = c.snapshot_id AND a.object_id = c.object_id
              AND a.attribute_x500 = 'Remote-Site') COLLATE FOLD AS remote_dn
    FROM connectors c
    JOIN directories d ON d.snapshot_id = c.snapshot_id AND d.source_id = c.source_id
    WHERE c.type = 'dirrep' AND c.is_deleted = 0 AND c.dn LIKE '/o=%'
  ),
  -- The servers that a connector names, by name or by the name of something below them.
  named AS (
    SELECT e.*, a.attribute_x500 AS attribute, a.text AS value,
           coalesce(dn_server(a.text), trim(a.text)) COLLATE FOLD AS server,
           iif(a.attribute_x500 = 'Local-Bridge-Head', e.site_dn, e.remote_dn) COLLATE FOLD
             AS server_site
    FROM ends e
    JOIN attributes a ON a.snapshot_id = e.snapshot_id AND a.object_id = e.object_id
    WHERE a.attribute_x500 IN ('Local-Bridge-Head', 'Remote-Bridge-Head')
      AND trim(coalesce(a.text, '')) <> ''
    UNION ALL
    SELECT e.*, coalesce(a.attribute_x500, a.attribute), a.text, dn_server(a.text),
           substr(a.text, 1, instr(lower(a.text), '/cn=configuration/') - 1)
    FROM ends e
    JOIN attributes a ON a.snapshot_id = e.snapshot_id AND a.object_id = e.object_id
    WHERE a.text LIKE '/o=%/cn=Servers/cn=%'
      AND a.attribute_x500 IS NOT 'Local-Bridge-Head'
      AND a.attribute_x500 IS NOT 'Remote-Bridge-Head'
  ),
  servers AS (
    SELECT o.snapshot_id, o.rdn AS server, o.is_deleted,
           dn_parent(dn_parent(dn_parent(o.dn))) COLLATE FOLD AS site_dn
    FROM objects o
    WHERE o.class_x500 = 'Computer' AND o.is_phantom = 0 AND o.dn LIKE '/o=%/cn=Servers/cn=%'
  ),
  judged AS (
    SELECT n.*,
           EXISTS (SELECT 1 FROM servers s
                   WHERE s.snapshot_id = n.snapshot_id AND s.site_dn = n.server_site
                     AND s.server = n.server AND s.is_deleted = 0) AS is_live,
           EXISTS (SELECT 1 FROM servers s
                   WHERE s.snapshot_id = n.snapshot_id AND s.site_dn = n.server_site
                     AND s.server = n.server AND s.is_deleted = 1) AS is_tombstone,
           n.is_lossy = 0 AND (
             EXISTS (SELECT 1 FROM servers s
                     WHERE s.snapshot_id = n.snapshot_id AND s.site_dn = n.server_site
                       AND s.is_deleted = 0)
             OR EXISTS (SELECT 1 FROM objects o
                        JOIN directories d ON d.snapshot_id = o.snapshot_id
                                          AND d.source_id = o.source_id AND d.is_whole = 1
                        WHERE o.snapshot_id = n.snapshot_id AND o.is_deleted = 0
                          AND o.is_phantom = 0
                          AND o.dn = n.server_site || '/cn=Configuration/cn=Servers'))
             AS is_loaded
    FROM named n
  )
SELECT snapshot_id AS snapshot_id, dn AS subject, attribute,
       iif(is_tombstone, 'the server is deleted', 'the site has no such server') AS finding,
       value AS bridgehead, server_site AS site, path AS directory_source, NULL AS severity,
       NULL AS missing
FROM judged
WHERE NOT is_live AND (is_tombstone OR is_loaded)
UNION ALL
SELECT DISTINCT snapshot_id, NULL, attribute, NULL, value, server_site, path, NULL,
       coalesce('servers of the site ' || server_site, 'Remote-Site of ' || dn)
FROM judged
WHERE NOT is_live AND NOT is_tombstone AND NOT coalesce(is_loaded, 0)
UNION ALL
SELECT e.snapshot_id, NULL, NULL, NULL, NULL, e.site_dn, e.path, NULL,
       'bridgeheads of ' || e.dn
FROM ends e
WHERE (e.snapshot_id, e.object_id) NOT IN (SELECT snapshot_id, object_id FROM named)
UNION ALL
SELECT d.snapshot_id, NULL, NULL, NULL, NULL, NULL, min(d.path), 'skipped', 'Dir-Repl containers'
FROM directories d
WHERE NOT EXISTS (SELECT 1 FROM objects k
                  WHERE k.snapshot_id = d.snapshot_id AND k.rdn = 'Dir-Repl')
GROUP BY d.snapshot_id
ORDER BY snapshot_id, missing, subject, attribute
