-- The store, first version.  Frozen once released: later changes are new files.
-- Dates are TEXT 'YYYY-MM-DD' (they sort), times TEXT in RFC 3339, UTC.

CREATE TABLE store (
	id INTEGER PRIMARY KEY CHECK (id = 1),
	store_id TEXT NOT NULL,
	rehearsal INTEGER NOT NULL CHECK (rehearsal IN (0, 1)),
	created TEXT NOT NULL,
	authority TEXT NOT NULL,
	salt BLOB NOT NULL CHECK (length(salt) = 16),
	custody TEXT NOT NULL,
	policy INTEGER REFERENCES policy(n),
	policy_done INTEGER, -- the policy by which every date was computed
	last_run TEXT,
	last_run_at TEXT,
	clock_doubt INTEGER
) STRICT;

CREATE TABLE policy (
	n INTEGER PRIMARY KEY,
	name TEXT NOT NULL,
	version TEXT NOT NULL,
	sha256 TEXT NOT NULL UNIQUE,
	file TEXT NOT NULL,
	adopted TEXT NOT NULL,
	adopted_by TEXT NOT NULL
) STRICT;

CREATE TABLE operator (
	n INTEGER PRIMARY KEY,
	name TEXT NOT NULL UNIQUE,
	uid INTEGER NOT NULL,
	status TEXT NOT NULL CHECK (status IN ('active', 'suspended', 'removed')),
	training_until TEXT,
	check_until TEXT,
	added TEXT NOT NULL,
	added_by TEXT NOT NULL
) STRICT;
CREATE INDEX operator_uid ON operator(uid);
CREATE TABLE operator_role (
	operator INTEGER NOT NULL REFERENCES operator(n),
	role TEXT NOT NULL,
	PRIMARY KEY (operator, role)
) STRICT, WITHOUT ROWID;
CREATE TABLE operator_authority (
	operator INTEGER NOT NULL REFERENCES operator(n),
	authority TEXT NOT NULL,
	PRIMARY KEY (operator, authority)
) STRICT, WITHOUT ROWID;

-- One row for each person ever held, kept as the tombstone.  birth to
-- left_intention are what the decision needs; they leave with the document.
-- parked: 0 on the path, 1 held, 2 in a destruction batch, 3 not evaluable.
CREATE TABLE record (
	n INTEGER PRIMARY KEY,
	id TEXT NOT NULL UNIQUE,
	authority TEXT NOT NULL,
	state TEXT NOT NULL CHECK (state IN ('live', 'archived', 'destroyed',
		'merged')),
	next_action TEXT CHECK (next_action IN ('archive', 'destroy')),
	next_due TEXT,
	rule TEXT,
	extended_from TEXT,
	parked INTEGER NOT NULL DEFAULT 0 CHECK (parked BETWEEN 0 AND 3),
	prune_due TEXT,
	policy INTEGER REFERENCES policy(n),
	birth TEXT,
	death_notified TEXT,
	left_on TEXT,
	left_intention TEXT,
	created TEXT NOT NULL,
	changed TEXT NOT NULL,
	destroyed TEXT
) STRICT;
CREATE INDEX record_due ON record(next_action, next_due, n)
	WHERE next_due IS NOT NULL AND parked = 0;
CREATE INDEX record_parked ON record(parked, n) WHERE parked > 0;
CREATE INDEX record_prune ON record(prune_due, n) WHERE prune_due IS NOT NULL;
CREATE INDEX record_birth ON record(birth) WHERE birth IS NOT NULL;

-- The record document of a live record, canonical JSON; gone when archived.
-- keys: its search keys, 64-bit, ascending, in the machine's byte order, so
-- that they leave the index without the document being read again.
CREATE TABLE document (
	record INTEGER PRIMARY KEY REFERENCES record(n),
	doc TEXT NOT NULL,
	keys BLOB NOT NULL
) STRICT;

