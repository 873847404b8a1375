-- Each list is in the order of its due dates, so that they merge without being
-- held.  Columns: due, number or name, authority of the record or NULL, and
-- what the words need.  ?1 is the last day asked for, ?2 today.

-- name: work_consents_ending
SELECT c.until, r.id, r.authority, c.n, c.ground, c.by, r.birth
FROM consent c INDEXED BY consent_until JOIN record r ON r.n = c.record
WHERE c.ended IS NULL AND c.until IS NOT NULL AND c.until <= ?1
	AND c.until >= ?2 AND r.state = 'live'
	AND (r.next_due = c.until OR c.ground NOT IN ('connexions',
	'care-leaver', 'learning-difficulty'))
ORDER BY c.until, c.n

-- name: work_consents_unconfirmed
SELECT c.confirm_due, r.id, r.authority, c.n, c.ground, c.by
FROM consent c INDEXED BY consent_confirm JOIN record r ON r.n = c.record
WHERE c.ended IS NULL AND c.confirm_due IS NOT NULL AND c.confirm_due <= ?1
	AND c.until > ?2 AND r.state = 'live'
ORDER BY c.confirm_due, c.n

-- name: work_statements
-- excused: the versions of statements are few
SELECT substr(added, 1, 10), version, NULL FROM statement WHERE text IS NULL
ORDER BY 1, 2

-- name: work_inexact
SELECT next_due, id, authority, length(birth)
FROM record INDEXED BY record_inexact
WHERE length(birth) < 10 AND next_due IS NOT NULL
ORDER BY next_due, n

-- name: work_undecidable
-- excused: the records that cannot be evaluated, all of a small index
SELECT substr(changed, 1, 10), id, authority
FROM record INDEXED BY record_undecidable WHERE parked = 3
ORDER BY changed, n

-- name: work_troubles
-- excused: what the runs could not deal with, all of it
SELECT t.since, r.id, r.authority, t.what, t.times
FROM trouble t INDEXED BY trouble_since JOIN record r ON r.n = t.record
ORDER BY t.since, t.record

-- name: work_moves
-- excused: what is offered, all of it, by its index
SELECT m.date, r.id, m.to_authority, m.from_authority
FROM move m INDEXED BY move_waits JOIN record r ON r.n = m.record
	AND r.authority = m.from_authority AND r.state = 'live'
WHERE m.status = 'offered' ORDER BY m.date, m.n

-- name: work_batches
SELECT b.not_before, b.id, NULL, b.count,
	(SELECT count(*) FROM batch_approval a WHERE a.batch = b.n),
	b.proposed_by = ?3 OR EXISTS (SELECT 1 FROM batch_approval a
	WHERE a.batch = b.n AND a.operator = ?3)
FROM batch b INDEXED BY batch_waits
WHERE b.status = 'proposed' AND b.status IN ('proposed', 'approved',
	'executed') AND b.kind = 'due'
ORDER BY b.not_before, b.n

-- name: work_batches_late
SELECT b.not_before, b.id, NULL, b.count
FROM batch b INDEXED BY batch_waits
WHERE b.status = 'approved' AND b.status IN ('proposed', 'approved',
	'executed') AND b.not_before < ?2
ORDER BY b.not_before, b.n

-- name: work_batches_uncertified
SELECT b.not_before, b.id, NULL, b.count
FROM batch b INDEXED BY batch_waits
WHERE b.status = 'executed' AND b.status IN ('proposed', 'approved',
	'executed')
ORDER BY b.not_before, b.n

-- Those of requests for access end with these, which have rows of their own.
-- name: work_holds
SELECT h.review, h.id, coalesce(r.authority, h.authority), h.scope
FROM hold h INDEXED BY hold_review LEFT JOIN record r ON r.n = h.record
WHERE h.released IS NULL AND h.review <= ?1 AND h.sar IS NULL
ORDER BY h.review, h.n

-- name: work_holds_unsettled
SELECT released, id, NULL FROM hold
WHERE released IS NOT NULL AND settled IS NULL ORDER BY released, n

-- name: work_run
-- excused: reads the last row only
SELECT day, n, NULL, started FROM (SELECT n, day, started, finished FROM run
	ORDER BY n DESC LIMIT 1) WHERE finished IS NULL

-- name: work_adoption
SELECT substr(p.adopted, 1, 10), p.name, NULL, p.version
FROM store s JOIN policy p ON p.n = s.policy
WHERE s.id = 1 AND s.policy IS NOT s.policy_done

-- name: work_clock
SELECT substr(a.time, 1, 10), a.seq, NULL
FROM store s JOIN audit a ON a.seq = s.clock_doubt WHERE s.id = 1

-- name: work_operators
-- excused: operators are few
SELECT min(coalesce(training_until, '9999-12-31'),
	coalesce(check_until, '9999-12-31')), name, NULL,
	coalesce(training_until, '9999-12-31') <=
	coalesce(check_until, '9999-12-31')
FROM operator WHERE status = 'active' AND min(coalesce(training_until,
	'9999-12-31'), coalesce(check_until, '9999-12-31')) <= ?1
ORDER BY 1, 2

-- name: trouble_note
INSERT INTO trouble(record, since, last, times, what, run)
SELECT n, ?2, ?2, 1, ?3, ?4 FROM record WHERE id = ?1
ON CONFLICT(record) DO UPDATE SET last = excluded.last,
	times = times + (run <> excluded.run), what = excluded.what,
	run = excluded.run

-- name: trouble_settle
-- excused: what the runs could not deal with, as far as there is any
DELETE FROM trouble WHERE run <> ?

-- name: trouble_of
SELECT since, last, times, what FROM trouble WHERE record = ?

-- name: trouble_any
-- excused: looks whether there is a first one
SELECT EXISTS (SELECT 1 FROM trouble)

-- name: forecast_consents
SELECT count(*) FROM consent INDEXED BY consent_until
WHERE ended IS NULL AND until IS NOT NULL AND until > ?1 AND until <= ?2

-- name: forecast_undated
-- excused: entries whose end is not computed yet are few, by their index
SELECT count(*) FROM consent INDEXED BY consent_undated
WHERE ended IS NULL AND until IS NULL AND ground IN ('connexions',
	'care-leaver', 'learning-difficulty')
