-- name: escrow_last
-- excused: reads the last row only
SELECT generation, custody, sha256 FROM escrow
ORDER BY generation DESC LIMIT 1

-- name: escrow_months
SELECT month FROM escrow_shelf WHERE generation = ? ORDER BY month

-- name: escrow_needed
SELECT h.month FROM escrow_shelf h JOIN shelf s ON s.month = h.month
WHERE h.generation = ? AND s.destroyed IS NULL ORDER BY h.month

-- name: escrow_supersede
UPDATE escrow SET superseded = ? WHERE generation = ?

-- name: escrow_add
INSERT INTO escrow(generation, made, custody, sha256) VALUES (?, ?, ?, ?)

-- name: escrow_shelf_add
INSERT INTO escrow_shelf(month, generation) VALUES (?, ?)

-- name: escrow_own
-- excused: reads the last row only
SELECT 0, generation, '', made, '', custody, 0, NULL FROM escrow
ORDER BY generation DESC LIMIT 1

-- name: escrow_own_holding
SELECT 0, e.generation, '', e.made, '', e.custody, 0, NULL
FROM escrow e JOIN escrow_shelf h ON h.generation = e.generation
WHERE e.generation = (SELECT max(generation) FROM escrow) AND h.month = ?

-- name: escrow_copies
-- excused: the copies that are there, all of a small index
SELECT c.n, c.generation, c.place, c.made, c.made_by, e.custody,
	e.superseded IS NOT NULL, c.destroyed
FROM escrow_copy c INDEXED BY escrow_copy_there
	JOIN escrow e ON e.generation = c.generation
WHERE c.destroyed IS NULL ORDER BY c.made, c.n

-- name: escrow_copies_holding
SELECT c.n, c.generation, c.place, c.made, c.made_by, e.custody,
	e.superseded IS NOT NULL, c.destroyed
FROM escrow_shelf h
	JOIN escrow_copy c INDEXED BY escrow_copy_generation
	ON c.generation = h.generation
	JOIN escrow e ON e.generation = c.generation
WHERE h.month = ? AND c.destroyed IS NULL ORDER BY c.n

-- name: escrow_dead
SELECT h.month FROM escrow_shelf h JOIN shelf s ON s.month = h.month
WHERE h.generation = ? AND s.destroyed IS NOT NULL ORDER BY h.month

-- name: escrow_copy_get
SELECT c.n, c.generation, c.place, c.made, c.made_by, e.custody,
	e.superseded IS NOT NULL, c.destroyed
FROM escrow_copy c JOIN escrow e ON e.generation = c.generation
WHERE c.n = ?

-- name: escrow_copy_add
INSERT INTO escrow_copy(generation, place, made, made_by)
VALUES (?, ?, ?, ?)

-- name: escrow_copy_destroyed
UPDATE escrow_copy SET destroyed = ?, destroyed_by = ?, evidence = ?
WHERE n = ? AND destroyed IS NULL

-- name: escrow_by_sum
-- excused: the generations are few, and asked for when a ring is made again
SELECT generation, custody FROM escrow WHERE sha256 = ?

-- name: shelves_all
-- excused: a row for each month of an archive
SELECT month, destroyed, (SELECT count(*) FROM package p
	INDEXED BY package_shelf
	WHERE p.shelf = s.month AND p.status = 'archived')
FROM shelf s ORDER BY month

-- name: work_escrow
-- excused: the copies that are there, all of a small index
SELECT substr(e.superseded, 1, 10), c.n, NULL, c.place,
	(SELECT count(*) FROM escrow_shelf h JOIN shelf s ON s.month = h.month
	WHERE h.generation = c.generation AND s.destroyed IS NOT NULL)
FROM escrow_copy c INDEXED BY escrow_copy_there
	JOIN escrow e ON e.generation = c.generation
WHERE c.destroyed IS NULL AND e.superseded IS NOT NULL
ORDER BY e.superseded, c.n
