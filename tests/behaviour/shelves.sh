#!/bin/bash
# The key of a month dies when the month is over, whatever is held: the held
# go to the shelf of the month in which the first of their holds is looked at
# again, and stay held, openable and due as they were.
. "$(dirname "$0")/../lib.sh"

have sqlite3 || skip_all 'sqlite3 is not installed'

person() {
	jq -cn --arg id "$1" --arg born "$2" '{cpadmin: "record/1", id: $id,
	    authority: "E08000015", names: [{type: "current",
	    given: ("Given" + $id), family: ("Marker" + $id)}],
	    gender: "female", birth_date: $born}'
}

night() {
	local on=$1

	shift
	ok cpadmin retention run --on "$on" --yes --accept clock --json "$@"
}

# hold REVIEW OPTION...: its number.
hold() {
	local review=$1

	shift
	ok cpadmin hold place "$@" --reason inquiry --legal-basis s.21 \
	    --contact a@example.org --review "$review" --on 2026-01-01 --json
	jq -r .hold "$OUT_FILE"
}

sql() {
	sqlite3 "$CPADMIN_STORE/store.db" "$1"
}

shelf_of() {
	cpadmin archive show "$1" --json | jq -r .shelf
}

approve_all() {
	local batch

	for batch in $(cpadmin destruction list --json | jq -r '.rows[] |
	    select(.status == "proposed") | .batch'); do
		ok cpadmin destruction approve "$batch" --as mary --on "$1" \
		    --yes
	done
}

# State of the slot of a month in the keyring: L or Z.
slot() {
	local i size
	local ring=$CPADMIN_STORE/keys/shelves.key

	size=$(stat -c %s "$ring")
	for ((i = 128; i < size; i += 128)); do
		[ $((16#$(xxd -s $((i + 4)) -l 4 -p "$ring"))) -eq "$1" ] &&
		    dd if="$ring" bs=1 skip=$((i + 8)) count=1 status=none
	done
}

new_store --on 2020-01-01
ok cpadmin operator add mary --uid 2001 --role approver,dpo --on 2020-01-01
{
	person GONE 2002-01-05
	person HELD 2002-01-06
	person TWICE 2002-01-07
	person LATE 2002-02-05
} >"$T/rows"
ok cpadmin record import "$T/rows" --on 2020-01-01
for day in 01-05 01-06 01-07 02-05; do night 2020-$day; done
H1=$(hold 2026-09-15 --record HELD)
hold 2027-03-01 --record TWICE >/dev/null
hold 2026-06-30 --where 'destroy_due = 2026-01-08' >/dev/null
DUE=$(sql "SELECT group_concat(destroy_due) FROM package")

test_case 'while the month is not over nothing moves'
night 2026-01-20
expect_json '[.held, .packages_moved, .shelves_waiting] | tostring' '[2,0,0]'
approve_all 2026-01-20
night 2026-01-21
expect_json '[.destroyed, .packages_moved, .shelves_destroyed] | tostring' \
    '[1,0,0]'
expect_eq "$(shelf_of HELD)" 2026-01

test_case 'a dry run foresees the move and the end of the key'
ok cpadmin retention run --on 2026-02-01 --dry-run --accept clock --json
expect_json '[.packages_moved, .shelves_destroyed, .shelves_waiting] |
    tostring' '[2,1,0]'
expect_eq "$(slot 202601)" L

test_case 'a clock that leapt ends no month'
ok cpadmin retention run --on 2026-02-01 --dry-run --json
expect_json '[.packages_moved, .shelves_destroyed] | tostring' '[0,0]'
ok cpadmin retention run --on 2026-02-01 --yes --json
expect_json '[.packages_moved, .shelves_destroyed] | tostring' '[0,0]'
expect_eq "$(slot 202601)" L
expect_eq "$(shelf_of HELD)" 2026-01

test_case 'when it is over the held move, and the key is destroyed'
night 2026-02-01
expect_json '[.packages_moved, .shelves_destroyed, .shelves_waiting] |
    tostring' '[2,1,0]'
expect_eq "$(slot 202601)" Z
expect_eq "$(shelf_of HELD)" 2026-09
expect_eq "$(shelf_of TWICE)" 2026-06 'the first of two reviews'
expect_eq "$(slot 202609)$(slot 202606)" LL
expect_eq "$(sql "SELECT group_concat(destroy_due) FROM package")" "$DUE"
ok cpadmin archive open HELD --purpose court-order --reason T \
    --output "$T/held" --on 2026-02-01 --json
ok cpadmin archive verify --all --json

test_case 'the log says from where to where, and names nobody'
expect_eq "$(sql "SELECT group_concat(detail, ' ') FROM (SELECT detail FROM
    audit WHERE action = 'shelf.move' ORDER BY seq)")" \
    '{"from":202601,"to":202609,"packages":1} {"from":202601,"to":202606,"packages":1}'
expect_eq "$(sql "SELECT count(*) FROM audit WHERE action = 'shelf.move'
    AND subject IS NOT NULL")" 0
ok cpadmin audit verify

test_case 'a review in good time lets a package rest; a late one moves it'
ok cpadmin hold review "$H1" --review 2026-12-31 --reason T --on 2026-08-01
night 2026-06-20
night 2026-09-30
expect_json .packages_moved 1
expect_eq "$(shelf_of HELD)" 2026-09
# TWICE: the predicate's review is overdue, so it is the next month.
expect_eq "$(shelf_of TWICE)" 2026-10
night 2026-10-01
expect_json '[.packages_moved, .shelves_destroyed] | tostring' '[1,1]'
expect_eq "$(shelf_of HELD)" 2026-12

test_case 'what waits for approval keeps its shelf, and the run says so'
# LATE was proposed; its month is long over.
expect_json .shelves_waiting 1
expect_eq "$(slot 202602)" L
run cpadmin archive list --shelf 202602 --json
expect_json '.rows | length' 1
ok cpadmin destruction exclude "$(cpadmin destruction list --json |
    jq -r '.rows[] | select(.status == "proposed") | .batch')" LATE \
    --reason T --as mary --on 2026-10-01
night 2026-10-02
expect_json .shelves_waiting 1
expect_eq "$(slot 202602)" L

test_case 'a released package is destroyed from the shelf it is on'
ok cpadmin hold release "$H1" --reason T --as mary --on 2026-10-03
night 2026-10-03
approve_all 2026-10-03
night 2026-10-04
expect_json '[.destroyed, .shelves_waiting] | tostring' '[2,0]'
expect_eq "$(slot 202602)$(slot 202612)" ZL
BATCH=$(cpadmin destruction list --json | jq -r '.rows[-1].batch')
ok cpadmin destruction certificate "$BATCH" --output "$T/certificate"
expect_some 202612 in "$T/certificate"
night 2027-01-01
expect_eq "$(slot 202612)" Z

test_case 'an inquiry that stops everything moves each once a review'
# More than one transaction's worth.
new_store --on 2020-01-01
jq -cn 'range(1; 1101) | {cpadmin: "record/1", id: "P\(.)",
    authority: "E08000015", names: [{type: "current", given: "A",
    family: "B"}], gender: "female", birth_date: "2002-01-03"}' >"$T/rows"
ok cpadmin record import "$T/rows" --on 2020-01-01
night 2020-01-03 --accept share
hold 2026-06-01 --all >/dev/null
moved=0
for m in 01-31 02-01 02-28 03-01 04-01 05-01 06-01; do
	night 2026-$m
	moved=$((moved + $(jq .packages_moved "$OUT_FILE")))
done
expect_eq "$moved" 1100
expect_eq "$(sql "SELECT DISTINCT shelf FROM package")" 202606
expect_eq "$(sql "SELECT group_concat(detail, ' ') FROM (SELECT detail FROM
    audit WHERE action = 'shelf.move' ORDER BY seq)")" \
    '{"from":202601,"to":202606,"packages":1000} {"from":202601,"to":202606,"packages":100}'
ok cpadmin archive verify --all --json

test_case 'a header that was tampered with is named, and keeps its shelf'
sql "UPDATE header SET wrapped = zeroblob(length(wrapped))
    WHERE package = 1"
run cpadmin retention run --on 2026-07-01 --yes --accept clock --json
expect_status 3
expect_json '[.packages_moved, .shelves_destroyed, .failed,
    .failures[0].id] | tostring' '[1099,0,1,"P1"]'
expect_eq "$(slot 202606)" L
