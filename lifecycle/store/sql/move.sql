-- name: authority_of_row
SELECT authority FROM record WHERE n = ?

-- name: authority_of_id
SELECT authority FROM record WHERE id = ?
