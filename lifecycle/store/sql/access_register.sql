-- The register of requests for access (duties/access_register.c).

-- Those received after day ?1 and number ?2, until day ?3; a page.
-- name: access_received
SELECT s.n, s.id, s.received, p.name
FROM sar s JOIN policy p ON p.n = s.policy
WHERE (s.received, s.n) > (?1, ?2) AND s.received <= ?3
ORDER BY s.received, s.n LIMIT 64

-- name: access_policy_known
-- excused: a store adopts a handful of policies in its life
SELECT EXISTS (SELECT 1 FROM policy WHERE name = ?)
