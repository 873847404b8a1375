-- name: forget_owed
SELECT last FROM counter WHERE name = 'forgetting'

-- name: forget_put
UPDATE counter SET last = ? WHERE name = 'forgetting'
