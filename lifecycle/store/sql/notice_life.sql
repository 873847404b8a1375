-- The ledger of notices with the rest of a record's life (notice_life.c).

-- What is printed and not bound yet never leaves: it is owed still.
-- name: notice_save
SELECT n, kind, cause, CASE WHEN status = 'issued' AND EXISTS (
		SELECT 1 FROM print_run p WHERE p.n = notice.run
		AND p.status = 'printing')
	THEN 'owed' ELSE status END, since, due, why, addressee, language,
	format, route, version, issued, issued_by, served, served_by,
	returned, returned_by, wording, run
FROM notice WHERE record = ? AND safe = 0 ORDER BY n

-- name: notice_to_save
SELECT who, ground, since, set_at, set_by FROM notice_to WHERE record = ?

-- name: notice_load
INSERT INTO notice(n, record, kind, cause, status, since, due, why, addressee,
	language, format, route, version, issued, issued_by, served,
	served_by, returned, returned_by, wording, run)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
	(SELECT n FROM print_run WHERE n = ?))

-- name: notice_to_load
INSERT INTO notice_to(record, who, ground, since, set_at, set_by)
VALUES (?, ?, ?, ?, ?, ?)

-- name: notice_number_seen
UPDATE counter SET last = ?1 WHERE name = 'notice' AND last < ?1

-- name: notice_drop
DELETE FROM notice WHERE record = ? AND safe = 0 RETURNING status = 'owed'

-- name: notice_to_leave
DELETE FROM notice_to WHERE record = ?

-- Those of an officer stay while the record is archived.
-- name: notice_safe_rest
UPDATE notice SET covers = NULL,
	why = CASE status WHEN 'owed' THEN 'archived' ELSE why END,
	status = CASE status WHEN 'owed' THEN 'suppressed' ELSE status END
WHERE record = ? AND safe = 1

-- Its cause says which one it covers.
-- name: notice_safe_wake
UPDATE notice SET covers = (SELECT o.n FROM notice o WHERE o.record = ?1
		AND o.safe = 0 AND (notice.cause = 'for-' || o.n
		OR notice.cause LIKE 'for-' || o.n || ':%')),
	status = CASE WHEN why IS 'archived' THEN 'owed' ELSE status END,
	why = CASE WHEN why IS 'archived' THEN NULL ELSE why END
WHERE record = ?1 AND safe = 1

-- name: notice_loose
UPDATE notice SET covers = NULL WHERE covers IN (SELECT n FROM notice
	WHERE record = ?)

-- name: notice_forget
DELETE FROM notice WHERE record = ?

-- name: notice_merged_into
SELECT n FROM record WHERE merged_into = ? AND n > ? ORDER BY n LIMIT 1

-- name: notice_unplace
UPDATE notice SET place = NULL WHERE record = ? AND place IS NOT NULL

-- name: notice_unprint
UPDATE notice SET status = 'owed', addressee = NULL, language = NULL,
	format = NULL, route = NULL, version = NULL, wording = NULL,
	run = NULL, place = NULL, issued = NULL, issued_by = NULL
WHERE record = ? AND status = 'issued' AND EXISTS (
	SELECT 1 FROM print_run p WHERE p.n = notice.run
	AND p.status = 'printing')

-- name: notice_items_drop
DELETE FROM print_item WHERE notice IN (SELECT n FROM notice
	WHERE record = ?)

-- name: notice_pass_on
UPDATE notice SET record = ?2
WHERE record = ?1 AND NOT EXISTS (SELECT 1 FROM notice o WHERE o.record = ?2
	AND o.kind = notice.kind AND o.cause = notice.cause)
RETURNING n

-- name: notice_merge
UPDATE notice SET status = 'suppressed', why = 'merged'
WHERE record = ? AND status = 'owed'
RETURNING n

-- name: notice_to_pass_on
UPDATE notice_to SET record = ?2
WHERE record = ?1 AND NOT EXISTS (SELECT 1 FROM notice_to o
	WHERE o.record = ?2)

-- name: notice_give_back
UPDATE notice SET record = ?2 WHERE n = ?1 AND record = ?3

-- name: notice_unmerge
UPDATE notice SET status = 'owed', why = NULL
WHERE n = ?1 AND record = ?2 AND status = 'suppressed' AND why = 'merged'

-- A move that is undone owes nothing, and may come again.
-- name: notice_of_move
SELECT n FROM notice WHERE record = (SELECT record FROM move WHERE n = ?1)
	AND kind = 'authority' AND cause = ?2 AND status = 'owed'

-- name: notice_item_drop
DELETE FROM print_item WHERE notice = ?

-- name: notice_bare
UPDATE notice SET covers = NULL WHERE covers = ?

-- name: notice_delete
DELETE FROM notice WHERE n = ?

-- name: notice_end_outcomes
UPDATE notice SET status = 'suppressed', why = 'superseded'
WHERE record = ? AND kind = 'shield-outcome' AND status = 'owed'

-- name: notice_outcome
SELECT n FROM notice WHERE record = ? AND kind = 'shield-outcome'
	AND status = 'owed'
ORDER BY n DESC LIMIT 1

-- name: notice_cover
INSERT INTO notice(record, kind, cause, safe, covers, status, since, due, n)
SELECT record, kind, 'for-' || n, 1, n, 'owed', since, due, ?2
FROM notice WHERE n = ?1 AND status = 'owed' AND safe = 0

-- name: notice_covering
SELECT n, status FROM notice WHERE covers = ? ORDER BY n DESC LIMIT 1

-- name: notice_cover_again
UPDATE notice SET status = 'owed', why = NULL WHERE n = ?

-- A letter that an officer withdraws was not sent: it is owed if what it covers
-- is.
-- name: notice_mail_withdrawn
UPDATE notice SET status = CASE WHEN covers IS NULL OR EXISTS (SELECT 1
		FROM notice o WHERE o.n = notice.covers AND o.status = 'owed')
		THEN 'owed' ELSE 'suppressed' END,
	why = CASE WHEN covers IS NULL THEN why ELSE (SELECT o.why
		FROM notice o WHERE o.n = notice.covers) END,
	addressee = NULL, language = NULL,
	format = NULL, route = NULL, version = NULL, wording = NULL,
	mail = NULL, issued = NULL, issued_by = NULL
WHERE mail = ? AND status = 'issued'

-- name: notice_look_soon
UPDATE record SET notice_look = '0001-01-01' WHERE n = ? AND state = 'live'

-- name: notice_policy
UPDATE record SET policy = ?, notice_look = '0001-01-01' WHERE n = ?

-- What would lapse if the record were archived.
-- name: notice_owed_count
SELECT count(*) FROM notice WHERE record = (SELECT n FROM record WHERE id = ?)
	AND safe = 0 AND (status = 'owed' OR (status = 'issued' AND EXISTS (
	SELECT 1 FROM print_run p WHERE p.n = notice.run
	AND p.status = 'printing')))

-- For a dry run: whose day has come and who is not archived first.
-- name: notice_foresee
SELECT n, notice_look FROM record
WHERE notice_look <= ?1 AND (notice_look, n) > (?2, ?3)
	AND NOT (next_action IS 'archive' AND parked = 0 AND next_due <= ?1)
ORDER BY notice_look, n LIMIT 500
