-- Places of volumes, their copies, and what is wrong with their files.

-- name: place_path
SELECT path FROM place WHERE n = ?

-- name: place_find
SELECT n FROM place WHERE path = ?

-- name: place_add
INSERT INTO place(path) VALUES (?)

-- name: places_all
-- excused: places are few
SELECT n FROM place ORDER BY n

-- name: place_used
SELECT EXISTS (SELECT 1 FROM volume WHERE place = ?1 AND gone IS NULL)
	OR EXISTS (SELECT 1 FROM volume_copy WHERE place = ?1)

-- name: volume_place
UPDATE volume SET place = nullif(?, 0) WHERE n = ?

-- name: volume_checked
UPDATE volume SET checked = ? WHERE n = ?

-- name: copy_checked
UPDATE volume_copy SET checked = ? WHERE volume = ? AND place = ?

-- name: volume_unchecked
SELECT n, id, custody, made, packages, live, size, sha256, gone, place, checked
FROM volume v INDEXED BY volume_checked
WHERE gone IS NULL AND checked IS NULL AND n > ? AND NOT EXISTS
	(SELECT 1 FROM volume_trouble t WHERE t.volume = v.n)
ORDER BY n LIMIT 1

-- name: volume_checked_before
SELECT n, id, custody, made, packages, live, size, sha256, gone, place, checked
FROM volume v INDEXED BY volume_checked
WHERE gone IS NULL AND checked < ?1 AND (checked, n) > (?2, ?3)
	AND NOT EXISTS
	(SELECT 1 FROM volume_trouble t WHERE t.volume = v.n)
ORDER BY checked, n LIMIT 1

-- name: volumes_left
SELECT count(*) FROM volume INDEXED BY volume_checked
WHERE gone IS NULL AND checked IS NULL

-- name: volumes_left_before
SELECT count(*) FROM volume INDEXED BY volume_checked
WHERE gone IS NULL AND checked < ?

-- name: volume_next
SELECT n, id, custody, made, packages, live, size, sha256, gone, place
FROM volume WHERE n > ? AND gone IS NULL ORDER BY n LIMIT 1

-- name: volumes_sum
-- excused: volumes are a thousandth of the packages
SELECT count(*), coalesce(sum(size), 0), coalesce(sum(packages), 0)
FROM volume WHERE gone IS NULL

-- name: copy_add
INSERT INTO volume_copy(volume, place, made, checked) VALUES (?1, ?2, ?3, ?3)
ON CONFLICT(volume, place) DO UPDATE SET made = excluded.made,
	checked = excluded.checked

-- name: copies_of
SELECT place, made FROM volume_copy WHERE volume = ? ORDER BY place

-- name: copies_drop
DELETE FROM volume_copy WHERE volume = ?

-- name: copy_drop
DELETE FROM volume_copy WHERE volume = ? AND place = ?

-- name: copies_place
UPDATE volume_copy SET place = ?1 WHERE volume = ?2 AND place = ?3

-- name: copy_owed
SELECT n, id, custody, made, packages, live, size, sha256, gone, place
FROM volume v WHERE n > ?1 AND gone IS NULL AND NOT EXISTS (SELECT 1
	FROM volume_copy c WHERE c.volume = v.n AND c.place = ?2)
	AND coalesce(v.place, 0) <> ?2
ORDER BY n LIMIT 1

-- name: leftover_add
INSERT OR IGNORE INTO volume_leftover(volume, place, since) VALUES (?, ?, ?)

-- name: leftover_copies
INSERT OR IGNORE INTO volume_leftover(volume, place, since)
SELECT volume, place, ?2 FROM volume_copy WHERE volume = ?1

-- name: leftover_next
SELECT l.volume, l.place, v.id FROM volume_leftover l
JOIN volume v ON v.n = l.volume
WHERE (l.volume, l.place) > (?, ?) ORDER BY l.volume, l.place LIMIT 1

-- name: leftover_done
DELETE FROM volume_leftover WHERE volume = ? AND place = ?

-- name: volume_trouble_note
INSERT INTO volume_trouble(volume, place, since, last, status, what)
VALUES (?1, ?2, ?3, ?3, ?4, ?5)
ON CONFLICT(volume, place) DO UPDATE SET last = excluded.last,
	status = excluded.status, what = excluded.what

-- name: volume_trouble_settle
DELETE FROM volume_trouble WHERE volume = ? AND place = ?

-- name: volume_trouble_settle_all
DELETE FROM volume_trouble WHERE volume = ?

-- name: volume_trouble_next
SELECT v.n, v.id, v.custody, v.made, v.packages, v.live, v.size, v.sha256,
	v.gone, v.place
FROM volume_trouble t JOIN volume v ON v.n = t.volume
WHERE t.volume > ? AND v.gone IS NULL ORDER BY t.volume LIMIT 1

-- name: volume_trouble_at
SELECT EXISTS (SELECT 1 FROM volume_trouble WHERE volume = ? AND place = ?)

-- name: volume_trouble_count
-- excused: what is wrong, all of it
SELECT count(*) FROM volume_trouble

-- name: package_moved
UPDATE package SET volume = ?1 WHERE id = ?2 AND volume = ?3
	AND status = 'archived'

-- name: volume_live
UPDATE volume SET live = (SELECT count(*) FROM package p
	WHERE p.volume = ?1 AND p.status = 'archived') WHERE n = ?1

-- name: copies_owed_note
INSERT INTO copies_owed(id, since, owed, why) VALUES (1, ?1, ?2, ?3)
ON CONFLICT(id) DO UPDATE SET owed = excluded.owed, why = excluded.why

-- name: copies_owed_clear
DELETE FROM copies_owed WHERE id = 1

-- name: copies_owed_any
SELECT owed FROM copies_owed WHERE id = 1

-- name: work_volume_troubles
-- excused: files that are wrong, all of them, by the index of their days
SELECT t.since, v.id, NULL, t.status, t.place <> coalesce(v.place, 0), t.what
FROM volume_trouble t INDEXED BY volume_trouble_since
JOIN volume v ON v.n = t.volume
WHERE v.gone IS NULL ORDER BY t.since, t.volume

-- name: work_copies_owed
SELECT since, id, NULL, owed, why FROM copies_owed WHERE id = 1

-- name: work_leftovers
-- excused: files that could not be removed yet, few
SELECT l.since, v.id, NULL, coalesce(p.path, 'STORE/archive')
FROM volume_leftover l JOIN volume v ON v.n = l.volume
LEFT JOIN place p ON p.n = l.place ORDER BY l.since, l.volume

-- name: begun_add
INSERT OR IGNORE INTO volume_begun(id, place) VALUES (?, ?)

-- name: begun_done
DELETE FROM volume_begun WHERE id = ? AND place = ?

-- name: begun_next
SELECT id, place FROM volume_begun WHERE (id, place) > (?, ?)
ORDER BY id, place LIMIT 1
