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
	s.decided_uid, s.review, s.reviewed, s.ended, r.id, r.authority,
	r.state = 'live'
FROM shield s JOIN record r ON r.n = s.record
WHERE s.status = ?1 AND s.review < ?2
ORDER BY s.review, s.n

-- name: shields_active
SELECT s.n, s.id, s.record, s.status, s.asked_by, s.hidden, s.requested,
	s.requested_by, s.decided, s.decided_by, s.requested_uid,
	s.decided_uid, s.review, s.reviewed, s.ended, r.id, r.authority,
	r.state = 'live'
FROM shield s JOIN record r ON r.n = s.record
WHERE s.status = 'requested' AND s.review < ?1
UNION ALL
SELECT s.n, s.id, s.record, s.status, s.asked_by, s.hidden, s.requested,
	s.requested_by, s.decided, s.decided_by, s.requested_uid,
	s.decided_uid, s.review, s.reviewed, s.ended, r.id, r.authority,
	r.state = 'live'
FROM shield s JOIN record r ON r.n = s.record
WHERE s.status = 'granted' AND s.review < ?1
ORDER BY 13, 1

-- name: shield_cases
SELECT s.n, s.id, s.record, s.status, s.asked_by, s.hidden, s.requested,
	s.requested_by, s.decided, s.decided_by, s.requested_uid,
	s.decided_uid, s.review, s.reviewed, s.ended, r.id, r.authority,
	r.state = 'live'
FROM shield s JOIN record r ON r.n = s.record
WHERE s.record = ?1 ORDER BY s.n DESC

-- name: shield_add
INSERT INTO shield(id, record, status, asked_by, hidden, requested,
	requested_by, requested_uid, review)
VALUES (?, ?, 'requested', ?, ?, ?, ?, ?, ?)

-- name: shield_update
UPDATE shield SET status = ?2, hidden = ?3, review = ?4, decided = ?5,
	decided_by = ?6, decided_uid = ?7
WHERE n = ?1

-- name: shield_end
UPDATE shield SET status = ?2, ended = ?3, ended_by = ?4 WHERE n = ?1

-- name: shield_reviewed
UPDATE shield SET review = ?2, reviewed = ?3, reviewed_by = ?4 WHERE n = ?1

-- name: shield_pass_on
UPDATE shield SET record = ?2 WHERE record = ?1

-- name: shield_copy
INSERT INTO shield(id, record, status, asked_by, hidden, requested,
	requested_by, requested_uid, review, decided, decided_by, decided_uid,
	reviewed, reviewed_by, digest)
SELECT ?3, ?2, status, asked_by, hidden, requested, requested_by,
	requested_uid, review, decided, decided_by, decided_uid, reviewed,
	reviewed_by, digest
FROM shield WHERE n = ?1

-- name: shield_hidden_numbers
SELECT n FROM compartment WHERE record = ? AND kind = 'hidden' ORDER BY n

-- Of what was hidden of one record and its copies after a number, which were
-- made in the same order.
-- name: shield_copies
-- excused: numbered, those of one record and of its copy
SELECT a.n, b.n FROM (SELECT n, row_number() OVER (ORDER BY n) AS i
	FROM compartment WHERE record = ?1 AND kind = 'hidden') a
JOIN (SELECT n, row_number() OVER (ORDER BY n) AS i FROM compartment
	WHERE record = ?2 AND kind = 'hidden' AND n > ?3) b ON b.i = a.i
ORDER BY a.n

-- What was sealed of a split record's case since it was: all but the copies
-- and the step of the split itself.
-- name: shield_unshare_case
-- excused: some of one record's few
WITH since(n) AS (SELECT p.n FROM compartment p
	WHERE p.record = ?1 AND p.kind = 'case' AND p.payload NOT IN
		(SELECT payload FROM compartment
		WHERE record = ?2 AND kind = 'case' AND payload IS NOT NULL))
UPDATE compartment SET record = ?2
WHERE n IN (SELECT n FROM since WHERE n > (SELECT min(n) FROM since))

-- name: shield_unshare_investigations
UPDATE investigation SET record = ?2 WHERE record = ?1

-- name: shield_unshare_mail
UPDATE mail SET record = ?2 WHERE record = ?1

-- name: shield_forget
DELETE FROM shield WHERE record = ?

-- name: shield_set
UPDATE shield SET status = ?2, hidden = ?3, review = ?4 WHERE n = ?1

-- name: shield_by_id
SELECT r.id FROM shield s JOIN record r ON r.n = s.record WHERE s.id = ?

-- name: shield_hidden_first
SELECT n FROM compartment WHERE record = ? AND kind = 'hidden' ORDER BY n
LIMIT 1

-- name: work_shield_requests
SELECT s.review, r.id, r.authority, s.requested_by
FROM shield s INDEXED BY shield_review JOIN record r ON r.n = s.record
WHERE s.status = 'requested' AND r.state = 'live'
ORDER BY s.review, s.n

-- name: work_shield_reviews
SELECT s.review, r.id, r.authority, s.requested_by
FROM shield s INDEXED BY shield_review JOIN record r ON r.n = s.record
WHERE s.status = 'granted' AND s.review <= ?1 AND r.state = 'live'
ORDER BY s.review, s.n

-- name: shield_letters_loose
UPDATE mail SET compartment = NULL WHERE record = ?
