-- name: batch_of_record
SELECT b.id FROM package p JOIN batch b ON b.n = p.batch
WHERE p.record = ? AND p.status = 'archived'
	AND b.status IN ('proposed', 'approved')
