-- Whether any row has to be looked at more closely than by its number, and the
-- log's end, by which it is known whether another program has written since.
-- name: intake_doubts
-- excused: looks whether there is a first one, of three tables
SELECT EXISTS (SELECT 1 FROM shield_key), EXISTS (SELECT 1 FROM quarantine),
	EXISTS (SELECT 1 FROM never_link), (SELECT max(seq) FROM audit)

-- The records that are never to be linked with one.
-- name: link_partners
SELECT b FROM never_link WHERE a = ?1
UNION ALL SELECT a FROM never_link WHERE b = ?1

-- name: quarantine_by_mark
SELECT n, id, status, authority, file, line, since, last, times, compartment,
	record, settled, settled_by, digest
FROM quarantine WHERE mark = ?

-- name: quarantine_by_id
SELECT n, id, status, authority, file, line, since, last, times, compartment,
	record, settled, settled_by, digest
FROM quarantine WHERE id = ?

-- name: quarantine_waiting
-- excused: what waits, all of it, by its index
SELECT n, id, status, authority, file, line, since, last, times, compartment,
	record, settled, settled_by
FROM quarantine INDEXED BY quarantine_waits WHERE status = 'waiting'
ORDER BY since, n

-- name: quarantine_all
-- excused: all are asked for
SELECT n, id, status, authority, file, line, since, last, times, compartment,
	record, settled, settled_by
FROM quarantine ORDER BY n

-- name: quarantine_add
INSERT INTO quarantine(id, status, authority, file, line, since, last, times,
	mark, digest, compartment)
VALUES (?1, 'waiting', ?2, ?3, ?4, ?5, ?5, 1, ?6, ?7, ?8)

-- name: quarantine_again
UPDATE quarantine SET times = times + 1, last = ?2 WHERE n = ?1

-- name: quarantine_renew
UPDATE quarantine SET status = 'waiting', authority = ?2, file = ?3,
	line = ?4, last = ?5, times = times + 1, digest = ?6,
	compartment = ?7, record = NULL, settled = NULL, settled_by = NULL
WHERE n = ?1

-- name: quarantine_settle
UPDATE quarantine SET status = ?2, record = ?3, settled = ?4, settled_by = ?5,
	compartment = NULL
WHERE n = ?1 AND status = 'waiting'

-- name: quarantine_forget
DELETE FROM quarantine WHERE record = ?

-- name: work_quarantine
-- excused: what waits, all of it, by its index
SELECT substr(since, 1, 10), id, authority, file, times
FROM quarantine INDEXED BY quarantine_waits WHERE status = 'waiting'
ORDER BY since, n

-- The record itself or, where it was merged, the one that its number leads to.
-- name: record_led_to
SELECT coalesce(merged_into, n) FROM record WHERE n = ?
