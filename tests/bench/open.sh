#!/bin/bash
# One package out of a million, opened: from the command until its record is
# out, less the scrypt of the two custodians' shares.
#
# A thousand records are archived; the rest of the million is copied within
# the database, in volumes of a thousand, of which the first is there.
. "$(dirname "$0")/lib.sh"

N=${BENCH_OPEN:-1000000} REAL=1000 ROUNDS=20
S=$W/open
"$POPULATION" --count $REAL --on 2007-01-01 >"$W/open.ndjson"
new_store "$S"
"$CP" record import "$W/open.ndjson" --store "$S" --quiet >/dev/null
"$CP" retention run --store "$S" --on 2026-11-21 --accept share --yes --quiet \
    >/dev/null
KEY=$S/keys/rehearsal/custody.identity
SHARE=$(echo "$S"/keys/custody-*-share-1.age)
PASS=$S/keys/rehearsal/share-1.pass
PKG=$(sqlite3 "$S/store.db" 'SELECT id FROM package ORDER BY n LIMIT 1 OFFSET 500')
echo x | age -r "$(age-keygen -y "$KEY")" -o "$W/open.age"

# Milliseconds of the median.
opening() {
	get "$(duel $ROUNDS "$CP" archive open "$PKG" --store "$S" --json \
	    --purpose court-order --reason x --on 2026-11-22)" .a.ms
}

few=$(opening)
sqlite3 "$S/store.db" "
PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY;
CREATE TEMP TABLE i AS WITH RECURSIVE i(n) AS (VALUES ($REAL + 1) UNION ALL
    SELECT n + 1 FROM i WHERE n < $N) SELECT n FROM i;
CREATE TEMP TABLE p AS SELECT * FROM package ORDER BY n LIMIT 1;
CREATE TEMP TABLE r AS SELECT * FROM record WHERE n = (SELECT record FROM p);
CREATE TEMP TABLE v AS SELECT * FROM volume WHERE n = (SELECT volume FROM p);
CREATE TEMP TABLE h AS SELECT * FROM header WHERE package = (SELECT n FROM p);
BEGIN;
INSERT INTO volume(n, id, custody, made, packages, live, size, sha256)
    SELECT i.n / $REAL + 100, 'V-20200101-' || i.n, custody, made, $REAL,
    $REAL, size, sha256 FROM i, v WHERE i.n % $REAL = 1;
INSERT INTO record(n, id, authority, state, next_action, next_due, rule,
    policy, created, changed) SELECT i.n + $REAL, 'R' || i.n, authority,
    state, next_action, next_due, rule, policy, created, changed FROM i, r;
INSERT INTO package(n, id, record, volume, archived, rule, destroy_due, shelf,
    policy, status) SELECT i.n, 'PK-' || i.n, i.n + $REAL,
    (i.n - 1) / $REAL + 100, archived, p.rule, destroy_due, shelf, p.policy,
    status FROM i, p;
INSERT INTO header(package, wrapped) SELECT i.n, wrapped FROM i, h;
COMMIT"
sqlite3 "$S/store.db" 'PRAGMA journal_mode = WAL' >/dev/null
count=$(sqlite3 "$S/store.db" 'SELECT count(*) FROM package')
[ "$count" = "$N" ]
many=$(opening)
share=$(get "$(duel $ROUNDS "$CP" unseal --passphrase-file "$PASS" "$SHARE")" .a.ms)
plain=$(get "$(duel $ROUNDS "$CP" unseal -i "$KEY" "$W/open.age")" .a.ms)
scrypt=$(calc "2 * ($share - $plain)" 1)
ours=$(calc "$many - $scrypt" 1)
row "one package of $N, opened" "$ours ms besides scrypt" \
    "$(calc "$few - $scrypt" 1) ms of $REAL; scrypt $scrypt ms" \
    "$(calc "$ours / ($few - $scrypt)")" '< 50 ms' "$(judge "$ours" '<' 50)"
rm -rf "$S" "$W"/open.*
