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
SELECT g.authority, g.status, g.since, g.signed, g.signed_by, g.signed_uid,
	g.opened, g.opened_by, g.closed, g.closed_by, coalesce(c.n, 0),
	coalesce(w.n, 0)
FROM gate g LEFT JOIN (SELECT r.authority AS authority, count(*) AS n
	FROM shield s JOIN record r ON r.n = s.record
	WHERE s.status IN ('requested', 'granted') GROUP BY 1) c
	ON c.authority = g.authority
LEFT JOIN (SELECT authority, count(*) AS n FROM quarantine
	WHERE status = 'waiting' GROUP BY 1) w ON w.authority = g.authority
ORDER BY g.authority

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
