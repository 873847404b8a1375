-- name: audit_head
SELECT size, note FROM audit_head WHERE id = 1

-- name: audit_put_head
INSERT INTO audit_head(id, size, note) VALUES (1, ?, ?)
ON CONFLICT(id) DO UPDATE SET size = excluded.size, note = excluded.note

-- name: audit_add
INSERT INTO audit(seq, time, actor, action, subject, outcome, hash, salt,
	detail)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: audit_tile
SELECT hashes FROM audit_tile WHERE level = ? AND idx = ?

-- name: audit_put_tile
INSERT INTO audit_tile(level, idx, hashes) VALUES (?, ?, ?)
ON CONFLICT(level, idx) DO UPDATE SET hashes = excluded.hashes

-- name: audit_tiles
-- excused: the export of the whole log
SELECT level, idx, hashes FROM audit_tile ORDER BY level, idx

-- name: audit_erase
UPDATE audit SET detail = NULL, salt = NULL
WHERE seq IN (SELECT seq FROM history WHERE record = ?) AND detail IS NOT NULL

-- name: audit_put_detail
UPDATE audit SET detail = ?, salt = ?
WHERE seq = ?3 AND EXISTS (SELECT 1 FROM history WHERE record = ?4
	AND seq = ?3)

-- name: audit_add_checkpoint
INSERT OR IGNORE INTO audit_checkpoint(size, time, note) VALUES (?, ?, ?)

-- name: audit_checkpoints
-- excused: one row for each night
SELECT size, note FROM audit_checkpoint ORDER BY size

-- name: audit_size
SELECT max(seq) FROM audit

-- name: audit_all
-- excused: reading the whole log is what it is for
SELECT seq, time, actor, action, subject, outcome, hash, salt, detail
FROM audit ORDER BY seq

-- name: audit_of_subject
SELECT seq, time, actor, action, subject, outcome, hash, salt, detail,
	EXISTS (SELECT 1 FROM history_part p WHERE p.seq = a.seq)
FROM audit a WHERE seq IN (SELECT seq FROM history WHERE record = ?)
ORDER BY seq

-- name: audit_one
SELECT seq, time, actor, action, subject, outcome, hash, salt, detail
FROM audit WHERE seq = ?

-- name: audit_last_of
SELECT max(seq) FROM history WHERE record = ?
