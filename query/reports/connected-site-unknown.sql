-- SPDX-License-Identifier: MIT
-- id: connected-site-unknown
-- title: Connector lists a connected site that the directory does not have
-- severity: warning
-- kb: Q163777, Q185108, Q260196
-- applies: 4.0, 5.0, 5.5
-- needs: directory
-- tags: connectors, routing
-- remedy: Correct the entry on the Connected Sites page or remove it, then recalculate routing. A
--   site that is joined by mail only, without directory replication, is all right.
-- x-why: Mail for the listed site is sent to a place that does not exist any more; an entry for the
--   connector's own site makes mail go round in a loop (Q152544).
-- x-logic: Organization and site are the first fields of Connected-Domains. A site of a loaded
--   organization without a live object is a warning, the connector's own site an error. Another
--   organization's sites cannot be in this directory: a hint only.
WITH
  -- Organizations whose sites are all here: their own object is.
  organizations AS (
    SELECT o.snapshot_id, o.dn, max(d.is_lossy) AS is_lossy
    FROM objects o
    JOIN directories d ON d.snapshot_id = o.snapshot_id AND d.source_id = o.source_id
    WHERE o.class_x500 = 'Organization' AND o.depth = 1 AND o.is_deleted = 0 AND o.is_phantom = 0
    GROUP BY o.snapshot_id, o.dn
  ),
  entries AS (
    SELECT c.snapshot_id, c.dn, c.type, c.site, c.organization, c.source_id, a.text AS entry,
           '[' || replace(json_quote(a.text), '§', '","') || ']' AS fields
    FROM connectors c
    JOIN attributes a ON a.snapshot_id = c.snapshot_id AND a.object_id = c.object_id
                     AND a.attribute_x500 = 'Connected-Domains'
    WHERE c.is_deleted = 0 AND instr(a.text, '§') > 0
  ),
  named AS (
    SELECT e.*, trim(json_extract(fields, '$[0]')) COLLATE FOLD AS to_organization,
           trim(json_extract(fields, '$[1]')) COLLATE FOLD AS to_site,
           '/o=' || trim(json_extract(fields, '$[0]')) COLLATE FOLD AS organization_dn,
           '/o=' || trim(json_extract(fields, '$[0]')) || '/ou='
             || trim(json_extract(fields, '$[1]')) COLLATE FOLD AS site_dn
    FROM entries e
    WHERE trim(coalesce(json_extract(fields, '$[1]'), '')) <> ''
  ),
  states AS (
    SELECT n.*,
           (SELECT min(o.is_deleted) FROM objects o
            WHERE o.snapshot_id = n.snapshot_id AND o.dn = n.site_dn AND o.is_phantom = 0)
             AS site_state,
           (SELECT g.is_lossy FROM organizations g
            WHERE g.snapshot_id = n.snapshot_id AND g.dn = n.organization_dn) AS org_state,
           n.to_site = n.site AND n.to_organization = coalesce(n.organization, n.to_organization)
             AS is_own
    FROM named n
  ),
  judged AS (
    SELECT s.*,
           CASE WHEN is_own THEN 'its own site: mail goes round in a loop'
                WHEN site_state = 0 THEN NULL
                WHEN site_state = 1 THEN 'the site is deleted'
                WHEN org_state = 0 THEN 'no such site in the directory'
                WHEN org_state IS NULL AND EXISTS (
                  SELECT 1 FROM organizations g WHERE g.snapshot_id = s.snapshot_id)
                  THEN 'a site of another organization' END AS finding
    FROM states s
  )
SELECT j.snapshot_id AS snapshot_id, j.dn AS subject, j.type, j.finding,
       j.site_dn AS connected_site,
       j.entry AS connected_domain, j.site AS own_site, d.path AS directory_source,
       CASE j.finding WHEN 'its own site: mail goes round in a loop' THEN 'error'
                      WHEN 'a site of another organization' THEN 'info'
                      ELSE 'warning' END AS severity,
       NULL AS missing
FROM judged j
LEFT JOIN sources d ON d.snapshot_id = j.snapshot_id AND d.source_id = j.source_id
WHERE j.finding IS NOT NULL
UNION ALL
SELECT DISTINCT j.snapshot_id, NULL, NULL, NULL, j.site_dn, NULL, NULL, NULL, NULL,
       'sites of the organization ' || j.to_organization ||
         iif(j.org_state IS NULL, '', ': some of the directory was lost')
FROM judged j
WHERE j.finding IS NULL AND j.site_state IS NULL
UNION ALL
SELECT d.snapshot_id, NULL, NULL, NULL, NULL, NULL, NULL, min(d.path), 'skipped',
       'Connected-Domains of connectors'
FROM directories d
WHERE NOT EXISTS (SELECT 1 FROM attributes a
                  WHERE a.snapshot_id = d.snapshot_id AND a.attribute_x500 = 'Connected-Domains')
  AND NOT EXISTS (SELECT 1 FROM directories w
                  WHERE w.snapshot_id = d.snapshot_id AND w.is_whole)
GROUP BY d.snapshot_id
ORDER BY snapshot_id, missing, severity, subject
