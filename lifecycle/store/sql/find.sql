-- name: find_key_records
SELECT record FROM search_key WHERE key = ? ORDER BY record LIMIT ?

-- name: find_born
SELECT n FROM record WHERE birth >= ?1 AND birth <= ?2
ORDER BY birth, n LIMIT ?3

-- name: list_all
-- excused: the list of all records
SELECT n, id, authority, state, next_action, next_due, rule, extended_from,
	parked, prune_due
FROM record ORDER BY n

-- name: tombstone
SELECT r.destroyed, p.archived, p.id, b.id
FROM record r LEFT JOIN package p ON p.record = r.n AND p.status = 'destroyed'
LEFT JOIN batch b ON b.n = p.batch
WHERE r.n = ?
