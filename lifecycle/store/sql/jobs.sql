-- name: job_last
SELECT nominal, status, attempts, CAST(strftime('%s', started) AS INTEGER),
	CAST(strftime('%s', finished) AS INTEGER), exit_code, late, what
FROM job_run WHERE job = ? AND nominal <= ?
	AND (attempts > 0 OR finished <= ?)
ORDER BY nominal DESC LIMIT 1

-- name: job_tried
SELECT nominal, status, attempts, CAST(strftime('%s', started) AS INTEGER),
	CAST(strftime('%s', finished) AS INTEGER), exit_code, late, what
FROM job_run WHERE job = ? AND nominal <= ? AND attempts > 0
ORDER BY nominal DESC LIMIT 1

-- name: job_get
SELECT nominal, status, attempts, CAST(strftime('%s', started) AS INTEGER),
	CAST(strftime('%s', finished) AS INTEGER), exit_code, late, what
FROM job_run WHERE job = ? AND nominal = ?

-- name: job_runs
SELECT nominal, status, attempts, CAST(strftime('%s', started) AS INTEGER),
	CAST(strftime('%s', finished) AS INTEGER), exit_code, late, what
FROM job_run WHERE job = ? ORDER BY nominal DESC LIMIT ?

-- name: job_begin
INSERT INTO job_run(job, nominal, status, attempts, started, late)
VALUES (?1, ?2, 'running', 1, ?3, ?4)
ON CONFLICT (job, nominal) DO UPDATE SET status = 'running',
	attempts = attempts + 1, started = ?3, finished = NULL,
	exit_code = NULL, late = ?4, what = NULL

-- name: job_end
UPDATE job_run SET status = ?, finished = ?, exit_code = ?, what = ?
WHERE job = ? AND nominal = ? AND status = 'running'

-- name: job_mark
INSERT INTO job_run(job, nominal, status, attempts, finished, late, what)
VALUES (?, ?, ?, 0, ?, ?, ?)
ON CONFLICT (job, nominal) DO UPDATE SET status = excluded.status,
	finished = excluded.finished, late = excluded.late,
	what = excluded.what
WHERE attempts = 0

-- name: jobs_running
-- excused: runs that did not end well are few, and their index is read
SELECT job, nominal, status, attempts, CAST(strftime('%s', started) AS INTEGER),
	CAST(strftime('%s', finished) AS INTEGER), exit_code, late, what
FROM job_run INDEXED BY job_run_open
WHERE status IN ('running', 'failed', 'interrupted') AND status = 'running'
