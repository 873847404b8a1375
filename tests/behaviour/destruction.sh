#!/bin/bash
# Destruction: proposed by one, approved by others, checked again when it is
# done, proved by a certificate; and nothing of the person is left.
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

batches() {
	cpadmin destruction list --json | jq -r '.rows[].batch'
}

status_of() {
	cpadmin destruction list --json | jq -r --arg b "$1" '.rows[] |
	    select(.batch == $b) | .status'
}

items() {
	cpadmin destruction show "$1" --json | jq -r '[.rows[] |
	    "\(.id) \(.status)"] | join(", ")'
}

approve() {
	run cpadmin destruction approve "$1" --as "$2" --on "$3" --json
}

hold() {
	ok cpadmin hold place --record "$1" --reason inquiry \
	    --legal-basis s.21 --contact a@example.org --review 2040-01-01 \
	    --on "$2"
}

sql() {
	sqlite3 "$CPADMIN_STORE/store.db" "$1"
}

operators() {
	ok cpadmin operator add mary --uid 2001 --role approver --on 2020-01-01
	ok cpadmin operator add alan --uid 2002 --role auditor --on 2020-01-01
	ok cpadmin operator add rose --uid 2003 --role approver,scheduler \
	    --on 2020-01-01
}

new_store --on 2020-01-01
operators
{
	for i in 1 2 3 4 5; do person A$i 2002-01-05; done
	for i in 1 2; do person B$i 2002-02-05; done
} >"$T/rows"
ok cpadmin record import "$T/rows" --on 2020-01-01
expect_some MarkerA1 in "$CPADMIN_STORE"
night 2020-01-05
night 2020-02-05
KEYS=$CPADMIN_STORE/keys
V1=$(cpadmin archive list --json | jq -r '.rows[0].volume')
V2=$(cpadmin archive list --json | jq -r '.rows[-1].volume')
# The wrapped header and the shelf's slot, to see that they go.
sql "SELECT hex(wrapped) FROM header" >"$T/headers"

test_case 'proposed by the run, shown without anything personal'
night 2026-01-06 --as rose
D1=$(batches)
ok cpadmin destruction list --json
expect_json '.rows[0] | "\(.count) \(.status) \(.proposed) \(.not_before)"' \
    '5 proposed 2026-01-06 2026-01-06'
expect_json '.rows[0].approved_by | tostring' '[]'
ok cpadmin destruction show "$D1" --json
expect_json '.rows | length' 5
expect_no Marker in "$OUT_FILE"

test_case 'approved by another, who is an approver'
approve "$D1" rose 2026-01-06
expect_status 5
expect_err_contains 'proposed by rose'
approve "$D1" alan 2026-01-06
expect_status 9
approve "$D1" root 2026-01-06
[ "$STATUS" -eq 9 ] || [ "$STATUS" -eq 0 ] || fail "root: $STATUS"
approve D-20260106-99 mary 2026-01-06
expect_status 4
expect_eq "$(sql "SELECT count(*) FROM batch_approval
    WHERE operator IN ('rose', 'alan')")" 0 approvals

test_case 'excluded, with a reason; refused, with a reason'
run cpadmin destruction exclude "$D1" A5 --as mary --on 2026-01-06
expect_status 2
ok cpadmin destruction exclude "$D1" A5 --reason 'asked for' --as mary \
    --on 2026-01-06
run cpadmin destruction exclude "$D1" A5 --reason 'asked for' --as mary \
    --on 2026-01-06
expect_status 4
run cpadmin destruction refuse "$D1" --as mary --on 2026-01-06
expect_status 2
ok cpadmin destruction refuse "$D1" --reason 'not now' --as mary \
    --on 2026-01-06 --json
expect_json '"\(.status) \(.reason)"' 'refused not now'
approve "$D1" mary 2026-01-06
expect_status 5
night 2026-01-07
expect_json '[.destroyed, .awaiting_approval] | join(" ")' '0 5'

test_case 'a late hold splits its item off'
D2=$(batches | tail -n 1)
expect_true test "$D2" != "$D1"
ok cpadmin destruction exclude "$D2" A5 --reason 'later' --as mary \
    --on 2026-01-07
