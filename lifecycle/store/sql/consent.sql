-- name: consents_of
-- Those that bear on how long a record stays: for decisions.
SELECT n, ground, by, given, ended, end_kind
FROM consent
WHERE record = ? AND ground IN ('connexions', 'care-leaver',
	'learning-difficulty')
ORDER BY n

-- name: consents_dates
SELECT n, ground, by, given, ended, end_kind, until, confirm_due,
	(SELECT max(date) FROM consent_confirmation WHERE consent = c.n)
FROM consent c WHERE record = ? ORDER BY n

-- name: consent_dates
UPDATE consent SET until = ?, confirm_due = ? WHERE n = ?

-- name: consent_number
UPDATE counter SET last = last + 1 WHERE name = 'consent' RETURNING last

-- name: consent_number_seen
UPDATE counter SET last = ?1 WHERE name = 'consent' AND last < ?1

-- name: consent_add
INSERT INTO consent(n, record, ground, by, given, statement, evidence,
	taken_by, entered, method, best_interests, renews, late_reason)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: consent_restore
INSERT INTO consent(n, record, ground, by, given, statement, evidence,
	taken_by, entered, ended, end_kind, ended_by, method, best_interests,
	renews, late_reason, end_evidence)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: consent_renewed
SELECT max(n) FROM consent WHERE record = ? AND ground = ? AND ended IS NULL

-- name: consent_open_next
SELECT n, ground, given, until, by FROM consent
WHERE record = ? AND n > ? AND ended IS NULL ORDER BY n LIMIT 1

-- name: consent_end
UPDATE consent SET ended = ?, end_kind = ?, ended_by = ?, end_evidence = ?,
	confirm_due = NULL
WHERE n = ?

-- name: confirmation_add
INSERT INTO consent_confirmation(consent, date, evidence, taken_by, entered)
VALUES (?, ?, ?, ?, ?)
ON CONFLICT DO NOTHING

-- name: confirmations_of
SELECT date, evidence, taken_by, entered FROM consent_confirmation
WHERE consent = ? ORDER BY date

-- name: consents_count
SELECT count(*) FROM consent WHERE record = ?

-- name: confirmations_delete
DELETE FROM consent_confirmation
WHERE consent IN (SELECT n FROM consent WHERE record = ?)

-- name: services_delete
DELETE FROM consent_service
WHERE consent IN (SELECT n FROM consent WHERE record = ?)

-- name: consents_delete
DELETE FROM consent WHERE record = ?

-- What is read of an entry, whoever asks: the same columns in all.
-- name: consents_range_of
SELECT c.n, c.ground, c.by, c.given, c.ended, c.end_kind, c.statement,
	c.evidence, c.taken_by, c.entered, c.ended_by, r.id, r.n, c.method,
	c.best_interests, c.renews, c.late_reason, c.end_evidence,
	c.confirm_due, c.until,
	(SELECT max(date) FROM consent_confirmation WHERE consent = c.n),
	r.authority
FROM consent c JOIN record r ON r.n = c.record WHERE c.record = ?
ORDER BY c.n

-- name: consents_range
-- excused: the whole ledger, as asked for
SELECT c.n, c.ground, c.by, c.given, c.ended, c.end_kind, c.statement,
	c.evidence, c.taken_by, c.entered, c.ended_by, r.id, r.n, c.method,
	c.best_interests, c.renews, c.late_reason, c.end_evidence,
	c.confirm_due, c.until,
	(SELECT max(date) FROM consent_confirmation WHERE consent = c.n),
	r.authority
FROM consent c JOIN record r ON r.n = c.record ORDER BY c.n

-- name: consents_until
SELECT c.n, c.ground, c.by, c.given, c.ended, c.end_kind, c.statement,
	c.evidence, c.taken_by, c.entered, c.ended_by, r.id, r.n, c.method,
	c.best_interests, c.renews, c.late_reason, c.end_evidence,
	c.confirm_due, c.until,
	(SELECT max(date) FROM consent_confirmation WHERE consent = c.n),
	r.authority
FROM consent c JOIN record r ON r.n = c.record
WHERE c.ended IS NULL AND c.until IS NOT NULL AND c.until > ?
	AND c.until <= ?
ORDER BY c.until, c.n

-- name: consents_confirm
SELECT c.n, c.ground, c.by, c.given, c.ended, c.end_kind, c.statement,
	c.evidence, c.taken_by, c.entered, c.ended_by, r.id, r.n, c.method,
	c.best_interests, c.renews, c.late_reason, c.end_evidence,
	c.confirm_due, c.until,
	(SELECT max(date) FROM consent_confirmation WHERE consent = c.n),
	r.authority
FROM consent c JOIN record r ON r.n = c.record
WHERE c.ended IS NULL AND c.confirm_due IS NOT NULL AND c.confirm_due <= ?
ORDER BY c.confirm_due, c.n

-- name: consents_undated
-- excused: all of a small index
SELECT c.record FROM consent c
WHERE c.ended IS NULL AND c.until IS NULL AND c.ground IN ('connexions',
	'care-leaver', 'learning-difficulty')
LIMIT 1000

-- name: consent_services
SELECT c.n, c.ground, c.evidence, c.ended, s.mark
FROM consent c LEFT JOIN consent_service s ON s.consent = c.n
WHERE c.record = ? AND c.ground IN ('sensitive-service', 'significant-harm')
ORDER BY c.n

-- name: consent_service_add
INSERT OR IGNORE INTO consent_service(consent, mark) VALUES (?, ?)

-- name: consent_service_drop
DELETE FROM consent_service
WHERE mark = ?1 AND consent IN (SELECT n FROM consent WHERE record = ?2)

-- name: consent_services_drop
DELETE FROM consent_service WHERE consent = ?

-- name: consent_delete
DELETE FROM consent WHERE n = ?

-- name: consent_services_of
SELECT mark FROM consent_service WHERE consent = ? ORDER BY mark
