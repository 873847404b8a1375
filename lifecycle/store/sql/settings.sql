-- name: settings_load
SELECT store_id, authority, custody, salt, rehearsal, policy, last_run,
	CAST(strftime('%s', last_run_at) AS INTEGER), clock_doubt, policy_done
FROM store WHERE id = 1

-- name: settings_create
INSERT INTO store(id, store_id, rehearsal, created, authority, salt, custody)
VALUES (1, ?, ?, ?, ?, ?, ?)

-- name: settings_ran
UPDATE store SET last_run = ?, last_run_at = ?, clock_doubt = ? WHERE id = 1

-- name: settings_put_policy
UPDATE store SET policy = ?1, policy_done = coalesce(policy_done, ?1)
WHERE id = 1

-- name: policy_get
SELECT name, version, sha256, file FROM policy WHERE n = ?

-- name: policy_by_hash
SELECT n FROM policy WHERE sha256 = ?

-- name: policy_by_version
-- excused: a store adopts a handful of policies in its life
SELECT n FROM policy WHERE name = ? AND version = ?

-- name: policy_add
INSERT INTO policy(name, version, sha256, file, adopted, adopted_by)
VALUES (?, ?, ?, ?, ?, ?)

-- name: settings_doubt
UPDATE store SET clock_doubt = ? WHERE id = 1

-- name: settings_policy_done
UPDATE store SET policy_done = policy WHERE id = 1

-- name: policy_adopted
INSERT OR IGNORE INTO policy_adoption(policy, at) VALUES (?, ?)
