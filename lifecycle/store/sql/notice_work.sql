-- What the worklist says of notices: of those that everybody is told of, but
-- for the last.

-- name: work_notices_owed
SELECT min(t.due) AS first, r.authority, r.authority, count(*),
	sum(t.due < ?2)
FROM notice t JOIN record r ON r.n = t.record
WHERE t.status = 'owed' AND t.due <= ?1 AND t.safe = 0 AND t.problem IS NULL
GROUP BY r.authority ORDER BY first

-- name: work_notices_stuck
SELECT min(t.due) AS first, r.authority, r.authority, count(*),
	sum(t.problem = 'no-address')
FROM notice t JOIN record r ON r.n = t.record
WHERE t.status = 'owed' AND t.due <= ?1 AND t.safe = 0
	AND t.problem IS NOT NULL
GROUP BY r.authority ORDER BY first

-- name: work_notices_today
SELECT t.due, r.id, r.authority, t.n,
	r.next_action IS 'archive' AND r.parked = 0 AND r.next_due <= ?2
FROM notice t INDEXED BY notice_withdrawn JOIN record r ON r.n = t.record
WHERE t.status = 'owed' AND t.kind = 'withdrawal' AND t.due <= ?1
	AND t.safe = 0
ORDER BY t.due, t.n

-- Until it is owed again at another address, or nobody is there any more.
-- name: work_notices_returned
-- excused: what came back, by its index
SELECT t.returned, r.id, r.authority, t.why
FROM notice t INDEXED BY notice_returned JOIN record r ON r.n = t.record
WHERE t.status = 'returned' AND t.safe = 0 AND r.state = 'live'
	AND r.death_notified IS NULL AND r.left_on IS NULL
	AND (r.address_changed IS NULL OR r.address_changed < t.returned)
	AND NOT EXISTS (SELECT 1 FROM notice o WHERE o.record = t.record
		AND o.safe = 0 AND o.n > t.n AND o.status <> 'suppressed')
ORDER BY t.returned, t.n

-- name: work_print_runs
-- excused: print runs that are not done, by their index
SELECT substr(started, 1, 10), n, NULL, started
FROM print_run INDEXED BY print_run_open WHERE status = 'printing' ORDER BY n

-- Of whose address a shield hides (1, of enum cp_hide): others are sent theirs.
-- name: work_notices_safe
SELECT t.due, r.id, r.authority, coalesce(t.covers, t.n), t.kind
FROM notice t INDEXED BY notice_safe JOIN record r ON r.n = t.record
WHERE t.safe = 1 AND t.status = 'owed' AND t.due <= ?1 AND r.state = 'live'
UNION ALL
SELECT t.due, r.id, r.authority, t.n, t.kind
FROM shield s INDEXED BY shield_review
	JOIN notice t ON t.record = s.record AND t.status = 'owed'
		AND t.safe = 0 AND t.due <= ?1
	JOIN record r ON r.n = t.record
WHERE s.status IN ('requested', 'granted') AND r.state = 'live'
	AND s.hidden & 1
	AND NOT EXISTS (SELECT 1 FROM notice c WHERE c.covers = t.n)
ORDER BY 1, 4

-- Printed before the shield came, and not posted as far as is known.
-- name: work_notices_pull
-- excused: what is printed and not posted, by its index
SELECT substr(t.issued, 1, 10), r.id, r.authority, t.n, t.run
FROM notice t INDEXED BY notice_posting
	JOIN shield s ON s.record = t.record
		AND s.status IN ('requested', 'granted') AND s.hidden & 1
	JOIN record r ON r.n = t.record
WHERE t.status = 'issued' AND t.safe = 0
ORDER BY t.issued, t.n
