-- name: record_by_id
SELECT n, id, authority, state, next_action, next_due, rule, extended_from,
	parked, prune_due
FROM record WHERE id = ?

-- name: record_by_n
SELECT n, id, authority, state, next_action, next_due, rule, extended_from,
	parked, prune_due
FROM record WHERE n = ?

-- name: record_facts
SELECT r.state, r.birth, r.death_notified, r.left_on, r.left_intention,
	r.authority, p.archived, p.destroy_due
FROM record r LEFT JOIN package p ON p.record = r.n AND p.status = 'archived'
WHERE r.n = ?

-- name: record_insert
INSERT OR FAIL INTO record(id, authority, state, next_action, next_due, rule,
	extended_from, parked, prune_due, policy, birth, death_notified,
	left_on, left_intention, created, changed, notice_look)
VALUES (?, ?, 'live', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '0001-01-01')

-- name: record_update
UPDATE record SET authority = ?, birth = ?, death_notified = ?, left_on = ?,
	left_intention = ?, prune_due = ?, changed = ?
WHERE n = ?

-- name: record_dates
UPDATE record SET next_action = ?, next_due = ?, rule = ?, extended_from = ?,
	parked = ?, policy = ?
WHERE n = ?

-- name: record_strip
UPDATE record SET state = 'archived', next_action = 'destroy', next_due = ?,
	rule = 'archive.period', extended_from = NULL, parked = 0,
	prune_due = NULL, policy = ?, birth = NULL, death_notified = NULL,
	left_on = NULL, left_intention = NULL, address_changed = NULL,
	changed = ?
WHERE n = ? AND state = 'live'

-- name: record_revive
UPDATE record SET state = 'live', merged_into = NULL, parked = 0
WHERE n = ? AND state IN ('archived', 'merged')

-- name: record_bury
UPDATE record SET state = 'destroyed', next_action = NULL, next_due = NULL,
	rule = NULL, parked = 0, destroyed = ?, changed = ?
WHERE n = ? AND state = 'archived'

-- name: record_park
UPDATE record SET parked = ? WHERE n = ?

-- name: document_get
SELECT doc FROM document WHERE record = ?

-- name: document_add
INSERT INTO document(record, doc, keys) VALUES (?, ?, ?)

-- name: document_keys
SELECT keys FROM document WHERE record = ?

-- name: document_update
UPDATE document SET doc = ?, keys = ? WHERE record = ?

-- name: document_delete
DELETE FROM document WHERE record = ?

-- name: key_add
INSERT OR IGNORE INTO search_key(key, record) VALUES (?, ?)

-- name: key_delete
DELETE FROM search_key WHERE key = ? AND record = ?

-- name: tally
SELECT count FROM tally WHERE name = ?
