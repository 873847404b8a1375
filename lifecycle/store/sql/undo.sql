-- name: undo_add
INSERT INTO undo(record, other, action, seq, at, by, body)
VALUES (?, ?, ?, ?, ?, ?, ?)

-- What undoing compares: all that a change of one record's person, by
-- whichever command, would have left different.
-- name: undo_state
SELECT json_array(r.authority, r.state, r.merged_into,
	(SELECT doc FROM document WHERE record = r.n),
	(SELECT json_group_array(json_array(n, ground, by, given, statement,
		evidence, taken_by, entered, ended, end_kind, ended_by, method,
		best_interests, renews, late_reason, end_evidence))
	FROM (SELECT * FROM consent WHERE record = r.n ORDER BY n)),
	(SELECT json_group_array(json_array(consent, date, evidence))
	FROM (SELECT f.consent, f.date, f.evidence
		FROM consent c JOIN consent_confirmation f ON f.consent = c.n
		WHERE c.record = r.n ORDER BY f.consent, f.date)),
	(SELECT json_group_array(id)
	FROM (SELECT id FROM hold WHERE released IS NULL AND scope = 'record'
		AND record = r.n ORDER BY n)),
	(SELECT json_group_array(n)
	FROM (SELECT n FROM move WHERE record = r.n AND status = 'offered')),
	(SELECT json_group_array(json_array(id, status, hidden))
	FROM (SELECT id, status, hidden FROM shield WHERE record = r.n
		ORDER BY n)),
	(SELECT json_group_array(n)
	FROM (SELECT n FROM compartment WHERE record = r.n AND kind = 'hidden'
		ORDER BY n)))
FROM record r WHERE r.n = ?

-- name: undo_forget
-- excused: the changes since the last run, all of them
DELETE FROM undo

-- name: undo_forget_record
DELETE FROM undo WHERE record = ?1 OR other = ?1
