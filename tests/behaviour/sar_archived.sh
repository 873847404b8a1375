#!/bin/bash
# Requests of people whose records are archived: how they are found, what leaves
# before the custodians came, what is kept of a package and until when, what is
# behind a shield, and that nothing is destroyed meanwhile.
. "$(dirname "$0")/../lib.sh"

for tool in sqlite3 7zz pdftotext; do
	have $tool || skip_all "$tool is not installed"
done
AT=(--on 2024-03-05)
cpadmin() {
	"$CPADMIN" "$@" "${AT[@]}"
}
sar() {
	cpadmin sar "$@"
}
night() {
	ok cpadmin retention run --yes --accept share --accept clock --json
}
sql() {
	sqlite3 "$CPADMIN_STORE/store.db" "$1"
}
# ask [OPTION...]: opens a request; $SAR is its number.
ask() {
	ok sar open --requester 'Zoë O’Brien' --relation self --json --again \
	    --received "${AT[1]}" --as dana "$@"
	SAR=$(jq -r .sar "$OUT_FILE")
}
# found NAME [OPTION...]: whom a request for somebody so called may be about.
found() {
	ask --name "$1" "${@:2}"
	ok sar find "$SAR" --as dana --json
	expect_eq "$(jq -r '[.rows[] | "\(.id) \(.state) \(.name) \(.birth_date)"
	    ] | join(";")' "$OUT_FILE")" "$WHO" "$1"
}
# sit [OPTION...]: collects with the custodians.
sit() {
	run sar collect "$SAR" --share "$SHARE-1.age" --share "$SHARE-2.age" \
	    "$@"
}
opened() {
	sql "SELECT count(*) FROM audit WHERE action = 'archive.open'
	    AND outcome = '${1:-done}'"
}
kept() {
	sql "SELECT count(*) FROM sar_kept k JOIN sar s ON s.n = k.sar
	    WHERE s.id = '$SAR'"
}
give_all() {
	local items

	items=$(sql "SELECT i.item FROM sar_item i JOIN sar s ON s.n = i.sar
	    WHERE s.id = '$SAR' AND i.flags <> 0 AND i.decision IS NULL")
	# shellcheck disable=SC2086
	[ -z "$items" ] || ok sar give "$SAR" $items --reason 'they know' \
	    --as dana
	ok sar approve "$SAR" --as val
}
# pack [OPTION...]: what leaves, as text, in $T/pack.
pack() {
	rm -rf "$T/pack" "$T/pack.zip"
	ok sar disclose "$SAR" --output "$T/pack.zip" --json "$@"
	ok 7zz x -bso0 -p"$(jq -r .passphrase "$OUT_FILE")" -o"$T/pack" \
	    "$T/pack.zip"
	pdftotext -layout "$T/pack/letter.pdf" "$T/pack/letter.txt"
}
end_it() {
	ok sar withdraw "$SAR" --reason 'not needed' --as dana
	ok sar close "$SAR" --as dana
}

# person ID GIVEN BORN [PLACE]
person() {
	jq -cn --arg id "$1" --arg given "$2" --arg born "$3" --arg at \
	    "${4:-1 High Street}" '{cpadmin: "record/1", id: $id,
	    authority: (if $id == "CP-F" then "E10000016" else "E08000015" end),
	    names: [{type: "current", given: $given, family: "O’Brien"}],
	    gender: "female", birth_date: $born,
	    numbers: (if $id == "CP-A" then
		[{type: "nhs", value: "9434765919"}] else [] end),
	    addresses: [{type: "current", lines: [$at],
		postcode: "ZZ99 3WZ", from: "2019-08-01"}]}'
}

new_store --policy uk-2026 --on 2024-02-28
{
	person CP-A 'Zoë Anne' 2006-03-01
	person CP-B Bea 2006-03-01
	person CP-L 'Zoe' 2014-03-01 '2 Low Street'
	person CP-F Faye 2006-03-01
	person CP-S Sidonie 2006-03-01 '9 Wren Refuge'
} >"$T/people"
ok cpadmin record import "$T/people" --on 2024-02-28
for who in dana:2001:dpo val:2002:approver olga:2003:shield; do
	IFS=: read -r name uid role <<<"$who"
	ok cpadmin operator add "$name" --uid "$uid" --role "$role"
