-- name: officer_all
-- excused: officers are few
SELECT n, name, point, status, made, admitted, ended, since FROM officer
ORDER BY CASE status WHEN 'active' THEN 0 WHEN 'waiting' THEN 1 ELSE 2 END,
	name, n

-- name: officer_get
SELECT n, name, point, status, made, admitted, ended, since FROM officer
WHERE name = ? AND status <> 'left'

-- name: officer_gone
-- excused: officers are few
SELECT DISTINCT name FROM officer WHERE name NOT IN
	(SELECT name FROM officer WHERE status <> 'left')

-- name: officer_points
-- excused: officers are few
SELECT n, name, point, status, made, admitted, ended, since FROM officer
WHERE status = 'active' ORDER BY n

-- name: officer_counts
-- excused: officers are few
SELECT coalesce(sum(status = 'active'), 0), coalesce(sum(status <> 'left'), 0)
FROM officer

-- name: officer_generation
SELECT last FROM counter WHERE name = 'officers'

-- name: officer_changed
UPDATE counter SET last = last + 1 WHERE name = 'officers' RETURNING last

-- name: officer_add
INSERT INTO officer(name, point, status, made, admitted, admitted_by, since)
VALUES (?, ?, ?, ?, ?, ?, ?)

-- name: officer_admit
UPDATE officer SET status = 'active', admitted = ?, admitted_by = ?, since = ?
WHERE n = ?

-- name: officer_leave
UPDATE officer SET status = 'left', ended = ?, ended_by = ? WHERE n = ?

-- What the log says last of one.
-- name: officer_logged
SELECT CASE WHEN action = 'officer.leave' THEN 'left'
	WHEN outcome = 'waiting' THEN 'waiting' ELSE 'active' END
FROM audit WHERE subject = ? ORDER BY seq DESC LIMIT 1

-- name: officer_sealed
SELECT EXISTS (SELECT 1 FROM compartment WHERE generation >= 0)

-- name: officer_orphans
SELECT EXISTS (SELECT 1 FROM compartment
	WHERE generation < (SELECT min(since) FROM officer
			WHERE status = 'active' AND n <> ?1)
		AND generation >= (SELECT since FROM officer WHERE n = ?1))

-- name: officer_owed
SELECT count(*) FROM compartment
WHERE generation < (SELECT last FROM counter WHERE name = 'officers')

-- name: officer_closed
SELECT count(*) FROM compartment WHERE generation < ?

-- name: rewrap_next
SELECT generation, n, header FROM compartment
WHERE (generation, n) > (?, ?) AND generation < ?
ORDER BY generation, n LIMIT ?

-- name: rewrap_header
UPDATE compartment SET header = ?, generation = ?
WHERE n = ? AND header = ?

-- name: work_officers_waiting
-- excused: officers are few
SELECT substr(made, 1, 10), name, NULL FROM officer WHERE status = 'waiting'
ORDER BY made, n

-- name: work_officers_gone
-- excused: officers are few
SELECT ?2, f.name, NULL, o.status
FROM officer f CROSS JOIN operator o ON o.name = f.name
WHERE f.status <> 'left' AND o.status <> 'active' ORDER BY f.n

-- name: work_officers_few
-- excused: officers are few
SELECT ?2, 'officers', NULL, count(*) FROM officer WHERE status = 'active'
HAVING count(*) < 2

-- name: work_rewrap
SELECT (SELECT substr(max(coalesce(ended, admitted)), 1, 10) FROM officer),
	'compartments', NULL, count(*)
FROM compartment
WHERE generation < (SELECT last FROM counter WHERE name = 'officers')
HAVING count(*) > 0
