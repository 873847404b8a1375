-- name: authority_of_row
SELECT authority FROM record WHERE n = ?

-- name: authority_of_id
SELECT authority FROM record WHERE id = ?

-- name: move_open_of
SELECT m.n, m.record, r.id, m.from_authority, m.to_authority, m.date,
	m.offered, m.offered_by, m.reason
FROM record r JOIN move m ON m.record = r.n AND m.status = 'offered'
	AND m.from_authority = r.authority
WHERE r.id = ? AND r.state = 'live'

-- name: move_open_all
-- excused: the open offers, by an index of these alone
SELECT m.n, m.record, r.id, m.from_authority, m.to_authority, m.date,
	m.offered, m.offered_by, m.reason
FROM move m JOIN record r ON r.n = m.record AND r.authority = m.from_authority
	AND r.state = 'live'
WHERE m.status = 'offered' ORDER BY m.offered, m.n

-- name: move_offer
INSERT INTO move(record, from_authority, to_authority, date, reason, offered,
	offered_by, status)
VALUES (?, ?, ?, ?, ?, ?, ?, 'offered')

-- name: move_settle
UPDATE move SET status = ?, settled = ?, settled_by = ?, reason = NULL
WHERE n = ? AND status = 'offered'

-- name: move_lapse
UPDATE move SET status = 'lapsed', settled = ?, reason = NULL
WHERE record = ? AND status = 'offered'

-- name: move_lapse_other
UPDATE move SET status = 'lapsed', settled = ?, reason = NULL
WHERE record = ? AND status = 'offered' AND from_authority <> ?

-- name: move_reopen
UPDATE move SET status = ?, settled = ?, settled_by = ?
WHERE n = ? AND status = 'accepted'
