-- name: due_archive
SELECT n, next_due FROM record
WHERE next_action = 'archive' AND parked = 0 AND next_due IS NOT NULL
	AND next_due <= ?1 AND (next_due, n) > (?2, ?3)
ORDER BY next_due, n LIMIT ?4

-- name: due_destroy
SELECT n, next_due FROM record
WHERE next_action = 'destroy' AND parked = 0 AND next_due IS NOT NULL
	AND next_due <= ?1 AND (next_due, n) > (?2, ?3)
ORDER BY next_due, n LIMIT ?4

-- name: due_prune
SELECT n, prune_due FROM record
WHERE prune_due IS NOT NULL AND prune_due <= ?1 AND (prune_due, n) > (?2, ?3)
ORDER BY prune_due, n LIMIT ?4

-- name: due_count
SELECT count(*) FROM (SELECT 1 FROM record
WHERE next_action = 'archive' AND parked = 0 AND next_due IS NOT NULL
	AND next_due <= ?1 LIMIT ?2)

-- name: run_start
INSERT INTO run(day, started, operator) VALUES (?, ?, ?)

-- name: run_end
UPDATE run SET finished = ?, report = ? WHERE n = ?

-- name: adopt_next
SELECT n FROM record WHERE n > ?1 AND state IN ('live', 'archived')
	AND policy IS NOT ?2
ORDER BY n LIMIT 1

-- name: adopt_left
-- excused: once for each adoption, so that the time left is known
SELECT count(*) FROM record WHERE state IN ('live', 'archived')
	AND policy IS NOT ?

-- name: record_policy
UPDATE record SET policy = ? WHERE n = ?

-- name: record_prune
UPDATE record SET prune_due = ? WHERE n = ?

-- name: package_redate
UPDATE package SET destroy_due = ? WHERE n = ? AND status = 'archived'

-- name: header_replace
UPDATE header SET wrapped = ? WHERE package = ?

-- name: parked_of
SELECT n FROM record WHERE parked = ?1 AND n > ?2 ORDER BY n LIMIT ?3
