-- Compartments of archived records, in the boxes of their packages.

-- name: boxed_add
INSERT INTO boxed(compartment, start, length) VALUES (?, ?, ?)

-- name: boxed_of
SELECT c.n, c.kind, c.at, c.header, b.start, b.length
FROM compartment c JOIN boxed b ON b.compartment = c.n
WHERE c.record = ? AND c.n > ? ORDER BY c.n LIMIT 1

-- name: boxed_forget
DELETE FROM boxed WHERE compartment IN (SELECT n FROM compartment
	WHERE record = ?)

-- name: boxed_until
SELECT max(b.start + b.length)
FROM compartment c JOIN boxed b ON b.compartment = c.n WHERE c.record = ?

-- Neither in the database nor in the package of an archived record; or in
-- both.
-- name: boxed_astray
-- excused: what is in the archive of those that were shielded, by its index
SELECT EXISTS (SELECT 1 FROM compartment c INDEXED BY compartment_away
	LEFT JOIN record r ON r.n = c.record
	LEFT JOIN boxed b ON b.compartment = c.n
	WHERE c.payload IS NULL
	AND (r.state IS NOT 'archived' OR b.compartment IS NULL))
	OR EXISTS (SELECT 1 FROM boxed b JOIN compartment c
	ON c.n = b.compartment WHERE c.payload IS NOT NULL)

-- What else belongs to a record that is destroyed.  A row of a feed that waits
-- may be somebody else's after all.
-- name: boxed_mail_forget
DELETE FROM mail WHERE record = ?

-- name: boxed_feed_forget
DELETE FROM quarantine WHERE record = ? AND status <> 'waiting'

-- name: boxed_feed_part
UPDATE quarantine SET record = NULL WHERE record = ?

-- Compartments, shields, letters and match keys that are left of what a batch
-- destroyed.
-- name: boxed_left
SELECT (SELECT count(*) FROM batch_item i JOIN package p ON p.n = i.package
		JOIN compartment c ON c.record = p.record
		WHERE i.batch = ?1 AND i.status = 'destroyed')
	+ (SELECT count(*) FROM batch_item i JOIN package p ON p.n = i.package
		JOIN shield s ON s.record = p.record
		WHERE i.batch = ?1 AND i.status = 'destroyed')
	+ (SELECT count(*) FROM batch_item i JOIN package p ON p.n = i.package
		JOIN mail m ON m.record = p.record
		WHERE i.batch = ?1 AND i.status = 'destroyed')
	+ (SELECT count(*) FROM batch_item i JOIN package p ON p.n = i.package
		JOIN shield_key k ON k.record = p.record
		WHERE i.batch = ?1 AND i.status = 'destroyed')

-- name: boxed_log_hash
SELECT hash FROM audit WHERE seq = ?
