-- SPDX-License-Identifier: MIT
-- id: service-account-inconsistent
-- title: Exchange services run under different accounts, or under the system account
-- severity: warning
-- kb: Q275271, Q156093, Q162384, Q163686, Q151689, Q180013
-- applies: 4.0, 5.0, 5.5
-- needs: registry
-- tags: services, security
-- param: server text = NULL   only this server
-- x-why: The services of a site trust each other by one account. One that runs under another, or
--   under LocalSystem, cannot log on to the rest, and replication or delivery stops.
-- x-logic: ObjectName of the Exchange services is compared with that of the System Attendant, or
--   with the most usual one where that runs under LocalSystem, which is an error. Key management
--   must match the directory service. ".\user" and "DOMAIN\user" are not compared: they may be the
--   same. Other accounts on other servers of the site are an info. Exchange 2000 is not judged.
-- remedy: Give all services the site's service account (Control Panel, Services); change its
--   password through the properties of the site's Configuration object, never in Windows alone.
WITH
  run AS (
    SELECT s.snapshot_id, s.source_id, s.server, s.name COLLATE FOLD AS name, s.key_path,
           s.account AS stored_account,
           iif(trim(coalesce(s.account, '')) IN ('', 'LocalSystem', '.\LocalSystem',
                                                 'NT AUTHORITY\SYSTEM'),
               'LocalSystem', trim(s.account)) COLLATE FOLD AS account
    FROM services s
    WHERE s.is_current = 1 AND trim(s.image_path) <> ''
      AND s.kind NOT IN ('kernel-driver', 'file-system-driver', 'adapter')
      AND (s.name LIKE 'MSExchange%' OR s.name LIKE 'LME-%' OR s.name LIKE '%-LME-%')
      AND (:server IS NULL OR s.server = :server)
  ),
  -- Servers of Exchange 4.0 to 5.5: the later ones have no directory service of their own.
  judged AS (
    SELECT r.*
    FROM run r
    WHERE EXISTS (SELECT 1 FROM services d
                  WHERE d.snapshot_id = r.snapshot_id AND d.source_id = r.source_id
                    AND d.name = 'MSExchangeDS' AND d.is_current = 1)
       OR EXISTS (SELECT 1 FROM exchange_servers e
                  WHERE e.snapshot_id = r.snapshot_id AND e.server = r.server)
  ),
  counted AS (
    SELECT j.*, account <> 'LocalSystem' AS is_user, count(*) OVER alike AS services,
           max(name = 'MSExchangeSA') OVER alike AS is_attendants,
           max(iif(name = 'MSExchangeDS', account, NULL))
             OVER (PARTITION BY snapshot_id, source_id) AS directory_account
    FROM judged j
    WINDOW alike AS (PARTITION BY snapshot_id, source_id, account)
  ),
  -- Beside each service the account of its server: the System Attendant's, or else the one of most.
  usual AS (
    SELECT c.*,
           first_value(iif(is_user, account, NULL))
             OVER (PARTITION BY snapshot_id, source_id
                   ORDER BY is_user DESC, is_attendants DESC, services DESC, account)
             COLLATE FOLD AS usual_account
    FROM counted c
  ),
  compared AS (
    SELECT u.*,
           iif(name = 'MSExchangeKMS', coalesce(directory_account, usual_account),
               usual_account) COLLATE FOLD AS expected
    FROM usual u
  ),
  found AS (
    SELECT *, iif(account = 'LocalSystem', 'runs under the system account',
                  'runs under another account than ' ||
                  iif(name = 'MSExchangeKMS', 'the directory service', 'the other services'))
                AS finding,
           iif(account = 'LocalSystem' AND name = 'MSExchangeSA', 'error', 'warning') AS severity
    FROM compared
    WHERE account <> coalesce(expected, '')
      AND (account = 'LocalSystem' OR expected IS NOT NULL)
      -- The same user of this computer and of a domain: the same on a domain controller.
      AND NOT (account LIKE '%\%' AND expected LIKE '%\%'
               AND (account LIKE '.\%' OR expected LIKE '.\%')
               AND substr(account, instr(account, '\')) = substr(expected, instr(expected, '\'))
                     COLLATE FOLD)
  ),
  sites AS (
    SELECT u.snapshot_id, u.server, u.usual_account AS account,
           (SELECT e.site_dn FROM exchange_servers e
            WHERE e.snapshot_id = u.snapshot_id AND e.server = u.server) AS site_dn
    FROM usual u
    WHERE u.name = 'MSExchangeSA' AND u.usual_account IS NOT NULL
  )
SELECT f.snapshot_id AS snapshot_id, f.key_path AS subject, f.server, f.name AS service, f.finding,
       f.stored_account AS account, f.expected AS expected_account, s.path AS registry_source,
       f.severity, NULL AS missing
FROM found f
LEFT JOIN sources s ON s.snapshot_id = f.snapshot_id AND s.source_id = f.source_id
UNION ALL
SELECT t.snapshot_id, t.site_dn, NULL, NULL, 'servers of one site run under different accounts',
       group_concat(t.server || ': ' || t.account, '; '), NULL, NULL, 'info', NULL
FROM sites t
WHERE :server IS NULL AND t.site_dn IS NOT NULL
GROUP BY t.snapshot_id, t.site_dn
HAVING min(t.account) <> max(t.account)
UNION ALL
SELECT v.snapshot_id, NULL, v.server, NULL, NULL, NULL, NULL, NULL,
       iif(EXISTS (SELECT 1 FROM judged j WHERE j.snapshot_id = v.snapshot_id), NULL, 'skipped'),
       iif(EXISTS (SELECT 1 FROM server_registries x
                   WHERE x.snapshot_id = v.snapshot_id AND x.server = v.server),
           'services of server ' || v.server || ': registry export is partial',
           'registry of server ' || v.server)
FROM exchange_servers v
WHERE (:server IS NULL OR v.server = :server)
  AND NOT EXISTS (SELECT 1 FROM judged j
                  WHERE j.snapshot_id = v.snapshot_id AND j.server = v.server
                    AND j.name = 'MSExchangeSA')
UNION ALL
-- Nothing tells of a server that could be judged.
SELECT n.snapshot_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'skipped',
       'registry of ' || coalesce('server ' || :server, 'an Exchange server')
FROM (SELECT DISTINCT snapshot_id FROM sources WHERE role = 'registry') n
WHERE NOT EXISTS (SELECT 1 FROM exchange_servers v
                  WHERE v.snapshot_id = n.snapshot_id AND (:server IS NULL OR v.server = :server))
  AND NOT EXISTS (SELECT 1 FROM judged k WHERE k.snapshot_id = n.snapshot_id)
ORDER BY snapshot_id, missing, severity, server, subject
