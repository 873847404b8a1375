-- name: match_put
INSERT INTO shield_key(key, record) VALUES (?, ?) ON CONFLICT DO NOTHING

-- name: match_find
SELECT record FROM shield_key WHERE key = ?

-- name: match_move
UPDATE OR REPLACE shield_key SET record = ?2 WHERE record = ?1

-- name: match_copy
INSERT INTO shield_key(key, record) SELECT key, ?2 FROM shield_key
WHERE record = ?1 ON CONFLICT DO NOTHING

-- name: match_drop
DELETE FROM shield_key WHERE record = ?

-- Whether anything was made with the match key.
-- name: match_used
-- excused: it stops at the first row
SELECT EXISTS (SELECT 1 FROM shield_key) OR EXISTS (SELECT 1 FROM quarantine)
	OR EXISTS (SELECT 1 FROM tie)

-- name: match_count
-- excused: the filter knows them all
SELECT count(*) FROM shield_key

-- name: match_all
-- excused: the filter knows them all
SELECT key FROM shield_key

-- By what the store knows the key that counts, once it was renewed.
-- name: match_mark
SELECT last FROM counter WHERE name = 'match'

-- name: match_set_mark
INSERT INTO counter(name, last) VALUES ('match', ?)
ON CONFLICT(name) DO UPDATE SET last = excluded.last

-- name: match_clear
-- excused: all of it goes
DELETE FROM shield_key

-- name: match_shielded_count
SELECT count(*) FROM shield WHERE status IN ('requested', 'granted')

-- name: match_shielded
SELECT r.id FROM shield s JOIN record r ON r.n = s.record
WHERE s.status IN ('requested', 'granted')
