#!/bin/bash
# Destruction before the day: on a legal basis, approved by others, and all
# asked again but the day.
. "$(dirname "$0")/../lib.sh"

have sqlite3 || skip_all 'sqlite3 is not installed'

person() {
	jq -cn --arg id "$1" --arg born "$2" '{cpadmin: "record/1", id: $id,
	    authority: "E08000015", names: [{type: "current",
	    given: ("Given" + $id), family: ("Marker" + $id)}],
	    gender: "female", birth_date: $born, addresses: [{type: "current",
	    lines: ["9 " + $id + "Lane"], postcode: "CH41 1AA"}]}'
}

night() {
	local on=$1

	shift
	ok cpadmin retention run --on "$on" --yes --accept clock --json "$@"
}

early() {
	run cpadmin destruction early "$@" \
	    --legal-basis 'High Court, FD26P00001' --reason 'order sealed' \
	    --json
}

items() {
	cpadmin destruction show "$1" --json | jq -r '[.rows[] |
	    "\(.id) \(.status)"] | join(", ")'
}

sql() {
	sqlite3 "$CPADMIN_STORE/store.db" "$1"
}

new_store --on 2020-01-01
for o in 'mary approver' 'rose approver,scheduler' 'dora dpo' 'alan auditor' \
    'team team'; do
	# shellcheck disable=SC2086
	set -- $o
	ok cpadmin operator add "$1" --uid "$((2000 + ${#1} * 7 + RANDOM))" \
	    --role "$2" --on 2020-01-01
done
{
	for i in 1 2 3 4 5 6; do person A$i 2002-01-05; done
	person L1 2015-01-01
} >"$T/rows"
ok cpadmin record import "$T/rows" --on 2020-01-01
night 2020-01-05
DAY=2022-03-01
PACKAGE=$(cpadmin archive show A2 --json | jq -r .package)

test_case 'proposed with a basis and a reason, by who may'
run cpadmin destruction early A1 --reason x --as mary --on $DAY
expect_status 2
run cpadmin destruction early A1 --legal-basis x --as mary --on $DAY
expect_status 2
run cpadmin destruction early A1 --legal-basis ' ' --reason x --as mary \
    --on $DAY
expect_status 2
run cpadmin destruction early A1 --legal-basis "$(printf '%0201d' 1)" \
    --reason x --as mary --on $DAY
expect_status 2
early A1 --as alan --on $DAY
expect_status 9
early A1 --as team --on $DAY
expect_status 9
early L1 --as mary --on $DAY
expect_status 4
early A1 A1 --as mary --on $DAY
expect_status 2
early A1 "$PACKAGE" A2 --as mary --on $DAY
expect_status 2
expect_eq "$(sql 'SELECT count(*) FROM batch')" 0 batches
early A1 "$PACKAGE" A3 --as mary --on $DAY
expect_status 0
expect_json '"\(.kind) \(.count) \(.status) \(.legal_basis)"' \
    'early 3 proposed High Court, FD26P00001'
E1=$(jq -r .batch "$OUT_FILE")
ok cpadmin destruction list --json
expect_json '.rows[] | "\(.batch) \(.kind)"' "$E1 early"

test_case 'the list that an approver reviews'
ok cpadmin destruction show "$E1" --json --on $DAY
expect_json '[.rows[].id] | join(" ")' 'A1 A2 A3'
expect_json '.rows[0] | "\(.archived) \(.destroy_due) \(.archive_days)"' \
    '2020-01-05 2026-01-06 786'
expect_json '.rows[0] | "\(.shelf) \(.policy) \(.holds) \(.earlier_batches)"' \
    '202601 contactpoint-2007 [] []'
expect_no Marker in "$OUT_FILE"
ok cpadmin destruction show "$E1" --on $DAY
expect_out_contains '2 y 55 d'
expect_err_contains 'approved by 0 of '
ok cpadmin destruction show "$E1" --columns package,shelf --on $DAY
expect_eq "$(grep -cw A1 "$OUT_FILE")" 0 'rows that name A1'

test_case 'what waits, is held or is due is refused'
early A1 --as dora --on $DAY
expect_status 5
expect_err_contains "$E1"
HOLD=$(cpadmin hold place --record A4 --reason inquiry --legal-basis s.21 \
    --contact a@example.org --review 2040-01-01 --on $DAY --json |
    jq -r .hold)
early A5 A4 --as mary --on $DAY
expect_status 5
expect_err_contains "$HOLD"
early A5 --as mary --on 2026-01-06
expect_status 5
expect_err_contains 'is due'
expect_eq "$(sql 'SELECT count(*) FROM batch')" 1 batches

