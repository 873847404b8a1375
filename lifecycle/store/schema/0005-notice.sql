-- Fair-processing notices: which letter each record is owed and why, what was
-- sent, and what came of it (domain: 7).  No name and no address is here.

-- cause: what it is owed for, so that nothing is owed twice: "" for the first,
-- a version, a day, a consent's number...  safe: about a case of shielding, or
-- of somebody who is shielded: it goes through an officer and is told to nobody
-- who is not told of shields; covers: the notice in whose place it went.
-- problem: why it could not be printed when that was last tried.  place: keyed
-- hash of the address that it went to, which goes when a shield comes.
CREATE TABLE notice (
	n INTEGER PRIMARY KEY,
	record INTEGER NOT NULL REFERENCES record(n),
	kind TEXT NOT NULL CHECK (kind IN ('first', 'comprehension',
		'eighteen', 'archived', 'extended', 'version', 'withdrawal',
		'authority', 'shield-outcome')),
	cause TEXT NOT NULL,
	safe INTEGER NOT NULL DEFAULT 0 CHECK (safe IN (0, 1)),
	covers INTEGER REFERENCES notice(n),
	status TEXT NOT NULL CHECK (status IN ('owed', 'issued', 'served',
		'returned', 'suppressed')),
	since TEXT NOT NULL, -- from when it is owed
	due TEXT NOT NULL,   -- by when it is to be served
	problem TEXT,
	why TEXT,            -- suppressed or returned: a word, notice.h
	addressee TEXT,      -- child, carer
	language TEXT,
	format TEXT,
	route TEXT,          -- post, hand, officer
	version TEXT,        -- of the policy's wording
	wording BLOB,        -- of the template that was used
	run INTEGER REFERENCES print_run(n),
	place BLOB,
	mail INTEGER REFERENCES mail(n),
	issued TEXT,
	issued_by TEXT,
	served TEXT,         -- the day on which it was given or posted
	served_by TEXT,
	returned TEXT,
	returned_by TEXT
) STRICT;
CREATE UNIQUE INDEX notice_once ON notice(record, kind, cause);
CREATE INDEX notice_owed ON notice(due, n) WHERE status = 'owed';
CREATE INDEX notice_withdrawn ON notice(due, n)
	WHERE status = 'owed' AND kind = 'withdrawal';
CREATE INDEX notice_issued ON notice(run, n) WHERE run IS NOT NULL;
CREATE INDEX notice_posting ON notice(issued, n) WHERE status = 'issued';
CREATE INDEX notice_returned ON notice(returned, n) WHERE status = 'returned';
CREATE INDEX notice_safe ON notice(due, n) WHERE safe = 1;
CREATE INDEX notice_covers ON notice(covers) WHERE covers IS NOT NULL;
CREATE INDEX notice_mail ON notice(mail) WHERE mail IS NOT NULL;
-- Safe ones have numbers of their own: or where one is missing among those that
-- everybody reads would tell that there was one.
INSERT INTO counter VALUES ('notice', 0), ('print-run', 0),
	('notice-safe', 8000000000);

-- Who gets a child's notices where it is not told by age.
CREATE TABLE notice_to (
	record INTEGER PRIMARY KEY REFERENCES record(n),
	who TEXT NOT NULL CHECK (who IN ('child', 'carer')),
	ground TEXT NOT NULL CHECK (ground IN ('understands',
		'does-not-understand', 'learning-difficulty')),
	since TEXT NOT NULL,
	set_at TEXT NOT NULL,
	set_by TEXT NOT NULL
) STRICT;

-- Wordings that were used, as they stood.
CREATE TABLE wording (
	sha256 BLOB PRIMARY KEY CHECK (length(sha256) = 32),
	language TEXT NOT NULL,
	name TEXT NOT NULL,
	version TEXT NOT NULL,
	text TEXT NOT NULL,
	kept TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Print runs, so that one that was stopped can be gone on with.  folder: where
-- its files are; kind: what was asked for.
CREATE TABLE print_run (
	n INTEGER PRIMARY KEY,
	status TEXT NOT NULL CHECK (status IN ('printing', 'done',
		'abandoned')),
	folder TEXT NOT NULL,
	asked TEXT NOT NULL, -- JSON: what was asked for
	started TEXT NOT NULL,
	started_by TEXT NOT NULL,
	collected INTEGER NOT NULL DEFAULT 0, -- 1: its items are all there
	finished TEXT,
	letters INTEGER NOT NULL DEFAULT 0,
	pages INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX print_run_open ON print_run(n) WHERE status = 'printing';
-- The letters of a run that is not done, in the order in which they are bound.
-- sort: postcode; rows go with the run's end, and when a shield comes.
CREATE TABLE print_item (
	run INTEGER NOT NULL REFERENCES print_run(n),
	file TEXT NOT NULL, -- "ur-large-print"
	sort TEXT NOT NULL,
	notice INTEGER NOT NULL REFERENCES notice(n),
	part INTEGER,       -- once its pages are on the disk
	first_page INTEGER, -- in that part
	pages INTEGER,
	PRIMARY KEY (run, file, sort, notice)
) STRICT, WITHOUT ROWID;
CREATE INDEX print_item_notice ON print_item(notice);
CREATE INDEX print_item_part ON print_item(run, file, part);

-- The day from which a live record is to be looked at for what it is owed; set
-- by rules/notice.h, and by whatever changes what that depends on.
ALTER TABLE record ADD COLUMN notice_look TEXT;
CREATE INDEX record_notice ON record(notice_look, n)
	WHERE notice_look IS NOT NULL;
UPDATE record SET notice_look = '0001-01-01' WHERE state = 'live';
CREATE TRIGGER notice_look_changed AFTER UPDATE OF next_action, next_due,
	rule, extended_from, birth, death_notified, left_on, address_changed,
	state ON record
WHEN NEW.state = 'live' AND (OLD.state <> 'live'
	OR OLD.next_due IS NOT NEW.next_due OR OLD.rule IS NOT NEW.rule
	OR OLD.extended_from IS NOT NEW.extended_from
	OR OLD.birth IS NOT NEW.birth
	OR OLD.death_notified IS NOT NEW.death_notified
	OR OLD.left_on IS NOT NEW.left_on
	OR OLD.address_changed IS NOT NEW.address_changed) BEGIN
	UPDATE record SET notice_look = '0001-01-01' WHERE n = NEW.n;
END;
CREATE TRIGGER notice_look_gone AFTER UPDATE OF state ON record
WHEN NEW.state <> 'live' AND OLD.state = 'live' BEGIN
	UPDATE record SET notice_look = NULL WHERE n = NEW.n;
END;