-- Search keys: salted hashes of folded and phonetic names, postcodes and
-- numbers.  No name stays in an index when its record has gone.
CREATE TABLE search_key (
	key INTEGER NOT NULL,
	record INTEGER NOT NULL,
	PRIMARY KEY (key, record)
) STRICT, WITHOUT ROWID;

-- How many records are in each state, and parked for each reason.
CREATE TABLE tally (
	name TEXT PRIMARY KEY,
	count INTEGER NOT NULL CHECK (count >= 0)
) STRICT, WITHOUT ROWID;
INSERT INTO tally VALUES ('live', 0), ('archived', 0), ('destroyed', 0),
	('merged', 0), ('parked-1', 0), ('parked-2', 0), ('parked-3', 0);
CREATE TRIGGER tally_new AFTER INSERT ON record BEGIN
	UPDATE tally SET count = count + 1 WHERE name = NEW.state;
	UPDATE tally SET count = count + 1
	WHERE NEW.parked > 0 AND name = 'parked-' || NEW.parked;
END;
CREATE TRIGGER tally_state AFTER UPDATE OF state ON record
WHEN OLD.state <> NEW.state BEGIN
	UPDATE tally SET count = count - 1 WHERE name = OLD.state;
	UPDATE tally SET count = count + 1 WHERE name = NEW.state;
END;
CREATE TRIGGER tally_parked AFTER UPDATE OF parked ON record
WHEN OLD.parked <> NEW.parked BEGIN
	UPDATE tally SET count = count - 1 WHERE name = 'parked-' || OLD.parked;
	UPDATE tally SET count = count + 1 WHERE name = 'parked-' || NEW.parked;
END;

CREATE TABLE consent (
	n INTEGER PRIMARY KEY,
	record INTEGER NOT NULL REFERENCES record(n),
	ground TEXT NOT NULL,
	by TEXT NOT NULL,
	given TEXT NOT NULL,
	statement TEXT NOT NULL,
	evidence TEXT NOT NULL,
	taken_by TEXT NOT NULL,
	entered TEXT NOT NULL,
	ended TEXT,
	end_kind TEXT CHECK (end_kind IN ('withdrawn', 'ended')),
	ended_by TEXT
) STRICT;
CREATE INDEX consent_record ON consent(record);

CREATE TABLE hold (
	n INTEGER PRIMARY KEY,
	id TEXT NOT NULL UNIQUE,
	scope TEXT NOT NULL CHECK (scope IN ('record', 'authority', 'predicate',
		'all')),
	record INTEGER REFERENCES record(n),
	authority TEXT,
	reason TEXT NOT NULL,
	legal_basis TEXT NOT NULL,
	contact TEXT NOT NULL,
	placed TEXT NOT NULL,
	placed_by TEXT NOT NULL,
	review TEXT NOT NULL,
	released TEXT,
	released_by TEXT,
	release_reason TEXT,
	settled TEXT -- what it had suspended is back on the path
) STRICT;
CREATE INDEX hold_unsettled ON hold(settled)
	WHERE released IS NOT NULL AND settled IS NULL;
CREATE INDEX hold_active ON hold(scope, record, authority)
	WHERE released IS NULL;
-- Each new record asks whether a hold waits for it (foreign keys).
CREATE INDEX hold_record ON hold(record) WHERE record IS NOT NULL;

CREATE TABLE volume (
	n INTEGER PRIMARY KEY,
	id TEXT NOT NULL UNIQUE,
	custody TEXT NOT NULL,
	made TEXT NOT NULL,
	packages INTEGER NOT NULL,
	live INTEGER NOT NULL,
	size INTEGER NOT NULL,
	sha256 BLOB NOT NULL,
	gone TEXT
) STRICT;
-- Volumes to be removed or rewritten: few, whatever the archive's size.
CREATE INDEX volume_dead ON volume(n) WHERE gone IS NULL AND packages > 2 * live;

