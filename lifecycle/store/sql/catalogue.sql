-- name: volume_add
INSERT INTO volume(id, custody, made, packages, live, size, sha256, place)
VALUES (?, ?, ?, ?, ?, ?, ?, nullif(?, 0))

-- name: volume_get
SELECT n, id, custody, made, packages, live, size, sha256, gone, place
FROM volume WHERE n = ?

-- name: volume_by_id
SELECT n, id, custody, made, packages, live, size, sha256, gone, place
FROM volume WHERE id = ?

-- name: volumes_present
-- excused: verification of the whole archive
SELECT n, id, custody, made, packages, live, size, sha256, gone, place
FROM volume WHERE gone IS NULL ORDER BY n

-- name: volumes_dead
SELECT n, id, custody, made, packages, live, size, sha256, gone, place
FROM volume INDEXED BY volume_dead
WHERE gone IS NULL AND packages > 2 * live AND n > ?
	AND (live = 0 OR NOT EXISTS (SELECT 1 FROM volume_trouble t
	WHERE t.volume = volume.n AND t.place = coalesce(volume.place, 0)))
ORDER BY n LIMIT 1

-- name: volume_gone
UPDATE volume SET gone = ? WHERE n = ?

-- name: volume_less
UPDATE volume SET live = live - 1 WHERE n = ?

-- name: volume_move
UPDATE package SET volume = ?1 WHERE volume = ?2 AND status = 'archived'

-- name: package_add
INSERT INTO package(id, record, volume, archived, rule, destroy_due, shelf,
	policy, status)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'archived')

-- name: header_add
INSERT INTO header(package, wrapped) VALUES (?, ?)

-- name: header_get
SELECT wrapped FROM header WHERE package = ?

-- name: header_delete
DELETE FROM header WHERE package = ?

-- name: package_by_id
SELECT p.n, p.id, p.record, r.id, v.id, v.n, p.archived, p.destroy_due,
	p.shelf, p.status, p.rule, r.authority, v.place
FROM package p JOIN record r ON r.n = p.record JOIN volume v ON v.n = p.volume
WHERE p.id = ?

-- name: package_by_record
SELECT p.n, p.id, p.record, r.id, v.id, v.n, p.archived, p.destroy_due,
	p.shelf, p.status, p.rule, r.authority, v.place
FROM record r JOIN package p ON p.record = r.n JOIN volume v ON v.n = p.volume
WHERE r.id = ? ORDER BY p.n DESC LIMIT 1

-- name: package_by_n
SELECT p.n, p.id, p.record, r.id, v.id, v.n, p.archived, p.destroy_due,
	p.shelf, p.status, p.rule, r.authority, v.place
FROM package p JOIN record r ON r.n = p.record JOIN volume v ON v.n = p.volume
WHERE p.n = ?

-- name: packages_all
-- excused: the whole catalogue, as asked for
SELECT p.n, p.id, p.record, r.id, v.id, v.n, p.archived, p.destroy_due,
	p.shelf, p.status, p.rule, r.authority, v.place
FROM package p JOIN record r ON r.n = p.record JOIN volume v ON v.n = p.volume
ORDER BY p.n

-- name: packages_of_volume
SELECT p.n, p.id, p.record, r.id, v.id, v.n, p.archived, p.destroy_due,
	p.shelf, p.status, p.rule, r.authority, v.place
FROM package p JOIN record r ON r.n = p.record JOIN volume v ON v.n = p.volume
WHERE p.volume = ? ORDER BY p.n

-- name: package_end
UPDATE package SET status = ?, ended = ? WHERE n = ? AND status = 'archived'

-- name: shelf_add
INSERT OR IGNORE INTO shelf(month, made) VALUES (?, ?)

-- name: shelves_empty
SELECT month FROM shelf s WHERE destroyed IS NULL AND month < ?
	AND NOT EXISTS (SELECT 1 FROM package p
	WHERE p.shelf = s.month AND p.status = 'archived')
ORDER BY month

-- name: shelf_destroyed
UPDATE shelf SET destroyed = ? WHERE month = ?

-- name: shelf_get
SELECT made, destroyed FROM shelf WHERE month = ?
