-- The whole lifecycle: the consent ledger in full, agreed moves, records
-- merged and split, holds over a predicate, what went wrong, and jobs.

-- How a consent was given; by a representative, the reference of the decision
-- in the person's best interests; why it was entered late.  until and
-- confirm_due are computed, as a record's dates are: the first day that it no
-- longer covers, and the day on which it is to be confirmed.  ground is also
-- 'sensitive-service' or 'significant-harm': the basis on which an involvement
-- of a sensitive service is recorded, known by its evidence.
ALTER TABLE consent ADD COLUMN method TEXT;
ALTER TABLE consent ADD COLUMN best_interests TEXT;
ALTER TABLE consent ADD COLUMN renews INTEGER;
ALTER TABLE consent ADD COLUMN late_reason TEXT;
ALTER TABLE consent ADD COLUMN end_evidence TEXT;
ALTER TABLE consent ADD COLUMN until TEXT;
ALTER TABLE consent ADD COLUMN confirm_due TEXT;
CREATE INDEX consent_until ON consent(until, n)
	WHERE ended IS NULL AND until IS NOT NULL;
CREATE INDEX consent_confirm ON consent(confirm_due, n)
	WHERE ended IS NULL AND confirm_due IS NOT NULL;
CREATE TABLE consent_confirmation (
	consent INTEGER NOT NULL REFERENCES consent(n),
	date TEXT NOT NULL,
	evidence TEXT NOT NULL,
	taken_by TEXT NOT NULL,
	entered TEXT NOT NULL,
	PRIMARY KEY (consent, date)
) STRICT, WITHOUT ROWID;
-- Entries in force whose dates could not be computed: few.
CREATE INDEX consent_undated ON consent(n) WHERE ended IS NULL
	AND until IS NULL AND ground IN ('connexions', 'care-leaver',
	'learning-difficulty');