test_case 'approved by others, of the roles approver or dpo'
run cpadmin destruction approve "$E1" --as mary --on $DAY
expect_status 5
run cpadmin destruction approve "$E1" --as alan --on $DAY
expect_status 9
NEEDED=$(cpadmin policy show --json |
    jq -r '.rows[] | select(.rule == "destruction.early_approvals") | .value')
run cpadmin destruction approve "$E1" --as dora --on $DAY --json
expect_status 0
if [ "$NEEDED" != 1 ]; then
	expect_json .status proposed
	run cpadmin destruction approve "$E1" --as dora --on $DAY
	expect_status 5
	run cpadmin destruction approve "$E1" --as rose --on $DAY --json
fi
expect_json .status approved

test_case 'a hold placed later splits off, the day need not have come'
ok cpadmin hold place --record A3 --reason inquiry --legal-basis s.21 \
    --contact a@example.org --review 2040-01-01 --on $DAY --json
LATE=$(jq -r .hold "$OUT_FILE")
ok cpadmin destruction show "$E1" --json --on $DAY
expect_json '[.rows[].holds[]] | join(" ")' "$LATE"
ok cpadmin retention run --dry-run --accept clock \
    --on 2022-03-02 --json
expect_json .destroyed 2
night 2022-03-02
expect_json '[.destroyed, .shelves_destroyed] | join(" ")' '2 0'
expect_eq "$(items "$E1")" 'A1 destroyed, A2 destroyed, A3 split' items
expect_eq "$(sql "SELECT parked FROM record WHERE id = 'A3'")" 0 \
    'what is not due is suspended by no hold'
for id in A1 A2; do
	expect_no "Marker$id" in "$CPADMIN_STORE"
	run cpadmin archive open $id --purpose court-order --reason test \
	    --on 2022-03-02
	expect_status 5
done
ok cpadmin archive open A3 --purpose court-order --reason test \
    --on 2022-03-02
expect_eq "$(sql "SELECT count(*) FROM audit WHERE action =
    'destruction.early' AND subject IN ('A1', 'A2') AND detail IS NOT NULL")" \
    0 'reasons of what is gone'

test_case 'its certificate: kind, basis, before its day, until when copies open'
CERT=$CPADMIN_STORE/outbox/certificate-$E1.json
ok cpadmin verify "$CERT" --key "$CPADMIN_STORE/keys/signing.pub" --json
expect_json .valid true
jq -r .body "$CERT" >"$T/body"
expect_eq "$(jq -r '"\(.kind) \(.outcome) \(.count)"' "$T/body")" \
    'early destroyed 2'
expect_eq "$(jq -r .legal_basis "$T/body")" 'High Court, FD26P00001'
expect_eq "$(jq -r '[.items[].due] | unique | join(" ")' "$T/body")" \
    2026-01-06
expect_eq "$(jq -r .last_copy_gone "$T/body")" null
expect_eq "$(jq -r '.early.before, .early.shelves_live_until' "$T/body" |
    paste -sd' ')" '2026-01-06 2026-02-01'
grep -q 'the key of shelf 202601' "$T/body" || fail 'no shelf is named' \
    "$(cat "$T/body")"

test_case 'refused, it leaves everything where it was; due, the run proposes it'
early A5 A6 --as mary --on 2022-04-01
E2=$(jq -r .batch "$OUT_FILE")
run cpadmin destruction refuse "$E2" --reason 'quashed' --as dora \
    --on 2022-04-02 --json
expect_status 0
run cpadmin destruction exclude "$E2" A5 --reason x --as dora --on 2022-04-02
expect_status 5
expect_eq "$(sql "SELECT group_concat(parked) FROM record
    WHERE id IN ('A5', 'A6')")" 0,0 parked
early A5 --as mary --on 2022-04-03
expect_status 0
E3=$(jq -r .batch "$OUT_FILE")
ok cpadmin destruction show "$E3" --json --on 2022-04-03
expect_json '.rows[0].earlier_batches | join(" ")' "$E2"
night 2026-01-06 --accept clock
expect_eq "$(items "$E3")" 'A5 pending' E3
ok cpadmin destruction list --json
expect_json '.rows[-1] | "\(.kind) \(.count)"' 'due 1'
DUE=$(jq -r '.rows[-1].batch' "$OUT_FILE")
run cpadmin destruction approve "$DUE" --as dora --on 2026-01-06
expect_status 9
