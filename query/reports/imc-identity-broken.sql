-- SPDX-License-Identifier: MIT
-- id: imc-identity-broken
-- title: Registry of the Internet Mail service does not lead to a connector
-- severity: error
-- kb: Q163243, Q148727
-- applies: 4.0, 5.0, 5.5
-- needs: directory, registry
-- tags: registry, connectors
-- param: server text = NULL   only this server
-- x-why: The service builds the name of its own object from these values; if they are missing or
--   lead nowhere it does not start (event 4018).
-- x-logic: CommonName and HomeDSA must be there; the connector below Configuration\Connections of
--   SiteDN (of the server's site where that is absent) with that name must be live; HomeDSA, a
--   server name or a directory name, must be of a live server. Names are compared without case.
-- remedy: Put the values right, or make the service anew with the Internet Mail wizard.
WITH
  registries AS (SELECT * FROM server_registries WHERE :server IS NULL OR server = :server),
  servers AS (SELECT * FROM exchange_servers WHERE :server IS NULL OR server = :server),
  keys AS (
    SELECT r.*, k.key_id, k.path
    FROM registries r
    JOIN registry_keys k ON k.snapshot_id = r.snapshot_id AND k.source_id = r.source_id
                        AND k.path = r.services_path || '\MSExchangeIMC\Parameters'
  ),
  identity AS (
    SELECT k.*, s.site_dn AS own_site, s.directory_source,
           max(iif(v.name = 'CommonName', trim(v.value), NULL)) AS common_name,
           max(iif(v.name = 'HomeDSA', trim(v.value), NULL)) AS home_dsa,
           max(iif(v.name = 'SiteDN', trim(v.value), NULL)) AS site_dn
    FROM keys k
    LEFT JOIN registry_values v ON v.snapshot_id = k.snapshot_id AND v.key_id = k.key_id
                               AND v.name IN ('CommonName', 'HomeDSA', 'SiteDN')
    LEFT JOIN servers s ON s.snapshot_id = k.snapshot_id AND s.server = k.server
    GROUP BY k.snapshot_id, k.key_id
  ),
  -- SiteDN may go on to the server, and differ in blanks.
  wanted AS (
    SELECT i.*,
           coalesce((SELECT t.site_dn FROM exchange_servers t
                     WHERE t.snapshot_id = i.snapshot_id
                       AND (dn_equal(t.site_dn, i.site_dn) OR dn_equal(t.dn, i.site_dn)
                            OR dn_equal(t.site_dn || '/cn=' || t.server, i.site_dn)) LIMIT 1),
                    nullif(i.site_dn, ''), i.own_site) || '/cn=Configuration/cn=Connections/cn=' ||
             replace(i.common_name, '/', '\/') AS connector_dn
    FROM identity i
  ),
  found AS (
    SELECT snapshot_id, server, path || '\CommonName' AS subject,
           'the value is missing or empty' AS finding, common_name AS value, NULL AS wanted_dn,
           registry_source, directory_source
    FROM wanted WHERE coalesce(common_name, '') = ''
    UNION ALL
    SELECT snapshot_id, server, path || '\HomeDSA', 'the value is missing or empty', home_dsa, NULL,
           registry_source, directory_source
    FROM wanted WHERE coalesce(home_dsa, '') = ''
    UNION ALL
    SELECT w.snapshot_id, w.server, w.path || '\CommonName',
           iif(EXISTS (SELECT 1 FROM objects o
                       WHERE o.snapshot_id = w.snapshot_id AND o.dn = w.connector_dn
                         AND o.is_deleted = 1),
               'the connector is deleted', 'no such connector in the directory'),
           w.common_name, w.connector_dn, w.registry_source, w.directory_source
    FROM wanted w
    WHERE w.common_name <> '' AND w.connector_dn IS NOT NULL
      AND w.snapshot_id NOT IN (SELECT snapshot_id FROM unread_connections)
      AND NOT EXISTS (SELECT 1 FROM objects o
                      WHERE o.snapshot_id = w.snapshot_id AND o.dn = w.connector_dn
                        AND o.is_deleted = 0 AND o.is_phantom = 0)
    UNION ALL
    SELECT w.snapshot_id, w.server, w.path || '\HomeDSA', 'no such server in the directory',
           w.home_dsa, NULL, w.registry_source, w.directory_source
    FROM wanted w
    WHERE w.home_dsa <> ''
      AND w.snapshot_id IN (SELECT snapshot_id FROM exchange_servers)
      AND NOT EXISTS (SELECT 1 FROM exchange_servers s
                      WHERE s.snapshot_id = w.snapshot_id
                        AND (s.server = w.home_dsa OR dn_equal(s.dn, w.home_dsa)
                             OR dn_equal(s.dn || '/cn=Microsoft DSA', w.home_dsa)))
  )
SELECT f.snapshot_id AS snapshot_id, f.subject AS subject, f.server, f.finding,
       f.value AS registry_value, f.wanted_dn, f.registry_source,
       coalesce(f.directory_source,
                (SELECT min(d.path) FROM sources d
                 WHERE d.snapshot_id = f.snapshot_id AND d.role = 'directory')) AS directory_source,
       NULL AS severity, NULL AS missing
FROM found f
UNION ALL
SELECT v.snapshot_id, NULL, v.server, NULL, NULL, NULL, NULL, NULL,
       iif(EXISTS (SELECT 1 FROM keys k WHERE k.snapshot_id = v.snapshot_id), NULL, 'skipped'),
       iif(EXISTS (SELECT 1 FROM registries x
                   WHERE x.snapshot_id = v.snapshot_id AND x.server = v.server),
           'key MSExchangeIMC\Parameters of server ' || v.server,
           'registry of server ' || v.server)
FROM servers v
WHERE NOT EXISTS (SELECT 1 FROM keys k
                  WHERE k.snapshot_id = v.snapshot_id AND k.server = v.server)
  AND (EXISTS (SELECT 1 FROM connectors c
               WHERE c.snapshot_id = v.snapshot_id AND c.type = 'imc' AND c.is_deleted = 0
                 AND c.server = v.server)
       OR NOT EXISTS (SELECT 1 FROM registries x
                      WHERE x.snapshot_id = v.snapshot_id AND x.server = v.server))
UNION ALL
SELECT w.snapshot_id, NULL, w.server, NULL, w.common_name, NULL, NULL, NULL, NULL,
       'site of connector ' || w.common_name || ': neither SiteDN nor the server is known'
FROM wanted w
WHERE w.common_name <> '' AND w.connector_dn IS NULL
UNION ALL
-- A directory of which the part with the connectors was not read.
SELECT d.snapshot_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'skipped',
       'containers Connections in the directory'
FROM unread_connections d
ORDER BY snapshot_id, missing, server, subject
