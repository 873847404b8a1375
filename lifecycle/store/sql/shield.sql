-- name: shield_of
SELECT n, id, record, status, asked_by, hidden, requested, requested_by,
	decided, decided_by, requested_uid, decided_uid, review, reviewed,
	ended
FROM shield WHERE record = ? AND status IN ('requested', 'granted')

-- name: shield_last
SELECT n, id, record, status, asked_by, hidden, requested, requested_by,
	decided, decided_by, requested_uid, decided_uid, review, reviewed,
	ended
FROM shield WHERE record = ?
ORDER BY status IN ('requested', 'granted') DESC, n DESC LIMIT 1

-- name: shields_by_status
SELECT s.n, s.id, s.record, s.status, s.asked_by, s.hidden, s.requested,
	s.requested_by, s.decided, s.decided_by, s.requested_uid,
	s.decided_uid, s.review, s.reviewed, s.ended, r.id, r.authority
FROM shield s JOIN record r ON r.n = s.record
WHERE s.status = ?1 AND s.review < ?2
ORDER BY s.review, s.n

-- name: shields_active
SELECT s.n, s.id, s.record, s.status, s.asked_by, s.hidden, s.requested,
	s.requested_by, s.decided, s.decided_by, s.requested_uid,
	s.decided_uid, s.review, s.reviewed, s.ended, r.id, r.authority
FROM (SELECT * FROM shield WHERE status = 'requested' AND review < ?1
	UNION ALL
	SELECT * FROM shield WHERE status = 'granted' AND review < ?1
	ORDER BY review, n) s
JOIN record r ON r.n = s.record
