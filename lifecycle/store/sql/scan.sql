-- The facts of every record that is live or archived, in the order of rows.
-- A live one costs no look into the packages: no package is of record NULL.
-- name: scan_records
SELECT r.n, r.id, r.state, r.parked, r.policy, r.next_action, r.next_due,
	r.rule, r.extended_from, r.prune_due, r.birth, r.death_notified,
	r.left_on, r.left_intention, p.archived, p.destroy_due
FROM record r LEFT JOIN package p
	ON p.record = iif(r.state = 'archived', r.n, NULL)
	AND p.status = 'archived'
WHERE r.n > ?1 AND r.state IN ('live', 'archived')
ORDER BY r.n

-- name: scan_consents
SELECT record, n, ground, by, given, ended, end_kind
FROM consent WHERE record > ?1 ORDER BY record, n
