-- SPDX-License-Identifier: MIT
-- id: service-imagepath-suspect
-- title: Path of an Exchange service's program is malformed, or leads elsewhere
-- severity: error
-- kb: Q318746, Q171259, Q240208
-- applies: 4.0, 5.0, 5.5
-- needs: registry
-- tags: services, registry
-- param: server text = NULL   only this server
-- x-why: A service whose path is malformed does not start, or starts another program; one that
--   leads to another installation runs an old version beside the new.
-- x-logic: ImagePath of the Exchange services: blanks around it, doubled colons, no drive, or
--   another program than the key stands for are errors. A root that most services of the server do
--   not share is a warning, an info for the MS Mail tree, which may have been moved by hand; a
--   counter library of MS Mail under another root than its program is a warning.
-- remedy: Write the full path of the program into ImagePath and restart the service. After a
--   service pack look at the paths of MS Mail again.
WITH
  programs(key, program) AS (VALUES
    ('MSExchangeSA', 'MAD.EXE'), ('MSExchangeDS', 'DSAMAIN.EXE'), ('MSExchangeIS', 'STORE.EXE'),
    ('MSExchangeMTA', 'EMSMTA.EXE'), ('MSExchangeDX', 'DXA.EXE'), ('MSExchangeFB', 'MSFBCONN.EXE'),
    ('MSExchangeIMC', 'MSEXCIMC.EXE'), ('MSExchangeMSMI', 'MT.EXE'),
    ('MSExchangeATMTA', 'MACGATE.EXE'), ('MSExchangeKMS', 'KMSERVER.EXE'),
    ('MSExchangeES', 'EVENTS.EXE'), ('MSExchangeINS', 'EXCHINS.EXE'),
    ('MSExchangeCCMC', 'CCMC.EXE'), ('MSExchangeCalCon', 'CALCON.EXE'),
    ('MSExchangeMCA', 'MBCLEAN.EXE')),
  paths AS (
    SELECT snapshot_id, source_id, server, name COLLATE FOLD AS name, key_path, image_path,
           upper(replace(trim(image_path), '"', '')) AS path
    FROM services
    WHERE is_current = 1 AND image_path IS NOT NULL
      AND (name LIKE 'MSExchange%' OR name LIKE 'LME-%' OR name LIKE '%-LME-%')
      AND (:server IS NULL OR server = :server)
  ),
  -- The installation's root: what stands before BIN, CONNECT or SECURITY.
  rooted AS (
    SELECT p.*, CASE
        WHEN instr(path, '\CONNECT\') > 0 THEN substr(path, 1, instr(path, '\CONNECT\') - 1)
        WHEN instr(path, '\SECURITY\') > 0 THEN substr(path, 1, instr(path, '\SECURITY\') - 1)
        WHEN instr(path, '\BIN\') > 0 THEN substr(path, 1, instr(path, '\BIN\') - 1)
      END AS root,
      path REGEXP '^([A-Z]:\\|%[^%]+%|\\\\[^\\]|\\SYSTEMROOT\\|\\\?\?\\[A-Z]:\\)' AS has_start
    FROM paths p
  ),
  -- Beside each service the root that most services of its source have.
  counted AS (
    SELECT r.*, root IS NOT NULL AND has_start AS is_rooted,
           count(*) FILTER (WHERE has_start) OVER alike AS services,
           max(name = 'MSExchangeSA') FILTER (WHERE has_start) OVER alike AS has_sa
    FROM rooted r
    WINDOW alike AS (PARTITION BY snapshot_id, source_id, root)
  ),
  compared AS (
    SELECT c.*, first_value(root) OVER most AS usual_root,
           first_value(services) OVER most AS usual_services
    FROM counted c
    WINDOW most AS (PARTITION BY snapshot_id, source_id
                    ORDER BY is_rooted DESC, services DESC, has_sa DESC)
  ),
  libraries AS (
    SELECT r.snapshot_id, r.source_id, r.server, r.key_path, r.image_path, r.root,
           v.value AS library,
           substr(upper(v.value), 1, instr(upper(v.value), '\CONNECT\') - 1) AS library_root
    FROM rooted r
    JOIN registry_values v ON v.snapshot_id = r.snapshot_id AND v.source_id = r.source_id
                          AND v.key_path = r.key_path || '\Performance' AND v.name = 'Library'
    WHERE r.name IN ('MSExchangeMSMI', 'MSExchangePCMTA', 'MSExchangeATMTA')
      AND instr(upper(v.value), '\CONNECT\') > 0
  ),
  found AS (
    SELECT snapshot_id, source_id, server, key_path, image_path, NULL AS other,
           'blanks around the path' AS finding, 'error' AS severity
    FROM rooted WHERE image_path <> trim(image_path) COLLATE BINARY
    UNION ALL
    SELECT snapshot_id, source_id, server, key_path, image_path, NULL, 'a doubled colon', 'error'
    FROM rooted WHERE instr(path, '::') > 0
    UNION ALL
    SELECT snapshot_id, source_id, server, key_path, image_path, NULL,
           'no drive, share or variable at its start', 'error'
    FROM rooted WHERE NOT has_start AND instr(path, '::') = 0
    UNION ALL
    SELECT r.snapshot_id, r.source_id, r.server, r.key_path, r.image_path, p.program,
           'another program than this service is', 'error'
    FROM programs p
    JOIN rooted r ON r.name = p.key
    WHERE NOT (r.path LIKE '%\' || p.program OR r.path LIKE '%\' || p.program || ' %'
               OR r.path = p.program)
    UNION ALL
    SELECT snapshot_id, source_id, server, key_path, image_path, usual_root,
           'another root than most services of the server',
           iif(instr(path, '\MSMCON\') > 0, 'info', 'warning')
    FROM compared
    WHERE root <> usual_root AND has_start AND usual_services > 1
    UNION ALL
    SELECT snapshot_id, source_id, server, key_path, image_path, library,
           'the counter library stands under another root than the program', 'warning'
    FROM libraries WHERE library_root <> root
  )
SELECT f.snapshot_id AS snapshot_id, f.key_path AS subject, f.server, f.finding, f.image_path,
       f.other AS expected, s.path AS registry_source, f.severity, NULL AS missing
FROM found f
LEFT JOIN sources s ON s.snapshot_id = f.snapshot_id AND s.source_id = f.source_id
UNION ALL
SELECT v.snapshot_id, NULL, v.server, NULL, NULL, NULL, NULL,
       iif(EXISTS (SELECT 1 FROM paths p WHERE p.snapshot_id = v.snapshot_id), NULL, 'skipped'),
       iif(EXISTS (SELECT 1 FROM server_registries x
                   WHERE x.snapshot_id = v.snapshot_id AND x.server = v.server),
           'Exchange services of server ' || v.server || ': registry export is partial',
           'registry of server ' || v.server)
FROM exchange_servers v
WHERE (:server IS NULL OR v.server = :server)
  AND NOT EXISTS (SELECT 1 FROM paths p
                  WHERE p.snapshot_id = v.snapshot_id AND p.server = v.server
                    AND p.name LIKE 'MSExchange%')
UNION ALL
-- Nothing tells of a server that could be judged.
SELECT n.snapshot_id, NULL, NULL, NULL, NULL, NULL, NULL, 'skipped',
       'registry of ' || coalesce('server ' || :server, 'an Exchange server')
FROM (SELECT DISTINCT snapshot_id FROM sources WHERE role = 'registry') n
WHERE NOT EXISTS (SELECT 1 FROM exchange_servers v
                  WHERE v.snapshot_id = n.snapshot_id AND (:server IS NULL OR v.server = :server))
  AND NOT EXISTS (SELECT 1 FROM paths k WHERE k.snapshot_id = n.snapshot_id)
ORDER BY snapshot_id, missing, severity, server, subject
