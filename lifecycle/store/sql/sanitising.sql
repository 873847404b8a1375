-- name: sanitising_add
INSERT INTO sanitising(at, by, bytes_before, bytes_after, milliseconds)
VALUES (?, ?, ?, ?, ?)

-- name: sanitising_last
-- excused: reads the last row only
SELECT at FROM sanitising ORDER BY n DESC LIMIT 1
