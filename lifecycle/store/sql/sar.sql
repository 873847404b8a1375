-- Requests for access (sar.c, sar_open.c, sar_event.c, sar_end.c); sar_read
-- reads the 30 columns of one.

-- name: sar_get
SELECT n, id, stage, outcome, authority, relation, requester, language, format,
	asks, received, policy, starts, due, waits_for, extended, opened_by,
	collected_by, approved_by, answered_by, closed_by, opened_uid,
	collected_uid, approved_uid, answered, ground, closed, expires,
	expired, digest
FROM sar WHERE id = ?

-- name: sar_at
SELECT n, id, stage, outcome, authority, relation, requester, language, format,
	asks, received, policy, starts, due, waits_for, extended, opened_by,
	collected_by, approved_by, answered_by, closed_by, opened_uid,
	collected_uid, approved_uid, answered, ground, closed, expires,
	expired, digest
FROM sar WHERE n = ?

-- A page behind due date ?1 ('' for those that wait) and number ?2.
-- name: sar_open_page
SELECT n, id, stage, outcome, authority, relation, requester, language, format,
	asks, received, policy, starts, due, waits_for, extended, opened_by,
	collected_by, approved_by, answered_by, closed_by, opened_uid,
	collected_uid, approved_uid, answered, ground, closed, expires,
	expired, digest
FROM sar WHERE stage <> 'closed' AND (due, n) > (?1, ?2)
ORDER BY due, n LIMIT 32

-- name: sar_waiting_page
SELECT n, id, stage, outcome, authority, relation, requester, language, format,
	asks, received, policy, starts, due, waits_for, extended, opened_by,
	collected_by, approved_by, answered_by, closed_by, opened_uid,
	collected_uid, approved_uid, answered, ground, closed, expires,
	expired, digest
FROM sar WHERE stage <> 'closed' AND due IS NULL AND ?1 = '' AND n > ?2
ORDER BY n LIMIT 32

-- name: sar_closed_page
SELECT n, id, stage, outcome, authority, relation, requester, language, format,
	asks, received, policy, starts, due, waits_for, extended, opened_by,
	collected_by, approved_by, answered_by, closed_by, opened_uid,
	collected_uid, approved_uid, answered, ground, closed, expires,
	expired, digest
FROM sar WHERE stage = 'closed' AND ?1 = '' AND n > ?2
ORDER BY n LIMIT 32

-- name: sar_next
UPDATE counter SET last = last + 1 WHERE name = 'sar' RETURNING last

-- name: sar_add
INSERT INTO sar(n, id, stage, authority, relation, requester, mark, language,
	format, asks, received, policy, opened, opened_by, opened_uid)
VALUES (?, ?, 'open', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- Earlier ones of the same requester about record ?2, or somebody sought as ?3.
-- name: sar_like
SELECT s.id, s.stage, s.answered, s.outcome, s.n FROM sar s
WHERE s.mark = ?1 AND EXISTS (SELECT 1 FROM sar_subject x
	LEFT JOIN record r ON r.n = x.record
	WHERE x.sar = s.n AND (x.record = ?2 OR r.merged_into = ?2
	OR x.sought = ?3))
ORDER BY s.n DESC

-- name: sar_subject_add
INSERT INTO sar_subject(sar, idx, record, sought) VALUES (?, ?, ?, ?)

-- name: sar_subjects_of
SELECT x.idx, coalesce(m.n, r.n), coalesce(m.id, r.id), x.sought, x.found,
	x.own_view, x.own_view_on, x.safe, x.safe_by, x.safe_uid,
	coalesce(m.authority, r.authority)
FROM sar_subject x LEFT JOIN record r ON r.n = x.record
	LEFT JOIN record m ON m.n = r.merged_into
WHERE x.sar = ? ORDER BY x.idx

-- name: sar_subject_birth
SELECT coalesce(m.birth, r.birth)
FROM sar_subject x JOIN record r ON r.n = x.record
	LEFT JOIN record m ON m.n = r.merged_into
WHERE x.sar = ? AND x.idx = ?

-- name: sar_set_view
UPDATE sar_subject SET own_view = ?, own_view_on = ? WHERE sar = ? AND idx = ?

-- name: sar_set_safe
UPDATE sar_subject SET safe = ?, safe_at = ?, safe_by = ?, safe_uid = ?
WHERE sar = ? AND idx = ?

-- name: sar_looked
SELECT EXISTS (SELECT 1 FROM audit WHERE subject = ? AND action = 'sar.find')

-- What was found out about another is not so of this one.
-- name: sar_set_found
UPDATE sar_subject SET record = ?1, found = ?2,
	safe = CASE WHEN record IS ?1 THEN safe ELSE 0 END,
	safe_at = CASE WHEN record IS ?1 THEN safe_at END,
	safe_by = CASE WHEN record IS ?1 THEN safe_by END,
	safe_uid = CASE WHEN record IS ?1 THEN safe_uid END,
	own_view = CASE WHEN record IS ?1 THEN own_view END,
	own_view_on = CASE WHEN record IS ?1 THEN own_view_on END
WHERE sar = ?3 AND idx = ?4

-- Record ?1, or one that was merged into it, is not whom it was.
-- name: sar_unsafe
UPDATE sar_subject SET safe = 0, safe_at = NULL, safe_by = NULL,
	safe_uid = NULL
WHERE safe = 1 AND record IN (
	SELECT ?1 UNION ALL SELECT n FROM record WHERE merged_into = ?1)
	AND (SELECT stage FROM sar WHERE n = sar_subject.sar) <> 'closed'

-- name: sar_event_add
INSERT INTO sar_event(sar, date, kind, reference, text, amount, at, by)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)

