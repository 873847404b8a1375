-- name: import_key_records
SELECT record FROM search_key WHERE key = ? LIMIT 16
