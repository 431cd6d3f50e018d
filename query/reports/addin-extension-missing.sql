-- SPDX-License-Identifier: MIT
-- id: addin-extension-missing
-- title: Object names an extension of the Administrator program that its site does not have
-- severity: error
-- kb: Q250903, Q223279, Q298386, Q250907, Q196176, Q190025
-- applies: 4.0, 5.0, 5.5
-- needs: directory
-- tags: templates, versions
-- remedy: Install the product that the extension belongs to again, or take the token out of
--   Extension-Name in raw mode. SMTP and MS come with Exchange: run its setup.
-- x-why: The Administrator program cannot open the object; where the token is inherited from a
--   container no mailbox can be made in it. Typical after a server was recovered without its
--   third-party connector.
-- x-logic: Tokens of Extension-Name and Extension-Name-Inherited on live objects are looked up
--   among the live Admin-Extension objects of their site; objects above the sites may use any
--   site's. A platform that only some extensions of a site have is a warning. Sites whose Add-Ins
--   are not loaded are not judged.
WITH
  -- An extension by the name of its object, and by the token it gives itself.
  extensions AS (
    SELECT o.snapshot_id, o.object_id, o.dn, o.source_id, o.is_deleted,
           dn_parent(dn_parent(dn_parent(o.dn))) COLLATE FOLD AS site_dn,
           trim(substr(o.rdn, 1, instr(o.rdn || ':', ':') - 1)) COLLATE FOLD AS name,
           trim(substr(o.rdn, instr(o.rdn || ':', ':') + 1)) COLLATE FOLD AS platform
    FROM objects o
    WHERE o.class_x500 = 'Admin-Extension' AND o.is_phantom = 0
  ),
  names AS (
    SELECT snapshot_id, site_dn, name, is_deleted FROM extensions
    UNION
    SELECT e.snapshot_id, e.site_dn, trim(a.text), e.is_deleted
    FROM extensions e
    JOIN attributes a ON a.snapshot_id = e.snapshot_id AND a.object_id = e.object_id
                     AND a.attribute_x500 = 'Extension-Name'
  ),
  tokens AS (
    SELECT o.snapshot_id, o.object_id, o.dn, o.source_id, a.attribute,
           trim(a.text) COLLATE FOLD AS token,
           iif(instr(lower(o.dn), '/ou=') > 0,
               substr(o.dn, 1, instr(lower(o.dn), '/ou=') + 3 + instr(
                 substr(o.dn, instr(lower(o.dn), '/ou=') + 4) || '/', '/') - 1), NULL)
             COLLATE FOLD AS site_dn
    FROM (SELECT snapshot_id, object_id, text, 'Extension-Name' AS attribute
          FROM attributes WHERE attribute_x500 = 'Extension-Name'
          UNION ALL
          SELECT snapshot_id, object_id, text, 'Extension-Name-Inherited'
          FROM attributes WHERE attribute_x500 = 'Extension-Name-Inherited') a
    CROSS JOIN objects o ON o.snapshot_id = a.snapshot_id AND o.object_id = a.object_id
    WHERE o.is_deleted = 0 AND o.is_phantom = 0 AND o.dn LIKE '/o=%'
      AND o.class_x500 IS NOT 'Admin-Extension' AND o.class_x500 IS NOT 'Add-In'
      AND trim(coalesce(a.text, '')) <> ''
  ),
  judged AS (
    SELECT t.*, d.path, d.is_lossy,
           d.is_lossy = 0 AND (d.is_whole OR EXISTS (
             SELECT 1 FROM extensions e
             WHERE e.snapshot_id = t.snapshot_id AND e.is_deleted = 0
               AND (t.site_dn IS NULL OR e.site_dn = t.site_dn))) AS is_loaded,
           EXISTS (SELECT 1 FROM names x
                   WHERE x.snapshot_id = t.snapshot_id AND x.name = t.token
                     AND x.is_deleted = 1
                     AND (t.site_dn IS NULL OR x.site_dn = t.site_dn)) AS is_tombstone
    FROM tokens t
    JOIN directories d ON d.snapshot_id = t.snapshot_id AND d.source_id = t.source_id
    WHERE NOT EXISTS (SELECT 1 FROM names x
                      WHERE x.snapshot_id = t.snapshot_id AND x.name = t.token
                        AND x.is_deleted = 0
                        AND (t.site_dn IS NULL OR x.site_dn = t.site_dn))
  ),
  platforms AS (
    SELECT DISTINCT snapshot_id, site_dn, platform FROM extensions
    WHERE is_deleted = 0 AND platform <> ''
  )
SELECT j.snapshot_id AS snapshot_id, j.dn AS subject,
       iif(j.is_tombstone, 'the extension is deleted', 'the site has no such extension') AS finding,
       j.attribute, j.token AS extension, j.site_dn AS site, j.path AS directory_source,
       'error' AS severity, NULL AS missing
FROM judged j
WHERE j.is_loaded OR j.is_tombstone
UNION ALL
SELECT e.snapshot_id, min(e.dn), 'a platform that other extensions have is missing',
       'Extension-Name', e.name || ':' || p.platform, e.site_dn, min(d.path), 'warning', NULL
FROM extensions e
JOIN directories d ON d.snapshot_id = e.snapshot_id AND d.source_id = e.source_id
                  AND d.is_lossy = 0
JOIN platforms p ON p.snapshot_id = e.snapshot_id AND p.site_dn = e.site_dn
WHERE e.is_deleted = 0 AND e.platform <> ''
  AND NOT EXISTS (SELECT 1 FROM extensions x
                  WHERE x.snapshot_id = e.snapshot_id AND x.site_dn = e.site_dn
                    AND x.name = e.name AND x.platform = p.platform AND x.is_deleted = 0)
GROUP BY e.snapshot_id, e.site_dn, e.name, p.platform
UNION ALL
SELECT snapshot_id, NULL, NULL, NULL, NULL, site_dn, min(path), NULL,
       iif(is_lossy, 'some of the directory was lost: extensions of ', 'extensions of ') ||
         coalesce('the site ' || site_dn, 'the organization')
FROM judged
WHERE NOT is_loaded AND NOT is_tombstone
GROUP BY snapshot_id, site_dn
UNION ALL
SELECT d.snapshot_id, NULL, NULL, NULL, NULL, NULL, min(d.path), 'skipped',
       'Extension-Name of objects'
FROM directories d
WHERE d.snapshot_id NOT IN (SELECT snapshot_id FROM tokens)
  AND d.snapshot_id NOT IN (SELECT snapshot_id FROM extensions)
GROUP BY d.snapshot_id
ORDER BY snapshot_id, missing, severity, subject, extension