approve "$D2" mary 2026-01-07
expect_status 0
expect_json .status approved
approve "$D2" mary 2026-01-07
expect_status 5
hold A4 2026-01-07
ok cpadmin retention run --dry-run --on 2026-01-08 --json
expect_json .destroyed 3
night 2026-01-08
expect_json '[.destroyed, .held, .shelves_destroyed] | join(" ")' '3 1 0'
expect_eq "$(items "$D2")" \
    'A1 destroyed, A2 destroyed, A3 destroyed, A4 split, A5 excluded' items
expect_eq "$(status_of "$D2")" done "$D2"
ok cpadmin archive open A4 --purpose court-order --reason test \
    --on 2026-01-08

test_case 'a volume of which more than half is dead is rewritten'
expect_no_file "$CPADMIN_STORE/archive/$V1.tar"
expect_eq "$(find "$CPADMIN_STORE/archive" -name '*.tar' | wc -l)" 2 volumes
ok cpadmin archive verify --all --on 2026-01-08
ok cpadmin archive open A5 --purpose court-order --reason test --json \
    --on 2026-01-08
expect_json '.record.names[0].family' MarkerA5

test_case 'gone: no name, no document, no header, no detail'
expect_eq "$(sql "SELECT count(*) FROM audit WHERE subject IN ('A1', 'A2',
    'A3') AND detail IS NOT NULL AND action <> 'record.destroy'")" 0 details
for id in A1 A2 A3; do
	expect_no "Marker$id" in "$CPADMIN_STORE"
	expect_no "Given$id" in "$CPADMIN_STORE"
	expect_no "${id}Lane" in "$CPADMIN_STORE"
	run cpadmin archive open $id --purpose court-order --reason test \
	    --on 2026-01-08
	[ "$STATUS" -eq 4 ] || [ "$STATUS" -eq 5 ] || [ "$STATUS" -eq 7 ] ||
	    fail "opening $id: $STATUS"
done
hexadecimal() {
	od -An -v -tx1 "$1" | tr -d ' \n' | tr a-f A-F
}
hexadecimal "$CPADMIN_STORE/store.db" >"$T/hex"
! [ -s "$CPADMIN_STORE/store.db-wal" ] ||
    hexadecimal "$CPADMIN_STORE/store.db-wal" >>"$T/hex"
# Of the five headers of January those of A4 and A5 are there.
expect_eq "$(cut -c1-64 "$T/headers" | while read -r h; do
	grep -q "$h" "$T/hex" && echo x
done | wc -l)" 4 'headers that are left'
ok cpadmin audit verify --json --on 2026-01-08
expect_json .valid true

test_case 'a tombstone stays'
ok cpadmin record list --state destroyed --json
expect_json '[.rows[].id] | sort | join(" ")' 'A1 A2 A3'
expect_json '.rows | map(.next_due) | unique | tostring' '[null]'
run cpadmin record show A1 --reason test --on 2026-01-08
expect_no MarkerA1 in "$OUT_FILE" "$ERR_FILE"
person A1 2002-01-05 >"$T/again"
run cpadmin record import "$T/again" --on 2026-01-08 --json
expect_eq "$(cpadmin record list --state destroyed --json |
    jq '.rows | length')" 3 'after the same row came again'

test_case 'the certificate holds offline, and no byte can be changed'
CERT=$CPADMIN_STORE/outbox/certificate-$D2.json
expect_file "$CERT"
ok cpadmin destruction certificate "$D2" --on 2026-01-08
expect_eq "$(jq -r .body "$OUT_FILE")" "$(jq -r .body "$CERT")" body
ok env -u CPADMIN_STORE "$CPADMIN" verify "$CERT" \
    --key "$KEYS/signing.pub" --json
expect_json '"\(.kind) \(.valid)"' 'certificate true'
expect_no Marker in "$CERT"
jq -r .body "$CERT" >"$T/body"
[ -s "$T/body" ] || fail 'no body'
expect_json .valid true
for word in mary 2020-01-05 A1 destroyed; do
	grep -q "$word" "$CERT" || fail "the certificate does not say $word"
done
SIZE=$(stat -c %s "$CERT")
for ((at = 3; at < SIZE; at += SIZE / 40)); do
	cp "$CERT" "$T/flipped"
	byte=$(od -An -tu1 -j $at -N 1 "$CERT")
	printf "\\x$(printf %02x $((byte ^ 1)))" |
	    dd of="$T/flipped" bs=1 seek=$at conv=notrunc status=none
	run cpadmin verify "$T/flipped" --key "$KEYS/signing.pub"
	[ "$STATUS" -eq 8 ] || [ "$STATUS" -eq 10 ] || [ "$STATUS" -eq 7 ] ||
	    fail "byte $at flipped: status $STATUS" "$ERR"
