-- name: holds_on
SELECT id, NULL FROM hold
WHERE released IS NULL AND scope = 'record' AND record = ?
UNION ALL
SELECT id, NULL FROM hold
WHERE released IS NULL AND scope = 'authority' AND authority = ?
UNION ALL
SELECT id, NULL FROM hold WHERE released IS NULL AND scope = 'all'
UNION ALL
SELECT id, coalesce(predicate, '') FROM hold
WHERE released IS NULL AND scope = 'predicate'

-- name: hold_facts
SELECT r.state, r.authority, r.created, r.next_action, r.next_due,
	coalesce(p.rule, r.rule), r.extended_from, r.birth, r.death_notified,
	r.left_on, p.archived
FROM record r LEFT JOIN package p ON p.record = r.n AND p.status = 'archived'
WHERE r.n = ?

-- name: hold_grounds
SELECT ground, given, ended, until FROM consent WHERE record = ?

-- name: hold_add
INSERT INTO hold(id, scope, record, authority, reason, legal_basis, contact,
	placed, placed_by, review, predicate, sar)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: hold_next
SELECT coalesce(max(n), 0) + 1 FROM hold

-- name: hold_get
SELECT h.n, h.id, h.scope, h.record, h.authority, h.placed, h.placed_by,
	h.review, h.released, r.id, h.reason, h.legal_basis, h.contact,
	h.predicate, h.released_by, h.release_reason, h.settled, h.sar, x.id
FROM hold h LEFT JOIN record r ON r.n = h.record
	LEFT JOIN sar x ON x.n = h.sar WHERE h.id = ?

-- name: holds_all
-- excused: holds are few
SELECT h.n, h.id, h.scope, h.record, h.authority, h.placed, h.placed_by,
	h.review, h.released, r.id, h.reason, h.legal_basis, h.contact,
	h.predicate, h.released_by, h.release_reason, h.settled, h.sar, x.id
FROM hold h LEFT JOIN record r ON r.n = h.record
	LEFT JOIN sar x ON x.n = h.sar ORDER BY h.n

-- name: hold_release
UPDATE hold SET released = ?, released_by = ?, release_reason = ?
WHERE n = ? AND released IS NULL

-- name: hold_review
UPDATE hold SET review = ? WHERE n = ? AND released IS NULL

-- name: holds_active
-- excused: holds in force are few, and their index is read
SELECT count(*) FROM hold WHERE released IS NULL

-- name: parked_next
SELECT n, id, authority FROM record WHERE parked = ? AND n > ?
ORDER BY n LIMIT 500

-- name: holds_unsettled
SELECT count(*) FROM hold INDEXED BY hold_unsettled
WHERE released IS NOT NULL AND settled IS NULL

-- name: holds_to_settle
SELECT n FROM hold INDEXED BY hold_unsettled
WHERE released IS NOT NULL AND settled IS NULL

-- name: hold_settle
UPDATE hold SET settled = ? WHERE n = ? AND settled IS NULL

-- name: holds_predicates
SELECT predicate FROM hold WHERE released IS NULL AND scope = 'predicate'

-- name: hold_due_next
SELECT n, id, authority, next_due FROM record
WHERE next_action = 'destroy' AND parked = 0 AND next_due IS NOT NULL
	AND next_due <= ?1 AND (next_due, n) > (?2, ?3)
ORDER BY next_due, n LIMIT 500

-- name: hold_move
UPDATE hold SET record = ?2
WHERE released IS NULL AND scope = 'record' AND record = ?1
RETURNING id

-- name: hold_copy
-- excused: m is one row, the last number given
INSERT INTO hold(n, id, scope, record, reason, legal_basis, contact, placed,
	placed_by, review, sar)
SELECT m.last + row_number() OVER (ORDER BY h.n),
	printf('H-%04d', m.last + row_number() OVER (ORDER BY h.n)),
	'record', ?2, h.reason, h.legal_basis, h.contact, h.placed,
	h.placed_by, h.review, h.sar
FROM hold h JOIN (SELECT coalesce(max(n), 0) AS last FROM hold) m
WHERE h.released IS NULL AND h.scope = 'record' AND h.record = ?1
RETURNING id

-- name: hold_give
UPDATE hold SET record = ?2 WHERE id = ?1 AND scope = 'record'

-- name: hold_drop
UPDATE hold SET released = ?2, released_by = ?3, release_reason = ?4,
	settled = ?2
WHERE id = ?1 AND scope = 'record' AND released IS NULL
