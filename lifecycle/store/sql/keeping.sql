-- Packages that are kept for a request (lifecycle/duties/keeping.h).
-- name: keeping_put
INSERT INTO sar_kept(sar, subject, package, at, by, sealed)
VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT(sar, subject) DO UPDATE SET package = excluded.package,
	at = excluded.at, by = excluded.by, sealed = excluded.sealed

-- name: keeping_get
SELECT package, sealed FROM sar_kept WHERE sar = ? AND subject = ?

-- The package is restored or destroyed.
-- name: keeping_drop
DELETE FROM sar_kept WHERE package = ?

-- name: keeping_open
SELECT 1 FROM sar WHERE id = ? AND stage <> 'closed'
