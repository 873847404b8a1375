#!/bin/bash
# What a run and every command refuse: doubtful clocks, too many at once, a
# policy, a key or a store that is not what it was.
. "$(dirname "$0")/../lib.sh"

have sqlite3 || skip_all 'sqlite3 is not installed'

person() {
	jq -cn --arg id "$1" --arg born "$2" '{cpadmin: "record/1", id: $id,
	    authority: "E08000015", names: [{type: "current",
	    given: "Ann", family: ("Hill" + $id)}], gender: "female",
	    birth_date: $born}'
}

night() {
	local on=$1

	shift
	run cpadmin retention run --on "$on" --yes --json "$@"
}

sql() {
	sqlite3 "$CPADMIN_STORE/store.db" "$1"
}

# All that a refused run must leave as it was.
picture() {
	sql "SELECT count(*) FROM audit; SELECT id, state, parked FROM record;
	    SELECT * FROM package; SELECT * FROM run;
	    SELECT id, status FROM batch"
	ls "$CPADMIN_STORE/archive"
}

new_store --on 2020-01-01
ok cpadmin operator add mary --uid 2001 --role approver --on 2020-01-01
{
	person A1 2002-01-05
	person A2 2002-01-06
	person B1 2008-01-08
	person B2 2008-01-10
	person B3 2008-01-12
} >"$T/rows"
ok cpadmin record import "$T/rows" --on 2020-01-01

test_case 'the first run has no clock to doubt'
night 2020-01-05
expect_status 0

test_case 'the clock went back: nothing is done'
night 2020-01-06
expect_status 0
BEFORE=$(picture)
night 2020-01-05
expect_status 5
expect_err_contains 'clock went back'
expect_err_contains '--accept clock'
expect_eq "$(picture)" "$BEFORE" 'the store'
night 2020-01-05 --dry-run
expect_status 5
night 2020-01-05 --accept clock
expect_status 0
ok cpadmin audit show --json --on 2020-01-05
expect_json '[.rows[] | select(.action == "retention.guard") | .outcome] |
    last' accepted
night 2020-01-06
expect_status 0

test_case 'the clock leapt: archiving goes on, what was approved waits'
night 2026-01-07 --accept clock
expect_status 0
OLD=$(cpadmin destruction list --json | jq -r '.rows[0].batch')
ok cpadmin destruction approve "$OLD" --as mary --on 2026-01-07
night 2026-01-09
expect_status 5
expect_json '[.archived, .destroyed] | join(" ")' '1 0'
expect_err_contains 'leapt ahead'
expect_err_contains '--accept clock'
ok cpadmin destruction list --json
expect_json '.rows[0].status' approved

test_case 'it still waits the night after, though that one is in order'
night 2026-01-10
expect_status 5
expect_json '[.archived, .destroyed] | join(" ")' '1 0'

test_case 'what a second person approves since is executed'
ok cpadmin destruction refuse "$OLD" --reason 'to be looked at again' \
    --as mary --on 2026-01-10
night 2026-01-11
expect_status 0
NEW=$(cpadmin destruction list --json | jq -r '.rows[-1].batch')
expect_true test "$NEW" != "$OLD"
ok cpadmin destruction approve "$NEW" --as mary --on 2026-01-11
night 2026-01-12
expect_status 0
expect_json '[.archived, .destroyed] | join(" ")' '1 2'

test_case 'or the guard is passed'
person A3 2002-01-13 >"$T/rows"
ok cpadmin record import "$T/rows" --on 2026-01-12
night 2026-01-13
expect_status 0
night 2032-02-01 --accept clock
expect_status 0
ok cpadmin destruction approve "$(cpadmin destruction list --json |
    jq -r '.rows[-1].batch')" --as mary --on 2032-02-01
night 2032-02-05
expect_status 5
expect_json .destroyed 0
night 2032-02-05 --accept clock
expect_status 0
expect_json '.destroyed > 0' true

test_case 'too many at once: nothing is done'
new_store --on 2026-01-01
for ((i = 0; i < 60; i++)); do person "S$i" 2008-02-01; done >"$T/rows"
for ((i = 0; i < 40; i++)); do person "T$i" 2012-02-01; done >>"$T/rows"
ok cpadmin record import "$T/rows" --on 2026-01-01
night 2026-01-31
expect_status 0
BEFORE=$(picture)
night 2026-02-01
expect_status 5
expect_err_contains '60 of 100'
expect_err_contains '--accept share'
expect_eq "$(picture)" "$BEFORE" 'the store'
night 2026-02-01 --accept clock
expect_status 5
night 2026-02-01 --accept share
expect_status 0
expect_json .archived 60

test_case 'nobody there to say yes'
run cpadmin retention run --on 2026-02-02 </dev/null
expect_status 2
expect_err_contains --yes

test_case 'a policy that was tampered with'
FILE=$(echo "$CPADMIN_STORE"/policies/*.cfg)
cp "$FILE" "$T/policy"
chmod u+w "$FILE"
sed -i 's/value = 18;/value = 17;/' "$FILE"
BEFORE=$(picture)
night 2026-02-02
expect_status 8
expect_eq "$(picture)" "$BEFORE" 'the store'
rm "$FILE"
night 2026-02-02
[ "$STATUS" -eq 8 ] || [ "$STATUS" -eq 4 ] || fail "no policy: $STATUS"
expect_eq "$(picture)" "$BEFORE" 'the store'
cp "$T/policy" "$FILE"
night 2026-02-02
expect_status 0

test_case 'another host key, one that anybody may read, none'
cp "$CPADMIN_STORE/keys/host.key" "$T/host.key"
head -c "$(stat -c %s "$T/host.key")" /dev/urandom \
    >"$CPADMIN_STORE/keys/host.key"
BEFORE=$(picture)
night 2026-02-03
expect_status 7
cp "$T/host.key" "$CPADMIN_STORE/keys/host.key"
chmod 644 "$CPADMIN_STORE/keys/host.key"
night 2026-02-03
expect_status 7
rm "$CPADMIN_STORE/keys/host.key"
night 2026-02-03
expect_status 7
expect_eq "$(picture)" "$BEFORE" 'the store'
cp "$T/host.key" "$CPADMIN_STORE/keys/host.key"
chmod 600 "$CPADMIN_STORE/keys/host.key"
night 2026-02-03
expect_status 0

test_case 'a store of a newer version'
VERSION=$(sql 'PRAGMA user_version')
sql "PRAGMA user_version = $((VERSION + 1))" >/dev/null
for words in 'record list' 'retention plan' 'retention run --yes' \
    'audit verify' 'record import /dev/null'; do
	# shellcheck disable=SC2086
	run cpadmin $words --on 2026-02-04
	expect_status 5
	expect_err_contains newer
done
sql "PRAGMA user_version = $VERSION" >/dev/null
night 2026-02-04
expect_status 0

test_case 'no store, or something else'
run cpadmin --store "$T/nothing" record list
expect_status 4
mkdir "$T/other"
echo 'this is no database, but a text that is long enough to be one' \
    >"$T/other/store.db"
run cpadmin --store "$T/other" record list
expect_status 8
rm "$T/other/store.db"
sqlite3 "$T/other/store.db" 'CREATE TABLE x(y)'
run cpadmin --store "$T/other" record list
expect_status 8

test_case '--on and --as are for rehearsals'
sql "UPDATE store SET rehearsal = 0"
BEFORE=$(picture)
night 2026-02-05
expect_status 9
run cpadmin retention run --as mary --yes
expect_status 9
expect_eq "$(picture)" "$BEFORE" 'the store'
ok cpadmin retention plan --on 2026-02-05
