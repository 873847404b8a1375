-- name: operator_by_uid
SELECT n, name, uid, status, training_until, check_until FROM operator
WHERE uid = ? AND status <> 'removed' ORDER BY n LIMIT 1

-- name: operator_by_name
SELECT n, name, uid, status, training_until, check_until FROM operator
WHERE name = ?

-- name: operator_all
-- excused: operators are few
SELECT n, name, uid, status, training_until, check_until FROM operator
ORDER BY name

-- name: operator_roles
SELECT role FROM operator_role WHERE operator = ?

-- name: operator_authorities
SELECT authority FROM operator_authority WHERE operator = ?
ORDER BY authority

-- name: operator_add
INSERT INTO operator(name, uid, status, training_until, check_until, added,
	added_by)
VALUES (?, ?, 'active', ?, ?, ?, ?)

-- name: operator_add_role
INSERT INTO operator_role(operator, role) VALUES (?, ?)

-- name: operator_add_authority
INSERT OR IGNORE INTO operator_authority(operator, authority) VALUES (?, ?)

-- name: operator_set_status
UPDATE operator SET status = ? WHERE name = ?

-- name: operator_renew
UPDATE operator SET training_until = ?, check_until = ? WHERE n = ?
