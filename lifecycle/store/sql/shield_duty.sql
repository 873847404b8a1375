-- The go-live gate, overrides and their investigations, letters that wait for
-- an officer, and the identities that are nobody.

-- name: gate_open
SELECT coalesce(g.status = 'open', s.rehearsal)
FROM store s LEFT JOIN gate g ON g.authority = ?1 WHERE s.id = 1

-- name: gate_get
SELECT ?1, coalesce(g.status, CASE s.rehearsal WHEN 1 THEN 'open' ELSE 'closed'
	END), g.since, g.signed, g.signed_by, g.signed_uid, g.opened,
	g.opened_by, g.closed, g.closed_by, 0, 0
FROM store s LEFT JOIN gate g ON g.authority = ?1 WHERE s.id = 1

-- name: gates_all
-- excused: authorities are few; shields are counted for officers only
SELECT k.authority, coalesce(g.status, CASE k.rehearsal WHEN 1 THEN 'open'
	ELSE 'closed' END), g.since, g.signed, g.signed_by, g.signed_uid,
	g.opened, g.opened_by, g.closed, g.closed_by, coalesce(c.n, 0),
	coalesce(w.n, 0)
FROM (SELECT authority, 0 AS rehearsal FROM gate
	UNION SELECT authority, rehearsal FROM store WHERE authority NOT IN
	(SELECT authority FROM gate)) k
LEFT JOIN gate g ON g.authority = k.authority
LEFT JOIN (SELECT r.authority AS authority, count(*) AS n
	FROM shield s JOIN record r ON r.n = s.record
	WHERE s.status IN ('requested', 'granted') GROUP BY 1) c
	ON c.authority = k.authority
LEFT JOIN (SELECT authority, count(*) AS n FROM quarantine
	WHERE status = 'waiting' GROUP BY 1) w ON w.authority = k.authority
ORDER BY k.authority

-- name: gates_closed
-- excused: authorities are few
SELECT authority FROM gate WHERE status <> 'open'

-- name: gate_tried
INSERT OR IGNORE INTO gate(authority, status, since) VALUES (?, 'closed', ?)

-- name: gate_sign
INSERT INTO gate(authority, status, since, signed, signed_by, signed_uid)
VALUES (?1, 'signed', ?2, ?2, ?3, ?4)
ON CONFLICT(authority) DO UPDATE SET status = 'signed', signed = ?2,
	signed_by = ?3, signed_uid = ?4

-- name: gate_put_open
INSERT INTO gate(authority, status, since, opened, opened_by, opened_uid)
VALUES (?1, 'open', ?2, ?2, ?3, ?4)
ON CONFLICT(authority) DO UPDATE SET status = 'open', opened = ?2,
	opened_by = ?3, opened_uid = ?4

-- name: gate_close
INSERT INTO gate(authority, status, since, closed, closed_by)
VALUES (?1, 'closed', ?2, ?2, ?3)
ON CONFLICT(authority) DO UPDATE SET status = 'closed', closed = ?2,
	closed_by = ?3, signed = NULL, signed_by = NULL, signed_uid = NULL

-- name: duty_number
UPDATE counter SET last = last + 1 WHERE name = ? RETURNING last

-- name: investigation_add
INSERT INTO investigation(id, record, opened, opened_by, opened_uid, seq,
	status)
VALUES (?, ?, ?, ?, ?, ?, 'open')

-- name: investigation_get
SELECT i.n, i.id, coalesce(r.merged_into, r.n), r.id, r.authority,
	i.opened, i.opened_by,
	i.opened_uid, i.seq, i.status = 'open', i.closed, i.closed_by,
	(SELECT count(*) FROM investigation o WHERE o.record = i.record
	AND o.status = 'open' AND o.opened_by = i.opened_by)
FROM investigation i JOIN record r ON r.n = i.record WHERE i.id = ?

-- name: investigations_all
-- excused: overrides are few
SELECT i.n, i.id, coalesce(r.merged_into, r.n), r.id, r.authority,
	i.opened, i.opened_by,
	i.opened_uid, i.seq, i.status = 'open', i.closed, i.closed_by,
	(SELECT count(*) FROM investigation o WHERE o.record = i.record
	AND o.status = 'open' AND o.opened_by = i.opened_by)
FROM investigation i JOIN record r ON r.n = i.record
ORDER BY i.status = 'closed', i.opened, i.n

