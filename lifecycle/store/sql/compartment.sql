-- name: compartment_add
INSERT INTO compartment(record, kind, at, generation, header, payload)
VALUES (?, ?, ?, ?, ?, ?)

-- name: compartment_get
SELECT header, payload FROM compartment WHERE n = ?

-- name: compartment_next
SELECT n, at, header, payload FROM compartment
WHERE record = ? AND n > ? AND kind = ? ORDER BY n LIMIT 1

-- name: compartment_next_payload
SELECT n, payload FROM compartment
WHERE record = ? AND n > ? AND payload IS NOT NULL ORDER BY n LIMIT 1

-- name: compartment_move
UPDATE compartment SET record = ?2 WHERE record = ?1

-- name: compartment_copy
INSERT INTO compartment(record, kind, at, generation, header, payload)
SELECT ?2, kind, at, generation, header, payload FROM compartment
WHERE record = ?1 ORDER BY n

-- name: compartment_sent
UPDATE compartment SET payload = NULL WHERE record = ?

-- name: compartment_back
UPDATE compartment SET payload = ? WHERE n = ? AND payload IS NULL

-- name: compartment_drop_kind
DELETE FROM compartment WHERE record = ? AND kind = ?
	AND NOT EXISTS (SELECT 1 FROM mail WHERE compartment = compartment.n)

-- name: compartment_drop
DELETE FROM compartment WHERE record = ?

-- name: compartment_drop_one
DELETE FROM compartment WHERE n = ?

-- name: compartment_unmail
UPDATE mail SET compartment = NULL
WHERE compartment IN (SELECT n FROM compartment WHERE record = ?)

-- name: compartment_unmail_one
UPDATE mail SET compartment = NULL WHERE compartment = ?

-- name: compartment_unfeed
UPDATE quarantine SET compartment = NULL
WHERE compartment IN (SELECT n FROM compartment WHERE record = ?)

-- name: compartment_unfeed_one
UPDATE quarantine SET compartment = NULL WHERE compartment = ?
