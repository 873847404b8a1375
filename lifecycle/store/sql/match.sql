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

-- name: match_count
-- excused: the filter knows them all
SELECT count(*) FROM shield_key

-- name: match_all
-- excused: the filter knows them all
SELECT key FROM shield_key
