-- The archive in full: custody among several, escrow of the shelf keyring,
-- volumes in more places than one, openings that several agree to,
-- destruction before the day, and certificates that are issued again.

-- The keys to which packages were ever sealed.  replaced_by is set when the
-- headers begin to be rewrapped to another, replaced when none is left.
CREATE TABLE custody (
	id TEXT PRIMARY KEY,
	made TEXT NOT NULL,
	made_by TEXT NOT NULL,
	shares INTEGER NOT NULL,
	threshold INTEGER NOT NULL,
	replaced_by TEXT REFERENCES custody(id),
	replaced TEXT
) STRICT, WITHOUT ROWID;
INSERT INTO custody SELECT custody, created, 'init', 1, 1, NULL, NULL FROM store;
-- The office that holds a share, as told at the ceremony; never a passphrase.
CREATE TABLE custody_share (
	custody TEXT NOT NULL REFERENCES custody(id),
	idx INTEGER NOT NULL,
	holder TEXT,
	PRIMARY KEY (custody, idx)
) STRICT, WITHOUT ROWID;
-- What each share came to in each drill: opened, wrong-passphrase, damaged,
-- absent.
CREATE TABLE custody_drill (
	custody TEXT NOT NULL,
	idx INTEGER NOT NULL,
	at TEXT NOT NULL,
	by TEXT NOT NULL,
	outcome TEXT NOT NULL,
	PRIMARY KEY (custody, idx, at),
	FOREIGN KEY (custody, idx) REFERENCES custody_share(custody, idx)
) STRICT, WITHOUT ROWID;
-- The key of a header that was rewrapped; NULL: that of its volume.
ALTER TABLE header ADD COLUMN custody TEXT;
CREATE TABLE rekey (
	n INTEGER PRIMARY KEY,
	to_custody TEXT NOT NULL REFERENCES custody(id),
	begun TEXT NOT NULL,
	begun_by TEXT NOT NULL,
	done_to INTEGER NOT NULL DEFAULT 0, -- package row, in ascending order
	headers INTEGER NOT NULL DEFAULT 0,
	finished TEXT
) STRICT;
CREATE INDEX rekey_custody ON rekey(to_custody);

-- Each state of the shelf keyring, sealed to the custodians, and where copies
-- of it were taken to.
CREATE TABLE escrow (
	generation INTEGER PRIMARY KEY,
	made TEXT NOT NULL,
	custody TEXT NOT NULL,
	sha256 BLOB NOT NULL,
	superseded TEXT
) STRICT;
CREATE TABLE escrow_shelf (
	month INTEGER NOT NULL,
	generation INTEGER NOT NULL REFERENCES escrow(generation),
	PRIMARY KEY (month, generation)
) STRICT, WITHOUT ROWID;
CREATE INDEX escrow_shelf_generation ON escrow_shelf(generation);
CREATE TABLE escrow_copy (
	n INTEGER PRIMARY KEY,
	generation INTEGER NOT NULL REFERENCES escrow(generation),
	place TEXT NOT NULL,
	made TEXT NOT NULL,
	made_by TEXT NOT NULL,
	destroyed TEXT,
	destroyed_by TEXT,
	evidence TEXT
) STRICT;
CREATE INDEX escrow_copy_generation ON escrow_copy(generation);
CREATE INDEX escrow_copy_there ON escrow_copy(made, n) WHERE destroyed IS NULL;