-- What may be done many times a day is there once for each day and operator.
-- name: sar_event_once
INSERT INTO sar_event(sar, date, kind, at, by)
SELECT ?1, ?2, ?3, ?4, ?5 WHERE NOT EXISTS (SELECT 1 FROM sar_event
	WHERE sar = ?1 AND date = ?2 AND kind = ?3 AND by = ?5)

-- name: sar_events_of
SELECT n, date, kind, reference, text, amount, at, by
FROM sar_event WHERE sar = ? ORDER BY n

-- name: sar_events_count
SELECT count(*) FROM sar_event WHERE sar = ?

-- name: sar_clock_put
UPDATE sar SET starts = ?, due = ?, waits_for = ?, extended = ?, remind = ?
WHERE n = ?

-- name: sar_clock_get
SELECT starts, due, waits_for, extended, remind FROM sar WHERE n = ?

-- What was collected is to be collected again; or approved again.
-- name: sar_reopen
UPDATE sar SET stage = 'open', digest = NULL, approved = NULL,
	approved_by = NULL, approved_uid = NULL
WHERE n = ? AND stage IN ('open', 'collected', 'approved')

-- name: sar_unapprove
UPDATE sar SET stage = 'collected', approved = NULL, approved_by = NULL,
	approved_uid = NULL
WHERE n = ? AND stage = 'approved'

-- name: sar_answer
UPDATE sar SET stage = 'answered', outcome = ?, answered = ?, answered_by = ?,
	ground = ?
WHERE n = ?

-- name: sar_close
UPDATE sar SET stage = 'closed', closed = ?, closed_by = ?, expires = ?
WHERE n = ?

-- name: sar_hold_next
SELECT h.n, h.id, r.id FROM hold h JOIN record r ON r.n = h.record
WHERE h.sar = ?1 AND h.released IS NULL AND h.n > ?2
	AND (?3 = 0 OR h.record = ?3)
ORDER BY h.n LIMIT 1

-- name: sar_holds_on
SELECT count(*) FROM hold h
WHERE h.sar = ?1 AND h.released IS NULL AND h.record = ?2

-- name: sar_kept_drop
DELETE FROM sar_kept WHERE sar = ?

-- The policies that were ever in force, and since when, the last one first: of
-- one time, the adoption comes after the file was kept.
-- name: sar_policies
-- excused: a store adopts a handful of policies in its life
SELECT n, substr(at, 1, 10) FROM (SELECT n, adopted AS at, 0 AS later
	FROM policy UNION ALL SELECT policy, at, 1 FROM policy_adoption)
ORDER BY at DESC, later DESC, n DESC

-- name: sar_items_count
SELECT count(*) FROM sar_item WHERE sar = ?

-- The numbers give way to those that come.
-- name: sar_items_lift
UPDATE sar_item SET item = item + 1000000 WHERE sar = ?

