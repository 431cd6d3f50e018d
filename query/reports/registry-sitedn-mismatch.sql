-- SPDX-License-Identifier: MIT
-- id: registry-sitedn-mismatch
-- title: SiteDN of the Internet Mail service differs from the directory
-- severity: error
-- kb: Q298565
-- applies: 4.0, 5.0, 5.5
-- needs: directory, registry
-- tags: registry, connectors
-- param: server text = NULL   only this server
-- x-why: The Internet Mail service looks for its own settings under this name; if the directory has
--   no such site it does not start (event 4086, error 2140).
-- x-logic: MSExchangeIMC\Parameters\SiteDN must name a live site, that of its server, or a live
--   object such as the server itself. A difference in letters or outer blanks only is an info. An
--   absent value is another report's matter.
-- remedy: Write the directory's names of organization and site into the value, or reinstall with
--   the right names.
WITH
  registries AS (SELECT * FROM server_registries WHERE :server IS NULL OR server = :server),
  servers AS (SELECT * FROM exchange_servers WHERE :server IS NULL OR server = :server),
  sites AS (SELECT DISTINCT snapshot_id, site_dn FROM exchange_servers),
  found AS (
    SELECT r.snapshot_id, r.server, r.registry_source, v.key_path || '\' || v.name AS place,
           v.value,
           -- The server may stand directly below the site's name.
           CASE WHEN (v.snapshot_id, trim(dn_rdn(v.value)) COLLATE FOLD)
                       IN (SELECT snapshot_id, server FROM exchange_servers)
                THEN coalesce((SELECT t.site_dn FROM sites t
                               WHERE t.snapshot_id = v.snapshot_id
                                 AND dn_equal(t.site_dn, dn_parent(v.value))), v.value)
                ELSE v.value END AS name,
           (SELECT t.server FROM exchange_servers t
            WHERE t.snapshot_id = v.snapshot_id AND t.server = trim(dn_rdn(v.value))
              AND dn_equal(t.site_dn, dn_parent(v.value))) COLLATE FOLD AS named_server
    FROM registries r
    JOIN registry_values v ON v.snapshot_id = r.snapshot_id AND v.name = 'SiteDN'
                          AND v.key_path = r.services_path || '\MSExchangeIMC\Parameters'
                          AND v.source_id = r.source_id
  ),
  matched AS (
    SELECT f.*, s.site_dn AS own_site, s.dn AS server_dn, s.directory_source,
           coalesce((SELECT t.site_dn FROM sites t
                     WHERE t.snapshot_id = f.snapshot_id AND dn_equal(t.site_dn, f.name)),
                    (SELECT o.dn FROM objects o
                     WHERE o.snapshot_id = f.snapshot_id AND o.dn = trim(f.name)
                       AND o.is_deleted = 0 AND o.is_phantom = 0)) AS object_dn
    FROM found f
    LEFT JOIN servers s ON s.snapshot_id = f.snapshot_id AND s.server = f.server
  ),
  judged AS (
    SELECT *, CASE
        WHEN object_dn IS NULL AND snapshot_id NOT IN (SELECT snapshot_id FROM sites) THEN NULL
        WHEN object_dn IS NULL THEN 'no such object in the directory'
        WHEN own_site IS NOT NULL AND NOT dn_equal(object_dn, own_site)
             AND NOT dn_equal(substr(object_dn, 1, length(own_site)), own_site)
          THEN 'names another site than that of the server'
        WHEN server_dn IS NOT NULL
             AND coalesce(dn_server(object_dn), named_server) COLLATE FOLD <> server
          THEN 'names another server'
        WHEN name COLLATE BINARY <> object_dn COLLATE BINARY
          THEN 'differs in capitals or blanks only'
      END AS finding
    FROM matched
  )
SELECT j.snapshot_id AS snapshot_id, j.place AS subject, j.server, j.finding,
       j.value AS registry_value, coalesce(j.object_dn, j.own_site) AS directory_dn,
       j.registry_source,
       coalesce(j.directory_source,
                (SELECT min(d.path) FROM sources d
                 WHERE d.snapshot_id = j.snapshot_id AND d.role = 'directory')) AS directory_source,
       iif(j.finding LIKE 'differs in%', 'info', 'error') AS severity, NULL AS missing
FROM judged j
WHERE j.finding IS NOT NULL
UNION ALL
-- Servers that have such a connector, or whose registry is not known at all.
SELECT v.snapshot_id, NULL, v.server, NULL, NULL, NULL, NULL, NULL,
       iif(EXISTS (SELECT 1 FROM found f WHERE f.snapshot_id = v.snapshot_id), NULL, 'skipped'),
       iif(EXISTS (SELECT 1 FROM registries x
                   WHERE x.snapshot_id = v.snapshot_id AND x.server = v.server),
           'value MSExchangeIMC\Parameters\SiteDN of server ' || v.server,
           'registry of server ' || v.server)
FROM servers v
WHERE NOT EXISTS (SELECT 1 FROM found f
                  WHERE f.snapshot_id = v.snapshot_id AND f.server = v.server)
  AND (EXISTS (SELECT 1 FROM connectors c
               WHERE c.snapshot_id = v.snapshot_id AND c.type = 'imc' AND c.is_deleted = 0
                 AND c.server = v.server)
       OR NOT EXISTS (SELECT 1 FROM registries x
                      WHERE x.snapshot_id = v.snapshot_id AND x.server = v.server))
UNION ALL
-- A directory of which the part with the sites was not read.
SELECT d.snapshot_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'skipped', 'sites in the directory'
FROM (SELECT DISTINCT snapshot_id FROM directories) d
WHERE NOT EXISTS (SELECT 1 FROM sites t WHERE t.snapshot_id = d.snapshot_id)
ORDER BY snapshot_id, missing, server, subject
