-- The first two run on copies of the database, of whatever age.
-- name: trial_header
SELECT h.wrapped, p.shelf FROM package p JOIN header h ON h.package = p.n
WHERE p.id = ?

-- name: trial_store
SELECT store_id FROM store WHERE id = 1

-- name: trial_add
INSERT INTO trial(batch, at, by, custody, tried, opened, headers)
VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT(batch, at) DO UPDATE SET by = excluded.by,
	custody = excluded.custody, opened = max(opened, excluded.opened),
	headers = excluded.headers
