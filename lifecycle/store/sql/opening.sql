-- name: parcel_facts
SELECT coalesce(h.custody, v.custody), v.made, p.ended, b.id, b.status, i.status,
	y.name, y.version
FROM package p JOIN volume v ON v.n = p.volume JOIN policy y ON y.n = p.policy
	LEFT JOIN header h ON h.package = p.n
	LEFT JOIN batch b ON b.n = p.batch
	LEFT JOIN batch_item i ON i.batch = p.batch AND i.package = p.n
WHERE p.n = ?
