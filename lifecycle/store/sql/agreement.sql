-- name: opening_next
SELECT coalesce(max(n), 0) + 1 FROM opening

-- name: opening_add
INSERT INTO opening(id, purpose, requested, requested_by, needed, until,
	status)
VALUES (?, ?, ?, ?, ?, ?, 'requested')

-- name: opening_item_add
INSERT OR IGNORE INTO opening_item(opening, package) VALUES (?, ?)

-- name: opening_get
SELECT n, id, purpose, requested, requested_by, needed, until, status
FROM opening WHERE id = ?

-- name: openings_all
-- excused: openings are few, and all were asked for
SELECT n, id, purpose, requested, requested_by, needed, until, status
FROM opening ORDER BY n

-- name: opening_items
SELECT package FROM opening_item WHERE opening = ? ORDER BY package

-- name: opening_agreed_add
INSERT OR IGNORE INTO opening_agreement(opening, operator, at)
VALUES (?, ?, ?)

-- name: opening_operators
SELECT a.operator, p.status = 'active'
	AND coalesce(p.training_until, ?2) >= ?2
	AND coalesce(p.check_until, ?2) >= ?2
FROM opening o JOIN opening_agreement a ON a.opening = o.n
	JOIN operator p ON p.name = a.operator
WHERE o.n = ?1 ORDER BY a.operator <> o.requested_by, a.at, a.operator

-- name: opening_agreed_by
SELECT count(*) FROM opening_agreement WHERE opening = ? AND operator = ?

-- name: opening_status
UPDATE opening SET status = ?2
WHERE n = ?1 AND status IN ('requested', 'agreed')

-- name: work_openings
SELECT o.until, o.id, min(r.authority), max(r.authority), count(*),
	o.purpose, o.requested_by
FROM opening o INDEXED BY opening_open
	JOIN opening_item i ON i.opening = o.n
	JOIN package p ON p.n = i.package JOIN record r ON r.n = p.record
WHERE o.status IN ('requested', 'agreed') AND o.status = 'requested'
	AND o.until >= ?2 AND NOT EXISTS (SELECT 1 FROM opening_agreement a
	WHERE a.opening = o.n AND a.operator = ?3)
GROUP BY o.n ORDER BY o.until, o.n

-- name: work_openings_agreed
SELECT o.until, o.id, NULL, count(*), o.purpose
FROM opening_agreement a JOIN opening o ON o.n = a.opening
	JOIN opening_item i ON i.opening = o.n
WHERE a.operator = ?3 AND o.status IN ('requested', 'agreed')
	AND o.status = 'agreed' AND o.until >= ?2
GROUP BY o.n ORDER BY o.until, o.n
