-- SPDX-License-Identifier: MIT
-- id: duplicate-proxy-addresses
-- title: One e-mail address on several objects
-- severity: error
-- kb: Q251152, Q259009, Q196174, Q324080
-- applies: 4.0, 5.0, 5.5, 2000, 2003
-- needs: directory
-- tags: addressing, recipients
-- x-why: Mail to the address is returned or goes to the wrong one of the two, and replication
--   between Exchange 5.5 and Active Directory stops at them.
-- x-logic: Addresses of all objects, hidden and deleted ones too, in the form in which equal ones
--   are equal: without case, X.400 components in any order and without blanks around them. Several
--   equal values of one object, primary or not, its target address among them, are no finding. Of
--   very many holders some fifty are named.
-- remedy: Change the address of one of the objects. A tombstone gives its address free when it is
--   collected; a pair that differs by "-1" alone was made by the connector to Active Directory:
--   delete the later one.
WITH
  -- Addresses, by their hash, that more than one object has, tombstones counted. One snapshot at a
  -- time: the addresses of all of them together would not fit into memory.
  shared AS MATERIALIZED (
    SELECT s.snapshot_id, j.value ->> 0 AS hash, j.value ->> 1 AS address_count,
           j.value -> 2 AS object_ids
    FROM snapshots s,
         json_each((SELECT shared_values(address_key(a.text), a.object_id)
                    FROM attributes a
                    WHERE a.snapshot_id = s.snapshot_id
                      AND a.attribute_x500 IN ('Proxy-Addresses', 'Secondary-Proxy-Addresses',
                                               'Target-Address'))) j
  ),
  -- The addresses themselves: two of one hash may differ.
  holders AS (
    SELECT DISTINCT s.snapshot_id, a.object_id, address_key(a.text) AS address_key,
           iif(s.address_count > json_array_length(s.object_ids), s.address_count, 0)
             AS address_count
    FROM shared s
    CROSS JOIN json_each(s.object_ids) j
    CROSS JOIN attributes a ON a.snapshot_id = s.snapshot_id AND a.object_id = j.value
                           AND a.attribute_x500 IN ('Proxy-Addresses', 'Secondary-Proxy-Addresses',
                                                    'Target-Address')
    WHERE value_hash(address_key(a.text)) = s.hash
  ),
  -- One row for a name: several directories of one backup hold copies of the same object. It is
  -- alive where one of them has it alive.
  named AS (
    SELECT h.snapshot_id, h.address_key, h.address_count, o.dn, o.rdn, o.object_id, o.source_id,
           min(o.is_deleted) AS is_deleted
    FROM holders h
    CROSS JOIN objects o ON o.snapshot_id = h.snapshot_id AND o.object_id = h.object_id
    WHERE o.is_phantom = 0
    GROUP BY h.snapshot_id, h.address_key, o.dn
  )
-- The address is shown as one of the live holders has it.
SELECT n.snapshot_id AS snapshot_id, min(iif(n.is_deleted = 0, n.dn, NULL)) AS subject,
       (SELECT min(a.text) FROM attributes a
        WHERE a.snapshot_id = n.snapshot_id
          AND a.object_id = min(iif(n.is_deleted = 0, n.object_id, NULL))
          AND a.attribute_x500 IN ('Proxy-Addresses', 'Secondary-Proxy-Addresses',
                                   'Target-Address')
          AND address_key(a.text) = n.address_key) AS address,
       max(count(*), max(n.address_count)) AS objects,
       group_concat(n.dn || iif(n.is_deleted, ' (deleted)', ''), '; ') ||
         iif(max(n.address_count) > 0, '; ...', '') AS held_by,
       CASE WHEN max(n.is_deleted) = 1 AND sum(n.is_deleted = 0) = 1
            THEN 'the other one is deleted'
            WHEN count(*) = 2 AND (max(n.rdn) = min(n.rdn) || '-1')
            THEN 'their names differ by -1: one is a copy'
            ELSE 'several live objects' END AS finding,
       d.path AS directory_source,
       iif(sum(n.is_deleted = 0) = 1, 'info', 'error') AS severity, NULL AS missing
FROM (SELECT * FROM named ORDER BY snapshot_id, address_key, dn) n
LEFT JOIN sources d ON d.snapshot_id = n.snapshot_id AND d.source_id = n.source_id
GROUP BY n.snapshot_id, n.address_key
HAVING count(*) > 1 AND sum(n.is_deleted = 0) > 0
UNION ALL
SELECT s.snapshot_id, NULL, NULL, NULL, NULL, NULL, NULL, 'skipped', 'e-mail addresses'
FROM snapshots s
WHERE EXISTS (SELECT 1 FROM sources d WHERE d.snapshot_id = s.snapshot_id AND d.role = 'directory')
  AND NOT EXISTS (SELECT 1 FROM attributes a
                  WHERE a.snapshot_id = s.snapshot_id
                    AND a.attribute_x500 IN ('Proxy-Addresses', 'Secondary-Proxy-Addresses',
                                             'Target-Address'))
ORDER BY snapshot_id, missing, address
