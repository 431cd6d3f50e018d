-- SPDX-License-Identifier: MIT
-- id: imc-admin-mailbox-invalid
-- title: Administrator's mailbox of the Internet Mail service is not usable
-- severity: error
-- kb: Q183178, Q246115, Q148727
-- applies: 4.0, 5.0, 5.5
-- needs: directory
-- tags: connectors, recipients
-- param: server text = NULL   only connectors of this server
-- x-why: Without a mailbox for its notifications the service does not start, or stops at the first
--   mail that it cannot deliver (events 4071, 4072, 100).
-- x-logic: Names of recipients that live Internet Mail connectors hold must be live mailboxes or
--   lists with an X.400 address. Which attribute it is has not been published: every name outside
--   of Configuration is judged, but those of who may send. Where a connector holds none, or the
--   site of the name is not in the directory, nothing is said.
-- remedy: Choose an existing mailbox on the page Internet Mail of the connector's properties.
WITH
  imcs AS (
    SELECT * FROM connectors
    WHERE type = 'imc' AND is_deleted = 0 AND (:server IS NULL OR server = :server)
  ),
  refs AS (
    SELECT c.snapshot_id, c.object_id, c.dn, c.server, c.source_id,
           coalesce(a.attribute_x500, a.attribute) AS attribute, trim(a.text) AS target
    FROM imcs c
    JOIN attributes a ON a.snapshot_id = c.snapshot_id AND a.object_id = c.object_id
    WHERE a.syntax = '2.5.5.1' AND a.text LIKE '/o=%/ou=%/cn=%/cn=%'
      AND a.text NOT LIKE '/o=%/ou=%/cn=Configuration/%'
      AND coalesce(a.attribute_x500, a.attribute) NOT IN (
        'Auth-Orig', 'Unauth-Orig', 'DL-Mem-Submit-Perms', 'DL-Mem-Reject-Perms', 'Obj-Dist-Name',
        'Export-Containers', 'Import-Container', 'Export-Custom-Recipients')
  ),
  found AS (
    SELECT r.*, o.object_id AS target_id, o.is_deleted, o.class, o.class_x500,
           EXISTS (SELECT 1 FROM exchange_servers s
                   WHERE s.snapshot_id = r.snapshot_id AND r.target LIKE s.site_dn || '/%')
             AS is_site_known,
           EXISTS (SELECT 1 FROM attributes p
                   WHERE p.snapshot_id = r.snapshot_id AND p.object_id = o.object_id
                     AND p.attribute_x500 = 'Proxy-Addresses' AND p.text LIKE 'X400:%') AS has_x400
    FROM refs r
    LEFT JOIN objects o ON o.snapshot_id = r.snapshot_id AND o.dn = r.target AND o.is_phantom = 0
  ),
  judged AS (
    SELECT *, CASE
        WHEN target_id IS NULL AND NOT is_site_known THEN NULL
        WHEN target_id IS NULL THEN 'no such object in the directory'
        WHEN is_deleted = 1 THEN 'the object is deleted'
        WHEN class NOT IN ('organizationalPerson', 'Distribution-List', 'groupOfNames')
          THEN 'neither a mailbox nor a list: ' || coalesce(class_x500, class)
        WHEN NOT has_x400 THEN 'the recipient has no X.400 address'
      END AS finding
    FROM found
  )
SELECT j.snapshot_id AS snapshot_id, j.dn AS subject, j.server, j.attribute,
       j.target AS administrator, j.finding, d.path AS directory_source, NULL AS severity,
       NULL AS missing
FROM judged j
LEFT JOIN sources d ON d.snapshot_id = j.snapshot_id AND d.source_id = j.source_id
WHERE j.finding IS NOT NULL
UNION ALL
SELECT c.snapshot_id, NULL, c.server, NULL, NULL, NULL, NULL,
       iif(EXISTS (SELECT 1 FROM refs x WHERE x.snapshot_id = c.snapshot_id), NULL, 'skipped'),
       'administrator''s mailbox of connector ' || c.dn
FROM imcs c
WHERE NOT EXISTS (SELECT 1 FROM refs r
                  WHERE r.snapshot_id = c.snapshot_id AND r.object_id = c.object_id)
UNION ALL
SELECT DISTINCT snapshot_id, NULL, server, attribute, target, NULL, NULL, NULL,
       'directory of the site of ' || target
FROM judged
WHERE target_id IS NULL AND NOT is_site_known
UNION ALL
-- A directory of which the part with the connectors was not read.
SELECT d.snapshot_id, NULL, NULL, NULL, NULL, NULL, NULL, 'skipped',
       'containers Connections in the directory'
FROM unread_connections d
ORDER BY snapshot_id, missing, subject