-- name: sar_item_put
INSERT INTO sar_item(sar, item, subject, key, flags, digest)
VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT(sar, subject, key) DO UPDATE SET item = excluded.item,
	decision = CASE WHEN flags = excluded.flags
		AND digest = excluded.digest THEN decision END,
	ground = CASE WHEN flags = excluded.flags
		AND digest = excluded.digest THEN ground END,
	note = CASE WHEN flags = excluded.flags
		AND digest = excluded.digest THEN note END,
	decided = CASE WHEN flags = excluded.flags
		AND digest = excluded.digest THEN decided END,
	decided_by = CASE WHEN flags = excluded.flags
		AND digest = excluded.digest THEN decided_by END,
	decided_uid = CASE WHEN flags = excluded.flags
		AND digest = excluded.digest THEN decided_uid END,
	flags = excluded.flags, digest = excluded.digest
RETURNING decision, ground, note, decided_by, decided_uid

-- name: sar_items_gone
DELETE FROM sar_item WHERE sar = ? AND item > 1000000

-- name: sar_collected
UPDATE sar SET stage = 'collected', collected = ?, collected_by = ?,
	collected_uid = ?, digest = ?, approved = NULL, approved_by = NULL,
	approved_uid = NULL
WHERE n = ?

-- name: sar_items_of
SELECT item, subject, key, flags, digest, decision, ground, note, decided_by,
	decided_uid
FROM sar_item WHERE sar = ? AND item > ? ORDER BY item LIMIT 256

-- name: sar_item_at
SELECT item, subject, key, flags, digest, decision, ground, note, decided_by,
	decided_uid
FROM sar_item WHERE sar = ? AND item = ?

-- The item of key ?9, and what is below it.
-- name: sar_item_decide
UPDATE sar_item SET decision = ?1, ground = ?2, note = ?3, decided = ?4,
	decided_by = ?5, decided_uid = ?6
WHERE sar = ?7 AND subject = ?8 AND (key = ?9
	OR (key > ?9 || '/' AND key < ?9 || '0'))

-- Whether operator ?2 (of uid ?3, unless NULL) decided something.
-- name: sar_decider
SELECT EXISTS (SELECT 1 FROM sar_item WHERE sar = ?1 AND decision IS NOT NULL
	AND (decided_by = ?2 OR decided_uid = ?3))

-- name: sar_approve
UPDATE sar SET stage = 'approved', approved = ?, approved_by = ?,
	approved_uid = ?, digest = ?
WHERE n = ? AND stage = 'collected'

-- name: sar_safe_any
SELECT EXISTS (SELECT 1 FROM sar_subject WHERE sar = ? AND safe = 1)

-- name: sar_sent_add
INSERT INTO sar_sent(sar, at, by, form, sha256, bytes, items, list)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)

-- name: sar_sent_of
SELECT form, sha256, bytes, items, at, by, list
FROM sar_sent WHERE sar = ? ORDER BY n

-- ---- expiry (sar_life.c)

-- name: sar_expiring
SELECT n FROM sar
WHERE expires IS NOT NULL AND expired IS NULL AND expires <= ?
ORDER BY expires, n LIMIT 1

-- name: sar_expiring_count
SELECT count(*) FROM sar
WHERE expires IS NOT NULL AND expired IS NULL AND expires <= ?

-- name: sar_marked
SELECT n FROM sar WHERE n > ? AND mark IS NOT NULL ORDER BY n LIMIT 1

-- name: sar_mark_put
UPDATE sar SET mark = ? WHERE n = ?

-- name: sar_expire
UPDATE sar SET requester = NULL, mark = NULL, digest = NULL, expired = ?
WHERE n = ?

-- name: sar_expire_subjects
UPDATE sar_subject SET sought = NULL WHERE sar = ?

-- name: sar_expire_events
UPDATE sar_event SET reference = NULL, text = NULL WHERE sar = ?

-- name: sar_expire_items
UPDATE sar_item SET note = NULL, digest = x'' WHERE sar = ?

-- name: sar_expire_sent
UPDATE sar_sent SET list = NULL WHERE sar = ?

-- Requests about record ?1, or one that was merged into it, behind number ?2.
-- name: sar_about
SELECT min(x.sar) FROM sar_subject x
WHERE x.sar > ?2 AND x.record IN (SELECT n FROM record WHERE n = ?1
	UNION ALL SELECT n FROM record WHERE merged_into = ?1)

