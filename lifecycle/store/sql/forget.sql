-- name: forget_owed
SELECT last FROM counter WHERE name = 'forgetting'

-- name: forget_put
UPDATE counter SET last = ? WHERE name = 'forgetting'

-- name: work_forget
SELECT ?2, 'store', NULL, last FROM counter
WHERE name = 'forgetting' AND last > 0 AND ?1 IS NOT NULL