done

test_case 'a shelf lives until its month is over and it is empty'
night 2026-02-06
D3=$(batches | tail -n 1)
expect_eq "$(items "$D3")" 'B1 pending, B2 pending' D3
approve "$D3" mary 2026-02-06
expect_status 0
night 2026-02-07
expect_json '[.destroyed, .shelves_destroyed] | join(" ")' '2 0'
expect_no_file "$CPADMIN_STORE/archive/$V2.tar"
ok cpadmin archive show B1 --json --on 2026-02-07
expect_json .shelf_state live
night 2026-03-01
expect_json .shelves_destroyed 1
ok cpadmin archive show B1 --json --on 2026-03-01
expect_json .shelf_state destroyed
ok cpadmin archive show A4 --json --on 2026-03-01
expect_json .shelf_state live

test_case 'a policy of two approvals and seven days'
new_store --on 2020-01-01
operators
person P1 2002-01-05 >"$T/rows"
ok cpadmin record import "$T/rows" --on 2020-01-01
sed -e '/^destruction/,/^};/{/^\tapprovals = {/,/value/s/value = 1;/value = 2;/}' \
    -e '/^\twait = {/,/value/s/"P0D"/"P7D"/' \
    -e 's/^version = .*/version = "1-wait";/' \
    "$ROOT/policies/contactpoint-2007.cfg" >"$T/wait.cfg"
ok cpadmin policy check "$T/wait.cfg"
ok cpadmin policy adopt "$T/wait.cfg" --on 2020-01-02
night 2020-01-05
night 2026-01-06
D=$(batches)
ok cpadmin destruction list --json
expect_json '.rows[0].not_before' 2026-01-14
approve "$D" mary 2026-01-06
expect_status 0
expect_json .status proposed
approve "$D" mary 2026-01-06
expect_status 5
approve "$D" rose 2026-01-06
expect_status 0
expect_json '"\(.status) \(.approved_by | sort | join(","))"' \
    'approved mary,rose'
night 2026-01-13
expect_json .destroyed 0
night 2026-01-14
expect_json .destroyed 1

test_case 'a policy adopted after the approval asks for one more'
new_store --on 2020-01-01
operators
person P1 2002-01-05 >"$T/rows"
ok cpadmin record import "$T/rows" --on 2020-01-01
night 2020-01-05
night 2026-01-06
D=$(batches)
approve "$D" mary 2026-01-06
expect_json .status approved
ok cpadmin policy adopt "$T/wait.cfg" --on 2026-01-07
ok cpadmin retention run --dry-run --on 2026-01-07 --json
expect_json '[.destroyed, .awaiting_approval] | join(" ")' '0 1'
night 2026-01-07
expect_json '[.destroyed, .awaiting_approval] | join(" ")' '0 1'
ok cpadmin destruction list --json
expect_json '.rows[0] | "\(.status) \(.approved_by | join(","))"' \
    'proposed mary'
approve "$D" mary 2026-01-07
expect_status 5
approve "$D" rose 2026-01-07
expect_json .status approved
night 2026-01-08
expect_json .destroyed 1

test_case 'a batch that every item was taken out of says so'
person P2 2002-01-05 >"$T/rows"
ok cpadmin record import "$T/rows" --on 2026-01-08
night 2026-01-08
night 2032-01-09
D=$(cpadmin destruction list --json | jq -r '.rows[-1].batch')
approve "$D" mary 2032-01-09
approve "$D" rose 2032-01-09
ok cpadmin destruction exclude "$D" P2 --reason x --as mary --on 2032-01-09
night 2032-01-17
night 2032-01-18
ok cpadmin destruction list --json
expect_json ".rows[] | select(.batch == \"$D\") |
    \"\\(.status) \\(.outcome) \\(.reason)\"" \
    'done nothing no item was left to be destroyed'
expect_eq "$(sql "SELECT detail FROM audit
    WHERE action = 'destruction.nothing'")" "{\"batch\":\"$D\"}" 'in the log'
