-- name: package_shelve
UPDATE package SET shelf = ? WHERE n = ? AND status = 'archived'

-- name: shelves_over
SELECT month FROM shelf
WHERE destroyed IS NULL AND month > ?1 AND month < ?2 ORDER BY month LIMIT 1

-- name: shelf_packages
SELECT count(*) FROM package INDEXED BY package_shelf
WHERE shelf = ? AND status = 'archived'

-- name: shelf_held
SELECT p.n, p.record FROM package p INDEXED BY package_shelf
	JOIN record r ON r.n = p.record
WHERE p.shelf = ?1 AND p.status = 'archived' AND p.n > ?2 AND r.parked = 1
ORDER BY p.n LIMIT 1000

-- name: hold_review_day
SELECT review FROM hold WHERE id = ?