done
ok cpadmin operator add near --uid 2004 --role dpo --authority E08000015
ok cpadmin shield officer add --as olga
ok cpadmin shield request CP-S --by child --reason 'he looks for Sidonie'
ok cpadmin shield decide CP-S grant --hide address --review 2024-06-01 \
    --reason 'found so' --as olga
night
SHARE=$(echo "$CPADMIN_STORE"/keys/custody-*-share-1.age)
SHARE=${SHARE%-1.age}

test_case 'who is archived is found, and only who is live by name'
WHO='CP-A archived null null' found 'Zoe Anne OBrien' --born 2006-03-01
WHO='CP-A archived null null' found "o'brien, zoe" --born 2006-03-01
WHO='CP-A archived null null' found 'Zoe Smith' --number '943 476 5919'
WHO='CP-L live Zoe O’Brien 2014-03-01' found 'Zoe O’Brien' --born 2014-03-01
WHO='' found 'Zoe O’Brien' --born 2006-03-02
expect_json '.command' "cpadmin sar subject $SAR none --reason T"
WHO='CP-L live Zoe O’Brien 2014-03-01' found 'Zoe O’Brien'
expect_json '.note | contains("without a birth date")' true
WHO='CP-F archived null null' found 'Faye O’Brien' --born 2006-03-01
ok sar find "$SAR" --as near --json
expect_json '.rows | length' 0
ask --subject CP-A
run sar find "$SAR" --as dana
expect_status 5
end_it

test_case 'that somebody was looked for is logged, and names nobody'
expect_eq "$(sql "SELECT detail FROM audit WHERE action = 'sar.find'
    AND subject = 'SAR-0001'")" '{"live":0,"archived":1}'
expect_eq "$(cpadmin record history CP-L --reason T --json | jq -c '[.rows[] |
    select(.action == "sar.find") | .detail] | unique')" \
    '[{"sar":"SAR-0004"},{"sar":"SAR-0006"}]'
expect_no 2014-03-01 in <(sql "SELECT detail FROM audit
    WHERE action LIKE 'sar.%'")

test_case 'who was archived before there were ties is told of as a number'
sql "CREATE TEMP TABLE b AS SELECT * FROM tie WHERE record = (SELECT n FROM
    record WHERE id = 'CP-B'); DELETE FROM tie WHERE record IN (SELECT record
    FROM b); UPDATE counter SET last = last - 1 WHERE name = 'tied'"
WHO='' found 'Bea O’Brien' --born 2006-03-01
expect_json '.untied, .note' '1
1 archived record is found only by identifying number'
ok sar find "$SAR" --as dana
expect_out_contains '1 archived record is found only by identifying number'

test_case 'before the custodians came nothing of it is there, nor leaves'
ask --subject CP-A
ok sar collect "$SAR" --as dana --json
expect_json '.subjects[0].found, .command' "opening
cpadmin sar collect $SAR --share F..."
ok sar items "$SAR" --all --as dana --json
expect_no 'Zoë' in "$OUT_FILE"
run sar disclose "$SAR" --output "$T/early.zip" --as dana
expect_status 5
expect_no_file "$T/early.zip"
ok sar letter "$SAR" --kind archived --output "$T/archived.pdf" --as dana
pdftotext -layout "$T/archived.pdf" - | tr -s '\n ' ' ' >"$T/archived.txt"
expect_some 'archive' in "$T/archived.txt"
expect_no 'High Street' in "$T/archived.txt"
expect_eq "$(kept)/$(opened)" 0/0

test_case 'who may not sit, and with what'
sit --as olga
expect_status 9
sit --as val
expect_status 9
run sar collect "$SAR" --share "$SHARE-1.age" --as dana
expect_status 7
run sar collect "$SAR" --share "$SHARE-1.age" --share "$SHARE-1.age" --as dana
expect_status 7
run sar collect "$SAR" --opening O-20240301-1 --as dana
expect_status 4
expect_eq "$(kept)/$(opened)" 0/0
expect_true [ "$(opened failed)" -gt 0 ]
LIVE=$SAR
ask --subject CP-L
sit --as dana
expect_status 5
expect_err_contains 'archived'
SAR=$LIVE

