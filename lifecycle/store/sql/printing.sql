-- Print runs (lifecycle/duties/printing.h).

-- name: print_run_add
INSERT INTO print_run(n, status, folder, asked, started, started_by)
VALUES (?, 'printing', ?, ?, ?, ?)

-- name: print_run_open
-- excused: by the index of those that are not done, of which there is one
SELECT n FROM print_run WHERE status = 'printing' ORDER BY n LIMIT 1

-- name: print_run_last
SELECT max(n) FROM print_run

-- name: print_run_get
SELECT n, status, folder, asked, started, started_by, finished, letters, pages,
	collected
FROM print_run WHERE n = ?

-- name: print_run_each
-- excused: all runs are wanted; there is one for each time letters are printed
SELECT n, status, folder, asked, started, started_by, finished, letters, pages,
	collected
FROM print_run ORDER BY n

-- Whose letters a run has, for an operator who acts for some authorities.
-- name: print_run_of
SELECT r.authority FROM print_item i JOIN notice n ON n.n = i.notice
JOIN record r ON r.n = n.record
WHERE i.run = ? GROUP BY r.authority

-- name: print_run_collected
UPDATE print_run SET collected = 1 WHERE n = ? AND status = 'printing'

-- name: print_run_end
UPDATE print_run SET status = ?2, finished = ?3, letters = ?4, pages = ?5
WHERE n = ?1 AND status = 'printing'

-- What is owed, after the notice ?2 that is due on ?1; a page of it.
-- name: print_owed
SELECT due, n FROM notice
WHERE status = 'owed' AND (due, n) > (?1, ?2) AND safe = 0
	AND (?3 IS NULL OR due <= ?3) AND (?4 IS NULL OR kind = ?4)
ORDER BY due, n LIMIT ?5

-- name: print_owed_of
SELECT due, n FROM notice
WHERE record = ?1 AND status = 'owed' AND safe = 0
	AND (?2 IS NULL OR due <= ?2) AND (?3 IS NULL OR kind = ?3)
ORDER BY due, n

-- Those of a run's that could not be printed when it began.
-- name: print_problems
SELECT due, n FROM notice
WHERE status = 'owed' AND (due, n) > (?1, ?2) AND safe = 0
	AND (?3 IS NULL OR due <= ?3) AND (?4 IS NULL OR kind = ?4)
	AND problem IS NOT NULL
ORDER BY due, n LIMIT ?5

-- name: print_item_add
INSERT OR IGNORE INTO print_item(run, file, sort, notice)
VALUES (?, ?, ?, ?)

-- name: print_item_drop
DELETE FROM print_item WHERE notice = ? AND run = ?

-- name: print_item_drop_all
DELETE FROM print_item WHERE run = ?

-- name: print_item_has
SELECT count(*) FROM print_item WHERE notice = ? AND run = ?

-- name: print_item_set
UPDATE print_item SET part = ?5, first_page = ?6, pages = ?7
WHERE run = ?1 AND file = ?2 AND sort = ?3 AND notice = ?4

-- name: print_item_count
SELECT count(*) FROM print_item WHERE run = ?

-- name: print_item_left
SELECT count(*) FROM print_item WHERE run = ? AND part IS NULL

-- name: print_file_next
SELECT min(file) FROM print_item WHERE run = ? AND file > ?

-- name: print_part_last
SELECT max(part) FROM print_item WHERE run = ? AND file = ?

-- name: print_part_next
SELECT min(part) FROM print_item WHERE run = ? AND file = ? AND part > ?

-- name: print_part_has
SELECT count(*) FROM print_item WHERE run = ? AND file = ? AND part = ?

-- name: print_item_next
SELECT sort, notice FROM print_item
WHERE run = ? AND file = ? AND (sort, notice) > (?, ?) AND part IS NULL
ORDER BY sort, notice LIMIT ?

-- name: print_part_items
SELECT i.sort, i.notice, i.first_page, i.pages, n.kind, n.language, n.format,
	n.status
FROM print_item i JOIN notice n ON n.n = i.notice
WHERE i.run = ? AND i.file = ? AND i.part = ? ORDER BY i.sort, i.notice

-- Letters of which something may have happened to their person since they were
-- entered: each is then looked at.  What began before and was committed after
-- has an earlier time; an address at least has its day.
-- name: print_doubtful
SELECT i.file, i.sort, i.notice FROM print_item i
JOIN notice n ON n.n = i.notice JOIN record r ON r.n = n.record
WHERE i.run = ?1 AND i.part IS NOT NULL AND (?2 IS NULL OR i.file = ?2)
	AND (?3 IS NULL OR i.part = ?3)
	AND (r.state <> 'live' OR r.death_notified IS NOT NULL
	OR r.left_on IS NOT NULL OR r.changed >= n.issued
	OR r.address_changed >= substr(n.issued, 1, 10)
	OR n.status <> 'issued'
	OR EXISTS (SELECT 1 FROM notice_to t WHERE t.record = r.n
		AND t.set_at >= n.issued)
	OR EXISTS (SELECT 1 FROM shield s WHERE s.record = r.n
		AND s.status IN ('requested', 'granted')))

-- Its letter is not on paper: it is owed as it was.
-- name: print_unissue
UPDATE notice SET status = 'owed', addressee = NULL, language = NULL,
	format = NULL, route = NULL, version = NULL, wording = NULL,
	run = NULL, place = NULL, mail = NULL, issued = NULL,
	issued_by = NULL
WHERE n = ? AND run = ? AND status = 'issued'

-- One that was entered and is not bound: a shield took its item, and the part
-- was set again without it by a run that was stopped then.
-- name: print_loose
SELECT n FROM notice
WHERE run = ?1 AND status = 'issued' AND NOT EXISTS (
	SELECT 1 FROM print_item i WHERE i.notice = notice.n AND i.run = ?1)
ORDER BY n LIMIT 1

-- name: print_issued_of
SELECT n FROM notice WHERE run = ? AND n > ? AND status = 'issued'
ORDER BY n LIMIT 1000

-- Whether the address changed since ?2, or another authority became responsible:
-- who moved may have an address to come, and at the one that is known a letter
-- would tell those left behind where to look.
-- name: print_moved
SELECT coalesce(address_changed >= ?2, 0) OR EXISTS (SELECT 1 FROM move m
	WHERE m.record = ?1 AND m.status = 'accepted'
	AND substr(m.settled, 1, 10) >= ?2)
FROM record WHERE n = ?1
