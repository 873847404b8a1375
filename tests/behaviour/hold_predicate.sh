#!/bin/bash
# Holds over a predicate: what they stop, for certain and for safety, from the
# placing to the release, through real nights.
. "$(dirname "$0")/../lib.sh"

have sqlite3 || skip_all 'sqlite3 is not installed'

person() {
	jq -cn --arg id "$1" --arg authority "$2" --arg born "$3" \
	    --argjson more "${4:-{\}}" '{cpadmin: "record/1", id: $id,
	    authority: $authority, names: [{type: "current", given: "A",
	    family: "Hill"}], gender: "female", birth_date: $born} + $more'
}

sql() {
	sqlite3 "$CPADMIN_STORE/store.db" "$1"
}

night() {
	ok cpadmin retention run --on "$1" --yes --accept clock --as rose --json
}

# place ON WHO OPTIONS...
place() {
	local on=$1 who=$2

	shift 2
	cpadmin hold place --reason inquiry --legal-basis s.21 \
	    --contact legal@example.org --review 2040-01-01 --on "$on" \
	    --as "$who" --json "$@"
}

blocked() {
	cpadmin retention explain "$1" --reason test --on "$2" --json |
	    jq -r '[.blocked_by[], (.steps[] | select(.kind == "hold") |
	    .text | capture("(?<h>H-[0-9]+)").h)] | unique | join(" ")'
}

items() {
	cpadmin destruction show "$1" --json | jq -r '[.rows[] |
	    "\(.id) \(.status) \(.reason)"] | join(", ")'
}

parked() {
	sql "SELECT group_concat(id) FROM (SELECT id FROM record
	    WHERE parked = 1 ORDER BY id)"
}

SERVICES='{"involvements": [{"service": "education"}, {"service": "mental
    health", "sensitive": {"basis": "consent", "evidence": "E1"}}]}'
new_store --on 2020-01-01
ok cpadmin operator add mary --uid 2001 --role approver,team --on 2020-01-01
ok cpadmin operator add rose --uid 2003 --role scheduler --on 2020-01-01
ok cpadmin operator add kent --uid 2004 --role team --authority E10000016 \
    --on 2020-01-01
{
	for i in 1 2; do person A$i E08000015 2002-01-05; done
	for i in 1 2; do person B$i E10000016 2002-01-05; done
	person C1 E08000015 2002-02-05
	person E1 E08000015 2002-01-05
	person W1 E08000015 2004-03-03 '{"left_england":
	    {"date": "2020-01-02", "intention": "no-return"}}'
	person L1 E08000015 2015-05 "$(tr '\n' ' ' <<<"$SERVICES" |
	    sed 's/  */ /g')"
	person L2 E08000015 2015-05-06 '{"involvements":
	    [{"service": "Education"}]}'
} >"$T/rows"
ok cpadmin record import "$T/rows" --on 2020-01-01

test_case 'what is not of the language is refused, and says where'
run place 2020-01-01 root --where 'bron < 2000'
expect_status 10
expect_err_contains 'column 1 of the predicate'
expect_err_contains 'state, authority, born'
run place 2020-01-01 root --where 'state = archived and ground = dead'
expect_status 10
expect_err_contains 'column 31 of the predicate'
expect_err_contains 'connexions, care-leaver'
run place 2020-01-01 root --where "$(printf 'born=2000 or %.0s' {1..100})"
expect_status 10
run place 2020-01-01 root --where ''
expect_status 10
run place 2020-01-01 root --where 'born = 2000' --all
expect_status 2
expect_eq "$(sql 'SELECT count(*) FROM hold')" 0

test_case 'for certain or not known, of a live record'
ok place 2020-01-01 root --where 'archived = 2020-02'
expect_json '[.hold, .scope, .where, .status, .suspends] | join(" ")' \
    'H-0001 predicate archived = 2020-02 active 0'
ok place 2020-01-01 root --where 'born < 2015-05-07 and state = live'
ok place 2020-01-01 root --where 'service = education and state = live'
ok place 2020-01-01 root --where 'service = police and state = live'
expect_json '.never' true
expect_eq "$(blocked L1 2020-01-02)" 'H-0002 H-0003 H-0004' \
    'half-known birth, a sensitive service'
expect_eq "$(blocked L2 2020-01-02)" 'H-0002 H-0003' 'all known'
expect_eq "$(blocked A1 2020-01-02)" H-0002
for h in 2 3 4; do
	ok cpadmin hold release "H-000$h" --reason over --as mary \
	    --on 2020-01-02
done

test_case 'what depends on the day is told for the day'
ok cpadmin consent give E1 --ground care-leaver --by self --date 2020-01-02 \
    --statement v1 --evidence F1 --on 2020-01-02
for where in 'state = live' 'state = extended' 'ground = care-leaver' \
    'ground in (none, connexions)'; do
	ok place 2020-01-02 root --where "authority = E08000015 and ($where)"