-- status: archived, restored, destroyed.  The row outlives the package.
CREATE TABLE package (
	n INTEGER PRIMARY KEY,
	id TEXT NOT NULL UNIQUE,
	record INTEGER NOT NULL REFERENCES record(n),
	volume INTEGER NOT NULL REFERENCES volume(n),
	archived TEXT NOT NULL,
	rule TEXT NOT NULL,
	destroy_due TEXT NOT NULL,
	shelf INTEGER NOT NULL,
	policy INTEGER NOT NULL REFERENCES policy(n),
	status TEXT NOT NULL,
	ended TEXT,
	batch INTEGER REFERENCES batch(n)
) STRICT;
CREATE INDEX package_record ON package(record);
CREATE INDEX package_volume ON package(volume, n);
CREATE INDEX package_shelf ON package(shelf) WHERE status = 'archived';
-- The age header of a package, wrapped under the key of its shelf.
CREATE TABLE header (
	package INTEGER PRIMARY KEY REFERENCES package(n),
	wrapped BLOB NOT NULL
) STRICT;

CREATE TABLE shelf (
	month INTEGER PRIMARY KEY,
	made TEXT NOT NULL,
	destroyed TEXT
) STRICT;

-- status: proposed, approved, refused, executed (erased, no certificate yet),
-- done.
CREATE TABLE batch (
	n INTEGER PRIMARY KEY,
	id TEXT NOT NULL UNIQUE,
	status TEXT NOT NULL,
	proposed TEXT NOT NULL,
	proposed_at TEXT NOT NULL,
	proposed_by TEXT NOT NULL,
	policy INTEGER NOT NULL REFERENCES policy(n),
	count INTEGER NOT NULL,
	not_before TEXT NOT NULL,
	decided_seq INTEGER,
	executed_by TEXT,
	started TEXT,
	finished TEXT,
	outcome TEXT,
	reason TEXT,
	body TEXT,
	certificate_seq INTEGER
) STRICT;
CREATE INDEX batch_open ON batch(status, n)
	WHERE status IN ('proposed', 'approved', 'executed');
CREATE TABLE batch_approval (
	batch INTEGER NOT NULL REFERENCES batch(n),
	operator TEXT NOT NULL,
	at TEXT NOT NULL,
	PRIMARY KEY (batch, operator)
) STRICT, WITHOUT ROWID;
-- status: pending, excluded, split, destroyed.
CREATE TABLE batch_item (
	batch INTEGER NOT NULL REFERENCES batch(n),
	package INTEGER NOT NULL REFERENCES package(n),
	status TEXT NOT NULL,
	reason TEXT,
	PRIMARY KEY (batch, package)
) STRICT, WITHOUT ROWID;

CREATE TABLE run (
	n INTEGER PRIMARY KEY,
	day TEXT NOT NULL,
	started TEXT NOT NULL,
	finished TEXT,
	operator TEXT NOT NULL,
	report TEXT
) STRICT;

-- The log.  A leaf of the Merkle tree is made from seq to hash; detail and
-- its salt are erased with the person's record, hash stays.
CREATE TABLE audit (
	seq INTEGER PRIMARY KEY,
	time TEXT NOT NULL,
	actor TEXT NOT NULL,
	action TEXT NOT NULL,
	subject TEXT,
	outcome TEXT NOT NULL,
	hash BLOB NOT NULL,
	salt BLOB,
	detail TEXT
) STRICT;
CREATE INDEX audit_subject ON audit(subject, seq) WHERE subject IS NOT NULL;
CREATE TABLE audit_tile (
	level INTEGER NOT NULL,
	idx INTEGER NOT NULL,
	hashes BLOB NOT NULL,
	PRIMARY KEY (level, idx)
) STRICT, WITHOUT ROWID;
CREATE TABLE audit_head (
	id INTEGER PRIMARY KEY CHECK (id = 1),
	size INTEGER NOT NULL,
	note TEXT NOT NULL
) STRICT;
CREATE TABLE audit_checkpoint (
	size INTEGER PRIMARY KEY,
	time TEXT NOT NULL,
	note TEXT NOT NULL
) STRICT;
