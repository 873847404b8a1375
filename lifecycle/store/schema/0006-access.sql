-- Subject access (domain: 6): requests, their clocks, what is held on the person
-- item by item, and what was sent.  No content of a record is here: items are
-- names of places in it, with what was decided about each.

-- stage: open, collected (its items are numbered), approved, answered, closed.
-- outcome, once answered: full, partial, none (no data is held), refused,
-- withdrawn.  asks: 1 access, 2 rectification, 4 objection, together.
-- authority: that answers, under whose letterhead; it need not be that of a
-- record.  starts, due, waits_for: by rules/clock.h from its events, kept for
-- lists; remind: from when it is on the worklist.  requester and the texts of
-- events are NULL once it expired.
CREATE TABLE sar (
	n INTEGER PRIMARY KEY,
	id TEXT NOT NULL UNIQUE, -- "SAR-0001"
	stage TEXT NOT NULL CHECK (stage IN ('open', 'collected', 'approved',
		'answered', 'closed')),
	outcome TEXT CHECK (outcome IN ('full', 'partial', 'none', 'refused',
		'withdrawn')),
	authority TEXT NOT NULL,
	relation TEXT NOT NULL CHECK (relation IN ('self', 'parent',
		'representative')),
	requester TEXT,
	mark BLOB, -- keyed hash of the requester's name: to find repeats
	language TEXT,
	format TEXT,
	asks INTEGER NOT NULL CHECK (asks BETWEEN 1 AND 7),
	received TEXT NOT NULL,
	policy INTEGER NOT NULL REFERENCES policy(n), -- in force then
	starts TEXT,
	due TEXT,
	waits_for TEXT CHECK (waits_for IN ('identity', 'fee',
		'clarification')),
	extended TEXT, -- the day on which it was told
	remind TEXT,
	opened TEXT NOT NULL,
	opened_by TEXT NOT NULL,
	opened_uid INTEGER NOT NULL,
	collected TEXT,
	collected_by TEXT,
	collected_uid INTEGER,
	digest BLOB,   -- keyed, of all items and decisions: what is approved
	approved TEXT,
	approved_by TEXT,
	approved_uid INTEGER,
	answered TEXT, -- a date, as it counts for the clock
	answered_by TEXT,
	ground TEXT,   -- of a refusal
	closed TEXT,
	closed_by TEXT,
	expires TEXT,  -- when what names the requester goes
	expired TEXT
) STRICT;
CREATE INDEX sar_open ON sar(due, n) WHERE stage <> 'closed';
CREATE INDEX sar_remind ON sar(remind, n)
	WHERE stage IN ('open', 'collected', 'approved');
CREATE INDEX sar_unclosed ON sar(answered, n) WHERE stage = 'answered';
CREATE INDEX sar_expires ON sar(expires, n)
	WHERE expires IS NOT NULL AND expired IS NULL;
CREATE INDEX sar_received ON sar(received, n);
CREATE INDEX sar_mark ON sar(mark) WHERE mark IS NOT NULL;
CREATE INDEX sar_policy ON sar(policy);
CREATE INDEX sar_unanswered ON sar(n)
	WHERE stage IN ('open', 'collected', 'approved');
CREATE INDEX sar_review ON sar(collected, n) WHERE stage = 'collected';
CREATE INDEX sar_closed ON sar(n) WHERE stage = 'closed';
INSERT INTO counter VALUES ('sar', 0);

-- When each policy came into force, again too: a request is answered by the one
-- of the day on which it was received.  Of those before, only the last is known.
CREATE TABLE policy_adoption (
	policy INTEGER NOT NULL REFERENCES policy(n),
	at TEXT NOT NULL,
	PRIMARY KEY (policy, at)
) STRICT, WITHOUT ROWID;
INSERT INTO policy_adoption SELECT policy, (SELECT max(adopted) FROM policy)
FROM store WHERE policy IS NOT NULL;

