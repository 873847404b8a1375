-- name: record_merge
UPDATE record SET state = 'merged', merged_into = ?2, next_action = NULL,
	next_due = NULL, rule = NULL, extended_from = NULL, parked = 0,
	prune_due = NULL, policy = NULL, birth = NULL, death_notified = NULL,
	left_on = NULL, left_intention = NULL, changed = ?3
WHERE n = ?1 AND state = 'live'

-- name: merged_into
SELECT r.id FROM record m JOIN record r ON r.n = m.merged_into WHERE m.n = ?

-- Numbers that led to one record lead to another.
-- name: merged_pass_on
UPDATE record SET merged_into = ?2 WHERE merged_into = ?1 RETURNING n

-- name: merged_give_back
UPDATE record SET merged_into = ?2 WHERE n = ?1 AND state = 'merged'

-- name: consents_pass_on
UPDATE consent SET record = ?2 WHERE record = ?1 RETURNING n

-- name: consent_pass_on
UPDATE consent SET record = ?3 WHERE n = ?1 AND record = ?2

-- name: move_of_merged
SELECT n, reason FROM move WHERE record = ? AND status = 'offered'

-- name: move_offer_again
UPDATE move SET status = 'offered', settled = NULL, settled_by = NULL,
	reason = ?2
WHERE n = ?1 AND status = 'lapsed'

-- name: trouble_of_merged
DELETE FROM trouble WHERE record = ?

-- name: link_add
INSERT INTO never_link(a, b, at, by, reason)
VALUES (min(?1, ?2), max(?1, ?2), ?3, ?4, ?5)
ON CONFLICT(a, b) DO NOTHING

-- name: link_remove
DELETE FROM never_link WHERE a = min(?1, ?2) AND b = max(?1, ?2)

-- name: link_forget
DELETE FROM never_link WHERE a = ?1 OR b = ?1

-- name: link_list
-- excused: pairs are few, and all are asked for
SELECT x.id, y.id, l.at, l.by, l.reason, x.authority, y.authority
FROM never_link l JOIN record x ON x.n = l.a JOIN record y ON y.n = l.b
ORDER BY l.a, l.b

-- Whether a number of the one person and one of the other are a pair.
-- name: link_between
SELECT count(*) FROM never_link WHERE (a, b) IN (
	SELECT min(x.n, y.n), max(x.n, y.n)
	FROM record x JOIN record y
	WHERE (x.n = ?1 OR x.merged_into = ?1)
		AND (y.n = ?2 OR y.merged_into = ?2))

-- name: history_has
SELECT EXISTS (SELECT 1 FROM history WHERE record = ? AND seq = ?)

-- name: history_part_of
SELECT record FROM history_part WHERE seq = ?

-- name: history_part_put
INSERT INTO history_part(seq, record) VALUES (?, ?)
ON CONFLICT(seq) DO UPDATE SET record = excluded.record

-- name: history_part_drop
DELETE FROM history_part WHERE seq = ?

-- name: undo_last
SELECT n, record, other, action, seq, body FROM undo
WHERE n = (SELECT max(n) FROM (
	SELECT max(n) AS n FROM undo WHERE record = ?1
	UNION ALL SELECT max(n) FROM undo WHERE other = ?1))

-- name: undo_drop
DELETE FROM undo WHERE n = ?
