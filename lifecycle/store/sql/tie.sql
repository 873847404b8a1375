-- How archived persons are found (lifecycle/records/tie.h).
-- name: tie_put
INSERT INTO tie(key, record) VALUES (?, ?) ON CONFLICT DO NOTHING

-- name: tie_drop
DELETE FROM tie WHERE record = ?

-- name: tie_clear
-- excused: all of them go
DELETE FROM tie

-- How many records have any.
-- name: tie_count
UPDATE counter SET last = last + ? WHERE name = 'tied'

-- name: tie_count_none
UPDATE counter SET last = 0 WHERE name = 'tied'

-- name: tie_wanting
SELECT t.count - c.last FROM tally t, counter c
WHERE t.name = 'archived' AND c.name = 'tied'

-- name: tie_find
SELECT record FROM tie WHERE key = ?

-- A record of that number, or the one that it was merged into.
-- name: tie_by_id
SELECT o.n FROM record r JOIN record o ON o.n = coalesce(r.merged_into, r.n)
WHERE r.id = ? AND o.state IN ('archived', 'destroyed')