-- Whom it is about.  record: NULL where none was found; sought: JSON, who is
-- looked for then, NULL once it expired.  own_view: of a child old enough
-- (agrees, objects, unable, not-asked).  safe: a shielding officer found that
-- the requester is the child, or the carer who is protected with it: what is
-- hidden goes into the answer.
CREATE TABLE sar_subject (
	sar INTEGER NOT NULL REFERENCES sar(n),
	idx INTEGER NOT NULL CHECK (idx > 0),
	record INTEGER REFERENCES record(n),
	sought TEXT,
	found TEXT CHECK (found IN ('live', 'archived', 'opening',
		'destroyed', 'none')), -- when it was last collected
	own_view TEXT CHECK (own_view IN ('agrees', 'objects', 'unable',
		'not-asked')),
	own_view_on TEXT,
	safe INTEGER NOT NULL DEFAULT 0 CHECK (safe IN (0, 1)),
	safe_at TEXT,
	safe_by TEXT,
	safe_uid INTEGER,
	PRIMARY KEY (sar, idx)
) STRICT, WITHOUT ROWID;
CREATE INDEX sar_subject_record ON sar_subject(record)
	WHERE record IS NOT NULL;

-- What happened about a request: what its clock runs by, evidence, letters,
-- correspondence.  kind is a word of records/sar.h.
CREATE TABLE sar_event (
	n INTEGER PRIMARY KEY,
	sar INTEGER NOT NULL REFERENCES sar(n),
	date TEXT NOT NULL,
	kind TEXT NOT NULL,
	reference TEXT, -- of evidence, of a letter
	text TEXT,
	amount INTEGER, -- pence, of a fee
	at TEXT NOT NULL,
	by TEXT NOT NULL
) STRICT;
CREATE INDEX sar_event_sar ON sar_event(sar, n);

-- Items: key names the place ("record/carers/0/phone", "log/1234"), digest is
-- a keyed hash of what stood there when it was last looked at, so that what
-- changes after the review is seen.
CREATE TABLE sar_item (
	sar INTEGER NOT NULL REFERENCES sar(n),
	item INTEGER NOT NULL CHECK (item > 0),
	subject INTEGER NOT NULL,
	key TEXT NOT NULL,
	flags INTEGER NOT NULL DEFAULT 0, -- of enum cp_item_flag
	digest BLOB NOT NULL,
	decision TEXT CHECK (decision IN ('give', 'withhold')),
	ground TEXT,
	note TEXT,
	decided TEXT,
	decided_by TEXT,
	decided_uid INTEGER,
	PRIMARY KEY (sar, item)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX sar_item_key ON sar_item(sar, subject, key);

-- A copy of an archived person's package for as long as the request needs it,
-- under a key of its own in keys/access/ that is zeroised when it ends.
CREATE TABLE sar_kept (
	sar INTEGER NOT NULL REFERENCES sar(n),
	subject INTEGER NOT NULL,
	package INTEGER NOT NULL REFERENCES package(n),
	at TEXT NOT NULL,
	by TEXT NOT NULL,
	sealed BLOB NOT NULL,
	PRIMARY KEY (sar, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX sar_kept_package ON sar_kept(package);

-- What was sent: never a copy.  list: JSON, the keys of the items; NULL once it
-- expired.
CREATE TABLE sar_sent (
	n INTEGER PRIMARY KEY,
	sar INTEGER NOT NULL REFERENCES sar(n),
	at TEXT NOT NULL,
	by TEXT NOT NULL,
	form TEXT NOT NULL CHECK (form IN ('zip', 'age')),
	sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
	bytes INTEGER NOT NULL,
	items INTEGER NOT NULL,
	list TEXT
) STRICT;
CREATE INDEX sar_sent_sar ON sar_sent(sar, n);

-- A request stops the destruction of what it is about, as a hold that ends
-- with it and not before.
ALTER TABLE hold ADD COLUMN sar INTEGER REFERENCES sar(n);
CREATE INDEX hold_sar ON hold(sar) WHERE sar IS NOT NULL;

-- By what an archived person who asks can be found: 64 bits of keyed hashes
-- (match.h), since no name of theirs is left in the store.  They go when the
-- record is destroyed or live again.  The counter has how many records have
-- any: those archived before have none.
CREATE TABLE tie (
	key INTEGER NOT NULL,
	record INTEGER NOT NULL REFERENCES record(n),
	PRIMARY KEY (key, record)
) STRICT, WITHOUT ROWID;
CREATE INDEX tie_record ON tie(record);
INSERT INTO counter VALUES ('tied', 0);
