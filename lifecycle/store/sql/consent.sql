-- name: consents_of
SELECT n, ground, by, given, ended, end_kind, statement, evidence, taken_by,
	entered, ended_by
FROM consent WHERE record = ? ORDER BY n

-- name: consent_add
INSERT INTO consent(record, ground, by, given, statement, evidence, taken_by,
	entered)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)

-- name: consent_restore
INSERT INTO consent(record, ground, by, given, statement, evidence, taken_by,
	entered, ended, end_kind, ended_by)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: consent_end
UPDATE consent SET ended = ?, end_kind = ?, ended_by = ?
WHERE record = ? AND ended IS NULL AND (?5 IS NULL OR ground = ?5)

-- name: consents_delete
DELETE FROM consent WHERE record = ?

-- name: consents_range_of
SELECT c.n, c.ground, c.by, c.given, c.ended, c.end_kind, c.statement,
	c.evidence, c.taken_by, c.entered, c.ended_by, r.id, r.n
FROM consent c JOIN record r ON r.n = c.record WHERE c.record = ?
ORDER BY c.n

-- name: consents_range
-- excused: the whole ledger, as asked for
SELECT c.n, c.ground, c.by, c.given, c.ended, c.end_kind, c.statement,
	c.evidence, c.taken_by, c.entered, c.ended_by, r.id, r.n
FROM consent c JOIN record r ON r.n = c.record ORDER BY c.n