test_case 'the custodians come once, and it is logged as an opening'
sit --as dana --json
expect_status 0
expect_json '.subjects[0].found' archived
expect_eq "$(kept)/$(opened)" 1/1
expect_eq "$(cpadmin record history CP-A --reason T --json | jq -c '[.rows[] |
    select(.action == "archive.open") | .detail] | last | del(.package)')" \
    "{\"purpose\":\"subject-access\",\"reason\":\"$SAR\",\"to\":\"request\"}"
sit --as dana
expect_status 0
ok sar collect "$SAR" --as dana --json
expect_json '.subjects[0].found, .new, .changed, .gone' 'archived
0
0
0'
ok sar items "$SAR" --all --as dana --json
expect_some 'Zoë Anne' in "$OUT_FILE"
expect_eq "$(kept)/$(opened)" 1/1
expect_no 'High Street' in "$CPADMIN_STORE"/store.db*

test_case 'what is disclosed comes out of the package'
give_all
cp "$CPADMIN_STORE/store.db" "$T/before.db"
pack --as dana
expect_some '1 High Street' in "$T/pack/letter.txt" "$T/pack/data.json"
expect_eq "$(jq -r '.subjects[0].record | .id, .names[0].given' \
    "$T/pack/data.json")" 'CP-A
Zoë Anne'

test_case 'destruction waits for the request, and for nothing after it'
AT=(--on 2030-03-07)
night
expect_json '.held' 1
batch=$(cpadmin destruction list --json | jq -r '.rows[0].batch')
expect_no CP-A in <(cpadmin destruction show "$batch" --json)
ok cpadmin retention explain CP-A --json
expect_json '.blocked_by[0] | strings // .hold' \
    "$(sql "SELECT id FROM hold WHERE sar = (SELECT n FROM sar WHERE id = '$SAR'
	)")"
ok sar close "$SAR" --as dana

test_case 'no copy of the database opens what was kept'
expect_eq "$(kept)" 0
expect_no_file "$CPADMIN_STORE/keys/access/$SAR.key"
sqlite3 "$CPADMIN_STORE/store.db" "ATTACH '$T/before.db' AS b;
    INSERT INTO sar_kept SELECT * FROM b.sar_kept"
expect_eq "$(kept)" 1
run sar items "$SAR" --all --as dana
expect_status 8
expect_err_contains 'is gone'
sql 'DELETE FROM sar_kept'

