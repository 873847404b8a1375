-- name: custody_row_add
INSERT INTO custody(id, made, made_by, shares, threshold)
VALUES (?, ?, ?, ?, ?)

-- name: custody_row_get
SELECT id, made, made_by, shares, threshold, replaced_by, replaced
FROM custody WHERE id = ?

-- name: custody_rows_all
-- excused: a store has a handful of keys in its life
SELECT id, made, made_by, shares, threshold, replaced_by, replaced
FROM custody ORDER BY made, id

-- name: custody_row_current
-- excused: a store has a handful of keys in its life
SELECT id, made, made_by, shares, threshold, replaced_by, replaced
FROM custody WHERE replaced_by IS NULL AND replaced IS NULL

-- name: custody_row_replacing
-- excused: a store has a handful of keys in its life
UPDATE custody SET replaced_by = ?1 WHERE id <> ?1 AND replaced IS NULL

-- name: custody_row_replaced
UPDATE custody SET replaced = ? WHERE id = ? AND replaced IS NULL

-- name: custody_share_add
INSERT INTO custody_share(custody, idx, holder) VALUES (?, ?, ?)
ON CONFLICT (custody, idx) DO NOTHING

-- name: custody_share_get
SELECT s.holder, d.at, d.by, d.outcome,
	(SELECT max(o.at) FROM custody_drill o WHERE o.custody = s.custody
	AND o.idx = s.idx AND o.outcome = 'opened')
FROM custody_share s LEFT JOIN custody_drill d ON d.custody = s.custody
	AND d.idx = s.idx
WHERE s.custody = ? AND s.idx = ?
ORDER BY d.at DESC LIMIT 1

-- name: custody_drill_add
INSERT INTO custody_drill(custody, idx, at, by, outcome)
VALUES (?, ?, ?, ?, ?)
ON CONFLICT (custody, idx, at) DO UPDATE SET by = excluded.by,
	outcome = excluded.outcome

-- name: work_custody_none
SELECT substr(created, 1, 10), 'custody', NULL FROM store
WHERE id = 1 AND custody = ''

-- name: work_custody_drills
-- excused: a store has a handful of keys in its life
SELECT substr(min(coalesce((SELECT max(d.at) FROM custody_drill d
	WHERE d.custody = s.custody AND d.idx = s.idx
	AND d.outcome = 'opened'), c.made)), 1, 10), c.id, NULL, c.shares
FROM custody c LEFT JOIN custody_share s ON s.custody = c.id
WHERE c.replaced_by IS NULL AND c.replaced IS NULL
GROUP BY c.id ORDER BY 1

-- name: work_custody_failed
-- excused: a store has a handful of keys in its life
SELECT substr(d.at, 1, 10), c.id, NULL, s.idx, d.outcome, c.shares
FROM custody c JOIN custody_share s ON s.custody = c.id
	JOIN custody_drill d ON d.custody = s.custody AND d.idx = s.idx
WHERE c.replaced_by IS NULL AND c.replaced IS NULL
	AND d.outcome <> 'opened'
	AND d.at = (SELECT max(o.at) FROM custody_drill o
	WHERE o.custody = s.custody AND o.idx = s.idx)
ORDER BY 1, s.idx
