-- name: batch_of_record
SELECT b.id FROM package p JOIN batch b ON b.n = p.batch
	JOIN batch_item i ON i.batch = b.n AND i.package = p.n
WHERE p.record = ? AND p.status = 'archived' AND i.status = 'pending'
	AND b.status IN ('proposed', 'approved')

-- name: batch_next
SELECT coalesce(max(n), 0) + 1 FROM batch

-- name: batch_add
INSERT INTO batch(id, status, proposed, proposed_at, proposed_by, policy,
	count, not_before, kind, legal_basis)
VALUES (?, 'proposed', ?, ?, ?, ?, ?, ?, ?, ?)

-- name: batch_item_add
INSERT INTO batch_item(batch, package, status) VALUES (?, ?, 'pending')

-- name: package_batch
UPDATE package SET batch = ?1 WHERE n = ?2

-- name: batch_get
SELECT b.n, b.id, b.status, b.proposed, b.proposed_at, b.proposed_by,
	b.policy, b.count, b.not_before, b.decided_seq, b.executed_by,
	b.started, b.finished, b.outcome, b.reason, b.certificate_seq,
	p.name, p.version, b.kind, b.legal_basis, b.copies_remain
FROM batch b JOIN policy p ON p.n = b.policy WHERE b.id = ?

-- name: batches_all
-- excused: the register of destructions, as asked for
SELECT b.n, b.id, b.status, b.proposed, b.proposed_at, b.proposed_by,
	b.policy, b.count, b.not_before, b.decided_seq, b.executed_by,
	b.started, b.finished, b.outcome, b.reason, b.certificate_seq,
	p.name, p.version, b.kind, b.legal_basis, b.copies_remain
FROM batch b JOIN policy p ON p.n = b.policy ORDER BY b.n

-- name: batch_next_with
SELECT b.n, b.id, b.status, b.proposed, b.proposed_at, b.proposed_by,
	b.policy, b.count, b.not_before, b.decided_seq, b.executed_by,
	b.started, b.finished, b.outcome, b.reason, b.certificate_seq,
	p.name, p.version, b.kind, b.legal_basis, b.copies_remain
FROM batch b INDEXED BY batch_open JOIN policy p ON p.n = b.policy
WHERE b.status = ?1 AND b.status IN ('proposed', 'approved', 'executed')
	AND b.n > ?2
ORDER BY b.n LIMIT 1

-- name: batch_pending
SELECT count(*) FROM batch b INDEXED BY batch_open
	CROSS JOIN batch_item i ON i.batch = b.n
WHERE b.status IN ('proposed', 'approved', 'executed')
	AND b.status IN ('proposed', 'approved') AND i.status = 'pending'

-- name: batch_items
SELECT i.package, i.status, i.reason FROM batch_item i
WHERE i.batch = ? ORDER BY i.package

-- name: batch_item_set
UPDATE batch_item SET status = ?, reason = ? WHERE batch = ? AND package = ?
	AND status = 'pending'

-- name: batch_approve
INSERT INTO batch_approval(batch, operator, at) VALUES (?, ?, ?)

-- name: batch_approvals
SELECT operator, at FROM batch_approval WHERE batch = ? ORDER BY at, operator

-- name: batch_status
UPDATE batch SET status = ?, decided_seq = coalesce(?, decided_seq),
	reason = coalesce(?, reason)
WHERE n = ?

-- name: batch_executed
UPDATE batch SET status = 'executed', executed_by = ?, started = ?,
	finished = ?, outcome = ?
WHERE n = ?

-- name: batch_certified
UPDATE batch SET body = ?, certificate_seq = ? WHERE n = ?

-- name: batch_body
SELECT body FROM batch WHERE n = ?

-- name: run_unfinished
-- excused: reads the last row only
SELECT count(*) FROM (SELECT finished FROM run ORDER BY n DESC LIMIT 1)
WHERE finished IS NULL

-- name: batches_earlier
SELECT b.id FROM batch_item i JOIN batch b ON b.n = i.batch
WHERE i.package = ?1 AND i.batch < ?2 ORDER BY b.n

-- name: package_policy
SELECT y.name, y.version FROM package p JOIN policy y ON y.n = p.policy
WHERE p.n = ?
