-- name: wording_keep
INSERT INTO wording(sha256, language, name, version, text, kept)
VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT(sha256) DO NOTHING

-- name: wording_kept
SELECT text FROM wording WHERE sha256 = ?
