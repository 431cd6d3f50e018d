-- SPDX-License-Identifier: MIT
-- id: addin-version-conflict
-- title: Extensions or address generators of one name have different file versions
-- severity: warning
-- kb: Q196924, Q247276, Q158336, Q183320
-- applies: 4.0, 5.0, 5.5
-- needs: directory
-- tags: versions, templates
-- remedy: Copy the right file to the Add-ins or Address share of every server, or correct
--   File-Version in raw mode where the file is right.
-- x-why: The version in the directory must be that of the file; where they differ the Administrator
--   program refuses the extension, and the System Attendant makes no addresses of the type.
-- x-logic: File-Version of live Admin-Extension and Addr-Type objects is compared between platforms
--   of a site, between sites of an organization, and with earlier backups of the same object, where
--   a lower one is reported. The files themselves are on shares that no source holds: a note says
--   so. Versions are shown decoded.
WITH
  files AS (
    SELECT o.snapshot_id, o.object_id, o.dn, o.source_id,
           trim(substr(o.rdn, 1, instr(o.rdn || ':', ':') - 1)) COLLATE FOLD AS name,
           trim(substr(o.rdn, instr(o.rdn || ':', ':') + 1)) COLLATE FOLD AS platform,
           o.class_x500 AS class,
           substr(o.dn, 1, instr(lower(o.dn), '/cn=configuration/') - 1) COLLATE FOLD AS site_dn,
           hex(a.value) AS octets
    FROM objects o
    JOIN attributes a ON a.snapshot_id = o.snapshot_id AND a.object_id = o.object_id
                     AND a.attribute_x500 = 'File-Version'
    WHERE (o.class_x500 = 'Admin-Extension' OR o.class_x500 = 'Addr-Type')
      AND o.is_deleted = 0 AND o.is_phantom = 0 AND length(a.value) = 8
  ),
  -- Two 32-bit numbers, the low byte of each first; of each the high half comes first.
  places(place, shift) AS (VALUES (5, 48), (1, 32), (13, 16), (9, 0)),
  ranked AS (
    SELECT f.*,
           (SELECT sum((16 * (instr('0123456789ABCDEF', substr(octets, place, 1)) - 1)
                          + instr('0123456789ABCDEF', substr(octets, place + 1, 1)) - 1
                          + 4096 * (instr('0123456789ABCDEF', substr(octets, place + 2, 1)) - 1)
                          + 256 * (instr('0123456789ABCDEF', substr(octets, place + 3, 1)) - 1))
                       << shift)
            FROM places) AS rank
    FROM files f
  ),
  versions AS (
    SELECT snapshot_id, object_id, dn, source_id, name, platform, class, site_dn, rank,
           (rank >> 48 & 65535) || '.' || (rank >> 32 & 65535) || '.' ||
             (rank >> 16 & 65535) || '.' || (rank & 65535) AS version
    FROM ranked
  ),
  between_platforms AS (
    SELECT snapshot_id, site_dn, class, name, max(rank) AS newest,
           group_concat(platform || '=' || version, ', ') AS detail
    FROM versions
    GROUP BY snapshot_id, site_dn, class, name
    HAVING count(DISTINCT rank) > 1
  ),
  between_sites AS (
    SELECT snapshot_id, dn_parent(site_dn) COLLATE FOLD AS organization, class, name, platform,
           max(rank) AS newest,
           group_concat(dn_rdn(site_dn) || '=' || version, ', ') AS detail
    FROM versions
    GROUP BY snapshot_id, organization, class, name, platform
    HAVING count(DISTINCT rank) > 1 AND count(DISTINCT fold(site_dn)) > 1
  ),
  between_times AS (
    SELECT v.*, lag(v.rank) OVER w AS rank_before, lag(v.version) OVER w AS version_before,
           lag(n.name) OVER w AS name_before
    FROM versions v
    JOIN snapshots n ON n.snapshot_id = v.snapshot_id
    WHERE n.taken_at IS NOT NULL
    WINDOW w AS (PARTITION BY fold(v.dn) ORDER BY n.taken_at, n.snapshot_id)
  )
SELECT v.snapshot_id AS snapshot_id, v.dn AS subject, 'platforms differ' AS finding, v.version,
       p.detail AS versions, s.path AS directory_source, NULL AS severity, NULL AS missing
FROM between_platforms p
JOIN versions v ON v.snapshot_id = p.snapshot_id AND v.site_dn = p.site_dn AND v.class = p.class
               AND v.name = p.name AND v.rank < p.newest
LEFT JOIN sources s ON s.snapshot_id = v.snapshot_id AND s.source_id = v.source_id
UNION ALL
SELECT v.snapshot_id, v.dn, 'sites differ', v.version, p.detail, s.path, NULL, NULL
FROM between_sites p
JOIN versions v ON v.snapshot_id = p.snapshot_id AND v.class = p.class AND v.name = p.name
               AND v.platform = p.platform AND v.rank < p.newest
               AND dn_parent(v.site_dn) = p.organization
LEFT JOIN sources s ON s.snapshot_id = v.snapshot_id AND s.source_id = v.source_id
UNION ALL
SELECT t.snapshot_id, t.dn, 'lower than in an earlier backup', t.version,
       t.name_before || '=' || t.version_before, s.path, NULL, NULL
FROM between_times t
LEFT JOIN sources s ON s.snapshot_id = t.snapshot_id AND s.source_id = t.source_id
WHERE t.rank < t.rank_before
UNION ALL
SELECT s.snapshot_id, NULL, NULL, NULL, NULL, min(s.path),
       iif(s.snapshot_id IN (SELECT snapshot_id FROM files), NULL, 'skipped'),
       iif(s.snapshot_id IN (SELECT snapshot_id FROM files),
           'files of the Add-ins and Address shares: no source holds them',
           'File-Version of extensions and address generators')
FROM sources s
WHERE s.role = 'directory'
GROUP BY s.snapshot_id
ORDER BY snapshot_id, missing, subject, finding
