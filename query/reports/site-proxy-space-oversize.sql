-- SPDX-License-Identifier: MIT
-- id: site-proxy-space-oversize
-- title: Site-Proxy-Space of a site is near the size of a database page
-- severity: warning
-- kb: Q179927
-- applies: 5.0, 5.5
-- needs: directory
-- tags: addressing, replication
-- param: limit integer = 3600   bytes from which on a site is reported
-- remedy: Make the values fewer or shorter in the site that owns them: fewer sites behind each
--   other, shorter addresses; then let it replicate.
-- x-why: The values of one attribute must fit into a page of 4 KB. Past that the site's naming
--   context cannot be taken down (events 1171 with -1026, and 1214).
-- x-logic: The sizes of all values of Site-Proxy-Space on a live Site Addressing object are added.
--   The encoded size is known roughly only, so the limit is set below the page.
WITH
  addressing AS (
    SELECT o.snapshot_id, o.object_id, o.dn, o.source_id
    FROM objects o
    WHERE o.class_x500 = 'Site-Addressing' AND o.is_deleted = 0 AND o.is_phantom = 0
  ),
  spaces AS (
    SELECT d.snapshot_id, d.dn, d.source_id, count(*) AS value_count,
           sum(length(CAST(coalesce(a.text, a.value) AS BLOB))) AS size_bytes
    FROM addressing d
    JOIN attributes a ON a.snapshot_id = d.snapshot_id AND a.object_id = d.object_id
                     AND a.attribute_x500 = 'Site-Proxy-Space'
    GROUP BY d.snapshot_id, d.object_id
  )
SELECT x.snapshot_id AS snapshot_id, x.dn AS subject, x.size_bytes, :limit AS limit_bytes,
       x.value_count, s.path AS directory_source, NULL AS severity, NULL AS missing
FROM spaces x
LEFT JOIN sources s ON s.snapshot_id = x.snapshot_id AND s.source_id = x.source_id
WHERE x.size_bytes > :limit
UNION ALL
SELECT s.snapshot_id, NULL, NULL, NULL, NULL, min(s.path), 'skipped',
       iif(s.snapshot_id IN (SELECT snapshot_id FROM addressing),
           'Site-Proxy-Space of the sites', 'Site Addressing objects')
FROM sources s
WHERE s.role = 'directory'
  AND (s.snapshot_id NOT IN (SELECT snapshot_id FROM addressing)
       OR (NOT EXISTS (SELECT 1 FROM directories w
                       WHERE w.snapshot_id = s.snapshot_id AND w.is_whole)
           AND NOT EXISTS (SELECT 1 FROM attributes a
                           WHERE a.snapshot_id = s.snapshot_id
                             AND a.attribute_x500 = 'Site-Proxy-Space')))
GROUP BY s.snapshot_id
ORDER BY snapshot_id, missing, subject
