#!/bin/bash
# Holds stop destruction: placed by one, released by another.
. "$(dirname "$0")/../lib.sh"

have sqlite3 || skip_all 'sqlite3 is not installed'

sql() {
	sqlite3 "$CPADMIN_STORE/store.db" "$1"
}

records() {
	local i

	for i in 1 2 3 4; do
		printf '{"cpadmin":"record/1","id":"HOLD-%s",' "$i"
		printf '"authority":"E0800001%s",' "$((5 + i % 2))"
		printf '"names":[{"type":"current","given":"Ann",'
		printf '"family":"Hill"}],"gender":"female",'
		printf '"birth_date":"2010-0%s-01"}\n' "$i"
	done >"$T/records.ndjson"
	ok "$CPADMIN" record import "$T/records.ndjson"
}

place() {
	"$CPADMIN" hold place --reason 'inquiry' --legal-basis 's.21' \
	    --contact legal@example.org --review 2099-01-01 "$@"
}

# What the nightly run does when it finds a due record held.
park() {
	sql "UPDATE record SET state = 'archived', next_action = 'destroy',
	    next_due = '2020-01-01', rule = 'archive.period', parked = 1
	    WHERE id IN ($1)"
}

parked() {
	sql "SELECT group_concat(id) FROM (SELECT id FROM record
	    WHERE parked = 1 ORDER BY id)"
}

new_store
records
ok "$CPADMIN" operator add mary --uid 2001 --role team
ok "$CPADMIN" operator add alan --uid 2002 --role auditor

test_case 'exactly one scope, and all that a hold needs'
run place
expect_status 2
run place --all --record HOLD-1
expect_status 2
run place --authority E08000015 --record HOLD-1
expect_status 2
run place --authority Wirral
expect_status 2
run "$CPADMIN" hold place --all --reason x --legal-basis y --contact z
expect_status 2
run "$CPADMIN" hold place --all --legal-basis y --contact z \
    --review 2099-01-01
expect_status 2
run "$CPADMIN" hold place --all --reason x --legal-basis y --contact z \
    --review 2001-01-01
expect_status 10
run place --record HOLD-9
expect_status 4
run place --all --as alan
expect_status 9
ok "$CPADMIN" hold list --json
expect_json '.rows | length' 0

test_case 'placed on a record, an authority, everything'
ok place --record HOLD-1 --json
expect_json '[.hold, .scope, .record, .status] | join(" ")' \
    'H-0001 record HOLD-1 active'
ok place --authority E08000015 --json
expect_json '[.hold, .scope, .authority] | join(" ")' \
    'H-0002 authority E08000015'
ok place --all --json --as mary
expect_json '[.hold, .scope, .placed_by] | join(" ")' 'H-0003 all mary'
ok "$CPADMIN" hold list --json
expect_json '.rows | map(.hold) | join(" ")' 'H-0001 H-0002 H-0003'
expect_json '.rows | map(.suspends) | join(" ")' '0 0 0'
expect_json '.rows[0].review' 2099-01-01

test_case 'what each suspends'
park "'HOLD-1', 'HOLD-2', 'HOLD-3'"
ok "$CPADMIN" hold list --json
# HOLD-1 and HOLD-3 are of E08000016, HOLD-2 and HOLD-4 of E08000015.
expect_json '.rows | map(.suspends) | join(" ")' '1 1 3'

test_case 'whoever placed it does not release it'
run "$CPADMIN" hold release H-0003 --reason over --as mary
expect_status 5
expect_err_contains 'cannot release it alone'
run "$CPADMIN" hold release H-0003 --as root
expect_status 2
run "$CPADMIN" hold release H-0099 --reason over
expect_status 4
run "$CPADMIN" hold release H-0003 --reason over --as alan
expect_status 9

test_case 'a release lists what it had suspended, and frees what is free'
ok "$CPADMIN" hold release H-0003 --reason over --json
expect_json '.rows | map(.id) | join(" ")' 'HOLD-1 HOLD-2 HOLD-3'
expect_eq "$(parked)" HOLD-1,HOLD-2 'still held by others'
run "$CPADMIN" hold release H-0003 --reason again
expect_status 5
expect_err_contains 'released already'
ok "$CPADMIN" hold release H-0002 --reason over --as mary --json
expect_json '.rows | map(.id) | join(" ")' HOLD-2
ok "$CPADMIN" hold release H-0001 --reason over --as mary --json
expect_json '.rows | map(.id) | join(" ")' HOLD-1
expect_eq "$(parked)" '' parked
ok "$CPADMIN" hold list --json
expect_json '.rows | map(.status) | unique | join(" ")' released
expect_json '.rows | map(.suspends) | add' 0

test_case 'a release that was killed is finished by running it again'
park "'HOLD-2'"
sql "UPDATE hold SET settled = NULL WHERE id = 'H-0002'"
ok "$CPADMIN" hold release H-0002 --reason over --as mary --json
expect_json '.rows | map(.id) | join(" ")' HOLD-2
expect_eq "$(parked)" '' parked
run "$CPADMIN" hold release H-0002 --reason over --as mary --json
expect_status 5

test_case 'more than a page is put back'
sql "WITH RECURSIVE i(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM i
    WHERE n < 1203) INSERT INTO record(id, authority, state, next_action,
    next_due, rule, parked, created, changed) SELECT 'BULK-' || n,
    'E08000015', 'archived', 'destroy', '2020-01-01', 'archive.period', 1,
    '', '' FROM i"
ok place --authority E08000015
ok place --record BULK-700
ok "$CPADMIN" hold release H-0004 --reason over --as mary --json
expect_json '.rows | length' 1203
expect_eq "$(parked)" BULK-700 'still held'
ok "$CPADMIN" hold list --json
expect_json '.rows[-1].suspends' 1

test_case 'a destroyed record cannot be held'
sql "UPDATE record SET state = 'destroyed', parked = 0 WHERE id = 'BULK-1'"
run place --record BULK-1
expect_status 5

test_case 'all of it is in the log, and the log holds'
ok "$CPADMIN" audit show --json --subject HOLD-1
expect_json '.rows | map(.action) | map(select(. != "record.create")) |
    join(" ")' 'hold.place hold.release record.unheld'
ok "$CPADMIN" audit show --json --details --reason test
expect_json '[.rows[] | select(.action == "hold.release")][0].detail |
    fromjson | .reason + " " + (.suspended | tostring)' 'over 3'
ok "$CPADMIN" audit verify
