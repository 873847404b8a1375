-- name: check_shield_next
SELECT n, hidden, requested, record FROM shield INDEXED BY shield_active
WHERE status IN ('requested', 'granted') AND record > ?
ORDER BY record LIMIT 1

-- name: check_undo
SELECT count(*) FROM undo WHERE (record = ?1 OR other = ?1) AND at < ?2

-- name: check_match_keys
SELECT count(*) FROM shield_key WHERE record = ?

-- name: check_places
SELECT count(*) FROM notice t WHERE t.record = ?1 AND (t.place IS NOT NULL
	OR EXISTS (SELECT 1 FROM print_item i WHERE i.notice = t.n
	AND i.sort <> ''))

-- name: check_compartments
SELECT generation, header, payload IS NOT NULL FROM compartment
WHERE record = ? ORDER BY n

-- name: check_search_keys
-- excused: every search key, because none is found by its record
SELECT s.record, count(*) FROM search_key k
JOIN shield s INDEXED BY shield_active ON s.record = k.record
WHERE s.status IN ('requested', 'granted') GROUP BY s.record
