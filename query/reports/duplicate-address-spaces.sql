-- SPDX-License-Identifier: MIT
-- id: duplicate-address-spaces
-- title: Several connectors with the same address space at the same cost
-- severity: info
-- kb: Q243274, Q279404, Q193322
-- applies: 4.0, 5.0, 5.5
-- needs: directory
-- tags: connectors, routing
-- remedy: Give the connectors different costs, or leave equal ones where load is shared on purpose.
--   A connector that cannot work must not keep an equal cost: remove its address space.
-- x-why: Routing spreads mail over connectors of equal cost. If one of them cannot work, a part of
--   the mail waits in its queue and is not sent through the other.
-- x-logic: Address spaces of live connectors are compared without case, blanks and order of X.400
--   parts; copies of one connector in several Connections containers are one. Sharing load is
--   normal; it is a warning only where one of the connectors lacks its service or its server.
WITH
  entries AS (
    SELECT c.snapshot_id, c.object_id, c.dn, c.name, c.type, c.server, c.site, c.organization,
           c.level, c.service_key, c.needs_service, c.source_id, trim(a.text) AS entry,
           length(rtrim(trim(a.text), '0123456789')) AS head,
           instr(trim(a.text), ':') AS colon
    FROM connectors c
    JOIN attributes a ON a.snapshot_id = c.snapshot_id AND a.object_id = c.object_id
                     AND a.attribute_x500 = 'Routing-List'
    WHERE c.is_deleted = 0 AND instr(a.text, ':') > 1
  ),
  -- The address without its cost, its parts in alphabetical order.
  spaces AS (
    SELECT e.*,
           iif(substr(entry, head, 1) = ';', CAST(substr(entry, head + 1) AS INTEGER), NULL)
             AS cost,
           fold(trim(substr(entry, 1, colon - 1))) || ':' ||
             coalesce((SELECT group_concat(part, ';')
                       FROM (SELECT fold(trim(j.value)) AS part
                             FROM json_each('[' || replace(json_quote(
                                    iif(substr(entry, head, 1) = ';',
                                        substr(entry, colon + 1, head - 1 - colon),
                                        substr(entry, colon + 1))), ';', '","') || ']') j
                             WHERE trim(j.value) <> '' ORDER BY 1)), '') AS address
    FROM entries e
  ),
  -- One row for a connector with all its containers.
  holders AS (
    SELECT snapshot_id, organization, address, cost, name, type, server, site,
           coalesce(max(iif(level = 'configuration', dn, NULL)), min(dn)) AS dn,
           min(entry) AS entry, min(source_id) AS source_id, max(needs_service) AS needs_service,
           min(service_key) AS service_key
    FROM spaces
    GROUP BY snapshot_id, organization, address, cost, name, type, server, site
  ),
  shared AS (
    SELECT snapshot_id, organization, address, cost, group_concat(name, '; ') AS names
    FROM holders
    GROUP BY snapshot_id, organization, address, cost
    HAVING count(*) > 1
  ),
  covered AS (
    SELECT DISTINCT snapshot_id, server FROM services
    WHERE is_current = 1 AND name IN ('MSExchangeSA', 'EventLog')
  ),
  whole AS (
    SELECT DISTINCT snapshot_id FROM directories WHERE is_whole = 1 AND is_lossy = 0
  ),
  found AS (
    SELECT h.*, s.names,
           CASE WHEN h.needs_service = 1 AND h.service_key IS NOT NULL
                     AND EXISTS (SELECT 1 FROM covered v
                                 WHERE v.snapshot_id = h.snapshot_id AND v.server = h.server)
                     AND NOT EXISTS (SELECT 1 FROM services x
                                     WHERE x.snapshot_id = h.snapshot_id AND x.server = h.server
                                       AND x.name IN (h.service_key,
                                                      h.server || '-' || h.service_key)
                                       AND x.is_current = 1 AND trim(x.image_path) <> '')
                THEN 'its service is missing'
                WHEN EXISTS (SELECT 1 FROM services x
                             WHERE x.snapshot_id = h.snapshot_id AND x.server = h.server
                               AND x.name = h.service_key AND x.is_current = 1 AND x.start = 4)
                THEN 'its service is disabled'
                WHEN h.type <> 'gateway' AND h.server IS NOT NULL
                     AND h.snapshot_id IN (SELECT snapshot_id FROM whole)
                     AND NOT EXISTS (SELECT 1 FROM objects o
                                     WHERE o.snapshot_id = h.snapshot_id AND o.rdn = h.server
                                       AND o.class_x500 = 'Computer' AND o.is_deleted = 0
                                       AND o.is_phantom = 0)
                THEN 'its server is missing' END AS state
    FROM shared s
    JOIN holders h ON h.snapshot_id = s.snapshot_id AND h.organization IS s.organization
                  AND h.address = s.address AND h.cost IS s.cost
  )
SELECT f.snapshot_id AS snapshot_id, f.dn AS subject, f.type, f.server, f.entry AS address_space,
       f.cost, f.names AS connectors, f.state, d.path AS directory_source,
       iif(EXISTS (SELECT 1 FROM found x
                   WHERE x.snapshot_id = f.snapshot_id AND x.organization IS f.organization
                     AND x.address = f.address AND x.cost IS f.cost AND x.state IS NOT NULL),
           'warning', 'info') AS severity,
       NULL AS missing
FROM found f
LEFT JOIN sources d ON d.snapshot_id = f.snapshot_id AND d.source_id = f.source_id
UNION ALL
SELECT s.snapshot_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, min(s.path), 'skipped',
       'address spaces of connectors (Routing-List)'
FROM sources s
WHERE s.role = 'directory' AND s.snapshot_id NOT IN (SELECT snapshot_id FROM whole)
  AND NOT EXISTS (SELECT 1 FROM attributes a
                  WHERE a.snapshot_id = s.snapshot_id AND a.attribute_x500 = 'Routing-List')
GROUP BY s.snapshot_id
ORDER BY snapshot_id, missing, severity, address_space, subject