-- Salted hashes of service and provider: which involvements an entry about a
-- sensitive service is of, also when they have left the record.
CREATE TABLE consent_service (
	consent INTEGER NOT NULL REFERENCES consent(n),
	mark INTEGER NOT NULL,
	PRIMARY KEY (consent, mark)
) STRICT, WITHOUT ROWID;
-- The next number of each kind, where rows leave and numbers do not come back.
CREATE TABLE counter (
	name TEXT PRIMARY KEY,
	last INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO counter SELECT 'consent', coalesce(max(n), 0) FROM consent;
-- The words that people were shown, as they stood.  text is NULL while a
-- version is only known by its number.
CREATE TABLE statement (
	version TEXT PRIMARY KEY,
	sha256 TEXT,
	text TEXT,
	added TEXT NOT NULL,
	added_by TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- A record passes to another authority when both agree.
CREATE TABLE move (
	n INTEGER PRIMARY KEY,
	record INTEGER NOT NULL REFERENCES record(n),
	from_authority TEXT NOT NULL,
	to_authority TEXT NOT NULL,
	date TEXT NOT NULL,
	reason TEXT,
	offered TEXT NOT NULL,
	offered_by TEXT NOT NULL,
	status TEXT NOT NULL CHECK (status IN ('offered', 'accepted',
		'declined', 'withdrawn', 'lapsed')),
	settled TEXT,
	settled_by TEXT
) STRICT;
CREATE UNIQUE INDEX move_open ON move(record) WHERE status = 'offered';
CREATE INDEX move_record ON move(record);
CREATE INDEX move_offered ON move(offered, n) WHERE status = 'offered';
CREATE INDEX move_waits ON move(date, n) WHERE status = 'offered';

-- Two numbers for one person become one, and one number for two people two.
ALTER TABLE record ADD COLUMN merged_into INTEGER REFERENCES record(n);
CREATE INDEX record_merged ON record(merged_into)
	WHERE merged_into IS NOT NULL;
CREATE TABLE never_link (
	a INTEGER NOT NULL REFERENCES record(n),
	b INTEGER NOT NULL REFERENCES record(n),
	at TEXT NOT NULL,
	by TEXT NOT NULL,
	reason TEXT NOT NULL,
	PRIMARY KEY (a, b),
	CHECK (a < b)
) STRICT, WITHOUT ROWID;
CREATE INDEX never_link_b ON never_link(b);
-- Log entries about one number that belong to another person's history.
CREATE TABLE history_part (
	seq INTEGER PRIMARY KEY,
	record INTEGER NOT NULL REFERENCES record(n)
) STRICT;
CREATE INDEX history_part_record ON history_part(record, seq);
-- Whose history each log entry is, by the number of the record: that of its
-- own number, of the one that this was merged into, or as it was divided.
CREATE VIEW history(record, seq) AS
	SELECT a.subject, a.seq FROM audit a WHERE a.subject IS NOT NULL
		AND NOT EXISTS (SELECT 1 FROM history_part p WHERE p.seq = a.seq)
	UNION ALL
	SELECT r.id, a.seq FROM record r JOIN record m ON m.merged_into = r.n
		JOIN audit a ON a.subject = m.id
	WHERE NOT EXISTS (SELECT 1 FROM history_part p WHERE p.seq = a.seq)
	UNION ALL
	SELECT r.id, p.seq FROM record r JOIN history_part p ON p.record = r.n
	UNION ALL
	SELECT r.id, p.seq FROM record r JOIN record m ON m.merged_into = r.n
		JOIN history_part p ON p.record = m.n;
-- What puts back the last changes; emptied by the next retention run.
CREATE TABLE undo (
	n INTEGER PRIMARY KEY,
	record INTEGER NOT NULL REFERENCES record(n),
	other INTEGER REFERENCES record(n),
	action TEXT NOT NULL,
	seq INTEGER NOT NULL, -- of the log entry of the change
	at TEXT NOT NULL,
	by TEXT NOT NULL,
	body TEXT NOT NULL
) STRICT;
CREATE INDEX undo_record ON undo(record);
CREATE INDEX undo_other ON undo(other) WHERE other IS NOT NULL;

ALTER TABLE hold ADD COLUMN predicate TEXT;
CREATE INDEX hold_review ON hold(review, n) WHERE released IS NULL;

-- For the worklist, each in the order in which it falls due: birth dates not
-- known to the day, records that cannot be evaluated, batches that wait.
CREATE INDEX record_inexact ON record(next_due, n)
	WHERE length(birth) < 10 AND next_due IS NOT NULL;
CREATE INDEX record_undecidable ON record(changed, n) WHERE parked = 3;
CREATE INDEX batch_waits ON batch(status, not_before, n)
	WHERE status IN ('proposed', 'approved', 'executed');

-- The batches that a package was ever in.
CREATE INDEX batch_item_package ON batch_item(package);

-- What the last runs could not deal with; a row leaves when it is settled.
CREATE TABLE trouble (
	record INTEGER PRIMARY KEY REFERENCES record(n),
	since TEXT NOT NULL,
	last TEXT NOT NULL,
	times INTEGER NOT NULL,
	what TEXT NOT NULL, -- an error's words, which name nobody
	run INTEGER NOT NULL -- that met it last
) STRICT;
CREATE INDEX trouble_since ON trouble(since, record);

-- One row for each job and nominal date, so that none runs twice.
CREATE TABLE job_run (
	job TEXT NOT NULL,
	nominal TEXT NOT NULL,
	status TEXT NOT NULL CHECK (status IN ('running', 'done', 'failed',
		'skipped', 'missed', 'interrupted')),
	attempts INTEGER NOT NULL,
	started TEXT,
	finished TEXT,
	exit_code INTEGER,
	late INTEGER NOT NULL, -- seconds after the nominal time
	what TEXT,
	PRIMARY KEY (job, nominal)
) STRICT, WITHOUT ROWID;
CREATE INDEX job_run_open ON job_run(job, nominal)
	WHERE status IN ('running', 'failed', 'interrupted');

-- No record is dated by a policy that is not in force: a command that read
-- the rules before an adoption must not write by them after it.
CREATE TRIGGER record_policy_new BEFORE INSERT ON record
WHEN NEW.policy <> (SELECT policy FROM store WHERE id = 1) BEGIN
	SELECT RAISE(ABORT, 'another policy is in force');
END;
CREATE TRIGGER record_policy BEFORE UPDATE OF policy ON record
WHEN NEW.policy <> (SELECT policy FROM store WHERE id = 1) BEGIN
	SELECT RAISE(ABORT, 'another policy is in force');
END;
