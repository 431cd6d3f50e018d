-- SPDX-License-Identifier: MIT
-- id: connectors-partial-containers
-- title: Connector present in some of the Connections containers only
-- severity: warning
-- kb: Q188632
-- applies: 4.0, 5.0, 5.5
-- needs: directory
-- tags: connectors, routing
-- param: server text = NULL   only connectors of this server
-- x-why: What is left of a connector in one container keeps its name taken and its routes alive,
--   and keeps the connector from being made anew.
-- x-logic: Live connectors of one name and type in one site are taken together; a finding is one
--   that lacks a level (organization, site, Configuration) at which its site has a Connections
--   container. Where there is one level only, as usual, nothing is said; replicas in other backups
--   are no levels.
-- remedy: Delete what is left of the connector in every Connections container, in raw mode if need
--   be, and make it again with the wizard or its setup program.
WITH
  -- Levels at which a site's connectors can stand: its own two, and the organization's; of sites
  -- that have several.
  sites AS (
    SELECT DISTINCT snapshot_id, scope AS site_dn, dn_rdn(scope) COLLATE FOLD AS site,
           dn_parent(scope) COLLATE FOLD AS organization_dn,
           dn_rdn(dn_parent(scope)) COLLATE FOLD AS organization
    FROM containers
    WHERE rdn = 'Connections' AND level IN ('site', 'configuration')
  ),
  levels AS (
    SELECT s.snapshot_id, s.site_dn, s.site, s.organization,
           max(k.level = 'organization') AS has_organization,
           max(k.level = 'site') AS has_site, max(k.level = 'configuration') AS has_configuration
    FROM sites s
    JOIN containers k ON k.snapshot_id = s.snapshot_id AND k.rdn = 'Connections'
                     AND ((k.level IN ('site', 'configuration') AND k.scope = s.site_dn)
                          OR (k.level = 'organization' AND k.scope = s.organization_dn))
    JOIN objects o ON o.snapshot_id = k.snapshot_id AND o.object_id = k.object_id
    WHERE o.is_deleted = 0
    GROUP BY s.snapshot_id, s.site_dn
    HAVING has_organization + has_site + has_configuration > 1
  ),
  live AS (
    SELECT snapshot_id, source_id, dn, name, type, level, organization, site, server
    FROM connectors
    WHERE is_deleted = 0 AND level IN ('organization', 'site', 'configuration')
  ),
  present AS (
    SELECT snapshot_id, organization, site, type, name, max(server) AS server, source_id,
           coalesce(max(iif(level = 'configuration', dn, NULL)), min(dn)) AS dn,
           max(level = 'organization') AS at_organization, max(level = 'site') AS at_site,
           max(level = 'configuration') AS at_configuration
    FROM live
    WHERE (snapshot_id, site) IN (SELECT snapshot_id, site FROM levels)
    GROUP BY snapshot_id, organization, site, type, name
    HAVING :server IS NULL OR max(server = :server)
  ),
  -- One without a site stands for all of them.
  everywhere AS (
    SELECT snapshot_id, organization, level, type, name FROM live WHERE site IS NULL
  ),
  -- 1: it stands at the level, 0: it does not, NULL: the site has no container there.
  compared AS (
    SELECT p.snapshot_id, p.dn, p.organization AS organization_name, p.site, p.type, p.name,
           p.server, p.source_id,
           iif(l.has_organization,
               p.at_organization OR (p.snapshot_id, p.organization, 'organization', p.type,
                                     p.name) IN everywhere, NULL) AS organization,
           iif(l.has_site,
               p.at_site OR (p.snapshot_id, p.organization, 'site', p.type,
                             p.name) IN everywhere, NULL) AS site_itself,
           iif(l.has_configuration,
               p.at_configuration OR (p.snapshot_id, p.organization, 'configuration', p.type,
                                      p.name) IN everywhere, NULL) AS configuration
    FROM present p
    JOIN levels l ON l.snapshot_id = p.snapshot_id AND l.site = p.site
                 AND l.organization = p.organization
  )
SELECT c.snapshot_id AS snapshot_id, c.dn AS subject, c.name, c.type, c.site, c.server,
       nullif(substr(iif(c.organization = 1, ', organization', '') ||
                     iif(c.site_itself = 1, ', site', '') ||
                     iif(c.configuration = 1, ', configuration', ''), 3), '') AS present,
       substr(iif(c.organization = 0, ', organization', '') ||
              iif(c.site_itself = 0, ', site', '') ||
              iif(c.configuration = 0, ', configuration', ''), 3) AS absent,
       (SELECT group_concat(t.dn, '; ') FROM connectors t
        WHERE t.snapshot_id = c.snapshot_id AND t.name = c.name AND t.is_deleted = 1
          AND t.organization = c.organization_name)
         AS deleted_copies,
       (SELECT d.path FROM sources d
        WHERE d.snapshot_id = c.snapshot_id AND d.source_id = c.source_id) AS directory_source,
       NULL AS severity, NULL AS missing
FROM compared c
WHERE 0 IN (c.organization, c.site_itself, c.configuration)
UNION ALL
SELECT snapshot_id, NULL, name, type, NULL, server, NULL, NULL, NULL, NULL, NULL,
       'site of connector ' || dn
FROM live
WHERE site IS NULL AND :server IS NULL
UNION ALL
-- A directory of which the part with the connectors was not read.
SELECT d.snapshot_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'skipped',
       'containers Connections in the directory'
FROM unread_connections d
ORDER BY snapshot_id, missing, name, subject