-- name: investigation_close
UPDATE investigation SET status = 'closed', closed = ?, closed_by = ?
WHERE n = ? AND status = 'open'

-- name: mail_shielded
SELECT EXISTS (SELECT 1 FROM shield WHERE record = ?
	AND status IN ('requested', 'granted'))

-- Its address changed since ?2, and since ?3 there was a case, or it was asked
-- whether it is another person.
-- name: mail_moved
SELECT EXISTS (SELECT 1 FROM record r
	WHERE r.n = ?1 AND r.address_changed >= ?2
	AND (EXISTS (SELECT 1 FROM shield s WHERE s.record = r.n
		AND substr(coalesce(s.ended, s.decided, s.requested), 1, 10) >=
		?3)
	OR EXISTS (SELECT 1 FROM quarantine q WHERE q.record = r.n
		AND (q.status = 'waiting' OR substr(q.settled, 1, 10) >= ?2))
	OR EXISTS (SELECT 1 FROM undo u WHERE u.record = r.n
		AND u.action IN ('record.merge', 'record.split'))
	OR EXISTS (SELECT 1 FROM undo u WHERE u.other = r.n
		AND u.action IN ('record.merge', 'record.split'))))

-- name: mail_add
INSERT INTO mail(id, record, kind, made, made_by, status, compartment)
VALUES (?, ?, ?, ?, ?, 'held', ?)

-- name: mail_get
SELECT m.n, m.id, m.record, r.id, r.authority, m.kind, m.made, m.made_by,
	m.status, m.compartment, m.settled, m.settled_by
FROM mail m JOIN record r ON r.n = m.record WHERE m.id = ?

-- name: mail_held
-- excused: letters that are held, all of them, by their index
SELECT m.n, m.id, m.record, r.id, r.authority, m.kind, m.made, m.made_by,
	m.status, m.compartment, m.settled, m.settled_by
FROM mail m JOIN record r ON r.n = m.record
WHERE m.status = 'held' ORDER BY m.made, m.n

-- name: mail_settled
-- excused: letters that were held are few
SELECT m.n, m.id, m.record, r.id, r.authority, m.kind, m.made, m.made_by,
	m.status, m.compartment, m.settled, m.settled_by
FROM mail m JOIN record r ON r.n = m.record
WHERE m.status <> 'held' ORDER BY m.made, m.n

-- name: mail_settle
UPDATE mail SET status = ?1, settled = ?2, settled_by = ?3,
	compartment = CASE ?1 WHEN 'withdrawn' THEN NULL ELSE compartment END
WHERE n = ?4

-- name: work_investigations
-- excused: open investigations, all of them, by their index
SELECT substr(i.opened, 1, 10), i.id, r.authority, r.id, i.opened_by,
	(SELECT count(*) FROM investigation o WHERE o.record = i.record
	AND o.status = 'open' AND o.opened_by = i.opened_by)
FROM investigation i INDEXED BY investigation_open
JOIN record r ON r.n = i.record
WHERE i.status = 'open' ORDER BY i.opened, i.n

-- name: work_mail
-- excused: letters that are held, all of them, by their index
SELECT substr(m.made, 1, 10), m.id, r.authority, m.kind, r.state = 'live' AND
	m.compartment IS NOT NULL
FROM mail m INDEXED BY mail_held JOIN record r ON r.n = m.record
WHERE m.status = 'held' ORDER BY m.made, m.n

-- name: work_gates
-- excused: authorities are few
SELECT substr(coalesce(g.signed, g.closed, g.since, s.created), 1, 10),
	k.authority, k.authority, g.signed_by
FROM (SELECT authority FROM gate WHERE status <> 'open'
	UNION SELECT authority FROM store WHERE rehearsal = 0 AND authority
	NOT IN (SELECT authority FROM gate)) k
JOIN store s ON s.id = 1 LEFT JOIN gate g ON g.authority = k.authority
ORDER BY 1, 2

-- name: identity_get
SELECT n, state, synthetic FROM record WHERE id = ?

-- name: identity_mark
UPDATE record SET synthetic = 1 WHERE n = ?

-- One that was removed stands for the same nobody when it is made again.
-- name: identity_again
UPDATE record SET state = 'archived', destroyed = NULL
WHERE n = ? AND state = 'destroyed' AND synthetic = 1

-- name: identity_holds
SELECT id FROM hold WHERE record = ? AND scope = 'record' AND released IS NULL
