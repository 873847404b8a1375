-- Shielding: children whose place must not be found (domain: 5).  What is
-- hidden stands in compartments, sealed to the shielding officers; no other
-- column of the store knows it.

-- Whose identities open compartments.  waiting: made, and not yet admitted by
-- an officer; nothing is sealed to it.  The identity itself is not here.
CREATE TABLE officer (
	n INTEGER PRIMARY KEY,
	name TEXT NOT NULL, -- of the operator whose it is
	point BLOB NOT NULL UNIQUE CHECK (length(point) = 32),
	status TEXT NOT NULL CHECK (status IN ('waiting', 'active', 'left')),
	since INTEGER, -- the first generation that was sealed to them
	made TEXT NOT NULL,
	admitted TEXT,
	admitted_by TEXT,
	ended TEXT,
	ended_by TEXT
) STRICT;
CREATE UNIQUE INDEX officer_name ON officer(name) WHERE status <> 'left';
-- How often the set of active officers changed: compartments of an earlier
-- generation wait until an officer has rewrapped them.
INSERT INTO counter VALUES ('officers', 0), ('investigation', 0), ('mail', 0);

-- One case of shielding.  id is the subject of its log entries, which never
-- name the record.  review: the day by which it is to be decided, or reviewed.
-- hidden: the parts, bits of enum cp_hide.  Reasons, criterion and evidence
-- are sealed, in compartments of the kind `case'.
CREATE TABLE shield (
	n INTEGER PRIMARY KEY,
	id TEXT NOT NULL UNIQUE,
	record INTEGER NOT NULL REFERENCES record(n),
	status TEXT NOT NULL CHECK (status IN ('requested', 'granted',
		'refused', 'lifted', 'joined')),
	asked_by TEXT NOT NULL CHECK (asked_by IN ('child', 'parent',
		'practitioner')),
	hidden INTEGER NOT NULL,
	requested TEXT NOT NULL,
	requested_by TEXT NOT NULL,
	requested_uid INTEGER NOT NULL,
	review TEXT NOT NULL,
	decided TEXT,
	decided_by TEXT,
	decided_uid INTEGER,
	reviewed TEXT,
	reviewed_by TEXT,
	ended TEXT,
	ended_by TEXT,
	digest BLOB -- keyed hashes of what came last for behind it (gate_write.c)
) STRICT;
CREATE UNIQUE INDEX shield_active ON shield(record)
	WHERE status IN ('requested', 'granted');
CREATE INDEX shield_record ON shield(record, n);
CREATE INDEX shield_review ON shield(status, review, n);

-- An age file to every officer of a generation, its header apart from its
-- payload.  kind: hidden (parts of the record document), case (reasons, what
-- was decided), log (details of log entries that told what is hidden),
-- quarantine (a row of a feed; no record).  payload is NULL while the record
-- is archived: then it is in the package.
CREATE TABLE compartment (
	n INTEGER PRIMARY KEY,
	record INTEGER REFERENCES record(n),
	kind TEXT NOT NULL CHECK (kind IN ('hidden', 'case', 'log',
		'quarantine')),
	at TEXT NOT NULL,
	generation INTEGER NOT NULL,
	header BLOB NOT NULL,
	payload BLOB
) STRICT;
CREATE INDEX compartment_record ON compartment(record, n)
	WHERE record IS NOT NULL;
CREATE INDEX compartment_generation ON compartment(generation, n);
CREATE INDEX compartment_away ON compartment(record) WHERE payload IS NULL;
-- Where in the box of its record's package the payload of one stands.
CREATE TABLE boxed (
	compartment INTEGER PRIMARY KEY REFERENCES compartment(n)
		ON DELETE CASCADE,
	start INTEGER NOT NULL,
	length INTEGER NOT NULL
) STRICT;

-- What tells that somebody might be a shielded person: 64-bit hashes under a
-- key that is not in the database (match.h).
CREATE TABLE shield_key (
	key INTEGER NOT NULL,
	record INTEGER NOT NULL REFERENCES record(n),
	PRIMARY KEY (key, record)
) STRICT, WITHOUT ROWID;
CREATE INDEX shield_key_record ON shield_key(record);

-- Rows of feeds that were set aside.  mark: keyed hash of whom the row is
-- about, as it says; digest: of the whole row.  A settled row stays, so that the
-- next feed's goes the same way: record is where it belongs, NULL nowhere.
CREATE TABLE quarantine (
	n INTEGER PRIMARY KEY,
	id TEXT NOT NULL UNIQUE,
	status TEXT NOT NULL CHECK (status IN ('waiting', 'accepted',
		'rejected', 'merged')),
	authority TEXT NOT NULL,
	file TEXT NOT NULL,
	line INTEGER NOT NULL,
	since TEXT NOT NULL,
	last TEXT NOT NULL,
	times INTEGER NOT NULL,
	mark BLOB NOT NULL,
	digest BLOB NOT NULL,
	compartment INTEGER REFERENCES compartment(n),
	record INTEGER REFERENCES record(n),
	settled TEXT,
	settled_by TEXT
) STRICT;
CREATE UNIQUE INDEX quarantine_mark ON quarantine(mark);
CREATE INDEX quarantine_waits ON quarantine(since, n)
	WHERE status = 'waiting';
CREATE INDEX quarantine_record ON quarantine(record)
	WHERE record IS NOT NULL;
CREATE INDEX quarantine_compartment ON quarantine(compartment)
	WHERE compartment IS NOT NULL;

-- Each opening of what is hidden, to be looked into by a data protection
-- officer.  seq: its log entry.
CREATE TABLE investigation (
	n INTEGER PRIMARY KEY,
	id TEXT NOT NULL UNIQUE,
	record INTEGER NOT NULL REFERENCES record(n),
	opened TEXT NOT NULL,
	opened_by TEXT NOT NULL,
	opened_uid INTEGER NOT NULL,
	seq INTEGER NOT NULL,
	status TEXT NOT NULL CHECK (status IN ('open', 'closed')),
	closed TEXT,
	closed_by TEXT
) STRICT;
CREATE INDEX investigation_open ON investigation(opened, n)
	WHERE status = 'open';
CREATE INDEX investigation_record ON investigation(record);

-- Authorities that have records, or whose feed was tried: closed, their
-- shielding pass signed off by one, and open.  One without a row is closed, in
-- a rehearsal open.
CREATE TABLE gate (
	authority TEXT PRIMARY KEY,
	status TEXT NOT NULL CHECK (status IN ('closed', 'signed', 'open')),
	since TEXT,
	signed TEXT,
	signed_by TEXT,
	signed_uid INTEGER,
	opened TEXT,
	opened_by TEXT,
	opened_uid INTEGER,
	closed TEXT,
	closed_by TEXT
) STRICT, WITHOUT ROWID;
-- Those that were live before there was a gate are.
INSERT INTO gate(authority, status) SELECT DISTINCT authority, 'open'
	FROM record;
CREATE TRIGGER gate_new AFTER INSERT ON record
WHEN NOT EXISTS (SELECT 1 FROM gate WHERE authority = NEW.authority) BEGIN
	INSERT INTO gate(authority, status, since) SELECT NEW.authority,
		CASE rehearsal WHEN 1 THEN 'open' ELSE 'closed' END, NEW.created
	FROM store WHERE id = 1;
END;
CREATE TRIGGER gate_moved AFTER UPDATE OF authority ON record
WHEN NOT EXISTS (SELECT 1 FROM gate WHERE authority = NEW.authority) BEGIN
	INSERT INTO gate(authority, status, since) SELECT NEW.authority,
		CASE rehearsal WHEN 1 THEN 'open' ELSE 'closed' END, NEW.changed
	FROM store WHERE id = 1;
END;

-- Letters that wait for an officer, and what became of them.  The letter
-- itself is sealed (a compartment of the kind `case').
CREATE TABLE mail (
	n INTEGER PRIMARY KEY,
	id TEXT NOT NULL UNIQUE,
	record INTEGER NOT NULL REFERENCES record(n),
	kind TEXT NOT NULL,
	made TEXT NOT NULL,
	made_by TEXT NOT NULL,
	status TEXT NOT NULL CHECK (status IN ('held', 'released',
		'withdrawn')),
	compartment INTEGER REFERENCES compartment(n) ON DELETE SET NULL,
	settled TEXT,
	settled_by TEXT
) STRICT;
CREATE INDEX mail_held ON mail(made, n) WHERE status = 'held';
CREATE INDEX mail_record ON mail(record);
CREATE INDEX mail_compartment ON mail(compartment)
	WHERE compartment IS NOT NULL;

-- The day on which the current address of a live record last changed; and
-- whether it is one of the built-in identities that are nobody.
ALTER TABLE record ADD COLUMN address_changed TEXT;
ALTER TABLE record ADD COLUMN synthetic INTEGER NOT NULL DEFAULT 0
	CHECK (synthetic IN (0, 1));
CREATE INDEX record_synthetic ON record(n) WHERE synthetic = 1;

-- Whether what was removed may still be in a file (store_forget.h).  Pages of
-- before this version may hold, between their rows, rows that were moved.
INSERT INTO counter SELECT 'forgetting',
	CASE WHEN EXISTS (SELECT 1 FROM record) THEN 2 ELSE 0 END;