done
expect_eq "$(blocked E1 2020-01-04)" 'H-0005 H-0007' 'before 18'
expect_eq "$(blocked E1 2020-01-05)" 'H-0006 H-0007' 'at 18'
expect_eq "$(blocked L2 2020-01-05)" 'H-0005 H-0008' 'no consent'
for h in 5 6 7 8; do
	ok cpadmin hold release "H-000$h" --reason over --as mary \
	    --on 2020-01-02
done

test_case 'the reach of an operator is the reach of a hold'
run place 2020-01-02 kent --where 'authority = E10000016'
expect_status 9
run place 2020-01-02 kent --all --dry-run
expect_status 9
run place 2020-01-02 kent --authority E08000015
expect_status 9
run cpadmin hold release H-0001 --reason x --as kent --on 2020-01-02
expect_status 9
run cpadmin hold review H-0001 --review 2041-01-01 --reason x --as kent \
    --on 2020-01-02
expect_status 9
ok place 2020-01-02 kent --authority E10000016 --dry-run
expect_json '[.hold, .status] | map(tostring) | join(" ")' 'null not placed'
expect_eq "$(sql 'SELECT count(*) FROM hold')" 8

test_case 'a dry run says how many, and changes nothing'
night 2020-01-05
night 2020-02-05
night 2026-01-06
expect_json .awaiting_approval 5
D1=$(cpadmin destruction list --json | jq -r '.rows[-1].batch')
ok place 2026-01-06 root --where 'authority = E10000016' --dry-run
expect_json '[.suspends, .in_batches, .due, .held, .because_true,
    .because_unknown] | join(" ")' '2 2 0 0 2 0'
ok place 2026-01-06 root --where 'born < 1990' --dry-run
expect_json '[.in_batches, .because_true, .because_unknown] | join(" ")' \
    '5 0 5'
for sealed in 'ground = care-leaver' 'ground = none' 'service = police' \
    'died != none' 'left < 2000' 'not born = 2002'; do
	ok place 2026-01-06 root --where "$sealed" --dry-run
	expect_json '[.because_true, .because_unknown] | join(" ")' '0 5'
done
ok place 2026-01-06 root --dry-run \
    --where 'state = archived and rule = retention.age_limit'
expect_json '[.because_true, .because_unknown] | join(" ")' '4 0'
ok place 2026-01-06 root --where 'entered < 2020' --dry-run
expect_json '[.because_true, .because_unknown] | join(" ")' '0 0'
ok place 2026-01-06 root --where 'entered = 2020-01-01' --dry-run
expect_json '[.because_true, .because_unknown] | join(" ")' '5 0'
ok place 2026-02-07 root --where 'archived = 2020' --dry-run
expect_json '[.in_batches, .due, .because_true] | join(" ")' '5 1 6'
ok place 2026-01-06 root --record A1 --dry-run
expect_json '[.in_batches, .because_true] | join(" ")' '1 1'
ok place 2026-01-06 root --all --dry-run
expect_json '[.in_batches, .because_true] | join(" ")' '5 5'
expect_eq "$(sql 'SELECT count(*) FROM hold')" 8

test_case 'late holds split an approved batch, the rest is destroyed'
ok cpadmin destruction approve "$D1" --as mary --on 2026-01-06
ok place 2026-01-06 root --where 'authority in (E10000016)'
ok place 2026-01-06 root --where 'rule != retention.age_limit
	and born < 1990'
expect_json .where 'rule != retention.age_limit  and born < 1990'
ok place 2026-01-06 root --where \
    'archived = 2020-01-05 and destroy_due > 2026-01-06'
ok cpadmin retention run --dry-run --on 2026-01-07 --as rose --json
expect_json .destroyed 2
night 2026-01-07
expect_json '[.destroyed, .held] | join(" ")' '2 3'
expect_eq "$(items "$D1")" "A1 destroyed null, A2 destroyed null, \
B1 split H-0009, B2 split H-0009, W1 split H-0010" items
ok cpadmin destruction certificate "$D1" --on 2026-01-07
jq -r .body "$OUT_FILE" >"$T/body"
for id in A1 A2; do
	grep -qw "$id" "$T/body" || fail "the certificate does not say $id"
done
for id in B1 B2 W1; do
	! grep -qw "$id" "$T/body" || fail "the certificate says $id"
done

test_case 'what each suspends, and why'
ok cpadmin hold list --json --on 2026-01-07
expect_json '[.rows[] | select(.status == "active") | "\(.hold) \(.suspends)" +
    " \(.because_true) \(.because_unknown)"] | join(", ")' \
    'H-0001 0 0 0, H-0009 2 2 0, H-0010 1 0 1, H-0011 0 0 0'
ok cpadmin hold show H-0009 --json --on 2026-01-07
expect_json '[.reason, .legal_basis, .contact, .review, .where] | join("|")' \
    'inquiry|s.21|legal@example.org|2040-01-01|authority in (E10000016)'
