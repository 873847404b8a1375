-- What a certificate of destruction looks at; ?1 is the row of its batch.

-- name: certificate_headers_left
SELECT count(*) FROM batch_item i JOIN header h ON h.package = i.package
WHERE i.batch = ?1 AND i.status = 'destroyed'

-- name: certificate_rows_left
SELECT (SELECT count(*) FROM batch_item i JOIN package p ON p.n = i.package
		JOIN document d ON d.record = p.record
		WHERE i.batch = ?1 AND i.status = 'destroyed')
	+ (SELECT count(*) FROM batch_item i JOIN package p ON p.n = i.package
		JOIN consent c ON c.record = p.record
		WHERE i.batch = ?1 AND i.status = 'destroyed')
	+ (SELECT count(*) FROM batch_item i JOIN package p ON p.n = i.package
		JOIN record r ON r.n = p.record
		JOIN audit a ON a.subject = r.id AND a.detail IS NOT NULL
		WHERE i.batch = ?1 AND i.status = 'destroyed'
		AND a.seq < (SELECT max(d.seq) FROM audit d
		WHERE d.subject = r.id AND d.action = 'record.destroy'))

-- Each shelf under whose key a header of what was destroyed ever was: also in
-- copies of the database made before it was moved.
-- name: certificate_shelves
SELECT p.shelf, s.destroyed FROM batch_item i
	JOIN package p ON p.n = i.package LEFT JOIN shelf s ON s.month = p.shelf
WHERE i.batch = ?1 AND i.status = 'destroyed'
UNION
SELECT w.month, s.destroyed FROM batch_item i
	JOIN shelf_before w ON w.package = i.package
	LEFT JOIN shelf s ON s.month = w.month
WHERE i.batch = ?1 AND i.status = 'destroyed'
ORDER BY 1

-- name: certificate_shelves_live
SELECT EXISTS (SELECT 1 FROM batch_item i JOIN package p ON p.n = i.package
	JOIN shelf s ON s.month = p.shelf
	WHERE i.batch = ?1 AND i.status = 'destroyed' AND s.destroyed IS NULL)
	OR EXISTS (SELECT 1 FROM batch_item i
	JOIN shelf_before w ON w.package = i.package
	JOIN shelf s ON s.month = w.month
	WHERE i.batch = ?1 AND i.status = 'destroyed' AND s.destroyed IS NULL)

-- name: certificate_escrow
SELECT 0, 'keys/shelves.escrow', e.superseded FROM escrow_shelf s
	JOIN escrow e ON e.generation = s.generation WHERE s.month = ?1
UNION ALL
SELECT c.n, c.place, c.destroyed FROM escrow_shelf s
	JOIN escrow_copy c ON c.generation = s.generation WHERE s.month = ?1

-- What is left of their volumes: in STORE/archive a look tells.
-- name: certificate_volumes
SELECT v.id, v.gone IS NOT NULL, EXISTS (SELECT 1 FROM volume_leftover l
	WHERE l.volume = v.n AND l.place <> 0)
FROM volume v WHERE v.n IN (SELECT p.volume FROM batch_item i
	JOIN package p ON p.n = i.package
	WHERE i.batch = ?1 AND i.status = 'destroyed')

-- name: certificate_escrow_live
SELECT EXISTS (SELECT 1 FROM batch_item i JOIN package p ON p.n = i.package
	JOIN escrow_shelf s ON s.month = p.shelf
	JOIN escrow e ON e.generation = s.generation
	WHERE i.batch = ?1 AND i.status = 'destroyed'
	AND (e.superseded IS NULL OR EXISTS (SELECT 1 FROM escrow_copy c
	WHERE c.generation = s.generation AND c.destroyed IS NULL)))
	OR EXISTS (SELECT 1 FROM batch_item i
	JOIN shelf_before w ON w.package = i.package
	JOIN escrow_shelf s ON s.month = w.month
	JOIN escrow e ON e.generation = s.generation
	WHERE i.batch = ?1 AND i.status = 'destroyed'
	AND (e.superseded IS NULL OR EXISTS (SELECT 1 FROM escrow_copy c
	WHERE c.generation = s.generation AND c.destroyed IS NULL)))

-- name: certificate_sanitised
SELECT min(at) FROM sanitising WHERE at > ?

-- name: certificate_trials
SELECT at, by, custody, headers, tried, opened FROM trial WHERE batch = ?
ORDER BY at DESC LIMIT 8

-- name: certificate_add
INSERT INTO certificate(batch, issue, at, body, seq) VALUES (?, ?, ?, ?, ?)

-- name: certificate_last
SELECT issue, body, seq FROM certificate WHERE batch = ?
ORDER BY issue DESC LIMIT 1

-- name: certificate_issue
SELECT coalesce(max(issue), 1) FROM certificate WHERE batch = ?

-- name: certificate_get
SELECT issue, body, seq FROM certificate WHERE batch = ? AND issue = ?

-- name: certificate_remain
UPDATE batch SET copies_remain = ?2, outcome = coalesce(?3, outcome)
WHERE n = ?1

-- name: certificate_next
SELECT b.n, b.id, b.status, b.proposed, b.proposed_at, b.proposed_by,
	b.policy, b.count, b.not_before, b.decided_seq, b.executed_by,
	b.started, b.finished, b.outcome, b.reason, b.certificate_seq,
	p.name, p.version, b.kind, b.legal_basis, b.copies_remain
FROM batch b INDEXED BY batch_copies JOIN policy p ON p.n = b.policy
WHERE b.copies_remain = 1 AND b.n > ? ORDER BY b.n LIMIT 1

-- name: certificate_blank
UPDATE header SET wrapped = zeroblob(length(wrapped))
WHERE package IN (SELECT package FROM batch_item WHERE batch = ?
	AND status = 'destroyed')

-- name: certificate_erase
DELETE FROM header WHERE package IN (SELECT package FROM batch_item
	WHERE batch = ? AND status = 'destroyed')

-- name: header_blank
UPDATE header SET wrapped = zeroblob(length(wrapped)) WHERE package = ?

-- name: register_counts
SELECT coalesce(sum(status = 'destroyed'), 0),
	coalesce(sum(status = 'excluded'), 0),
	coalesce(sum(status = 'split'), 0), coalesce(sum(status = 'pending'), 0)
FROM batch_item WHERE batch = ?

-- For the worklist; columns as in worklist.sql.

-- name: work_early
SELECT b.not_before, b.id, NULL, b.count,
	b.proposed_by = ?3 OR EXISTS (SELECT 1 FROM batch_approval a
	WHERE a.batch = b.n AND a.operator = ?3), b.legal_basis
FROM batch b INDEXED BY batch_waits
WHERE b.status = 'proposed' AND b.status IN ('proposed', 'approved',
	'executed') AND b.kind = 'early' AND ?1 IS NOT ?2
ORDER BY b.not_before, b.n

-- name: work_residue
-- excused: batches whose certificates are not the last word, by their index
SELECT substr(b.finished, 1, 10), b.id, NULL, b.outcome
FROM batch b INDEXED BY batch_copies
WHERE b.copies_remain = 1 AND b.outcome IN ('failed', 'residue')
ORDER BY 1, b.n

-- name: work_sanitise
-- excused: a shelf for each month
SELECT first, 'store', NULL FROM (SELECT min(destroyed) AS first FROM shelf
	WHERE destroyed > coalesce((SELECT max(substr(at, 1, 10))
	FROM sanitising), '') AND destroyed < date(?2, '-35 days')
	AND ?1 IS NOT NULL)
WHERE first IS NOT NULL
