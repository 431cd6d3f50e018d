-- SPDX-License-Identifier: MIT
-- id: site-ms-address-missing
-- title: Site Addressing without a Microsoft Mail address
-- severity: error
-- kb: Q248425
-- applies: 5.5
-- needs: directory
-- tags: addressing
-- remedy: Add the MS value to Gateway-Proxy in raw mode, NETWORK/POSTOFFICE of organization and
--   site, before the service pack is installed again.
-- x-why: The setup of a service pack reads the site's MS address and stops where there is none.
-- x-logic: Site Addressing objects with values in Gateway-Proxy, none of them of type MS. In a text
--   export without Gateway-Proxy nothing is concluded.
WITH
  addressing AS (
    SELECT o.snapshot_id, o.object_id, o.dn, d.path, d.is_whole,
           (SELECT group_concat(a.text, ', ') FROM attributes a
            WHERE a.snapshot_id = o.snapshot_id AND a.object_id = o.object_id
              AND a.attribute_x500 = 'Gateway-Proxy') AS proxies,
           (SELECT group_concat(a.text, ', ') FROM attributes a
            WHERE a.snapshot_id = o.snapshot_id AND a.object_id = o.object_id
              AND a.attribute_x500 = 'Disabled-Gateway-Proxy') AS disabled,
           EXISTS (SELECT 1 FROM attributes a
                   WHERE a.snapshot_id = o.snapshot_id AND a.object_id = o.object_id
                     AND a.attribute_x500 = 'Gateway-Proxy'
                     AND ltrim(a.text) LIKE 'MS:%') AS has_ms
    FROM objects o
    JOIN directories d ON d.snapshot_id = o.snapshot_id AND d.source_id = o.source_id
    WHERE o.class_x500 = 'Site-Addressing' AND o.is_deleted = 0 AND o.is_phantom = 0
  ),
  carried AS (
    SELECT snapshot_id FROM addressing GROUP BY snapshot_id
    HAVING max(is_whole) = 1 OR count(proxies) > 0
  )
SELECT snapshot_id AS snapshot_id, dn AS subject, 'no MS address' AS finding,
       proxies AS gateway_proxy, disabled AS disabled_gateway_proxy, path AS directory_source,
       NULL AS severity,
       NULL AS missing
FROM addressing
WHERE has_ms = 0 AND proxies IS NOT NULL
UNION ALL
SELECT d.snapshot_id, NULL, NULL, NULL, NULL, min(d.path), 'skipped',
       iif(d.snapshot_id IN (SELECT snapshot_id FROM addressing), 'Gateway-Proxy of the sites',
           'Site Addressing objects')
FROM directories d
WHERE d.snapshot_id NOT IN (SELECT snapshot_id FROM carried)
GROUP BY d.snapshot_id
ORDER BY snapshot_id, missing, subject
