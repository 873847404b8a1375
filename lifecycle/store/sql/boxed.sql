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
