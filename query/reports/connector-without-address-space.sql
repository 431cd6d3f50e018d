-- SPDX-License-Identifier: MIT
-- id: connector-without-address-space
-- title: Connector that no address space and no connected site leads to
-- severity: warning
-- kb: Q148727, Q182339
-- applies: 4.0, 5.0, 5.5
-- needs: directory
-- tags: connectors, routing
-- remedy: Add an address space, such as SMTP with * for the Internet Mail connector, and
--   recalculate routing. Nothing is to be done for a connector that only takes mail in.
-- x-why: Routing never chooses the connector, so nothing is sent through it although all is set up.
-- x-logic: Live connectors that carry mail and have neither Routing-List nor Connected-Domains.
--   Those that wait for the other side (Activation-Style 3), are switched off (0) or whose service
--   is disabled or gone are a hint only; directory and free/busy connectors route nothing.
WITH
  carried AS (
    SELECT d.snapshot_id, max(d.is_whole) AS is_whole,
           EXISTS (SELECT 1 FROM attributes a
                   WHERE a.snapshot_id = d.snapshot_id
                     AND a.attribute_x500 = 'Routing-List') AS has_list,
           EXISTS (SELECT 1 FROM attributes a
                   WHERE a.snapshot_id = d.snapshot_id
                     AND a.attribute_x500 = 'Connected-Domains') AS has_sites
    FROM directories d
    GROUP BY d.snapshot_id
  ),
  bare AS (
    SELECT c.snapshot_id, c.object_id, c.dn, c.name, c.type, c.server, c.service_key, c.source_id,
           r.is_whole OR iif(c.type = 'site', r.has_sites, r.has_list) AS is_judged
    FROM connectors c
    JOIN carried r ON r.snapshot_id = c.snapshot_id
    WHERE c.is_deleted = 0
      AND c.type IN ('imc', 'msmail', 'ccmail', 'notes', 'groupwise', 'snads', 'profs', 'x400',
                     'ras', 'site', 'gateway')
      AND c.dn LIKE '/o=%'
      AND NOT EXISTS (SELECT 1 FROM attributes a
                      WHERE a.snapshot_id = c.snapshot_id AND a.object_id = c.object_id
                        AND a.attribute_x500 IN ('Routing-List', 'Connected-Domains')
                        AND trim(coalesce(a.text, '')) <> '')
  ),
  covered AS (
    SELECT DISTINCT snapshot_id, server FROM services
    WHERE is_current = 1 AND name IN ('MSExchangeSA', 'EventLog')
  ),
  styled AS (
    SELECT b.*,
           (SELECT min(CAST(a.text AS INTEGER)) FROM attributes a
            WHERE a.snapshot_id = b.snapshot_id AND a.object_id = b.object_id
              AND a.attribute_x500 = 'Activation-Style') AS style,
           EXISTS (SELECT 1 FROM services s
                   WHERE s.snapshot_id = b.snapshot_id AND s.server = b.server
                     AND s.name = b.service_key AND s.is_current = 1 AND s.start = 4)
             OR (b.service_key IS NOT NULL
                 AND EXISTS (SELECT 1 FROM covered v
                             WHERE v.snapshot_id = b.snapshot_id AND v.server = b.server)
                 AND NOT EXISTS (SELECT 1 FROM services s
                                 WHERE s.snapshot_id = b.snapshot_id AND s.server = b.server
                                   AND s.name IN (b.service_key, b.server || '-' || b.service_key)
                                   AND s.is_current = 1 AND trim(s.image_path) <> ''))
             AS is_retired
    FROM bare b
    WHERE b.is_judged
  )
SELECT c.snapshot_id AS snapshot_id, c.dn AS subject, c.type, c.server,
       CASE WHEN c.is_retired THEN 'no address space; its service is disabled or gone'
            WHEN c.style = 3 THEN 'no address space; it waits for the other side'
            WHEN c.style = 0 THEN 'no address space; it is switched off'
            ELSE 'no address space and no connected site' END AS finding,
       c.style AS activation_style, c.service_key, s.path AS directory_source,
       iif(c.is_retired OR c.style IN (0, 3), 'info', 'warning') AS severity, NULL AS missing
FROM styled c
LEFT JOIN sources s ON s.snapshot_id = c.snapshot_id AND s.source_id = c.source_id
UNION ALL
SELECT b.snapshot_id, NULL, NULL, NULL, NULL, NULL, NULL, min(s.path), NULL,
       iif(b.type = 'site', 'Connected-Domains', 'Routing-List') || ' of connectors'
FROM bare b
LEFT JOIN sources s ON s.snapshot_id = b.snapshot_id AND s.source_id = b.source_id
WHERE NOT b.is_judged
GROUP BY b.snapshot_id, b.type = 'site'
UNION ALL
SELECT d.snapshot_id, NULL, NULL, NULL, NULL, NULL, NULL, min(d.path), 'skipped',
       'Connections containers'
FROM directories d
WHERE NOT EXISTS (SELECT 1 FROM containers k
                  WHERE k.snapshot_id = d.snapshot_id AND k.rdn = 'Connections')
GROUP BY d.snapshot_id
ORDER BY snapshot_id, missing, severity, subject
