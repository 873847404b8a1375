-- The ledger of notices; notice.c reads the 26 columns of one.

-- name: notice_at
SELECT t.n, t.record, r.id, r.authority, t.kind, t.cause, t.safe, t.covers,
	t.status, t.since, t.due, t.problem, t.why, t.addressee, t.language,
	t.format, t.route, t.version, t.run, t.mail, t.issued, t.issued_by,
	t.served, t.served_by, t.returned, t.returned_by
FROM notice t JOIN record r ON r.n = t.record WHERE t.n = ?

-- ?2: whether safe ones are told.
-- name: notice_of
SELECT t.n, t.record, r.id, r.authority, t.kind, t.cause, t.safe, t.covers,
	t.status, t.since, t.due, t.problem, t.why, t.addressee, t.language,
	t.format, t.route, t.version, t.run, t.mail, t.issued, t.issued_by,
	t.served, t.served_by, t.returned, t.returned_by
FROM notice t JOIN record r ON r.n = t.record
WHERE t.record = ?1 AND t.n > ?3 AND t.safe <= ?2 ORDER BY t.n LIMIT 64

-- A page of what is owed behind due date ?2, and of what is due that day behind
-- number ?3: one statement for both would read that day from its beginning.
-- name: notice_owed
SELECT t.n, t.record, r.id, r.authority, t.kind, t.cause, t.safe, t.covers,
	t.status, t.since, t.due, t.problem, t.why, t.addressee, t.language,
	t.format, t.route, t.version, t.run, t.mail, t.issued, t.issued_by,
	t.served, t.served_by, t.returned, t.returned_by
FROM notice t JOIN record r ON r.n = t.record
WHERE t.status = 'owed' AND t.due > ?2 AND ?3 >= 0 AND t.safe <= ?1
	AND (?4 IS NULL OR t.kind = ?4)
ORDER BY t.due, t.n LIMIT 64

-- name: notice_owed_day
SELECT t.n, t.record, r.id, r.authority, t.kind, t.cause, t.safe, t.covers,
	t.status, t.since, t.due, t.problem, t.why, t.addressee, t.language,
	t.format, t.route, t.version, t.run, t.mail, t.issued, t.issued_by,
	t.served, t.served_by, t.returned, t.returned_by
FROM notice t JOIN record r ON r.n = t.record
WHERE t.status = 'owed' AND t.due = ?2 AND t.n > ?3 AND t.safe <= ?1
	AND (?4 IS NULL OR t.kind = ?4)
ORDER BY t.n LIMIT 64

-- name: notice_owed_here
SELECT t.n, t.record, r.id, r.authority, t.kind, t.cause, t.safe, t.covers,
	t.status, t.since, t.due, t.problem, t.why, t.addressee, t.language,
	t.format, t.route, t.version, t.run, t.mail, t.issued, t.issued_by,
	t.served, t.served_by, t.returned, t.returned_by
FROM notice t JOIN record r ON r.n = t.record
WHERE t.record = ?5 AND t.status = 'owed' AND (t.due, t.n) > (?2, ?3)
	AND t.safe <= ?1 AND (?4 IS NULL OR t.kind = ?4)
ORDER BY t.due, t.n LIMIT 64

-- The letters of a run that are printed and not yet posted.
-- name: notice_of_run
SELECT t.n, t.record, r.id, r.authority, t.kind, t.cause, t.safe, t.covers,
	t.status, t.since, t.due, t.problem, t.why, t.addressee, t.language,
	t.format, t.route, t.version, t.run, t.mail, t.issued, t.issued_by,
	t.served, t.served_by, t.returned, t.returned_by
FROM notice t JOIN record r ON r.n = t.record
WHERE t.run = ?1 AND t.n > ?2 AND t.status = 'issued' AND t.safe = 0
ORDER BY t.n LIMIT 1

-- What a look has to know of records whose day has come, and of one.
-- name: notice_due
SELECT n, birth, created, death_notified, left_on, address_changed, next_due,
	rule, extended_from, parked, synthetic, state = 'live'
FROM record WHERE notice_look <= ? ORDER BY notice_look, n LIMIT 1000

-- name: notice_facts
SELECT n, birth, created, death_notified, left_on, address_changed, next_due,
	rule, extended_from, parked, synthetic, state = 'live'
FROM record WHERE n = ?

-- name: notice_waits
SELECT count(*) FROM (SELECT 1 FROM record WHERE notice_look <= ?1 LIMIT ?2)

-- name: notice_is_due
SELECT notice_look <= ?2 FROM record WHERE n = ?1