-- name: sar_counts
-- excused: the requests that are not answered, all of a small index
SELECT count(*), count(CASE WHEN due < ?1 THEN 1 END)
FROM sar INDEXED BY sar_remind
WHERE stage IN ('open', 'collected', 'approved')

-- name: sar_unanswered
SELECT n FROM sar
WHERE stage IN ('open', 'collected', 'approved') AND n > ? ORDER BY n LIMIT 1

-- ---- the worklist: columns as in worklist.sql; the fourth has the authorities
-- of all whom a request is about, or its own

-- name: work_access_due
SELECT s.due, s.id, NULL, coalesce((SELECT group_concat(coalesce(m.authority,
		r.authority)) FROM sar_subject x JOIN record r ON r.n = x.record
		LEFT JOIN record m ON m.n = r.merged_into WHERE x.sar = s.n),
	s.authority), s.stage, s.asks
FROM sar s INDEXED BY sar_open
WHERE s.stage <> 'closed' AND s.due <= max(?1, date(?2, '+14 days'))
	AND s.stage <> 'answered'
ORDER BY s.due, s.n

-- name: work_access_waits
SELECT s.remind, s.id, NULL, coalesce((SELECT group_concat(coalesce(
		m.authority, r.authority)) FROM sar_subject x
		JOIN record r ON r.n = x.record
		LEFT JOIN record m ON m.n = r.merged_into WHERE x.sar = s.n),
	s.authority), s.waits_for
FROM sar s INDEXED BY sar_remind
WHERE s.stage IN ('open', 'collected', 'approved') AND s.remind <= ?2
	AND s.waits_for IS NOT NULL AND ?1 IS NOT NULL
ORDER BY s.remind, s.n

-- name: work_access_undecided
-- excused: the requests that wait for a decision, all of a small index
SELECT substr(s.collected, 1, 10), s.id, NULL, coalesce((SELECT group_concat(
		coalesce(m.authority, r.authority)) FROM sar_subject x
		JOIN record r ON r.n = x.record
		LEFT JOIN record m ON m.n = r.merged_into WHERE x.sar = s.n),
	s.authority),
	(SELECT count(*) FROM sar_item i WHERE i.sar = s.n AND i.flags <> 0
		AND i.decision IS NULL)
FROM sar s INDEXED BY sar_review
WHERE s.stage = 'collected' ORDER BY s.collected, s.n

-- Whether something is flagged and not decided; whether something is withheld,
-- or given though flagged, or may be opened; whether operator ?3 had a part.
-- name: work_access_approval
-- excused: the requests that wait for a decision, all of a small index
SELECT substr(s.collected, 1, 10), s.id, NULL, coalesce((SELECT group_concat(
		coalesce(m.authority, r.authority)) FROM sar_subject x
		JOIN record r ON r.n = x.record
		LEFT JOIN record m ON m.n = r.merged_into WHERE x.sar = s.n),
	s.authority),
	EXISTS (SELECT 1 FROM sar_item i WHERE i.sar = s.n AND i.flags <> 0
		AND i.decision IS NULL),
	EXISTS (SELECT 1 FROM sar_item i WHERE i.sar = s.n
		AND (i.decision = 'withhold' OR (i.decision = 'give'
		AND i.flags <> 0))) OR EXISTS (SELECT 1 FROM sar_subject x
		WHERE x.sar = s.n AND x.safe = 1),
	s.collected_by = ?3 OR EXISTS (SELECT 1 FROM sar_item i
		WHERE i.sar = s.n AND i.decided_by = ?3)
FROM sar s INDEXED BY sar_review
WHERE s.stage = 'collected' AND ?1 IS NOT NULL AND ?2 IS NOT NULL
ORDER BY s.collected, s.n

-- name: work_access_unclosed
-- excused: what is answered and not closed, all of a small index
SELECT s.answered, s.id, NULL, coalesce((SELECT group_concat(coalesce(
		m.authority, r.authority)) FROM sar_subject x
		JOIN record r ON r.n = x.record
		LEFT JOIN record m ON m.n = r.merged_into WHERE x.sar = s.n),
	s.authority), s.outcome
FROM sar s INDEXED BY sar_unclosed
WHERE s.stage = 'answered' ORDER BY s.answered, s.n