expect_json '.records | map(.id + " " + .why) | join(", ")' 'B1 true, B2 true'
ok cpadmin hold show H-0010 --json --on 2026-01-07
expect_json '.records | map(.id + " " + .why) | join(", ")' 'W1 unknown'
ok cpadmin hold show H-0009 --json --as kent --on 2026-01-07
expect_json '.records | length' 2
ok cpadmin hold show H-0010 --json --as kent --on 2026-01-07
expect_json '"\(.records | length) \(.records_left_out)"' '0 1'
ok cpadmin hold show H-0010 --columns records,suspends --on 2026-01-07
expect_out_contains 'W1 (not known)'
expect_eq "$(blocked B1 2026-01-07)" H-0009 'why B1 is held'
expect_eq "$(blocked W1 2026-01-07)" H-0010 'why W1 is held'
run cpadmin hold show H-0099
expect_status 4

test_case 'placed on a live record, in force when it is due'
night 2026-02-06
expect_json '[.held, .awaiting_approval] | join(" ")' '4 0'
expect_eq "$(parked)" B1,B2,C1,W1
expect_eq "$(blocked C1 2026-02-06)" H-0001

test_case 'a review moves the day, and is logged'
run cpadmin hold review H-0001 --review 2026-02-06 --reason x --on 2026-02-06
expect_status 10
run cpadmin hold review H-0002 --review 2041-01-01 --reason x --on 2026-02-06
expect_status 5
run cpadmin hold review H-0001 --review 2041-01-01 --on 2026-02-06
expect_status 2
ok cpadmin hold review H-0001 --review 2041-01-01 --reason 'goes on' --json \
    --on 2026-02-06
expect_json .review 2041-01-01
ok cpadmin hold list --json --on 2026-02-06
expect_json '.rows[0].review' 2041-01-01
ok cpadmin audit show --json --details --reason test
expect_json '[.rows[] | select(.action == "hold.review")][0].detail |
    fromjson | "\(.hold) \(.review) \(.reason) \(.where)"' \
    'H-0001 2041-01-01 goes on archived = 2020-02'

test_case 'held until the last of several goes'
ok place 2026-02-06 mary --where 'authority = E10000016 and archived < 2021'
run cpadmin hold release H-0012 --reason x --as mary --on 2026-02-07
expect_status 5
expect_err_contains 'cannot release it alone'
ok cpadmin hold release H-0009 --reason over --as mary --on 2026-02-07 --json
expect_json '.rows | map(.id + " " + .why) | join(", ")' 'B1 true, B2 true'
expect_eq "$(parked)" B1,B2,C1,W1
expect_eq "$(blocked B1 2026-02-07)" H-0012
ok cpadmin hold release H-0012 --reason over --on 2026-02-07 --json
expect_json '.rows | map(.id) | join(" ")' 'B1 B2'
expect_eq "$(parked)" C1,W1
ok cpadmin hold release H-0010 --reason over --as mary --on 2026-02-07 --json
expect_json '.rows | map(.id + " " + .why) | join(", ")' 'W1 unknown'
expect_eq "$(parked)" C1
run cpadmin hold release H-0010 --reason over --as mary --on 2026-02-07
expect_status 5

test_case 'back on the path: proposed, approved, destroyed'
night 2026-02-08
D2=$(cpadmin destruction list --json | jq -r '.rows[-1].batch')
ok cpadmin destruction approve "$D2" --as mary --on 2026-02-08
night 2026-02-09
expect_json .destroyed 3
expect_eq "$(items "$D2")" "B1 destroyed null, B2 destroyed null, \
W1 destroyed null" items
expect_eq "$(sql "SELECT count(*) FROM record WHERE state = 'archived'")" 1

test_case 'a policy that moves the day moves what asks for it'
ok place 2026-02-09 root --where 'destroy_due >= 2026-02'
ok cpadmin hold release H-0001 --reason over --as mary --on 2026-02-09
expect_eq "$(parked)" C1
sed 's/^version = .*/version = "2";/; s/"P6Y"/"P5Y"/; s/"keep"/"replace"/' \
    "$ROOT/policies/contactpoint-2007.cfg" >"$T/policy.cfg"
ok cpadmin policy adopt "$T/policy.cfg" --on 2026-02-09
expect_eq "$(sql "SELECT next_due FROM record WHERE id = 'C1'")" 2025-02-06
expect_eq "$(parked)" '' 'still parked'
expect_eq "$(blocked C1 2026-02-09)" ''

test_case 'a predicate that cannot be read holds everything'
sql "UPDATE hold SET predicate = 'nonsense(' WHERE id = 'H-0011'"
expect_eq "$(blocked C1 2026-02-09)" H-0011
sql "UPDATE record SET parked = 1 WHERE id = 'C1'"
ok cpadmin hold list --json --on 2026-02-09
expect_json '[.rows[] | select(.hold == "H-0011") | .because_true] | first' 1
ok cpadmin audit verify
