-- SPDX-License-Identifier: MIT
-- id: illegal-directory-names
-- title: Directory name with characters that break replication or routing
-- severity: warning
-- kb: Q178163, Q201470, Q222647
-- applies: 5.0, 5.5
-- needs: directory
-- tags: replication, addressing
-- remedy: Names cannot be changed. Make the object anew under a name of plain characters and delete
--   the old one; a site or an organization has to be installed anew.
-- x-why: Such a name stops replication of the object and of all that follow it, or makes addresses
--   that connectors cannot read.
-- x-logic: Relative names of live objects below an organization: a colon or an at sign in the name
--   of the organization or of a site, any character outside the printable ones of ASCII, blanks at
--   the end. Display names are free and not looked at.
WITH
  -- Names first, in one walk; the few that are odd are looked at closely.
  odd AS MATERIALIZED (
    SELECT snapshot_id, object_id FROM objects
    WHERE rdn GLOB '*[^ -~]*' OR rdn LIKE '% ' OR (rdn GLOB '*[:@]*' AND depth <= 2)
  )
SELECT o.snapshot_id AS snapshot_id, o.dn AS subject,
       CASE WHEN o.depth <= 2 AND o.rdn GLOB '*[:@]*' AND o.rdn NOT GLOB '*[^ -~]*'
                 AND o.rdn NOT LIKE '% '
            THEN 'a colon or at sign in the name of the ' ||
                 iif(o.depth = 1, 'organization', 'site')
            WHEN o.rdn GLOB '*[^ -~]*' THEN 'a character that is no printable one of ASCII'
            ELSE 'a blank at the end' END AS finding,
       o.rdn AS name, hex(o.rdn) AS name_octets, o.class, s.path AS directory_source,
       NULL AS severity, NULL AS missing
FROM odd x
CROSS JOIN objects o ON o.snapshot_id = x.snapshot_id AND o.object_id = x.object_id
LEFT JOIN sources s ON s.snapshot_id = o.snapshot_id AND s.source_id = o.source_id
WHERE o.is_deleted = 0 AND o.is_phantom = 0 AND o.dn LIKE '/o=%'
UNION ALL
SELECT s.snapshot_id, NULL, NULL, NULL, NULL, NULL, min(s.path), 'skipped',
       'objects of an Exchange organization'
FROM sources s
WHERE s.role = 'directory'
  AND NOT EXISTS (SELECT 1 FROM objects o
                  WHERE o.snapshot_id = s.snapshot_id AND o.dn LIKE '/o=%')
GROUP BY s.snapshot_id
ORDER BY snapshot_id, missing, subject