-- Where volumes are besides STORE/archive, which is no row.
CREATE TABLE place (
	n INTEGER PRIMARY KEY,
	path TEXT NOT NULL UNIQUE
) STRICT;
ALTER TABLE volume ADD COLUMN place INTEGER REFERENCES place(n);
-- The day on which every byte of it was last read and right.
ALTER TABLE volume ADD COLUMN checked TEXT;
CREATE INDEX volume_checked ON volume(checked, n) WHERE gone IS NULL;
CREATE INDEX volume_place ON volume(place) WHERE place IS NOT NULL;
-- Second copies; place 0 is STORE/archive.
CREATE TABLE volume_copy (
	volume INTEGER NOT NULL REFERENCES volume(n),
	place INTEGER NOT NULL,
	made TEXT NOT NULL,
	checked TEXT,
	PRIMARY KEY (volume, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX volume_copy_place ON volume_copy(place);
-- Files of volumes that are to be removed: their packages are gone or in
-- another file.  place 0 is STORE/archive.
CREATE TABLE volume_leftover (
	volume INTEGER NOT NULL REFERENCES volume(n),
	place INTEGER NOT NULL,
	since TEXT NOT NULL,
	PRIMARY KEY (volume, place)
) STRICT, WITHOUT ROWID;
-- Files being written, from before they are there until a row of volume says
-- that they are: what a kill left is found here.
CREATE TABLE volume_begun (
	id TEXT NOT NULL,
	place INTEGER NOT NULL,
	PRIMARY KEY (id, place)
) STRICT, WITHOUT ROWID;
-- Files that were found wrong, until they are repaired or read as right.
CREATE TABLE volume_trouble (
	volume INTEGER NOT NULL REFERENCES volume(n),
	place INTEGER NOT NULL,
	since TEXT NOT NULL,
	last TEXT NOT NULL,
	status TEXT NOT NULL CHECK (status IN ('corrupt', 'missing')),
	what TEXT NOT NULL,
	PRIMARY KEY (volume, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX volume_trouble_since ON volume_trouble(since, volume);
-- Volumes without the second copy that the settings want, after a run.
CREATE TABLE copies_owed (
	id INTEGER PRIMARY KEY CHECK (id = 1),
	since TEXT NOT NULL,
	owed INTEGER NOT NULL,
	why TEXT NOT NULL
) STRICT;

-- Openings to which several operators agree.  The reason is in the log, and
-- goes with the person's record.
CREATE TABLE opening (
	n INTEGER PRIMARY KEY,
	id TEXT NOT NULL UNIQUE,
	purpose TEXT NOT NULL,
	requested TEXT NOT NULL,
	requested_by TEXT NOT NULL,
	needed INTEGER NOT NULL, -- operators, the first one included
	until TEXT NOT NULL,     -- the last day on which it may be used
	status TEXT NOT NULL CHECK (status IN ('requested', 'agreed',
		'refused', 'used'))
) STRICT;
CREATE INDEX opening_open ON opening(status, requested, n)
	WHERE status IN ('requested', 'agreed');
CREATE TABLE opening_item (
	opening INTEGER NOT NULL REFERENCES opening(n),
	package INTEGER NOT NULL REFERENCES package(n),
	PRIMARY KEY (opening, package)
) STRICT, WITHOUT ROWID;
CREATE INDEX opening_item_package ON opening_item(package);
CREATE TABLE opening_agreement (
	opening INTEGER NOT NULL REFERENCES opening(n),
	operator TEXT NOT NULL,
	at TEXT NOT NULL,
	PRIMARY KEY (opening, operator)
) STRICT, WITHOUT ROWID;

-- early: before the day of its packages, on the basis named.
ALTER TABLE batch ADD COLUMN kind TEXT NOT NULL DEFAULT 'due'
	CHECK (kind IN ('due', 'early'));
ALTER TABLE batch ADD COLUMN legal_basis TEXT;
-- Certificates issued again, as keys and copies went: the first is in batch.
CREATE TABLE certificate (
	batch INTEGER NOT NULL REFERENCES batch(n),
	issue INTEGER NOT NULL CHECK (issue > 1),
	at TEXT NOT NULL,
	body TEXT NOT NULL,
	seq INTEGER NOT NULL,
	PRIMARY KEY (batch, issue)
) STRICT, WITHOUT ROWID;
-- Batches whose certificate still names copies of a key that remain.
ALTER TABLE batch ADD COLUMN copies_remain INTEGER NOT NULL DEFAULT 0;
-- Whether those of before do, the next run finds out.
UPDATE batch SET copies_remain = 1 WHERE certificate_seq IS NOT NULL;
CREATE INDEX batch_copies ON batch(n) WHERE copies_remain = 1;
-- Openings of destroyed packages tried with the custodians' key.
CREATE TABLE trial (
	batch INTEGER NOT NULL REFERENCES batch(n),
	at TEXT NOT NULL,
	by TEXT NOT NULL,
	custody TEXT NOT NULL,
	tried INTEGER NOT NULL,
	opened INTEGER NOT NULL,
	headers TEXT NOT NULL, -- from where: "catalogue", or a copy's name
	PRIMARY KEY (batch, at)
) STRICT, WITHOUT ROWID;
-- When what was erased was also taken out of the files' slack.
CREATE TABLE sanitising (
	n INTEGER PRIMARY KEY,
	at TEXT NOT NULL,
	by TEXT NOT NULL,
	bytes_before INTEGER NOT NULL,
	bytes_after INTEGER NOT NULL,
	milliseconds INTEGER NOT NULL
) STRICT;
-- The shelves that a package was on before: in copies of the database made
-- then, its header opens with their keys.
CREATE TABLE shelf_before (
	package INTEGER NOT NULL REFERENCES package(n),
	month INTEGER NOT NULL,
	PRIMARY KEY (package, month)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER shelf_before_was AFTER UPDATE OF shelf ON package
WHEN OLD.shelf <> NEW.shelf BEGIN
	INSERT OR IGNORE INTO shelf_before VALUES (OLD.n, OLD.shelf);
END;
