-- name: statement_get
SELECT version, sha256, text, added, added_by FROM statement WHERE version = ?

-- name: statement_add
INSERT INTO statement(version, sha256, text, added, added_by)
VALUES (?, ?, ?, ?, ?)

-- name: statement_fill
UPDATE statement SET sha256 = ?, text = ?, added = ?, added_by = ?
WHERE version = ? AND text IS NULL

-- name: statements_range
-- excused: every version that was ever shown, as asked for
SELECT version, sha256, NULL, added, added_by FROM statement ORDER BY version
