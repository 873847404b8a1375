-- name: custody_in_use
SELECT custody FROM store WHERE id = 1

-- name: custody_put_in_use
UPDATE store SET custody = ? WHERE id = 1

-- name: rekey_add
INSERT INTO rekey(to_custody, begun, begun_by) VALUES (?, ?, ?)

-- name: rekey_unfinished
-- excused: a store is rekeyed a handful of times in its life
SELECT n, to_custody, begun, done_to FROM rekey WHERE finished IS NULL
ORDER BY n DESC LIMIT 1

-- name: rekey_went
UPDATE rekey SET done_to = max(done_to, ?), headers = headers + ? WHERE n = ?

-- name: rekey_finish
-- excused: a store is rekeyed a handful of times in its life
UPDATE rekey SET finished = ? WHERE finished IS NULL

-- name: rekey_next
SELECT h.package, p.id, p.shelf, h.wrapped
FROM header h CROSS JOIN package p ON p.n = h.package
	CROSS JOIN volume v ON v.n = p.volume
WHERE h.package > ? AND h.package <= ?
	AND coalesce(h.custody, v.custody) = ?
ORDER BY h.package LIMIT ?

-- name: rekey_header
UPDATE header SET wrapped = ?, custody = ? WHERE package = ? AND wrapped = ?

-- name: rekey_same
SELECT count(*) FROM header WHERE package = ? AND wrapped = ?

-- name: rekey_left
-- excused: every header, before a rekey and after it
SELECT coalesce(h.custody, v.custody), count(*)
FROM header h CROSS JOIN package p ON p.n = h.package
	CROSS JOIN volume v ON v.n = p.volume
GROUP BY 1 ORDER BY 1

-- name: work_rekey
-- excused: a store is rekeyed a handful of times in its life
SELECT begun, to_custody, NULL FROM rekey WHERE finished IS NULL
ORDER BY n DESC LIMIT 1
