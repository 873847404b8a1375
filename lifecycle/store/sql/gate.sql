-- name: gate_digest
SELECT digest FROM shield
WHERE record = ? AND status IN ('requested', 'granted')

-- The nonce of a payload, which no other has.
-- name: gate_nonce
SELECT substr(payload, 1, 16) FROM compartment WHERE n = ?

-- name: gate_drop_again
DELETE FROM compartment
WHERE record = ? AND kind = 'hidden' AND substr(payload, 1, 16) = ?

-- name: gate_put_digest
UPDATE shield SET digest = ?1
WHERE record = ?2 AND status IN ('requested', 'granted')

-- name: gate_salt
SELECT salt FROM store WHERE id = 1

-- name: gate_key_has
SELECT count(*) FROM shield_key WHERE key = ? AND record = ?

-- name: gate_hidden_of
SELECT n FROM compartment WHERE record = ? AND kind = 'hidden' ORDER BY n

-- name: gate_hidden_last
SELECT max(n) FROM compartment WHERE record = ? AND kind = 'hidden'

-- name: gate_hidden_drop
DELETE FROM compartment WHERE record = ? AND kind = 'hidden' AND n > ?

-- name: gate_log_drop
DELETE FROM compartment WHERE record = ? AND kind = 'log'

-- name: gate_give
UPDATE compartment SET record = ?2 WHERE n = ?1

-- name: gate_address_changed
UPDATE record SET address_changed = ? WHERE n = ?

-- name: gate_log_of
SELECT seq, time, actor, action, detail, salt FROM audit
WHERE seq IN (SELECT seq FROM history WHERE record = ?) AND detail IS NOT NULL
ORDER BY seq

-- The entry of the search in which somebody was found by the entry ?1.
-- name: gate_log_search
SELECT seq, detail FROM audit
WHERE seq < ?1 AND seq >= ?1 - 1000 AND action = 'record.find'
	AND subject IS NULL AND time = ?2 AND actor = ?3
	AND detail IS NOT NULL
ORDER BY seq DESC LIMIT 1

-- name: gate_log_put
UPDATE audit SET detail = ?, salt = ? WHERE seq = ?

-- name: gate_sealed_of
SELECT count(*) FROM compartment WHERE record = ? AND kind IN ('hidden', 'log')

-- name: gate_consent_there
SELECT count(*) FROM consent WHERE n = ?

-- name: gate_compartments_of
SELECT n FROM compartment WHERE record = ? ORDER BY n

-- name: gate_compartment_last
SELECT max(n) FROM compartment

-- name: gate_compartment_drop
DELETE FROM compartment WHERE n = ?

-- name: gate_cases_of
SELECT n FROM shield WHERE record = ?
	AND status NOT IN ('requested', 'granted')

-- name: gate_case_give
UPDATE shield SET record = ?2 WHERE n = ?1

-- A record's history as it is told to those who may know of its cases.
-- name: audit_with_cases
SELECT seq, time, actor, action, subject, outcome, hash, salt, detail,
	EXISTS (SELECT 1 FROM history_part p WHERE p.seq = a.seq)
FROM audit a WHERE seq IN (
	SELECT seq FROM history WHERE record = ?1
	UNION SELECT c.seq FROM record r JOIN shield s ON s.record = r.n
		JOIN audit c ON c.subject = s.id
	WHERE r.id = ?1)
ORDER BY seq

-- Why a record is offered to another authority, as long as it is.
-- name: gate_move_reason
SELECT n, reason FROM move WHERE record = ? AND status = 'offered'
	AND reason IS NOT NULL

-- name: gate_move_silence
UPDATE move SET reason = NULL WHERE n = ?

-- name: gate_hold_texts
SELECT n, reason, legal_basis, contact, release_reason
FROM hold INDEXED BY hold_record
WHERE record = ?1 AND record IS NOT NULL AND n > ?2 ORDER BY n LIMIT 1

-- name: gate_hold_silence
UPDATE hold SET reason = coalesce(?2, reason),
	legal_basis = coalesce(?3, legal_basis),
	contact = coalesce(?4, contact),
	release_reason = CASE WHEN release_reason IS NULL THEN NULL
		ELSE coalesce(?5, release_reason) END
WHERE n = ?1
