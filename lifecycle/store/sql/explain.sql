-- name: explain_policy
SELECT name, version, sha256, adopted, adopted_by FROM policy WHERE n = ?

-- name: explain_row
SELECT r.created, r.destroyed, m.id, p.name, p.version
FROM record r LEFT JOIN record m ON m.n = r.merged_into
	LEFT JOIN policy p ON p.n = r.policy
WHERE r.n = ?

-- name: explain_confirmations
SELECT n, confirm_due FROM consent
WHERE record = ? AND ended IS NULL AND confirm_due IS NOT NULL ORDER BY n

-- name: explain_move
SELECT from_authority, to_authority, date, offered FROM move
WHERE record = ? AND status = 'offered'

-- name: explain_undo
SELECT action, at, by FROM undo WHERE record = ?1 OR other = ?1 ORDER BY n

-- name: explain_packages
SELECT p.id, p.archived, p.rule, p.destroy_due, p.shelf, p.status, p.ended,
	v.id, coalesce(h.custody, v.custody), v.gone, y.name, y.version,
	y.sha256, s.destroyed
FROM package p JOIN volume v ON v.n = p.volume
	JOIN policy y ON y.n = p.policy LEFT JOIN shelf s ON s.month = p.shelf
	LEFT JOIN header h ON h.package = p.n
WHERE p.record = ? ORDER BY p.n

-- name: explain_batches
SELECT b.n, b.id, b.status, b.proposed, b.proposed_by, b.not_before,
	b.executed_by, b.finished, b.outcome, b.decided_seq,
	b.certificate_seq, i.status, i.reason
FROM package p JOIN batch_item i ON i.package = p.n
	JOIN batch b ON b.n = i.batch
WHERE p.record = ? ORDER BY b.n, i.package

-- name: explain_logged
SELECT seq, time, actor FROM audit WHERE subject = ? AND action = ?
ORDER BY seq DESC LIMIT 1