-- name: notice_past
SELECT n, kind, cause, status, addressee, version, issued, returned, why,
	safe
FROM notice WHERE record = ? ORDER BY n

-- name: notice_add
INSERT INTO notice(n, record, kind, cause, safe, status, since, due)
VALUES (?, ?, ?, ?, ?, 'owed', ?, ?)

-- name: notice_has
SELECT count(*) FROM notice WHERE record = ? AND kind = ? AND cause = ?

-- name: notice_looked
UPDATE record SET notice_look = ? WHERE n = ?

-- name: notice_lapses
UPDATE notice SET status = 'suppressed', why = ?1, problem = NULL
WHERE n = ?2 AND status = 'owed'

-- name: notice_cover_lapses
UPDATE notice SET status = 'suppressed', why = ?1, problem = NULL
WHERE covers = ?2 AND status = 'owed'

-- One that an officer served by a safe channel, and by which, where there is no
-- shield any more.
-- name: notice_uncovered
SELECT o.n, (SELECT max(c.n) FROM notice c WHERE c.covers = o.n
	AND c.status = 'served') AS safe_n
FROM notice o
WHERE o.record = ?1 AND o.status = 'owed' AND o.safe = 0
	AND safe_n IS NOT NULL
	AND NOT EXISTS (SELECT 1 FROM shield x WHERE x.record = ?1
		AND x.status IN ('requested', 'granted'))
ORDER BY o.n LIMIT 1

-- By whom and how it was served stays a secret.
-- name: notice_unveil
UPDATE notice SET status = 'served', problem = NULL, addressee = c.addressee,
	language = c.language, format = c.format, route = 'post',
	version = c.version, wording = c.wording, issued = c.issued,
	issued_by = ?3, served = c.served, served_by = ?3
FROM notice c
WHERE notice.n = ?1 AND notice.status = 'owed' AND c.n = ?2

-- An open whole notice, and how many went in its place, where the last of these
-- was served to another than ?2, or in another wording than ?3.
-- name: notice_cover_stale
SELECT o.n, (SELECT count(*) FROM notice k WHERE k.covers = o.n)
FROM notice o JOIN notice c ON c.covers = o.n
WHERE o.record = ?1 AND o.status = 'owed' AND o.safe = 0
	AND o.kind IN ('first', 'comprehension', 'version')
	AND c.status = 'served'
	AND (c.addressee IS NOT ?2 OR c.version IS NOT ?3)
	AND NOT EXISTS (SELECT 1 FROM notice l
		WHERE l.covers = o.n AND l.n > c.n)
LIMIT 1

-- name: notice_cover_more
INSERT INTO notice(n, record, kind, cause, safe, covers, status, since, due)
SELECT ?2, record, kind, 'for-' || n || ':' || ?3, 1, n, 'owed', ?4, ?5
FROM notice WHERE n = ?1

-- name: notice_version_since
SELECT p.adopted FROM store s JOIN policy p ON p.n = s.policy
WHERE s.id = 1 AND s.policy = ?

-- name: notice_issue
UPDATE notice SET status = 'issued', problem = NULL, why = NULL,
	addressee = ?2, language = ?3, format = ?4, route = ?5, version = ?6,
	wording = ?7, run = ?8, mail = ?9, place = ?10, issued = ?11,
	issued_by = ?12
WHERE n = ?1 AND status = 'owed'

-- name: notice_serve
UPDATE notice SET status = 'served', served = ?2, served_by = ?3,
	route = coalesce(?4, route)
WHERE n = ?1 AND status = 'issued'

-- name: notice_return
UPDATE notice SET status = 'returned', why = ?2, returned = ?3,
	returned_by = ?4
WHERE n = ?1 AND status IN ('issued', 'served')

-- name: notice_suppress
UPDATE notice SET status = 'suppressed', why = 'operator', problem = NULL,
	addressee = ?2, version = ?3
WHERE n = ?1 AND status = 'owed'

-- name: notice_put_problem
UPDATE notice SET problem = ?2 WHERE n = ?1 AND status = 'owed'

-- Whether the letters of a run are not on paper yet.
-- name: notice_run_open
SELECT count(*) FROM print_run WHERE n = ? AND status = 'printing'

-- name: notice_sent_to
SELECT place FROM notice WHERE n = ?

-- name: notice_to
SELECT who, ground, since, set_by FROM notice_to WHERE record = ?

-- name: notice_to_put
INSERT OR REPLACE INTO notice_to(record, who, ground, since, set_at, set_by)
VALUES (?, ?, ?, ?, ?, ?)

-- name: notice_to_end
DELETE FROM notice_to WHERE record = ?