test_case 'after it the record is destroyed, and found by its number alone'
night
for batch in $(cpadmin destruction list --json | jq -r '.rows[] |
    select(.status == "proposed") | .batch'); do
	ok cpadmin destruction approve "$batch" --as val --yes
done
AT=(--on 2030-05-20)
night
expect_eq "$(cpadmin record list --json | jq -r '.rows[] |
    select(.id == "CP-A") | .state')" destroyed
WHO='' found 'Zoe Anne OBrien' --born 2006-03-01
expect_eq "$(sql "SELECT count(*) FROM tie t JOIN record r ON r.n = t.record
    WHERE r.state = 'destroyed'")" 0
ask --subject CP-A
ok sar collect "$SAR" --as dana --json
expect_json '.subjects[0].found' destroyed

test_case 'who is shielded has no place, unless it is safe'
AT=(--on 2024-03-07)
new_store --policy uk-2026 --on 2024-02-28
ok cpadmin record import "$T/people" --on 2024-02-28
for who in dana:2001:dpo val:2002:approver olga:2003:shield; do
	IFS=: read -r name uid role <<<"$who"
	ok cpadmin operator add "$name" --uid "$uid" --role "$role"
done
ok cpadmin shield officer add --as olga
ok cpadmin shield request CP-S --by child --reason 'he looks for Sidonie'
ok cpadmin shield decide CP-S grant --hide address --review 2024-06-01 \
    --reason 'found so' --as olga
night
SHARE=$(echo "$CPADMIN_STORE"/keys/custody-*-share-1.age)
SHARE=${SHARE%-1.age}
ask --subject CP-S
sit --as dana
expect_status 0
ok sar items "$SAR" --all --as dana --json
expect_some Sidonie in "$OUT_FILE"
for hidden in 'Wren Refuge' 'ZZ99 3WZ' E08000015 shield; do
	expect_no "$hidden" in "$OUT_FILE"
done
expect_eq "$(sql 'SELECT count(*) FROM investigation')" 0 'nothing was opened'

test_case 'an officer opens the box of whom it is safe for'
run sar safe "$SAR" --reason 'it is Sidonie herself' --as dana
expect_status 9
ok sar safe "$SAR" --reason 'it is Sidonie herself' --as olga
ok sar collect "$SAR" --as olga --json
expect_json '.subjects[0].found' archived
ok sar items "$SAR" --all --as olga --json
expect_some '9 Wren Refuge' in "$OUT_FILE"
expect_some 'he looks for Sidonie' in "$OUT_FILE"
expect_eq "$(opened)" 1
expect_true [ "$(sql 'SELECT count(*) FROM investigation')" -gt 0 ]
ok sar safe "$SAR" --take-back --reason 'it was not' --as olga
ok sar collect "$SAR" --as dana
ok sar items "$SAR" --all --as dana --json
expect_no 'Wren Refuge' in "$OUT_FILE"

test_case 'several: who is live needs no custodian'
ask --subject CP-A --subject CP-L --subject CP-B
sit --as dana --json
expect_json '[.subjects[].found] | join(" ")' 'archived live archived'
expect_eq "$(kept)" 2

test_case 'restored meanwhile: what was kept of the package goes'
ok cpadmin archive restore CP-B --reason 'a wrong birth date' \
    --set birth_date=2010-03-01 --share "$SHARE-1.age" --share "$SHARE-3.age"
expect_eq "$(kept)" 1
ok sar collect "$SAR" --as dana --json
expect_json '[.subjects[].found] | join(" ")' 'archived live live'
ok sar items "$SAR" --all --as dana --json
expect_some 2010-03-01 in "$OUT_FILE"
expect_eq "$(sql "SELECT count(*) FROM tie t JOIN record r ON r.n = t.record
    WHERE r.state = 'live'")" 0

test_case 'what was kept of somebody else is not theirs'
end_it
ask --name 'Zoë O’Brien' --born 2006-03-01
ok sar subject "$SAR" CP-A --reason 'the name' --as dana
sit --as dana --json
expect_json '.subjects[0].found' archived
ok sar subject "$SAR" CP-S --reason 'it was a sister' --as dana
ok sar collect "$SAR" --as dana --json
expect_json '.subjects[0].found' opening
ok sar items "$SAR" --all --as dana --json
expect_no 'Zoë' in "$OUT_FILE"
sit --as dana --json
expect_json '.subjects[0].found' archived
ok sar items "$SAR" --all --as dana --json
expect_some 'Sidonie' in "$OUT_FILE"
expect_eq "$(kept)" 1

test_case 'as the policy allows: never for this, or when several agree'
sed 's/^version = .*/version = "2";/' "$ROOT/policies/uk-2026.cfg" |
    awk '/open_operators = \{/ { on = 1 }
	on && /value = / { sub(/value = [0-9]+/, "value = 2"); on = 0 } 1' \
	>"$T/policy.cfg"
sed -e '/open_\(later\|first_year\)_purposes/,/};/s/"subject-access"/"other"/' \
    -e 's/^version = .*/version = "never";/' "$ROOT/policies/uk-2026.cfg" \
    >"$T/never.cfg"
ok cpadmin policy adopt "$T/never.cfg"
end_it
ask --subject CP-A
BEFORE=$(opened refused)
sit --as dana
expect_status 5
expect_err_contains purpose
expect_eq "$(kept)/$(($(opened refused) - BEFORE))" 0/1
ok cpadmin policy adopt "$T/policy.cfg"
ok cpadmin operator add dora --uid 2005 --role dpo
end_it
ask --subject CP-A
ok cpadmin archive request CP-A --purpose court-order --reason 'order 9' \
    --as dana --json
O=$(jq -r .opening "$OUT_FILE")
run sar collect "$SAR" --opening "$O" --as dana
expect_status 5
expect_err_contains 'another purpose'
sit --as dana
expect_status 5
expect_err_contains archive.open_operators
ok cpadmin archive request CP-A --purpose subject-access --reason "$SAR" \
    --as dana --json
O=$(jq -r .opening "$OUT_FILE")
run sar collect "$SAR" --opening "$O" --as dana
expect_status 5
expect_eq "$(kept)" 0
ok cpadmin archive agree "$O" --as dora
ok sar collect "$SAR" --opening "$O" --as dana --json
expect_json '.subjects[0].found' archived
expect_eq "$(kept)" 1
expect_eq "$(cpadmin archive openings --all --json | jq -r --arg o "$O" '.rows[] |
    select(.opening == $o) | .status')" used
