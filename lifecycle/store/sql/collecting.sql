-- What is held on somebody who asks, besides their document (collecting.h).

-- name: collect_record
SELECT created, destroyed FROM record WHERE n = ?

-- name: collect_merged
SELECT id, created FROM record WHERE merged_into = ? ORDER BY n

-- name: collect_merged_next
SELECT n FROM record WHERE merged_into = ? AND n > ? ORDER BY n LIMIT 1

-- name: collect_packages
SELECT p.id, p.archived, p.destroy_due, p.status, p.ended, b.id
FROM package p LEFT JOIN batch b ON b.n = p.batch
WHERE p.record = ?1
	OR p.record IN (SELECT n FROM record WHERE merged_into = ?1)
ORDER BY p.n

-- The lists on which it was to be destroyed, and was not.
-- name: collect_batches
SELECT b.id, b.proposed, i.reason
FROM package p JOIN batch_item i ON i.package = p.n
	JOIN batch b ON b.n = i.batch
WHERE p.record = ?1 AND i.status IN ('excluded', 'split') ORDER BY b.n

-- Also of those that were merged into it.
-- name: collect_moves
SELECT m.n, m.from_authority, m.to_authority, m.date, m.status, m.reason
FROM move m WHERE m.record = ?1
	OR m.record IN (SELECT n FROM record WHERE merged_into = ?1)
ORDER BY m.n

-- Not those that requests place: they are requests.
-- name: collect_holds
SELECT id, reason, legal_basis, contact, placed, review, released,
	release_reason
FROM hold INDEXED BY hold_record
WHERE record IS NOT NULL AND sar IS NULL AND record IN (
	SELECT ?1 UNION ALL SELECT n FROM record WHERE merged_into = ?1)
ORDER BY n

-- Those but ?2 about record ?1, and whether the same person asks.
-- name: collect_requests
SELECT s.id, s.received, s.relation, s.stage, s.outcome, s.answered,
	s.requester,
	s.mark IS NOT NULL AND s.mark IS (SELECT mark FROM sar WHERE n = ?2)
FROM sar s WHERE s.n <> ?2 AND s.n IN (
	SELECT u.sar FROM sar_subject u WHERE u.record = ?1
	UNION SELECT u.sar FROM record r
		JOIN sar_subject u ON u.record = r.n
	WHERE r.merged_into = ?1)
ORDER BY s.n

-- name: collect_same_person
SELECT s.mark IS NOT NULL AND s.mark IS (SELECT mark FROM sar WHERE n = ?2)
FROM sar s WHERE s.id = ?1

-- name: collect_mail
SELECT id, kind, made, status, settled FROM mail WHERE record IN (
	SELECT ?1 UNION ALL SELECT n FROM record WHERE merged_into = ?1)
ORDER BY n

-- Whether investigation ?1 is of what was opened for the request of id ?2.
-- name: collect_own_override
SELECT EXISTS (SELECT 1 FROM investigation i JOIN audit a ON a.subject = ?2
	AND a.action = 'sar.collect' AND a.time = i.opened
WHERE i.id = ?1)

-- name: collect_investigations
SELECT id, opened, status, closed FROM investigation WHERE record IN (
	SELECT ?1 UNION ALL SELECT n FROM record WHERE merged_into = ?1)
ORDER BY n

-- name: collect_safe_notices
SELECT n, kind, status, addressee, language, format, route, issued, served,
	returned
FROM notice WHERE safe = 1 AND record IN (
	SELECT ?1 UNION ALL SELECT n FROM record WHERE merged_into = ?1)
ORDER BY n

-- name: collect_quarantine
SELECT id, status, since, settled FROM quarantine WHERE record = ?
ORDER BY n

-- name: collect_roles
SELECT r.role FROM operator o JOIN operator_role r ON r.operator = o.n
WHERE o.name = ?
